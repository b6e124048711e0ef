"""The REST half of the Open Inference Protocol: tensors as JSON and as bytes."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from data import load

from modelx.serving.http_infer import MOST_TENSORS

X, _ = load("iris")
LENGTH = "Inference-Header-Content-Length"


def tensor(**fields):
    return {"name": "X", "shape": [2, 4], "datatype": "FP64"} | fields


def infer(server, model, **fields):
    return server.post(f"/v2/models/{model}/infer", fields)


def binary(server, model, fields, raw, **headers):
    head = json.dumps(fields).encode()
    return server.ask("POST", f"/v2/models/{model}/infer", head + raw, {LENGTH: str(len(head))} | headers)


def test_json_both_ways(server, estimators):
    outputs = [{"name": "predict_proba"}, {"name": "predict"}]
    rows = X[[0, 100]]
    wanted = {
        "model_name": "iris",
        "model_version": "1",
        "id": "a",
        "outputs": [
            {
                "name": "predict_proba",
                "datatype": "FP64",
                "shape": [2, 3],
                "data": estimators["iris"].predict_proba(rows).ravel().tolist(),
            },
            {"name": "predict", "datatype": "BYTES", "shape": [2], "data": ["setosa", "virginica"]},
        ],
    }
    for data in (rows.tolist(), rows.ravel().tolist(), rows[:, None].tolist()):
        assert infer(server, "iris", id="a", inputs=[tensor(data=data)], outputs=outputs).json == wanted


def test_what_is_null_is_not_there_and_what_is_unknown_is_passed_over(server):
    given = tensor(data=X[:2].tolist(), parameters=None, more=1)
    reply = infer(server, "bools", id=None, parameters=None, outputs=None, inputs=[given], priority=3)
    assert reply.json == {
        "model_name": "bools",
        "model_version": "1",
        "outputs": [{"name": "predict", "datatype": "BOOL", "shape": [2], "data": [False, False]}],
    }


def test_values_of_every_kind(server):
    given = [tensor(shape=[1, 4], data=[1, 2.5, "NaN", None])]
    found = infer(server, "scaler", inputs=given, outputs=[{"name": "inverse_transform"}]).json["outputs"][0]
    assert found["data"][2:] == ["NaN", "NaN"]
    given = [tensor(shape=[1, 4], data=[0, 0, 1e6, 0])]
    found = infer(server, "iris", inputs=given, outputs=[{"name": "predict_log_proba"}]).json["outputs"][0]
    assert found["data"] == ["-Infinity", "-Infinity", 0.0]
    given = [tensor(shape=[1, 4], datatype="BOOL", data=[True, False, 1, 0])]
    assert infer(server, "bools", inputs=given).status == 200


def test_a_tensor_for_each_feature(server, estimators):
    rows = load("diabetes")[0][:2, :3]
    inputs = [
        tensor(name=name, shape=shape, data=rows[:, i].tolist())
        for i, (name, shape) in enumerate([("age", [2]), ("sex", [2, 1]), ("bmi", [2])])
    ]
    found = infer(server, "diabetes", inputs=inputs[::-1]).json["outputs"][0]["data"]
    assert np.allclose(found, estimators["diabetes"].predict(rows), rtol=1e-12)


@pytest.mark.parametrize("datatype", ["FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "INT8", "UINT8", "UINT64"])
def test_bytes_both_ways(server, estimators, datatype):
    dtype = np.dtype({"F": "f", "I": "i", "U": "u"}[datatype[0]] + str(int(datatype.lstrip("FPUINT")) // 8))
    rows = X[[0, 60]].astype(dtype)
    raw = rows.tobytes()
    fields = {
        "inputs": [tensor(datatype=datatype, parameters={"binary_data_size": len(raw)})],
        "outputs": [{"name": "predict", "parameters": {"binary_data": True}}, {"name": "predict_proba"}],
    }
    reply = binary(server, "iris", fields, raw)
    length = int(reply.headers[LENGTH.lower()])
    assert reply.headers["content-type"] == "application/octet-stream"
    head = json.loads(reply.body[:length])
    labels = estimators["iris"].predict(rows.astype(float)).tolist()
    wanted = b"".join(struct.pack("<I", len(label)) + label.encode() for label in labels)
    assert reply.body[length:] == wanted
    assert head["outputs"][0] == {
        "name": "predict",
        "datatype": "BYTES",
        "shape": [2],
        "parameters": {"binary_data_size": len(wanted)},
    }
    assert head["outputs"][1]["data"] == estimators["iris"].predict_proba(rows.astype(float)).ravel().tolist()


def test_all_outputs_as_bytes_and_one_not(server):
    given = {"parameters": {"binary_data_output": True}, "inputs": [tensor(data=X[:2].tolist())]}
    reply = server.post("/v2/models/big/infer", given)
    assert reply.body[int(reply.headers[LENGTH.lower()]) :] == struct.pack("<2q", 2**53 + 1, 2**53 + 1)
    given["outputs"] = [{"name": "predict", "parameters": {"binary_data": False}}]
    reply = server.post("/v2/models/big/infer", given)
    assert reply.json["outputs"][0]["data"] == [2**53 + 1] * 2
    assert LENGTH.lower() not in reply.headers


OTHERS = "predict_proba, predict_log_proba, decision_function"
GOOD = tensor(data=[0] * 8)
COLUMN = {"datatype": "FP64", "shape": [1], "data": [1]}
BAD = {
    "inputs that are none": ({"inputs": 1}, "bad_request", 'field "inputs" is a number; expected an array'),
    "no inputs": ({}, "bad_request", "no inputs; expected at least one"),
    "an input that is none": ({"inputs": [GOOD, 1]}, "bad_request",
                              'field "inputs[1]" is a number; expected an object'),
    "in the order sent": ({"outputs": 1, "inputs": 1}, "bad_request",
                          'field "outputs" is a number; expected an array'),
    "id": ({"id": 7}, "bad_request", 'field "id" is a number; expected a string'),
    "name": ({"inputs": [{"name": 7}]}, "bad_request", 'field "inputs[0].name" is a number; expected a string'),
    "shape": ({"inputs": [tensor(shape=4)]}, "bad_request",
              'field "inputs[0].shape" is a number; expected an array'),
    "dimension": ({"inputs": [tensor(shape=[1, 4.0])]}, "bad_request",
                  'field "inputs[0].shape[1]" is a number; expected an integer'),
    "data": ({"inputs": [tensor(data="x")]}, "bad_request",
             'field "inputs[0].data" is a string; expected an array'),
    "no name": ({"inputs": [{}]}, "bad_request", 'no field "inputs[0].name"'),
    "no shape": ({"inputs": [{"name": "X", "shape": None}]}, "bad_request", 'no field "inputs[0].shape"'),
    "no datatype": ({"inputs": [{"name": "X", "shape": []}]}, "bad_request", 'no field "inputs[0].datatype"'),
    "no data": ({"inputs": [tensor()]}, "bad_request", 'no field "inputs[0].data"'),
    "parameters": ({"parameters": 1}, "bad_request", 'field "parameters" is a number; expected an object'),
    "binary_data_output": ({"parameters": {"binary_data_output": 1}}, "bad_request",
                           'field "parameters.binary_data_output" is a number; expected a boolean'),
    "binary_data_size": ({"inputs": [tensor(parameters={"binary_data_size": "8"})]}, "bad_request",
                         'field "inputs[0].parameters.binary_data_size" is a string; expected an integer'),
    "data and bytes": ({"inputs": [GOOD | {"parameters": {"binary_data_size": 0}}]}, "bad_request",
                       'input "X" has both data and binary_data_size; expected one of them'),
    "no bytes": ({"inputs": [tensor(parameters={"binary_data_size": 64})]}, "bad_request",
                 "the binary part has 0 bytes; expected 64"),
    "fewer than no bytes": ({"inputs": [tensor(parameters={"binary_data_size": -8})]}, "bad_request",
                            "the binary part has 0 bytes; expected -8"),
    "an output that is none": ({"inputs": [GOOD], "outputs": ["predict"]}, "bad_request",
                               'field "outputs[0]" is a string; expected an object'),
    "an output without a name": ({"inputs": [GOOD], "outputs": [{}]}, "bad_request", 'no field "outputs[0].name"'),
    "binary_data": ({"inputs": [GOOD], "outputs": [{"name": "predict", "parameters": {"binary_data": 1}}]},
                    "bad_request", 'field "outputs[0].parameters.binary_data" is a number; expected a boolean'),
    "an output twice": ({"inputs": [GOOD], "outputs": [{"name": "predict"}] * 2}, "bad_request",
                        'output "predict" is there twice; expected it once'),
    "too few values": ({"inputs": [tensor(data=[1])]}, "bad_request", 'input "X" has 1 values; expected 8'),
    "more values than there are": ({"inputs": [tensor(shape=[127] * 10_000, data=[1])]}, "bad_request",
                                   'input "X" has 1 values; expected over 9223372036854775807'),
    "below zero": ({"inputs": [tensor(shape=[-1, 4], data=[])]}, "bad_request",
                   'input "X" has shape [-1,4]; expected dimensions of 0 or more'),
    "datatype": ({"inputs": [tensor(datatype="BYTES", data=["a"] * 8)]}, "not_numeric",
                 'input "X" has datatype "BYTES"; expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64'),
    "unknown output": ({"inputs": [GOOD], "outputs": [{"name": "foo"}]}, "unsupported_method",
                       f'the model has no method "foo"; expected one of predict, {OTHERS}'),
    "width": ({"inputs": [tensor(shape=[1, 3], data=[1, 2, "x"])]}, "wrong_width",
              'input "X" has shape [1,3]; expected [-1,4]'),
    "no rows": ({"inputs": [tensor(shape=[0, 4], data=[])]}, "no_rows", "no rows; expected at least one"),
    "too many rows": ({"inputs": [tensor(shape=[2001, 4], data=["x"] + [0] * 8003)]}, "too_many_rows",
                      "2001 rows; expected at most 2000"),
    "text": ({"inputs": [tensor(data=[1, 2, 3, 4, 5, "a", 7, True])]}, "not_numeric",
             'row 2, feature 2 is the text "a"; expected a number'),
    "boolean": ({"inputs": [tensor(data=[1, 2, 3, 4, 5, 6, 7, True])]}, "not_numeric",
                "row 2, feature 4 is a boolean; expected a number"),
    "object": ({"inputs": [tensor(data=[[1, 2, 3, {}], [5, 6, 7, 8]])]}, "not_numeric",
               "row 1, feature 4 is an object; expected a number"),
    "NaN": ({"inputs": [tensor(data=[[1, 2, None, 4], [5, 6, 7, 8]])]}, "non_finite_input",
            "row 1, feature 3 is NaN; expected a finite number"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "kind", "text"), BAD.values(), ids=BAD.keys())
def test_refused(server, fields, kind, text):
    reply = server.post("/v2/models/iris/infer", fields)
    assert (reply.json["kind"], reply.json["error"]) == (kind, text)
    assert reply.status == (413 if kind == "too_many_rows" else 400)


def test_too_many_tensors(server):
    given = {"inputs": [tensor(shape=[0], data=[])] * MOST_TENSORS}
    assert server.post("/v2/models/iris/infer", given).json["kind"] == "missing_column"
    for name, each in (("inputs", tensor(shape=[0], data=[])), ("outputs", {"name": "predict"})):
        reply = server.post("/v2/models/iris/infer", {name: [each] * (MOST_TENSORS + 1)})
        assert (reply.status, reply.json["kind"]) == (413, "too_large")
        assert reply.json["error"] == f"the body has more than {MOST_TENSORS} {name}"


def test_the_first_wrong_value_of_columns_is_that_of_the_first_row(server):
    inputs = [
        tensor(name="bmi", shape=[2], data=["x", 1]),
        tensor(name="sex", shape=[2], data=[1, "y"]),
        tensor(name="age", shape=[2], data=[{}, 2]),
    ]
    reply = infer(server, "diabetes", inputs=inputs)
    assert reply.json["error"] == "row 1, feature 1 is an object; expected a number"
    assert infer(server, "diabetes", inputs=inputs[:2]).json["error"] == (
        'no input "age"; expected one tensor for each feature, or a single one for all'
    )


@pytest.mark.parametrize("value", ["x", "-1", "", "1.0", "100000", "9" * 30, "+5", "²"])
def test_a_bad_length_of_the_json_part(server, value):
    reply = server.ask("POST", "/v2/models/iris/infer", b"{}", {LENGTH: value.encode("latin-1")})
    assert (reply.status, reply.json["error"]) == (
        400,
        f'{LENGTH} is "{value}"; expected the number of bytes of the JSON part',
    )


def test_bytes_that_do_not_fit(server):
    fields = {"inputs": [tensor(parameters={"binary_data_size": 63})]}
    assert binary(server, "iris", fields, bytes(64)).json["error"] == "the binary part has 64 bytes; expected 63"
    assert binary(server, "iris", fields, bytes(63)).json["error"] == 'input "X" has 63 bytes; expected 64'
    assert binary(server, "iris", {"inputs": [GOOD]}, b"x").json["error"] == "the binary part has 1 bytes; expected 0"


def test_unknown_models(server):
    reply = infer(server, "no%2Fne%20", inputs=[GOOD])
    assert reply.status == 404
    assert reply.json["error"].startswith('no model "no/ne "; expected one of "big", ')
    reply = server.post("/v2/models/two/versions/3/infer", {"inputs": [GOOD]})
    assert (reply.status, reply.json["kind"]) == (404, "unknown_version")
