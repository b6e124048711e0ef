"""Several workers: one service, whatever happens to one of them."""

from __future__ import annotations

import http.client
import os
import signal
import threading
from collections import Counter
from pathlib import Path

import grpc
import pytest
from serve_running import PATIENCE_SECONDS, ROW, Serving, is_running, wait_until

from modelx.v1 import service_pb2, service_pb2_grpc

CONNECTIONS = 12
CLIENTS = 3


def versions(server, count=CONNECTIONS):
    """Ask on connections of their own, which go to all workers sooner or later."""
    return {server.predict()["model_version"] for _ in range(count)}


@pytest.fixture
def server(put):
    """Serve by two workers; whatever a test does to them, their folder is private, and is removed."""
    with Serving(put(1), "--workers", "2") as running:
        folder = folder_of(running.worker_pids()[0])
        assert folder.stat().st_mode & 0o777 == 0o700
        yield running
        assert running.stop() == 0
        assert not folder.exists()


def folder_of(pid):
    """Find the folder where a worker keeps its numbers."""
    mapped = Path(f"/proc/{pid}/maps").read_text()
    return next(Path(line.split()[-1]).parent.parent for line in mapped.splitlines() if line.endswith("/values"))


def test_a_reload_at_one_is_seen_at_all_before_it_answers(server, put):
    put(2, "second.pb")
    for version, path in [("2", "second.pb"), ("1", "iris.pb")] * 8:
        status, report = server.ask("POST", "/reload", {"path": path})
        assert (status, report["model_version"]) == (200, version)
        assert versions(server) == {version}
    assert server.metric("modelx_reloads_total", model="iris", trigger="http", result="ok") == 16
    assert len([line for line in server.lines if line["msg"] == "model reloaded"]) == 16
    with grpc.insecure_channel(server.grpc) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        report = stub.ReloadModel(service_pb2.ReloadModelRequest(rollback=True), timeout=PATIENCE_SECONDS)
    assert (report.model_version, report.previous_version) == ("2", "1")
    assert versions(server) == {"2"}
    refused(server, put)


def refused(server, put):
    """A bad file changes no worker, and all tell of it."""
    put("broken", "broken.pb")
    status, answer = server.ask("POST", "/reload", {"path": "broken.pb"})
    assert (status, answer["kind"]) == (409, "malformed")
    assert answer["error"] == 'file "broken.pb" is refused (malformed); version "2" goes on serving'
    assert answer["detail"]
    status, answer = server.ask("POST", "/reload", {"path": "../x.pb"})
    assert (status, answer["kind"]) == (403, "outside_root")
    for _ in range(CONNECTIONS):
        _, ready = server.ask("GET", "/readyz")
        (model,) = ready["models"]
        assert (model["version"], model["last_reload"]["kind"]) == ("2", "outside_root")
    assert len([line for line in server.lines if line["msg"] == "reload refused"]) == 2
    assert versions(server) == {"2"}


def test_numbers_cover_all_workers_those_that_died_too(server):
    for _ in range(20):
        server.predict()
    assert served(server) == 20
    for killed in range(2):
        os.kill(server.worker_pids()[0], signal.SIGKILL)
        server.wait_log("worker ended", count=killed + 1, end="SIGKILL", worker=0)
        assert served(server) == 20 + killed
        server.predict()
        server.wait_log("worker serves", count=killed + 2, worker=0)
    assert served(server) == 22
    assert server.metric("modelx_requests_total", method="predict", code="OK", model="iris", version="1") == 22
    assert server.metric("modelx_request_duration_seconds_count", model="iris") == 22
    # The question itself.
    assert server.metric("modelx_requests_in_flight") == 1


def served(server):
    """Give what each worker says, which must be the same."""
    numbers = {server.ask("GET", "/model-info")[1]["requests_served"] for _ in range(6)}
    assert len(numbers) == 1
    return numbers.pop()


def test_a_worker_that_comes_back_serves_what_the_others_serve(server, put, root):
    put(2, "second.pb")
    assert server.ask("POST", "/reload", {"path": "second.pb"})[0] == 200
    # What lies there now serves nowhere.
    put(3)
    (root / "second.pb").unlink()
    for turn in range(2):
        for number in (0, 1):
            os.kill(server.worker_pids()[number], signal.SIGKILL)
            server.wait_log("worker serves", count=turn + 2, worker=number)
            assert versions(server) == {"2"}
    for number in (0, 1):
        os.kill(server.worker_pids()[number], signal.SIGKILL)
    for number in (0, 1):
        server.wait_log("worker serves", count=4, worker=number)
    assert versions(server) == {"2"}
    _, info = server.ask("GET", "/model-info")
    assert (info["path"], info["rollback_version"], info["last_reload"]["ok"]) == ("second.pb", "1", True)
    status, report = server.ask("POST", "/reload", {"rollback": True})
    assert (status, report["model_version"]) == (200, "1")
    assert versions(server) == {"1"}
    server.send(signal.SIGHUP)
    server.wait_log("model reloaded", trigger="signal", model_version="3")
    assert versions(server) == {"3"}


def test_workers_outlive_what_they_were_forked_from(server):
    first = server.worker_pids()
    os.kill(parent_of(first[0]), signal.SIGKILL)
    assert versions(server) == {"1"}
    # Nobody can tell how a worker ended whose parent is no more; another parent gives the next one.
    os.kill(first[0], signal.SIGKILL)
    server.wait_log("worker ended", worker=0, end="an unknown status")
    server.wait_log("worker serves", count=2, worker=0)
    second = server.worker_pids()
    assert second[1] == first[1]
    assert parent_of(second[0]) not in {1, parent_of(second[1])}
    assert versions(server) == {"1"}


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


class Load:
    """Clients that ask without pause, each on a connection that it keeps."""

    def __init__(self, server):
        self.server = server
        self.answers = []
        self.failures = []
        self.refusals = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._http, args=(number,)) for number in range(CLIENTS)]
        self._threads += [threading.Thread(target=self._grpc, args=(-1 - number,)) for number in range(CLIENTS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _http(self, number):
        connection = self.server.connection()
        while not self._stop.is_set():
            try:
                connection.request("POST", "/predict", f'{{"features": [{ROW}]}}')
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException) as error:
                # The worker may end within an answer too.
                self.failures.append((number, repr(error)))
                connection.close()
                continue
            if answer.status == 200:
                self.answers.append(number)
            else:
                self.refusals.append(body)
        connection.close()

    def _grpc(self, number):
        # Channels of one process share connections unless they say otherwise.
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.initial_reconnect_backoff_ms", 100)]
        with grpc.insecure_channel(self.server.grpc, options) as channel:
            stub = service_pb2_grpc.ModelServiceStub(channel)
            request = service_pb2.PredictRequest(features=ROW)
            while not self._stop.is_set():
                try:
                    stub.Predict(request, timeout=PATIENCE_SECONDS, wait_for_ready=True)
                except grpc.RpcError as error:
                    self.failures.append((number, error.details()))
                    continue
                self.answers.append(number)

    def wait_answers(self, more):
        """Wait for answers to each of the clients."""
        before = len(self.answers)
        clients = {*range(CLIENTS), *range(-CLIENTS, 0)}
        wait_until(lambda: len(self.answers) > before + more and clients <= set(self.answers[before:]), "answers")


def test_kill_9_loses_only_what_is_in_flight(server):
    kills = 3
    totals = []
    lost = []
    with Load(server) as load:
        for turn in range(kills):
            load.wait_answers(50)
            totals.append(total(server))
            # Whoever has an answer after a kill loses nothing until the next one, also while the worker comes back.
            assert load.failures == lost
            os.kill(server.worker_pids()[turn % 2], signal.SIGKILL)
            server.wait_log("worker ended", count=turn + 1)
            totals.append(total(server))
            # The one that is left answers all.
            load.wait_answers(50)
            totals.append(total(server))
            lost = list(load.failures)
            server.wait_log("worker serves", count=2 + turn + 1)
        load.wait_answers(50)
    assert load.failures == lost
    assert load.refusals == []
    # A client has one request in flight. It may begin another before its library has seen that the connection is
    # broken, and one more on a connection that the dying worker's listening socket had still taken in.
    assert all(count <= 3 * kills for count in Counter(number for number, _ in lost).values())
    assert totals == sorted(totals)
    answered = len(load.answers)
    assert answered <= total(server) <= answered + len(lost)


def total(server):
    """Count predictions; a worker that was killed while it was asked may cost one try."""

    def ask():
        try:
            return server.metric("modelx_requests_total", method="predict", code="OK")
        except (OSError, http.client.HTTPException):
            return None

    return wait_until(ask, "the metrics")


def test_nothing_is_left_when_the_supervisor_is_killed(put):
    with Serving(put(1), "--workers", "2") as server:
        pids = list(server.worker_pids().values())
        assert all(map(is_running, pids))
        folder = folder_of(pids[0])
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not any(map(is_running, pids)), "the workers to end")
        wait_until(lambda: not folder.exists(), "their folder to be removed")
        assert server.other == []


def test_a_folder_of_models(put, root):
    put(1, "iris/1/model.pb")
    put(2, "iris/2/model.pb")
    put(1, "other.pb")
    with Serving(root, "--workers", "2") as server:
        assert server.ask("POST", "/reload", {"model_name": "iris", "version": "1"})[0] == 200
        assert server.ask("POST", "/v2/repository/models/other/unload", {})[0] == 200
        put(3, "iris/3/model.pb")
        os.kill(server.worker_pids()[1], signal.SIGKILL)
        server.wait_log("worker serves", count=2, worker=1)
        for _ in range(CONNECTIONS):
            _, index = server.ask("POST", "/v2/repository/index", {})
            states = {(each["name"], each["version"]): each["state"] for each in index}
            assert states["iris", "1"] == states["iris", "2"] == "READY"
            assert states["iris", "3"] != "READY"
            status, answer = server.ask("POST", "/predict", {"features": [ROW], "model_name": "iris"})
            assert (status, answer["model_version"]) == (200, "1")
            assert server.ask("GET", "/v2/models/other/ready")[0] == 404
        assert server.ask("POST", "/v2/repository/models/iris/load", {})[0] == 200
        assert server.ask("POST", "/v2/repository/models/none/load", {})[1]["kind"] == "unknown_model"
        for _ in range(CONNECTIONS):
            assert server.ask("GET", "/v2/models/iris/versions/3/ready")[0] == 200
