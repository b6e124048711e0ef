"""POST /predict: what is computed, and every text of what is refused."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from data import load

X, _ = load("iris")


def predict(server, **fields):
    return server.post("/predict", fields)


def test_all_fields(server, estimators):
    reply = predict(server, model_name="iris", features=X[::50].tolist(), include_probabilities=True)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    body = reply.json
    assert list(body) == [
        "predictions", "model_version", "timestamp", "model_name", "rows", "columns", "probabilities",
    ]  # fmt: skip
    assert body["predictions"] == ["setosa", "versicolor", "virginica"]
    assert body["probabilities"] == estimators["iris"].predict_proba(X[::50]).tolist()
    assert (body["model_name"], body["model_version"], body["rows"], body["columns"]) == ("iris", "1", 3, 1)
    assert abs(body["timestamp"] - time.time()) < 60


def test_one_array_is_the_same_as_rows(server):
    rows, flat = X[:5].tolist(), X[:5].ravel().tolist()
    wanted = predict(server, model_name="iris", features=rows).json["predictions"]
    assert predict(server, model_name="iris", features=flat).json["predictions"] == wanted
    assert predict(server, model_name="iris", features=flat, rows=5, method="").json["predictions"] == wanted


def test_labels_are_what_they_are(server, estimators):
    for name in ("big", "bools"):
        found = predict(server, model_name=name, features=X.tolist()).json["predictions"]
        wanted = estimators[name].predict(X).tolist()
        assert found == wanted
        assert {type(value) for value in found} == {type(value) for value in wanted}


def test_several_columns(server, estimators):
    body = predict(server, model_name="several", features=X[:2, :3].tolist()).json
    assert np.allclose(body["predictions"], estimators["several"].predict(X[:2, :3]), rtol=1e-12)
    assert (body["rows"], body["columns"]) == (2, 4)


def test_a_model_without_predict(server, estimators):
    body = predict(server, model_name="standard", method="transform", features=X[:2].tolist()).json
    assert body["predictions"] == estimators["standard"].transform(X[:2]).tolist()
    reply = predict(server, model_name="standard", features=X[:2].tolist())
    assert (reply.status, reply.json["kind"]) == (400, "unsupported_method")
    assert reply.json["error"] == 'the model has no method "predict"; expected one of transform, inverse_transform'


def test_values_that_are_not_finite_both_ways(server):
    row = [None, "NaN", 5.0, 0.1]
    body = predict(server, model_name="scaler", method="inverse_transform", features=[row]).json
    assert body["predictions"][0][:2] == ["NaN", "NaN"]
    assert all(isinstance(value, float) for value in body["predictions"][0][2:])
    reply = predict(server, model_name="scaler", method="transform", features=["Infinity", None, 1, 2])
    assert reply.json["error"] == "row 1, feature 1 is Infinity; expected a finite number"
    certain = predict(server, model_name="iris", method="predict_log_proba", features=[0, 0, 1e6, 0]).json
    assert certain["predictions"] == [["-Infinity", "-Infinity", 0.0]]


def test_a_large_batch_takes_threads_and_gives_the_same(server, estimators):
    rows = np.tile(X, (14, 1))[:2000] + np.linspace(0, 1, 2000)[:, None]
    body = predict(server, model_name="iris", features=rows.tolist(), include_probabilities=True).json
    assert body["predictions"] == estimators["iris"].predict(rows).tolist()
    assert np.abs(np.array(body["probabilities"]) - estimators["iris"].predict_proba(rows)).max() < 1e-12


def test_the_body_may_name_the_request(server):
    reply = predict(server, model_name="iris", features=[1, 2, 3, 4], metadata={"request_id": "from-body"})
    assert reply.headers["x-request-id"] == "from-body"
    body = json.dumps({"features": [1], "metadata": {"request_id": "from-body"}})
    assert server.ask("POST", "/predict", body, {"x-request-id": "from-head"}).json["request_id"] == "from-head"


ROW = [1, 2, 3, 4]
MODELS = '"big", "bools", "diabetes", "iris", "scaler", "several", "standard", "two"'
FIELDS = "features, gaps, include_probabilities, metadata, method, model_name, model_version, rows"
BAD = {
    # The form of the body.
    "unknown field": ({"x": 1, "features": 1}, "bad_request", f'unknown field "x"; expected one of {FIELDS}'),
    "in the order sent": ({"features": 1, "x": 1}, "bad_request", 'field "features" is a number; expected an array'),
    "no features": ({"model_name": "iris"}, "bad_request", 'no field "features"'),
    "null": ({"features": None}, "bad_request", 'field "features" is null; expected an array'),
    "a string": ({"rows": "1"}, "bad_request", 'field "rows" is a string; expected an integer'),
    "a fraction": ({"rows": 1.0}, "bad_request", 'field "rows" is a number; expected an integer'),
    "beyond 64 bits": ({"rows": 2**63}, "bad_request", 'field "rows" is a number; expected an integer'),
    "a boolean": ({"rows": True}, "bad_request", 'field "rows" is a boolean; expected an integer'),
    "below zero": ({"rows": -1}, "bad_request", "rows is -1; expected 0 or more"),
    "a number": ({"method": 1}, "bad_request", 'field "method" is a number; expected a string'),
    "an array": ({"metadata": []}, "bad_request", 'field "metadata" is an array; expected an object'),
    "an object": ({"include_probabilities": {}}, "bad_request",
                  'field "include_probabilities" is an object; expected a boolean'),
    "metadata": ({"metadata": {"a": 1}}, "bad_request", 'field "metadata.a" is a number; expected a string'),
    "a row that is none": ({"features": [ROW, 7]}, "bad_request", "row 2 is a number; expected an array"),
    "a long name": ({"x" * 70: 1}, "bad_request", f'unknown field "{"x" * 64}..."; expected one of {FIELDS}'),
    "a name to escape": ({'"\\\n': 1}, "bad_request",
                         f'unknown field "\\u0022\\u005c\\u000a"; expected one of {FIELDS}'),
    # The model, the method.
    "unknown model": ({"features": ["x"], "model_name": "none"}, "unknown_model",
                      f'no model "none"; expected one of {MODELS}'),
    "unknown version": ({"features": ["x"], "model_name": "two", "model_version": "3"}, "unknown_version",
                        'model "two" has no version "3" in service; expected one of "1", "2"'),
    "unknown method": ({"features": ["x"], "model_name": "several", "method": "foo"}, "unsupported_method",
                       'the model has no method "foo"; expected one of predict'),
    "no probabilities": ({"features": [1, 2, 3], "model_name": "several", "include_probabilities": True},
                         "unsupported_method", 'the model has no method "predict_proba"; expected one of predict'),
    # The shape.
    "flat width": ({"features": [1, 2, 3, "x", 5]}, "wrong_width",
                   "features has 5 values; expected a multiple of 4"),
    "rows": ({"features": ROW, "rows": 2}, "wrong_width", "features has 4 values for 2 rows; expected 8"),
    "first row": ({"features": [[1, "x"], ROW]}, "wrong_width", "row 1 has 2 values; expected 4"),
    "second row": ({"features": [ROW, [1, "x"]]}, "wrong_width", "row 2 has 2 values; expected 4"),
    "wide row": ({"features": [ROW, ROW, [*ROW, 5]], "rows": 7}, "wrong_width", "row 3 has 5 values; expected 4"),
    "first of two rows": ({"features": [[1], [1, 2]]}, "wrong_width", "row 1 has 1 values; expected 4"),
    "empty row": ({"features": [[]]}, "wrong_width", "row 1 has 0 values; expected 4"),
    "rows of arrays": ({"features": [ROW], "rows": 2}, "wrong_width",
                       "features has 4 values for 2 rows; expected 8"),
    "no rows": ({"features": []}, "no_rows", "no rows; expected at least one"),
    "too many": ({"features": [0] * 8003 + ["x"]}, "too_many_rows", "2001 rows; expected at most 2000"),
    # The values.
    "text": ({"features": [ROW, [1, "abc", 3, 4]]}, "not_numeric",
             'row 2, feature 2 is the text "abc"; expected a number'),
    "text of digits": ({"features": [1, 2, 3, 4, 5, 6, "7", 8]}, "not_numeric",
                       'row 2, feature 3 is the text "7"; expected a number'),
    "nan in small letters": ({"features": [1, 2, 3, "nan"]}, "not_numeric",
                             'row 1, feature 4 is the text "nan"; expected a number'),
    "boolean": ({"features": [[True, "x", 3, 4]]}, "not_numeric",
                "row 1, feature 1 is a boolean; expected a number"),
    "array": ({"features": [[1, [2], 3, 4]]}, "not_numeric", "row 1, feature 2 is an array; expected a number"),
    "array among numbers": ({"features": [1, [2], 3, 4]}, "not_numeric",
                            "row 1, feature 2 is an array; expected a number"),
    "object": ({"features": [1, 2, 3, {}]}, "not_numeric", "row 1, feature 4 is an object; expected a number"),
    "numbers go before what is finite": ({"features": [["NaN", 2, 3, 4], [1, 2, "x", 4]]}, "not_numeric",
                                         'row 2, feature 3 is the text "x"; expected a number'),
    "NaN": ({"features": [ROW, [1, 2, None, 4]]}, "non_finite_input",
            "row 2, feature 3 is NaN; expected a finite number"),
    "infinite": ({"features": [1, 2, 3, "-Infinity"]}, "non_finite_input",
                 "row 1, feature 4 is -Infinity; expected a finite number"),
    "a named feature": ({"features": [1, "Infinity", 3], "model_name": "diabetes"}, "non_finite_input",
                        'row 1, feature 2 ("sex") is Infinity; expected a finite number'),
}  # fmt: skip
STATUSES = {"unknown_model": 404, "unknown_version": 404, "too_many_rows": 413}


@pytest.mark.parametrize(("fields", "kind", "text"), BAD.values(), ids=BAD.keys())
def test_refused(server, fields, kind, text):
    reply = server.post("/predict", {"model_name": "iris"} | fields if kind != "bad_request" else fields)
    assert (reply.status, reply.json["kind"], reply.json["error"]) == (STATUSES.get(kind, 400), kind, text)
    assert reply.json["request_id"] == reply.headers["x-request-id"]


def test_a_number_out_of_range(server):
    reply = server.ask("POST", "/predict", b'{"model_name": "iris", "features": [[1, 2, 3, 4], [1, -1e999, "x", 4]]}')
    assert (reply.status, reply.json["error"]) == (400, "row 2, feature 2 is out of range; expected a number")
    reply = server.ask("POST", "/predict", b'{"rows": 1e999}')
    assert reply.json["error"] == 'field "rows" is a number; expected an integer'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", "the body is not valid JSON"),
        (b"{", "the body is not valid JSON"),
        (b"[]", "the body is an array; expected an object"),
        (b"null", "the body is null; expected an object"),
        (b"1e400", "the body is a number; expected an object"),
    ],
)
def test_no_object(server, body, text):
    reply = server.ask("POST", "/predict", body)
    assert (reply.status, reply.json["kind"], reply.json["error"]) == (400, "bad_request", text)


def test_each_request_is_counted_once(server):
    def served():
        return server.get("/model-info?model_name=two&model_version=1").json["requests_served"]

    before = served()
    asked = {"model_name": "two", "model_version": "1"}
    for features in ([1, 2, 3, 4], [1, 2, 3], [1, 2, 3, "x"], [[1, 2, 3, 4], [1]], [[1], [1, 2]]):
        predict(server, features=features, **asked)
    server.post("/v2/models/two/versions/1/infer", {"inputs": [tensor(shape=[1, 3], data=[1, 2, 3])]})
    assert served() == before + 6


def tensor(**fields):
    return {"name": "X", "datatype": "FP64"} | fields
