"""What clients do to a connection: slowly, wrongly, too much, or not at all."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
import time

import pytest
from data import load
from http_running import everything, reply_of, serving

X, _ = load("iris")
ROW = json.dumps({"features": X[0].tolist()}).encode()
BAD_REQUEST = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request"
)
TOO_LONG = BAD_REQUEST.replace(b"400 Bad Request", b"431 Request Header Fields Too Large")


def head(path="/predict", method="POST", **headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def request(body=ROW, **headers):
    return head(**{"Content-Length": len(body)}, **headers) + body


def alive(server):
    reply = server.ask("POST", "/predict", ROW)
    return (reply.status, reply.json["predictions"]) == (200, ["setosa"])


GARBAGE = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "text": b"hello\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET /healthz HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n",
    "a bad version": b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
    "a bad escape": b"GET /foo%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path that is not ASCII": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "a bad length": b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12",
    "a length and chunks": (
        b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "bad chunks": b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("data", GARBAGE.values(), ids=GARBAGE.keys())
def test_what_is_no_http(small, data):
    with small.raw() as connection:
        connection.sendall(data)
        assert everything(connection) == BAD_REQUEST
    assert alive(small)


def test_garbage_after_a_request_is_refused_after_its_answer(small):
    with small.raw() as connection:
        connection.sendall(request() + b"garbage\r\n\r\n")
        answers = everything(connection)
    assert answers.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answers.endswith(BAD_REQUEST)


def test_broken_chunks_behind_another_request(small):
    chunks = head(**{"Transfer-Encoding": "chunked"}) + b"zz\r\n"
    with small.raw() as connection:
        connection.sendall(request() + chunks)
        answers = everything(connection)
    assert answers.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answers.endswith(BAD_REQUEST)
    assert answers.count(b"HTTP/1.1") == 2


@pytest.mark.parametrize("step", [100, 100_000])
@pytest.mark.parametrize("form", ["one header", "many headers", "the path"])
def test_a_head_that_is_too_long(server, step, form):
    start = {
        "one header": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 99_000,
        "many headers": b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 16_000,
        "the path": b"GET /" + b"y" * 99_000,
    }[form]
    with server.raw() as connection:
        for at in range(0, len(start), step):
            try:
                connection.sendall(start[at : at + step])
            except (BrokenPipeError, ConnectionResetError):
                break
        assert everything(connection) == TOO_LONG


def test_a_long_head_that_is_not_too_long(server):
    assert server.get("/healthz", {"X": "y" * 60_000}).status == 200


def closes_in(connection, least, most):
    started = time.monotonic()
    connection.settimeout(30)
    left = everything(connection)
    assert least <= time.monotonic() - started < most
    return left


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"POST", b"POST /predict HTTP/1.1\r\nHost: x\r\nX-"])
def test_a_head_that_does_not_come(small, sent):
    with small.raw() as connection:
        connection.sendall(sent)
        assert closes_in(connection, 0.3, 10) == b""
    assert alive(small)


def test_a_head_that_comes_byte_by_byte_has_no_more_time(small):
    with small.raw() as connection:
        connection.settimeout(0.05)
        started = time.monotonic()
        for byte in b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 1000:
            try:
                connection.sendall(bytes([byte]))
                if not connection.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        assert time.monotonic() - started < 10


def test_the_head_of_a_second_request_has_no_more_time(small):
    with small.raw() as connection:
        connection.sendall(request() + b"POST /predict HTT")
        assert closes_in(connection, 0.3, 10).count(b"HTTP/1.1") == 1


def test_an_idle_connection_is_closed(small):
    with small.raw() as connection:
        connection.sendall(request())
        assert closes_in(connection, 0.3, 10).count(b"HTTP/1.1 200") == 1


@pytest.mark.parametrize("start", [request()[:-1], head(**{"Transfer-Encoding": "chunked"}) + b"5\r\n12345\r\n"])
def test_a_body_that_does_not_come(small, start):
    with small.raw() as connection:
        connection.sendall(start)
        connection.settimeout(30)
        reply = everything(connection)
    assert reply.startswith(b"HTTP/1.1 408 ")
    assert b"\r\nconnection: close\r\n" in reply
    body = json.loads(reply.partition(b"\r\n\r\n")[2])
    assert (body["kind"], body["code"]) == ("slow_body", "DEADLINE_EXCEEDED")
    assert body["error"] == "the body did not arrive within 0.5 seconds"
    assert alive(small)


def test_slow_bodies_take_no_place_in_flight(iris_file):
    with serving(iris_file, max_in_flight=1) as running, running.raw() as first, running.raw() as second:
        for connection in (first, second):
            connection.sendall(request()[:-1])
        assert alive(running)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_that_is_too_large(small, encoding):
    body = gzip.compress(bytes(1_000_000)) if encoding else bytes(2001)
    connection = http.client.HTTPConnection("127.0.0.1", small.port, timeout=30)
    connection.request("POST", "/predict", body, {"Content-Encoding": encoding})
    reply = reply_of(connection)
    assert (reply.status, reply.json["kind"]) == (413, "too_large")
    assert reply.json["error"] == "the body has more than 2000 bytes"
    # What little was left of the body was read, and the connection goes on.
    connection.request("POST", "/predict", ROW)
    assert reply_of(connection).status == 200
    connection.close()


def test_a_client_that_sends_far_too_much_sees_why_not(small):
    body = bytes(5_000_000)
    reply = small.ask("POST", "/predict", body)
    assert (reply.status, reply.headers["connection"]) == (413, "close")


def test_chunks_that_never_end(small):
    chunk = b"3e8\r\n" + b" " * 1000 + b"\r\n"
    with small.raw() as connection:
        connection.sendall(head(**{"Transfer-Encoding": "chunked"}))
        answer = []
        reader = threading.Thread(target=lambda: answer.append(everything(connection)))
        reader.start()
        deadline = time.monotonic() + 20
        try:
            while reader.is_alive() and time.monotonic() < deadline:
                connection.sendall(chunk)
        except OSError:
            pass
        reader.join(20)
        assert not reader.is_alive()
    assert answer[0].startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer[0]
    assert alive(small)


def test_a_client_that_waits_to_be_asked_for_its_body(small):
    with small.raw() as connection:
        connection.sendall(head(Expect="100-continue", **{"Content-Length": len(ROW)}))
        asked = b"HTTP/1.1 100 Continue\r\n\r\n"
        assert connection.recv(len(asked)) == asked
        connection.sendall(ROW)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
    with small.raw() as connection:
        connection.sendall(head(Expect="100-continue", **{"Content-Length": 2001}))
        assert everything(connection).startswith(b"HTTP/1.1 413 ")


def test_pipelined_requests_are_answered_in_order(small):
    ids = [f"r{i}" for i in range(200)]
    with small.raw() as connection:
        connection.sendall(b"".join(request(**{"X-Request-Id": each}) for each in ids))
        found = []
        buffer = b""
        while len(found) < len(ids):
            part = connection.recv(65536)
            assert part
            buffer += part
            while (end := buffer.find(b"\r\n\r\n")) >= 0:
                lines = buffer[:end].split(b"\r\n")
                fields = dict(line.split(b": ", 1) for line in lines[1:])
                size = int(fields[b"content-length"])
                if len(buffer) < end + 4 + size:
                    break
                assert lines[0] == b"HTTP/1.1 200 OK"
                found.append(fields[b"x-request-id"].decode())
                buffer = buffer[end + 4 + size :]
    assert found == ids


def test_who_asks_for_another_protocol_gets_http(small):
    with small.raw() as connection:
        upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
        connection.sendall(request(**upgrade) + request(Connection="close"))
        assert everything(connection).count(b"HTTP/1.1 200 OK") == 2


def test_http_1_0(small):
    with small.raw() as connection:
        connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert everything(connection).endswith(b'{"status":"ok"}')


def test_a_client_that_reads_nothing_is_dropped(repository):
    # More than the buffers of both sides take.
    rows = [[0.1, 0.2, 0.3]] * 100_000
    body = json.dumps({"model_name": "several", "features": rows}).encode()
    with serving(repository, read_timeout=1.0) as running, running.raw() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(60)
        connection.sendall(request(body))
        until(lambda: running.connections() == 1)
        until(lambda: running.connections() == 0)


def test_a_client_that_goes_away_is_told_as_cancelled(repository):
    rows = [[0.1, 0.2, 0.3, 0.4]] * 50_000
    body = json.dumps({"model_name": "iris", "features": rows, "include_probabilities": True}).encode()

    def cancelled():
        line = 'modelx_requests_total{code="CANCELLED",method="predict"'
        return line in running.metrics()

    with serving(repository) as running:
        with running.raw() as connection:
            connection.sendall(head(**{"Content-Length": 100}) + b"{")
        until(cancelled)
        with running.raw() as connection:
            connection.sendall(request(body))
        until(lambda: running.call(lambda: running.services.admission.in_flight) == 0)
        assert running.post("/predict", {"model_name": "iris", "features": [1, 2, 3, 4]}).status == 200


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
