"""Clients that are broken, slow or hostile, against both engines: told what is wrong, and the server goes on."""

from __future__ import annotations

import random
import socket
import threading
import time

import contract_calls as calls
import contract_models as models
import grpc
import numpy as np
import pytest

from modelx.v1 import service_pb2, service_pb2_grpc


@pytest.fixture
def small(servers, engine):
    """Give the server whose limits are small: a second to read, 2,000 bytes, three rows."""
    running = servers.get(engine, "small")
    yield running
    assert calls.call_http(running.http, {"http": "GET /readyz"}).status == 200
    request = {"rpc": "modelx.v1.ModelService/Predict", "request": {"features": [0.0] * 10}}
    assert calls.call_grpc(running.grpc, request).code == "OK"


def converse(address, *parts):
    """Send bytes, and give all that comes back until the other side closes, and how long that took."""
    host, _, port = address.rpartition(":")
    start = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        got = b""
        try:
            for part in parts:
                connection.sendall(part)
            while chunk := connection.recv(65536):
                got += chunk
        except (ConnectionResetError, BrokenPipeError):
            pass
        return got, time.monotonic() - start


def test_bytes_that_are_no_http(small):
    got, _ = converse(small.http, b"\x16\x03\x01\x02\x00\x01\x00 hello\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert got.endswith(b"\r\n\r\n400 Bad Request")


def test_random_bytes_to_both_ports(small):
    random_ = random.Random(1)  # noqa: S311 - repeatable, not secret
    for _ in range(20):
        text = random_.randbytes(random_.choice([1, 50, 3000])) + b"\r\n\r\n"
        for address in (small.http, small.grpc):
            host, _, port = address.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=20) as connection:
                connection.sendall(text)


def test_a_head_over_64_kib(small):
    head = b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 80_000 + b"\r\n\r\n"
    got, _ = converse(small.http, head)
    assert b"431" in got.split(b"\r\n")[0]


def test_a_head_that_never_ends(small):
    got, seconds = converse(small.http, b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
    assert seconds < 10
    assert b" 200 " not in got


def test_a_body_that_never_comes(small):
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    got, seconds = converse(small.http, head)
    assert seconds < 10
    assert got.startswith(b"HTTP/1.1 408 ")
    assert b"the body did not arrive within 1 seconds" in got


def test_a_body_that_never_ends(small):
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    got, seconds = converse(small.http, head, *([b"400\r\n" + b"1" * 1024 + b"\r\n"] * 50))
    assert seconds < 10
    # The refusal may be lost when the other side resets the connection, as TCP allows; a 200 may not come.
    assert not got or got.startswith(b"HTTP/1.1 413 ")


def test_many_slow_clients_do_not_stop_a_fast_one(small):
    host, _, port = small.http.rpartition(":")
    held = [socket.create_connection((host, int(port)), timeout=20) for _ in range(200)]
    try:
        for connection in held:
            connection.sendall(b"POST /predict HTTP/1.1\r\n")
        start = time.monotonic()
        assert calls.call_http(small.http, {"http": "GET /healthz"}).status == 200
        assert time.monotonic() - start < 5
    finally:
        for connection in held:
            connection.close()


def test_a_stream_that_never_ends(servers, engine):
    server = servers.get(engine, "single")
    stop = threading.Event()
    row = models.rows("diabetes[0:1]").ravel()

    def forever():
        while not stop.is_set():
            yield service_pb2.PredictRequest(features=row)

    with grpc.insecure_channel(server.grpc) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        stream = stub.PredictStream(forever())
        for _ in range(2000):
            assert next(stream).WhichOneof("result") == "response"
        # Others are answered meanwhile.
        assert stub.Predict(service_pb2.PredictRequest(features=row), timeout=10).rows == 1
        stream.cancel()
        stop.set()


def test_a_deadline_that_has_passed(servers, engine):
    server = servers.get(engine, "repository")
    features = np.resize(models.data("cancer"), (2000, 30)).ravel()
    request = service_pb2.PredictRequest(model_name="cancer", method="predict_proba", features=features)
    with grpc.insecure_channel(server.grpc) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        with pytest.raises(grpc.RpcError) as late:
            stub.Predict(request, timeout=0.000001)
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert stub.Predict(request, timeout=20).rows == 2000
