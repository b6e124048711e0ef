"""TLS and certificates of both sides, against both engines."""

import both_clients
import certificates
import contract_engines
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import modelx
from modelx.client import UnavailableError

ENGINES = ["python", pytest.param("go", marks=pytest.mark.interop)]


@pytest.fixture(scope="module", params=ENGINES)
def secured(request, tmp_path_factory):
    """Give a server that asks for a client's certificate, and the folder of the certificates."""
    folder = certificates.write(tmp_path_factory.mktemp("certificates"))
    modelx.dump(LinearRegression().fit(np.eye(2), [1.0, 2.0]), folder / "m.pb", version="1")
    flags = {"tls-cert": "server.pem", "tls-key": "server.key", "tls-client-ca": "ca.pem"}
    running = contract_engines.start(
        request.param, folder / "m.pb", {name: str(folder / file) for name, file in flags.items()}
    )
    yield running, folder
    assert running.stop() == 0


def test_both_sides_show_a_certificate(kind, secured):
    server, folder = secured
    options = {"ca": folder / "ca.pem", "cert": folder / "client.pem", "key": str(folder / "client.key")}
    with both_clients.opened(kind, server.grpc, server_name="models.test", **options) as client:
        assert client.ready()
        assert client.predict([[1.0, 0.0]]).version == "1"


@pytest.mark.parametrize(
    "options",
    [
        {"ca": "ca.pem"},
        {"ca": "other.pem", "cert": "client.pem", "key": "client.key"},
        {"tls": True},
        {},
    ],
    ids=["no certificate", "an unknown authority", "an unknown server", "no TLS"],
)
def test_who_is_not_known_gets_no_answer(kind, secured, options):
    server, folder = secured
    given = {name: value if value is True else folder / value for name, value in options.items()}
    with (
        both_clients.opened(kind, server.grpc, server_name="models.test", retries=0, **given) as client,
        pytest.raises(UnavailableError),
    ):
        client.predict([[1.0, 0.0]], timeout=20.0)


def test_the_name_in_the_certificate_counts(kind, secured):
    server, folder = secured
    options = {"ca": folder / "ca.pem", "cert": folder / "client.pem", "key": folder / "client.key"}
    with both_clients.opened(kind, server.grpc, retries=0, **options) as client, pytest.raises(UnavailableError):
        client.predict([[1.0, 0.0]], timeout=20.0)
