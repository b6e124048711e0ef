"""Every path: what it answers, who may ask, and what the log and the metrics tell of it."""

from __future__ import annotations

import gzip
import http.client
import json
import re

import pytest
from data import load
from http_running import reply_of, serving

import modelx

X, _ = load("iris")
GETS = ["/model-info?model_name=iris", "/healthz", "/readyz", "/metrics", "/v2", "/v2/health/live",
        "/v2/health/ready", "/v2/models/iris", "/v2/models/iris/versions/1", "/v2/models/iris/ready",
        "/v2/models/iris/versions/1/ready"]  # fmt: skip
POSTS = ["/predict", "/reload", "/v2/models/iris/infer", "/v2/models/iris/versions/1/infer", "/v2/repository/index",
         "/v2/repository/models/iris/load", "/v2/repository/models/iris/unload"]  # fmt: skip
OPEN = ["/healthz", "/readyz", "/metrics", "/v2/health/live", "/v2/health/ready", "/v2/models/iris/ready",
        "/v2/models/iris/versions/1/ready"]  # fmt: skip
RELOADS = ["/reload", "/v2/repository/models/iris/load", "/v2/repository/models/iris/unload"]


@pytest.mark.parametrize("path", GETS)
def test_head_is_get_without_the_body(server, path):
    got, head = server.get(path), server.get(path, method="HEAD")
    assert (got.status, head.status, head.body) == (200, 200, b"")
    if path != "/metrics":
        assert head.headers["content-length"] == got.headers["content-length"]
    assert head.headers.get("content-type") == got.headers.get("content-type")
    wrong = server.ask("PUT", path)
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, HEAD")
    assert wrong.json["error"] == 'method "PUT" is not allowed here; expected GET or HEAD'
    assert (wrong.json["kind"], wrong.json["code"]) == ("no_method", "UNIMPLEMENTED")


@pytest.mark.parametrize("path", POSTS)
def test_the_method_is_post(server, path):
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        wrong = server.ask(method, path)
        assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
    assert wrong.json["error"] == 'method "OPTIONS" is not allowed here; expected POST'


NO_PATHS = ["/", "/foo", "/predict/", "//predict", "/PREDICT", "/v2/", "/v2/models", "/v2/models/", "/v2/models//infer",
            "/v2/models/iris/", "/v2/models/iris/foo", "/v2/models/iris/versions", "/v2/models/iris/versions/",
            "/v2/models/iris/versions//infer", "/v2/../predict", "/%2Fpredict", "/v2%2Fhealth%2Flive",
            "/v2/repository/models//load", "/v2/repository/models/iris", "/foo%20bar"]  # fmt: skip


@pytest.mark.parametrize("path", NO_PATHS)
def test_no_such_path(server, path):
    reply = server.get(path)
    assert (reply.status, reply.json["kind"], reply.json["code"]) == (404, "no_path", "UNIMPLEMENTED")
    assert reply.json["error"] == f'no path "{path}"; docs/serving.md lists those there are'


@pytest.mark.parametrize("path", ["/pre%64ict", "/%70redict?x=1", "http://elsewhere/predict"])
def test_other_ways_to_write_a_path(server, path):
    reply = server.post(path, {"model_name": "iris", "features": X[0].tolist()})
    assert reply.json["predictions"] == ["setosa"]


def test_bodies(server):
    assert server.get("/healthz").body == b'{"status":"ok"}'
    assert server.get("/v2").json == {
        "name": "modelx",
        "version": modelx.__version__,
        "extensions": ["binary_tensor_data", "model_repository"],
    }
    ready = server.get("/readyz").json
    assert ready["ready"] is True
    assert {"name": "iris", "version": "1", "ready": True} in ready["models"]
    for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/two/versions/2/ready"):
        assert (server.get(path).status, server.get(path).body) == (200, b"")
    for path in ("/v2/models/none/ready", "/v2/models/two/versions/3/ready"):
        assert (server.get(path).status, server.get(path).body) == (404, b"")
    metadata = server.get("/v2/models/two").json
    assert metadata["versions"] == ["1", "2"]
    assert metadata["inputs"] == [{"name": "X", "datatype": "FP64", "shape": [-1, 4]}]
    assert metadata["outputs"][0] == {"name": "predict", "datatype": "BYTES", "shape": [-1]}
    assert metadata["outputs"][1] == {"name": "predict_proba", "datatype": "FP64", "shape": [-1, 3]}


def test_model_info(server):
    info = server.get("/model-info?model_name=x&model_name=t%77o&model_version=1&other=%ff").json
    assert list(info) == [
        "name", "version", "type", "signature", "metadata", "metrics", "sha256", "loaded_timestamp", "requests_served",
        "evidence", "classes", "class_name", "engine", "ready_versions", "rollback_version", "path",
    ]  # fmt: skip
    assert (info["name"], info["version"], info["path"]) == ("two", "1", "two/1/model.pb")
    assert info["signature"]["outputs"][0] == {
        "method": "predict", "n_columns": 0, "type": "DATA_TYPE_STRING", "column_types": [],
    }  # fmt: skip
    assert info["evidence"]["result"] == "RESULT_PASSED"
    assert info["classes"] == ["setosa", "versicolor", "virginica"]
    assert (info["engine"], info["ready_versions"]) == ("python", ["1", "2"])
    reply = server.get("/model-info")
    assert (reply.status, reply.json["error"][:40]) == (400, 'model_name is empty; expected one of "bi')
    assert server.get("/model-info?model_name=iris&model_version=7").json["kind"] == "unknown_version"


def test_the_values_of_a_file_s_metadata(estimators, tmp_path):
    metrics = {"r2": 0.5, "worst": float("-inf"), "none": float("nan")}
    properties = {"team": "a", "n": 3, "deep": {"list": [1.5, None, True]}}
    told = {"metrics": metrics, "metadata": properties}
    modelx.dump(estimators["iris"], tmp_path / "m.pb", name="m", version="1", **told)
    with serving(tmp_path / "m.pb") as running:
        info = running.get("/model-info").json
    assert info["metrics"] == info["metadata"]["metrics"] == {"none": "NaN", "r2": 0.5, "worst": "-Infinity"}
    assert info["metadata"]["properties"] == properties


def test_the_index(server):
    entries = server.ask("POST", "/v2/repository/index").json
    assert {"name": "two", "version": "2", "state": "READY", "reason": ""} in entries
    assert server.post("/v2/repository/index", {"ready": True, "x": 1}).json == entries
    assert server.post("/v2/repository/index", {"ready": None}).json == entries
    reply = server.post("/v2/repository/index", {"ready": "x"})
    assert (reply.status, reply.json["error"]) == (400, 'field "ready" is a string; expected a boolean')
    assert server.ask("POST", "/v2/repository/index", b"x").json["error"] == "the body is not valid JSON"


def test_reload_load_and_unload(estimators, tmp_path):
    modelx.dump(estimators["iris"], tmp_path / "iris.pb", name="iris", version="1")
    with serving(tmp_path) as running:
        for body in (b"", b"{}"):
            report = running.ask("POST", "/reload", body).json
            assert (report["model_name"], report["previous_version"], report["changed"]) == ("iris", "1", False)
        modelx.dump(estimators["big"], tmp_path / "iris.pb", name="iris", version="2")
        report = running.post("/reload", {"model_name": "iris"}).json
        assert list(report) == [
            "model_name", "model_version", "previous_version", "sha256", "changed", "load_seconds",
        ]  # fmt: skip
        assert (report["model_version"], report["previous_version"], report["changed"]) == ("2", "1", True)
        assert running.get("/readyz").json["models"][0]["last_reload"] == {
            "ok": True, "timestamp": running.get("/model-info").json["last_reload"]["timestamp"], "trigger": "http",
            "path": "iris.pb", "version": "2", "error": "", "kind": "", "detail": "",
        }  # fmt: skip
        assert running.post("/reload", {"rollback": True}).json["model_version"] == "1"
        (tmp_path / "iris.pb").write_bytes(b"no model")
        refused = running.post("/reload", {})
        assert (refused.status, refused.json["code"]) == (409, "FAILED_PRECONDITION")
        assert refused.json["error"].endswith('version "1" goes on serving')
        assert refused.json["detail"]
        assert running.post("/reload", {"path": "../x.pb"}).status == 403
        modelx.dump(estimators["iris"], tmp_path / "iris.pb", name="iris", version="1")
        for action in ("unload", "load"):
            reply = running.ask("POST", f"/v2/repository/models/iris/{action}", b"not looked at")
            assert (reply.status, reply.body) == (200, b"")
            assert running.get("/v2/models/iris/ready").status == (404 if action == "unload" else 200)
        assert 'modelx_reloads_total{model="iris",result="ok",trigger="http"}' in running.metrics()


RELOAD_FIELDS = "model_name, path, rollback, version"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b" ", "the body is not valid JSON"),
        (b"[]", "the body is an array; expected an object"),
        (b'{"file": 1}', f'unknown field "file"; expected one of {RELOAD_FIELDS}'),
        (b'{"rollback": 1}', 'field "rollback" is a number; expected a boolean'),
        (b'{"path": null}', 'field "path" is null; expected a string'),
        (b'{"rollback": true, "path": "x"}', "rollback excludes path and version"),
    ],
)
def test_reloads_that_are_refused(small, body, text):
    reply = small.ask("POST", "/reload", body)
    assert (reply.status, reply.json["kind"], reply.json["error"]) == (400, "bad_request", text)


def test_rights(iris_file, tmp_path):
    (tmp_path / "predict").write_text("# readers\nreader\n")
    (tmp_path / "reload").write_text("writer\n")
    tokens = {"predict_token_file": str(tmp_path / "predict"), "reload_token_file": str(tmp_path / "reload")}
    with serving(iris_file, **tokens) as running:

        def status(method, path, token=None):
            return running.ask(method, path, None, {"Authorization": f"Bearer {token}"} if token else {}).status

        for method, path in [("GET", path) for path in GETS] + [("POST", path) for path in POSTS]:
            if path in OPEN:
                assert status(method, path) == 200
                continue
            assert (status(method, path), status(method, path, "x")) == (401, 401), path
            assert (status(method, path, "reader") == 403) == (path in RELOADS), path
            assert status(method, path, "writer") not in {401, 403}, path
        reply = running.ask("POST", "/predict")
        assert reply.headers["www-authenticate"] == "Bearer"
        assert reply.json["error"] == 'no bearer token; expected the header "authorization: Bearer TOKEN"'
        # A path that is not there, or a method, is told before rights are looked at.
        assert (status("GET", "/foo"), status("GET", "/predict")) == (404, 405)


def test_too_much_at_a_time(iris_file):
    with serving(iris_file, max_in_flight=1) as running:
        running.call(running.services.admission.enter)
        for path in ("/predict", "/v2/models/iris/infer"):
            reply = running.ask("POST", path, b"no JSON")
            assert (reply.status, reply.headers["retry-after"], reply.json["kind"]) == (429, "1", "overloaded")
            assert reply.json["error"] == "1 requests are in flight, the server's limit; try again later"
        assert running.get("/model-info").status == 200
        running.call(running.services.admission.leave)
        assert running.post("/predict", {"features": [1, 2, 3, 4]}).status == 200


def test_gzip_for_those_who_take_it(server):
    rows = {"model_name": "iris", "features": X.tolist()}
    plain = server.post("/predict", rows)
    assert (plain.headers.get("content-encoding"), plain.headers["vary"]) == (None, "Accept-Encoding")
    zipped = server.post("/predict", rows, {"Accept-Encoding": "br, gzip"})
    assert (zipped.headers["content-encoding"], zipped.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(zipped.headers["content-length"]) == len(zipped.body) < len(plain.body)
    assert json.loads(gzip.decompress(zipped.body))["predictions"] == plain.json["predictions"]
    assert "content-encoding" not in server.get("/healthz", {"Accept-Encoding": "gzip"}).headers
    assert gzip.decompress(server.get("/metrics", {"Accept-Encoding": "gzip"}).body).startswith(b"# HELP")


def test_encoded_requests(server):
    body = json.dumps({"model_name": "iris", "features": X[0].tolist()}).encode()
    for encoding, data in (("gzip", gzip.compress(body)), ("identity", body), ("GZip", gzip.compress(body))):
        assert server.ask("POST", "/predict", data, {"Content-Encoding": encoding}).status == 200
    reply = server.ask("POST", "/predict", body, {"Content-Encoding": "gzip"})
    assert (reply.status, reply.json["error"]) == (400, "the body is not what its content-encoding says")
    reply = server.ask("POST", "/predict", body, {"Content-Encoding": "br"})
    assert (reply.status, reply.json["kind"], reply.json["code"]) == (415, "bad_encoding", "UNIMPLEMENTED")
    assert server.ask("POST", "/predict", b"", {"Content-Encoding": "gzip"}).json["error"] == (
        "the body is not valid JSON"
    )


@pytest.mark.parametrize("value", ["a b", "x" * 129, "ä", ""])
def test_ids_that_are_replaced(server, value):
    reply = server.get("/foo", {"X-Request-Id": value})
    assert re.fullmatch("[0-9a-f]{16}", reply.headers["x-request-id"])
    assert reply.json["request_id"] == reply.headers["x-request-id"]


def test_what_the_log_and_the_metrics_tell(iris_file, tmp_path):
    with serving(iris_file, log=tmp_path / "log") as running:
        running.ask("POST", "/v2/models/iris/infer", b"{}", {"X-Request-Id": "one"})
        running.post("/predict", {"features": X[:3].tolist()}, {"X-Request-Id": "two"})
        running.get("/f%C3%A9" + "o" * 200, {"X-Request-Id": "three"})
        running.post("/predict", {"features": [1, 2, 3, None]}, {"X-Request-Id": "four"})
        running.post("/predict", {"features": [1], "model_name": "made up"}, {"X-Request-Id": "five"})
        metrics = running.metrics()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    told = {line["request_id"]: line for line in lines if line["msg"] == "request"}
    keys = ("protocol", "method", "code", "model", "model_version", "rows", "error")
    assert [[told[name].get(key) for key in keys] for name in ("one", "two", "three", "four", "five")] == [
        ["http", "POST /v2/models/{name}/infer", "INVALID_ARGUMENT", "", "", 0, "no inputs; expected at least one"],
        ["http", "POST /predict", "OK", "iris", "1", 3, None],
        ["http", "GET /f%C3%A9" + "o" * 120, "UNIMPLEMENTED", "", "", 0,
         'no path "/f%C3%A9' + "o" * 56 + '..."; docs/serving.md lists those there are'],
        ["http", "POST /predict", "INVALID_ARGUMENT", "iris", "1", 1,
         "row 1, feature 4 is NaN; expected a finite number"],
        ["http", "POST /predict", "NOT_FOUND", "", "", 0, 'no model "made up"; expected one of "iris"'],
    ]  # fmt: skip
    for line in (
        'modelx_requests_total{code="OK",method="predict",model="iris",protocol="http",version="1"} 1.0',
        'modelx_requests_total{code="INVALID_ARGUMENT",method="infer",model="",protocol="http",version=""} 1.0',
        'modelx_requests_total{code="UNIMPLEMENTED",method="other",model="",protocol="http",version=""} 1.0',
        'modelx_request_rows_sum{model="iris"} 4.0',
    ):
        assert line in metrics


def test_a_defect_is_told_in_the_log_alone(iris_file, tmp_path, monkeypatch):
    with serving(iris_file, log=tmp_path / "log") as running:
        monkeypatch.setattr(running.services.plane, "readiness", lambda: 1 / 0)
        reply = running.get("/readyz")
        assert (reply.status, reply.json["kind"], reply.json["code"]) == (500, "internal", "INTERNAL")
        assert reply.json["error"] == "an internal error; the server's log tells more"
        assert running.get("/healthz").status == 200
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


def test_a_connection_serves_many_requests(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(3):
        for method, path, body in (("GET", "/foo", b"x"), ("POST", "/predict", b"{"), ("HEAD", "/healthz", None)):
            connection.request(method, path, body)
            sock = connection.sock
            assert "connection" not in reply_of(connection).headers
            assert connection.sock is sock
    connection.close()
