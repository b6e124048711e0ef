"""Reloads under load: no request fails, and each response's numbers belong to the version that it names."""

from __future__ import annotations

import shutil
import signal
import threading
from pathlib import Path

import contract_calls as calls
import contract_models as models
import grpc
import numpy as np
import pytest
from sklearn.linear_model import Ridge

import modelx
from modelx.v1 import service_pb2, service_pb2_grpc

CLIENTS = 32
RELOADS = 2000
VERSIONS = {"1.0.0": 0.5, "2.0.0": 500.0}


@pytest.fixture
def folder(tmp_path):
    """Give two versions of one model, and a file that is none."""
    x = models.data("diabetes")
    y = x @ np.arange(10) + 3
    for version, alpha in VERSIONS.items():
        modelx.dump(Ridge(alpha=alpha).fit(x, y), tmp_path / f"{version}.pb", name="m", version=version)
    whole = (tmp_path / "1.0.0.pb").read_bytes()
    (tmp_path / "bad.pb").write_bytes(whole[: len(whole) // 2])
    shutil.copy(tmp_path / "1.0.0.pb", tmp_path / "model.pb")
    return tmp_path


class Clients:
    """Threads that predict until they are stopped, and keep what went wrong.

    With each turn every one of them makes a request, so that there are many around each reload, and none between them.
    """

    def __init__(self, address, folder, count=CLIENTS):
        x = models.data("diabetes")[:64]
        self.rows = [row.tolist() for row in x]
        self.expected = {v: modelx.load(folder / f"{v}.pb").predict(x) for v in VERSIONS}
        self.wrong: list[str] = []
        self.seen: dict[str, int] = dict.fromkeys(VERSIONS, 0)
        self._turn = 0
        self._stop = False
        self._changed = threading.Condition()
        self._threads = [threading.Thread(target=self._run, args=(address, n)) for n in range(count)]

    def _run(self, address, number):
        with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub = service_pb2_grpc.ModelServiceStub(channel)
            seen = 0
            while True:
                with self._changed:
                    while not self._stop and self._turn == seen:
                        self._changed.wait()
                    if self._stop:
                        return
                    seen = self._turn
                turn = (number + seen) % len(self.rows)
                try:
                    answer = stub.Predict(service_pb2.PredictRequest(features=self.rows[turn]), timeout=30)
                except grpc.RpcError as error:
                    self.wrong.append(f"{error.code()}: {error.details()}")
                    continue
                want = self.expected[answer.model_version][turn]
                if abs(answer.predictions[0] - want) > 1e-9:
                    self.wrong.append(f"{answer.model_version} gave {answer.predictions[0]}, not {want}")
                self.seen[answer.model_version] += 1

    def turn(self):
        """Let every client that waits make a request."""
        with self._changed:
            self._turn += 1
            self._changed.notify_all()

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        with self._changed:
            self._stop = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()


def test_reloads_under_load_lose_nothing(serve, folder):
    server = serve(folder / "1.0.0.pb")
    with Clients(server.grpc, folder) as clients, grpc.insecure_channel(server.grpc) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        for turn in range(RELOADS):
            version = list(VERSIONS)[turn % 2]
            clients.turn()
            # Every tenth time a bad file comes between.
            if turn % 10 == 9:
                with pytest.raises(grpc.RpcError) as refused:
                    stub.ReloadModel(service_pb2.ReloadModelRequest(path="bad.pb"))
                assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
            answer = stub.ReloadModel(service_pb2.ReloadModelRequest(path=f"{version}.pb"), timeout=30)
            assert answer.model_version == version
            # It answers when the new one serves, not before.
            mine = stub.Predict(service_pb2.PredictRequest(features=clients.rows[0]))
            assert mine.model_version == version
    assert clients.wrong == []
    assert min(clients.seen.values()) > RELOADS, clients.seen


def rpc(server, method, **request):
    return calls.call_grpc(server.grpc, {"rpc": f"modelx.v1.ModelService/{method}", "request": request})


def test_a_bad_file_is_told_everywhere_and_changes_nothing(serve, folder):
    server = serve(folder / "1.0.0.pb")
    refused = calls.call_http(server.http, {"http": "POST /reload", "json": {"path": "bad.pb"}})
    assert (refused.status, refused.kind) == (409, "malformed")
    assert refused.error == 'file "bad.pb" is refused (malformed); version "1.0.0" goes on serving'
    assert refused.body["detail"]
    info = rpc(server, "GetModelInfo").body
    last = info["last_reload"]
    assert (last["ok"], last["kind"], last["trigger"], last["path"]) == (False, "malformed", "http", "bad.pb")
    assert last["error"] == refused.error
    assert (info["version"], info["path"]) == ("1.0.0", "1.0.0.pb")
    ready = calls.call_http(server.http, {"http": "GET /readyz"}).body
    assert ready["ready"]
    assert ready["models"][0]["last_reload"]["kind"] == "malformed"
    metrics = calls.call_http(server.http, {"http": "GET /metrics"}).raw.decode()
    assert 'modelx_last_reload_ok{model="m"} 0' in metrics
    line = server.wait_log("reload refused")
    assert (line["kind"], line["path"], line["trigger"]) == ("malformed", "bad.pb", "http")


def test_a_model_of_strings_takes_the_place_of_one_of_numbers(serve, folder):
    vectors = Path(__file__).parents[1] / "conformance" / "vectors"
    shutil.copy(vectors / "column_transformer" / "mixed_columns.pb", folder / "strings.pb")
    server = serve(folder / "1.0.0.pb")
    assert rpc(server, "ReloadModel", path="strings.pb").code == "OK"
    types = rpc(server, "GetModelInfo").body["signature"]["feature_types"]
    assert types[1:3] == ["DATA_TYPE_STRING", "DATA_TYPE_FLOAT64"]
    request = {"method": "transform", "features": [0.0] * len(types)}
    refused = calls.call_grpc(server.grpc, {"rpc": "modelx.v1.ModelService/Predict", "request": request})
    assert (refused.kind, refused.error) == ("not_text", "row 1, feature 2 is a number; expected a string or null")


def test_version_alone_must_be_the_files(serve, folder):
    server = serve(folder / "1.0.0.pb")
    answer = rpc(server, "ReloadModel", version="3")
    assert answer.kind == "version_mismatch"
    assert answer.error == 'file "1.0.0.pb" has version "1.0.0"; expected "3"; version "1.0.0" goes on serving'
    assert rpc(server, "ReloadModel", version="2.0.0", path="2.0.0.pb").body["previous_version"] == "1.0.0"


def test_rollback_and_back_again(serve, folder):
    server = serve(folder / "1.0.0.pb")
    changed = rpc(server, "ReloadModel", path="2.0.0.pb").body
    assert (changed["model_version"], changed["previous_version"], changed["changed"]) == ("2.0.0", "1.0.0", True)
    assert rpc(server, "GetModelInfo").body["rollback_version"] == "1.0.0"
    for version in ("1.0.0", "2.0.0", "1.0.0"):
        assert rpc(server, "ReloadModel", rollback=True).body["model_version"] == version
        assert rpc(server, "GetModelInfo").body["version"] == version
    # The same file again is no change.
    assert rpc(server, "ReloadModel", path="1.0.0.pb").body["changed"] is False


def test_signal(serve, folder):
    server = serve(folder / "model.pb")
    shutil.copy(folder / "2.0.0.pb", folder / "fresh.pb")
    (folder / "fresh.pb").replace(folder / "model.pb")
    server.signal(signal.SIGHUP)
    line = server.wait_log("model reloaded")
    assert (line["model_version"], line["previous_version"], line["trigger"]) == ("2.0.0", "1.0.0", "signal")
    assert rpc(server, "GetModelInfo").body["version"] == "2.0.0"


def test_watch_survives_what_editors_and_deployments_do(serve, folder):
    (folder / "live.pb").symlink_to("model.pb")
    server = serve(folder / "live.pb", watch="true", watch_interval="50ms")
    first, second = ((folder / f"{v}.pb").read_bytes() for v in VERSIONS)

    def becomes(version):
        line = server.wait_log("model reloaded", after=seen, trigger="watch")
        assert line["model_version"] == version

    # Renamed over, as careful editors do.
    seen = len(server.lines)
    (folder / "new").write_bytes(second)
    (folder / "new").replace(folder / "model.pb")
    becomes("2.0.0")
    # Written in two halves: the first is refused, or not yet looked at; the whole file serves.
    seen = len(server.lines)
    with (folder / "model.pb").open("wb") as file:
        file.write(first[:100])
        file.flush()
        server.wait_log("reload refused", after=seen)
        file.write(first[100:])
    becomes("1.0.0")
    # The link is swapped, as deployments do.
    seen = len(server.lines)
    (folder / "link").symlink_to("2.0.0.pb")
    (folder / "link").replace(folder / "live.pb")
    becomes("2.0.0")
    # Gone, and there again.
    seen = len(server.lines)
    (folder / "live.pb").unlink()
    (folder / "live.pb").symlink_to("1.0.0.pb")
    becomes("1.0.0")
    assert server.process.poll() is None


def test_repository_versions_come_and_are_chosen(serve, folder, tmp_path_factory):
    root = tmp_path_factory.mktemp("repository")
    (root / "m" / "1").mkdir(parents=True)
    shutil.copy(folder / "1.0.0.pb", root / "m" / "1" / "model.pb")
    server = serve(root, watch="true", watch_interval="50ms")
    assert rpc(server, "GetModelInfo").body["version"] == "1"
    (root / "m" / "2").mkdir()
    shutil.copy(folder / "2.0.0.pb", root / "m" / "2" / "model.pb")
    server.wait_log("model reloaded", model_version="2")
    assert rpc(server, "GetModelInfo").body["ready_versions"] == ["1", "2"]
    assert rpc(server, "ReloadModel", version="1").body["previous_version"] == "2"
    assert rpc(server, "GetModelInfo").body["version"] == "1"
    missing = rpc(server, "ReloadModel", version="7")
    assert (missing.code, missing.error) == ("NOT_FOUND", 'no version "7" of model "m" in the repository')
