"""TLS, with and without certificates of clients."""

from __future__ import annotations

import http.client
import ssl
from pathlib import Path

import pytest
from http_running import everything, reply_of, serving

TLS = Path(__file__).parent / "tls"
SERVER = {"tls_cert": str(TLS / "server.pem"), "tls_key": str(TLS / "server.key")}


def context(*, shows_itself=False):
    made = ssl.create_default_context(cafile=str(TLS / "authority.pem"))
    if shows_itself:
        made.load_cert_chain(TLS / "client.pem", TLS / "client.key")
    return made


def get(running, path, **options):
    connection = http.client.HTTPSConnection("127.0.0.1", running.port, timeout=30, context=context(**options))
    try:
        connection.request("GET", path)
        return reply_of(connection)
    finally:
        connection.close()


def test_tls(iris_file):
    with serving(iris_file, read_timeout=0.5, **SERVER) as running:
        assert get(running, "/healthz").body == b'{"status":"ok"}'
        assert get(running, "/v2").status == 200
        with running.raw() as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"HTTP" not in everything(connection)
        # A handshake that does not come.
        with running.raw() as connection:
            assert everything(connection) == b""
        assert get(running, "/healthz").status == 200


def test_mutual_tls(iris_file):
    with serving(iris_file, tls_client_ca=str(TLS / "authority.pem"), **SERVER) as running:
        assert get(running, "/healthz", shows_itself=True).status == 200
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
            get(running, "/healthz")
        assert get(running, "/healthz", shows_itself=True).status == 200


def test_a_certificate_that_is_none(iris_file):
    with pytest.raises(OSError, match="PEM"), serving(iris_file, tls_cert=str(iris_file), tls_key=str(iris_file)):
        raise AssertionError("it serves")
