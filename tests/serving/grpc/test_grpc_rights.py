"""Tokens and certificates."""

from __future__ import annotations

import subprocess

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_running import PATIENCE, failure, refused, running

from modelx.inference import open_inference_pb2 as oip
from modelx.inference import open_inference_pb2_grpc
from modelx.serving.auth import Authorizer, Right
from modelx.serving.settings import Settings, SettingsError
from modelx.serving.status import ServingError
from modelx.v1 import service_pb2 as pb
from modelx.v1 import service_pb2_grpc

ROW = pb.PredictRequest(features=[0.0] * 30)
NONE = ("UNAUTHENTICATED", 'no bearer token; expected the header "authorization: Bearer TOKEN"', "unauthenticated")
UNKNOWN = ("UNAUTHENTICATED", "the bearer token is unknown", "unauthenticated")
NO_RIGHT = ("PERMISSION_DENIED", "the bearer token has no right to reload", "permission_denied")
NOBODY = (
    "PERMISSION_DENIED",
    "no token has the right to reload; start the server with --reload-token-file",
    "permission_denied",
)
FINE = None


def outcome(tokens, authorization, right):
    try:
        tokens.check(authorization, right)
    except ServingError as error:
        return error.status.name, str(error), error.kind
    return None


@pytest.mark.parametrize(
    ("predict", "reload", "authorization", "may_predict", "may_reload"),
    [
        ([], [], None, FINE, FINE),
        ([], [], "Bearer wrong", FINE, FINE),
        (["p"], [], None, NONE, NONE),
        (["p"], [], "", NONE, NONE),
        (["p"], [], "p", NONE, NONE),
        (["p"], [], "Basic p", NONE, NONE),
        (["p"], [], "Bearer", NONE, NONE),
        (["p"], [], "Bearer  ", NONE, NONE),
        (["p"], [], "Bearer q", UNKNOWN, UNKNOWN),
        (["p"], [], "Bearer P", UNKNOWN, UNKNOWN),
        (["p"], [], "Bearer p p", UNKNOWN, UNKNOWN),
        (["p"], [], "Bearer p", FINE, NOBODY),
        (["p"], [], "bearer  p ", FINE, NOBODY),
        (["p"], [], b"BEARER p", FINE, NOBODY),
        (["o", "p"], ["r"], "Bearer p", FINE, NO_RIGHT),
        (["p"], ["q", "r"], "Bearer r", FINE, FINE),
        (["p"], ["r"], "Bearer x", UNKNOWN, UNKNOWN),
        ([], ["r"], None, FINE, NONE),
        ([], ["r"], "Bearer p", FINE, UNKNOWN),
        ([], ["r"], "Bearer r", FINE, FINE),
        (["ü"], [], "Bearer ü", FINE, NOBODY),
        (["ü"], [], "Bearer \udcff", UNKNOWN, UNKNOWN),
    ],
)
def test_rights(predict, reload, authorization, may_predict, may_reload):
    tokens = Authorizer(predict, reload)
    assert outcome(tokens, authorization, Right.PREDICT) == may_predict
    assert outcome(tokens, authorization, Right.RELOAD) == may_reload
    assert outcome(tokens, None, Right.OPEN) is None


def test_token_files(tmp_path):
    file = tmp_path / "tokens"
    file.write_bytes("\ufeff".encode()[:0] + b"# the readers\r\n\r\n  one \n#two\n\tthree\n")
    tokens = Authorizer.of(Settings(model="m", predict_token_file=str(file)))
    assert outcome(tokens, "Bearer one", Right.PREDICT) is None
    assert outcome(tokens, "Bearer three", Right.PREDICT) is None
    assert outcome(tokens, "Bearer two", Right.PREDICT) == UNKNOWN
    assert outcome(tokens, "Bearer #two", Right.PREDICT) == UNKNOWN


@pytest.mark.parametrize("setting", ["predict_token_file", "reload_token_file"])
def test_token_files_that_are_no_good(tmp_path, setting):
    file = tmp_path / "tokens"
    with pytest.raises(FileNotFoundError):
        Authorizer.of(Settings(model="m", **{setting: str(file)}))
    for content in (b"", b"\n# nothing\n   \n"):
        file.write_bytes(content)
        with pytest.raises(SettingsError, match="has no token; expected one on each line"):
            Authorizer.of(Settings(model="m", **{setting: str(file)}))
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is no UTF-8 text"):
        Authorizer.of(Settings(model="m", **{setting: str(file)}))


def bearer(token):
    return {"metadata": [("authorization", f"Bearer {token}")]}


def test_every_method_asks_for_its_right(cancer_file, tmp_path):
    (tmp_path / "predict").write_text("p\n")
    (tmp_path / "reload").write_text("r\n")
    files = {"predict_token_file": str(tmp_path / "predict"), "reload_token_file": str(tmp_path / "reload")}
    with running(cancer_file, **files) as server, server.channel() as channel:
        service = service_pb2_grpc.ModelServiceStub(channel)
        inference = open_inference_pb2_grpc.GRPCInferenceServiceStub(channel)
        reading = [
            (service.Predict, ROW),
            (service.GetModelInfo, pb.GetModelInfoRequest()),
            (inference.ServerMetadata, oip.ServerMetadataRequest()),
            (inference.ModelMetadata, oip.ModelMetadataRequest(name="cancer")),
            (inference.RepositoryIndex, oip.RepositoryIndexRequest()),
        ]
        for call, request in reading:
            assert refused(call, request) == NONE
            assert refused(call, request, **bearer("x")) == UNKNOWN
            call(request, **bearer("p"))
            call(request, **bearer("r"))
        assert refused(inference.ModelInfer, oip.ModelInferRequest()) == NONE
        assert refused(inference.ModelInfer, oip.ModelInferRequest(), **bearer("p"))[2] == "bad_request"
        for stream in (service.PredictStream, inference.ModelStreamInfer):
            assert refused(stream, iter([])) == NONE
            assert list(stream(iter([]), **bearer("p"))) == []
        for version in ("v1", "v1alpha"):
            reflect = channel.stream_stream(f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo")
            assert refused(reflect, iter([b""])) == NONE
            assert len(list(reflect(iter([b""]), **bearer("p")))) == 1
        changing = [
            (service.ReloadModel, pb.ReloadModelRequest()),
            (inference.RepositoryModelLoad, oip.RepositoryModelLoadRequest(model_name="cancer")),
            (inference.RepositoryModelUnload, oip.RepositoryModelUnloadRequest(model_name="cancer")),
        ]
        for call, request in changing:
            assert refused(call, request) == NONE
            assert refused(call, request, **bearer("p")) == NO_RIGHT
            call(request, **bearer("r"))
        open_to_all = [
            (inference.ServerLive, oip.ServerLiveRequest()),
            (inference.ServerReady, oip.ServerReadyRequest()),
            (inference.ModelReady, oip.ModelReadyRequest(name="cancer")),
            (health_pb2_grpc.HealthStub(channel).Check, health_pb2.HealthCheckRequest()),
        ]
        for call, request in open_to_all:
            call(request)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Two authorities, a server's certificate of the first one, and a client's of each."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, cwd=folder, capture_output=True)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    (folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for authority in ("ca", "other"):
        openssl(
            "req", "-x509", *new_key, "-keyout", f"{authority}.key", "-out", f"{authority}.pem",
            "-subj", f"/CN={authority}", "-days", "2",
        )  # fmt: skip
    for name, authority in (("server", "ca"), ("client", "ca"), ("stranger", "other")):
        openssl("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
            "-CAcreateserial", "-out", f"{name}.pem", "-days", "2", "-extfile", "names",
        )  # fmt: skip
    return folder


def secure(server, folder, client=None, authority="ca"):
    key = (folder / f"{client}.key").read_bytes() if client else None
    chain = (folder / f"{client}.pem").read_bytes() if client else None
    root = (folder / f"{authority}.pem").read_bytes()
    return grpc.secure_channel(server.address, grpc.ssl_channel_credentials(root, key, chain))


def test_tls(cancer_file, certificates):
    files = {"tls_cert": str(certificates / "server.pem"), "tls_key": str(certificates / "server.key")}
    with running(cancer_file, **files) as server:
        with secure(server, certificates) as channel:
            assert service_pb2_grpc.ModelServiceStub(channel).Predict(ROW, timeout=PATIENCE).rows == 1
        with secure(server, certificates, authority="other") as channel:
            stub = service_pb2_grpc.ModelServiceStub(channel)
            assert failure(stub.Predict, ROW).code() is grpc.StatusCode.UNAVAILABLE
        with server.channel() as channel:
            stub = service_pb2_grpc.ModelServiceStub(channel)
            assert failure(stub.Predict, ROW).code() is grpc.StatusCode.UNAVAILABLE


def test_mutual_tls(cancer_file, certificates):
    files = {
        "tls_cert": str(certificates / "server.pem"),
        "tls_key": str(certificates / "server.key"),
        "tls_client_ca": str(certificates / "ca.pem"),
    }
    with running(cancer_file, **files) as server:
        with secure(server, certificates, "client") as channel:
            assert service_pb2_grpc.ModelServiceStub(channel).Predict(ROW, timeout=PATIENCE).rows == 1
        for client in (None, "stranger"):
            with secure(server, certificates, client) as channel:
                stub = service_pb2_grpc.ModelServiceStub(channel)
                assert failure(stub.Predict, ROW).code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("cert", "key", "authority", "error"),
    [
        ("none.pem", "server.key", "", FileNotFoundError),
        ("server.pem", "none.key", "", FileNotFoundError),
        ("server.pem", "server.key", "none.pem", FileNotFoundError),
        ("server.pem", "client.key", "", SettingsError),
        ("names", "server.key", "", SettingsError),
        ("server.pem", "server.key", "names", SettingsError),
    ],
)
def test_certificates_that_are_no_good(cancer_file, certificates, cert, key, authority, error):
    files = {"tls_cert": str(certificates / cert), "tls_key": str(certificates / key)}
    if authority:
        files["tls_client_ca"] = str(certificates / authority)
    with pytest.raises(error), running(cancer_file, **files):
        pass
