"""The end of a server: what is under way is finished, and what does not end is ended."""

from __future__ import annotations

import json
import signal
import socket
import time

import pytest
from data import load
from http_running import Running, everything, serving

from modelx.serving.settings import Settings

X, _ = load("iris")
BODY = json.dumps({"features": X[0].tolist()}).encode()
HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(BODY)


@pytest.fixture
def running(iris_file, tmp_path):
    with (tmp_path / "log").open("w") as log:
        server = Running(Settings(model=str(iris_file)), log.fileno())
        server.start()
        yield server
        server.stop()


def test_requests_under_way_are_finished(running):
    with running.raw() as busy, running.raw() as idle:
        busy.sendall(HEAD + BODY[:-1])
        idle.sendall(HEAD + BODY)
        assert idle.recv(65536).startswith(b"HTTP/1.1 200 OK")
        wait_until(lambda: running.connections() == 2)
        end = running.begin_stop(30.0)
        assert everything(idle) == b""
        wait_until(lambda: refused(running.port))
        assert not end.done()
        busy.sendall(BODY[-1:])
        answer = everything(busy)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        end.result(10)


def test_what_does_not_end_is_ended(running):
    with running.raw() as busy:
        busy.sendall(HEAD + BODY[:-1])
        wait_until(lambda: running.connections() == 1)
        started = time.monotonic()
        running.begin_stop(0.2).result(20)
        assert time.monotonic() - started < 15
        assert everything(busy) == b""


def test_readiness_goes_first(iris_file):
    with serving(iris_file) as server:
        server.call(setattr, server.services, "shutting_down", True)
        ready = server.get("/readyz")
        assert (ready.status, ready.json["ready"]) == (503, False)
        assert (server.get("/v2/health/ready").status, server.get("/v2/health/live").status) == (503, 200)
        assert server.get("/healthz").status == 200


def test_signals_are_nobody_s_but_the_process_s(running):
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    assert running.get("/healthz").status == 200
    assert handlers == [signal.default_int_handler, signal.SIG_DFL]


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def wait_until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
