"""`modelx serve` as a process: what it logs, how it ends, and with which exit code."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time

import pytest
from otlp_receivers import GrpcReceiver, HttpReceiver
from serve_running import PATIENCE_SECONDS, ROW, Serving, command, environment, wait_until

import modelx
from modelx.serving import main, settings
from modelx.serving.signals import Signals
from modelx.serving.watch import Watcher


def run(*args, **more):
    """Run a server that ends by itself."""
    return subprocess.run(
        command(*args), capture_output=True, text=True, env=environment(**more), timeout=PATIENCE_SECONDS, check=False
    )


def test_a_life(put):
    with Serving(put(1), "--log-requests", "all") as server:
        ready = server.wait_log("serving")
        assert (ready["engine"], ready["version"], ready["pid"]) == ("python", modelx.__version__, server.process.pid)
        assert server.predict_grpc().model_version == "1"
        assert server.predict()["model_version"] == "1"
        assert server.ask("GET", "/readyz")[0] == 200
        loaded = server.wait_log("model loaded")
        assert (loaded["model"], loaded["model_version"], loaded["path"]) == ("iris", "1", "iris.pb")
        assert len(loaded["sha256"]) == 64
        told = [server.wait_log("request", protocol=protocol, rows=1) for protocol in ("grpc", "http")]
        assert [each["method"] for each in told] == ["modelx.v1.ModelService/Predict", "POST /predict"]
        assert {each["code"] for each in told} == {"OK"}
        assert server.metric("modelx_requests_total", model="iris", version="1", code="OK") == 2
        assert server.metric("modelx_model_info", model="iris", version="1", sha256=loaded["sha256"]) == 1
        assert server.stop() == 0
        assert server.wait_log("shutting down")["signal"] == "SIGTERM"
        assert server.lines[-1]["msg"] == "stopped"
    assert server.other == []


def test_sighup_reloads(put):
    file = put(1)
    with Serving(file) as server:
        put(2)
        server.send(signal.SIGHUP)
        told = server.wait_log("model reloaded")
        assert (told["model_version"], told["previous_version"], told["trigger"]) == ("2", "1", "signal")
        assert server.predict()["model_version"] == "2"
        put("broken")
        server.send(signal.SIGHUP)
        refused = server.wait_log("reload refused")
        assert (refused["kind"], refused["trigger"], refused["path"]) == ("malformed", "signal", "iris.pb")
        assert refused["error"] == 'file "iris.pb" is refused (malformed); version "2" goes on serving'
        assert server.predict()["model_version"] == "2"
        assert server.metric("modelx_reloads_total", model="iris", trigger="signal", result="ok") == 1
        assert server.metric("modelx_reloads_total", model="iris", trigger="signal", result="malformed") == 1
        assert server.metric("modelx_last_reload_ok", model="iris") == 0
        assert server.metric("modelx_model_info", model="iris") == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_the_file_is_watched(put, workers):
    with Serving(put(1), "--watch", "--watch-interval", "50ms", "--workers", workers) as server:
        put(2)
        assert server.wait_log("model reloaded")["trigger"] == "watch"
        assert server.predict()["model_version"] == "2"


def begin_predict(server):
    """Send the head and a part of the body of a prediction."""
    host, _, port = server.http.rpartition(":")
    sock = socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
    body = f'{{"features": [{ROW}]}}'.encode()
    sock.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:5])
    return sock, body[5:]


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_under_way_are_finished(put, workers):
    with Serving(put(1), "--workers", workers, "--log-requests", "all") as server:
        sock, rest = begin_predict(server)
        with sock:
            # The server must have seen it: another connection that came later is answered.
            server.predict()
            server.send(signal.SIGTERM)
            server.wait_log("shutting down")
            wait_until(lambda: not listens(server.http) and not listens(server.grpc), "the ports to close")
            sock.sendall(rest)
            answer = b"".join(iter(lambda: sock.recv(1 << 16), b""))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert server.process.wait(PATIENCE_SECONDS) == 0


def listens(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS).close()
    except ConnectionError:
        return False
    return True


@pytest.mark.parametrize("workers", [1, 2])
def test_grace_is_limited(put, workers):
    with Serving(put(1), "--workers", workers, "--shutdown-grace", "200ms") as server:
        sock, _ = begin_predict(server)
        with sock:
            server.predict()
            begun = time.monotonic()
            assert server.stop(signal.SIGINT) == 0
            assert time.monotonic() - begun < 20
            assert server.wait_log("stopped")["signal"] == "SIGINT"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_signal_ends_at_once(put, workers):
    with Serving(put(1), "--workers", workers) as server:
        sock, _ = begin_predict(server)
        with sock:
            server.predict()
            server.send(signal.SIGTERM)
            server.wait_log("shutting down")
            assert server.stop() == 128 + signal.SIGTERM


@pytest.mark.parametrize(("workers", "port"), [(1, "grpc"), (1, "http"), (2, "http")])
def test_a_port_is_taken(put, workers, port):
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        number = taken.getsockname()[1]
        ports = {"grpc": "0", "http": "0"} | {port: str(number)}
        done = run(
            put(1),
            "--engine",
            "python",
            "--workers",
            workers,
            "--grpc-port",
            ports["grpc"],
            "--http-port",
            ports["http"],
        )
    assert done.returncode == 6
    assert f"127.0.0.1:{number}: Address already in use" in done.stderr


def test_two_servers_do_not_share_a_port(put):
    file = put(1)
    with Serving(file, "--workers", "2") as server:
        ports = [address.rpartition(":")[2] for address in (server.grpc, server.http)]
        for mine in ((ports[0], "0"), ("0", ports[1])):
            line = ("--engine", "python", "--workers", "2", "--grpc-port", mine[0], "--http-port", mine[1])
            assert run(file, *line).returncode == 6
        assert server.predict()["model_version"] == "1"


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_model(put, workers):
    done = run(put("broken"), "--engine", "python", "--workers", workers, "--grpc-port", "0", "--http-port", "0")
    assert done.returncode == 3
    assert done.stderr.startswith(f"modelx: error (malformed): {put('broken')}: ")


@pytest.mark.parametrize("workers", [1, 2])
def test_no_model(root, workers):
    done = run(root / "none.pb", "--engine", "python", "--workers", workers)
    assert done.returncode == 6
    assert done.stderr == f"modelx: error (io): {root / 'none.pb'}: No such file or directory\n"


def test_a_token_file_that_is_not_there(put, root):
    done = run(put(1), "--engine", "python", "--predict-token-file", root / "none")
    assert done.returncode == 6
    assert done.stderr == f"modelx: error (io): {root / 'none'}: No such file or directory\n"


def test_a_token_file_without_tokens(put, root):
    (root / "tokens").write_text("# none\n")
    done = run(put(1), "--engine", "python", "--workers", "2", "--predict-token-file", root / "tokens")
    assert done.returncode == 2
    assert f"modelx: error (usage): {root / 'tokens'} has no token; expected one on each line" in done.stderr


def test_exposure_is_told(put):
    with Serving(put(1), "--host", "0.0.0.0") as server:  # noqa: S104
        assert server.wait_log(
            "listening beyond this machine without tokens: whoever reaches the ports may predict and reload"
        )


def test_on_this_machine_nothing_is_told(put, root):
    (root / "tokens").write_text("secret\n")
    with Serving(put(1), "--host", "0.0.0.0", "--predict-token-file", root / "tokens") as server:  # noqa: S104
        server.wait_log("serving")
    with Serving(put(1)) as other:
        other.wait_log("serving")
    assert not [line for line in server.lines + other.lines if line["level"] == "warning"]


def test_settings_from_the_environment_and_from_a_file(put, root):
    config = root / "modelx.toml"
    config.write_text('log_format = "text"\nmodel_name = "flowers"\n')
    with Serving(put(1), MODELX_CONFIG=str(config), MODELX_LOG_FORMAT="json", MODELX_MAX_ROWS="1") as server:
        assert server.predict()["model_name"] == "flowers"
        status, answer = server.ask("POST", "/predict", {"features": [ROW, ROW]})
    assert (status, answer["error"]) == (413, "2 rows; expected at most 1")


@pytest.mark.parametrize(("receiver", "workers"), [(GrpcReceiver, "1"), (HttpReceiver, "2")])
def test_requests_are_traced(put, receiver, workers):
    with receiver() as collector:
        with Serving(put(1), "--workers", workers, **collector.environment) as server:
            server.predict_grpc()
            server.predict()
            assert server.stop() == 0
        spans = [span for _, span in collector.received.wait(2)]
    assert {span.name for span in spans} == {"modelx.v1.ModelService/Predict", "POST /predict"}


def test_an_unknown_protocol_of_traces(put):
    more = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "x"}
    done = run(put(1), "--engine", "python", **more)
    assert done.returncode == 2
    assert 'environment OTEL_EXPORTER_OTLP_PROTOCOL is "x"; expected grpc or http/protobuf' in done.stderr


def test_nobody_reads_the_log(put):
    """A closed standard error is no reason to fail a request."""
    read, write = os.pipe()
    line = command(put(1), "--engine", "python", "--grpc-port", "-1", "--http-port", "0", "--log-requests", "all")
    with subprocess.Popen(line, stderr=write, env=environment()) as process:
        os.close(write)
        with os.fdopen(read, "rb") as log:
            for text in log:
                if b'"serving"' in text:
                    address = text.decode().partition('"http_address": "')[2].partition('"')[0]
                    break
        try:
            assert wait_until(lambda: listens(address), "the server")
            server = Serving.__new__(Serving)
            server.http = address
            for _ in range(3):
                assert server.predict()["model_version"] == "1"
        finally:
            process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0


def test_a_file_that_the_watch_reads_for_long_holds_the_end_not_up(put):
    class Reading:
        """A reload that does not come to its end."""

        def __init__(self):
            self.begun = asyncio.Event()

        async def reload(self, _request):
            self.begun.set()
            await asyncio.Event().wait()

    async def work():
        reading = Reading()
        given = settings.load(str(put(1)), {"watch": "true", "watch_interval": "10ms"}, {}, None)
        watcher = Watcher(reading, given)
        signals = Signals()
        waiting = asyncio.create_task(main._until_stopped(signals, watcher))
        put(2)
        await reading.begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await waiting
        assert signals.name == "SIGTERM"

    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    asyncio.run(asyncio.wait_for(work(), PATIENCE_SECONDS))
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)] == before
