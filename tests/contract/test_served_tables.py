"""What the cases cannot say as data of strings and gaps: binary tensors over HTTP, and messages of a million texts."""

from __future__ import annotations

import json

import contract_calls as calls
import contract_models as models
import contract_tables as tables
import numpy as np
import pytest

from modelx.inference import open_inference_pb2

PEOPLE = tables.PEOPLE.iloc[:4]
MILLION = 1_000_000


@pytest.fixture
def served(servers, engine):
    """Give the server of tables, which must still answer when a test is over."""
    running = servers.get(engine, "tables")
    yield running
    request = {"http": "POST /predict", "json": {"model_name": "people", "features": tables.objects(PEOPLE)}}
    assert (
        calls.call_http(running.http, request).body["predictions"]
        == models.answer("people", "predict", PEOPLE).tolist()
    )


def binary(server, model, head, *parts):
    """Send tensors as bytes behind the JSON part, and give JSON and bytes of the answer."""
    text = json.dumps(head).encode()
    call = {
        "http": f"POST /v2/models/{model}/infer",
        "hex": (text + b"".join(parts)).hex(),
        "headers": {"Inference-Header-Content-Length": str(len(text))},
    }
    answer = calls.call_http(server.http, call)
    length = int(answer.headers.get("inference-header-content-length", len(answer.raw)))
    return answer.status, json.loads(answer.raw[:length]), answer.raw[length:]


def binary_tensors(frame):
    """Give a table as binary tensors, and their bytes."""
    parts = tables.raw(frame)
    inputs = tables.tensors(frame, "$bare")
    for tensor, part in zip(inputs, parts, strict=True):
        missing = tensor.get("parameters", {}).get("missing", {}).get("string_param")
        tensor["parameters"] = {"binary_data_size": len(part), **({"missing": missing} if missing else {})}
    return inputs, parts


def test_binary_text(served):
    inputs, parts = binary_tensors(PEOPLE)
    head = {"inputs": inputs, "parameters": {"binary_data_output": True}}
    status, told, raw = binary(served, "people", head, *parts)
    assert status == 200, told
    (output,) = told["outputs"]
    assert (output["datatype"], output["shape"]) == ("BYTES", [4])
    assert output["parameters"] == {"binary_data_size": len(raw)}
    labels = models.answer("people", "predict", PEOPLE)
    assert raw == b"".join(len(label).to_bytes(4, "little") + label.encode() for label in labels)
    # Some tensors as bytes, and others, the one with gaps among them, as JSON.
    mixed = [
        tensor if i % 2 else {**tensor, "parameters": {}} for i, tensor in enumerate(tables.tensors(PEOPLE, "$rest"))
    ]
    for i in range(1, len(mixed), 2):
        mixed[i] = inputs[i]
    outputs = [{"name": "predict_proba", "parameters": {"binary_data": True}}, {"name": "predict"}]
    status, told, raw = binary(served, "people", {"inputs": mixed, "outputs": outputs}, *parts[1::2])
    assert status == 200, told
    want = models.answer("people", "predict_proba", PEOPLE)
    off = np.abs(np.frombuffer(raw).reshape(want.shape) - want)
    assert (off <= models.tolerance("people", "predict_proba", PEOPLE)).all()
    assert told["outputs"][1]["data"] == labels.tolist()


def test_binary_text_with_gaps_in_the_answer(served):
    codes = np.array([[0.0, 1.0], [-1.0, 2.0]])
    tensor = {"name": "X", "datatype": "FP64", "shape": [2, 2], "parameters": {"binary_data_size": 32}}
    wanted = [{"name": "inverse_transform", "parameters": {"binary_data": True}}]
    status, told, raw = binary(served, "letters", {"inputs": [tensor], "outputs": wanted}, codes.tobytes())
    assert status == 200, told
    assert told["outputs"][0]["parameters"] == {"missing": "2", "binary_data_size": len(raw)}
    assert raw == b"\0\0\0\0\1\0\0\0x\0\0\0\0\1\0\0\0y"


@pytest.mark.parametrize(
    ("text", "kind", "error"),
    [
        (b"\1\0\0\0\xff", "not_text", 'input "city" has text that is not UTF-8'),
        (b"\5\0\0\0Oslo", "bad_request", 'input "city" has raw contents that are no texts with their lengths'),
        (b"\1\0\0\0a" * 2, "bad_request", 'input "city" has 2 values; expected 1'),
    ],
)
def test_binary_text_that_is_wrong(served, text, kind, error):
    tensor = {"name": "city", "datatype": "BYTES", "shape": [1], "parameters": {"binary_data_size": len(text)}}
    status, told, _ = binary(served, "cities", {"inputs": [tensor]}, text)
    assert (status, told["kind"], told["error"]) == (400, kind, error)


def field(number, payload):
    """Write a field of bytes."""
    size, length = len(payload), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + payload


@pytest.mark.parametrize("method", ["Predict", "PredictStream"])
def test_a_million_texts_in_columns(served, method):
    """Each text of a message takes many times the two bytes that it is sent in."""
    column = field(1, b"city") + b"\x22\x00" * MILLION
    message = field(4, b"cities") + field(8, column)
    call = {"rpc": f"modelx.v1.ModelService/{method}", "hex": message.hex()}
    text = "the message has more than 1000000 fields"
    if method == "Predict":
        answer = calls.call_grpc(served.grpc, call)
        assert (answer.code, answer.kind, answer.error) == ("RESOURCE_EXHAUSTED", "too_large", text)
        # A hundred fewer are read, and then are too many rows.
        fewer = field(4, b"cities") + field(8, column[:-200])
        answer = calls.call_grpc(served.grpc, {**call, "hex": fewer.hex()})
        assert (answer.kind, answer.error) == ("too_many_rows", "999900 rows; expected at most 2000")
        return
    answer = calls.call_grpc(served.grpc, {**call, "requests": [None]})
    assert answer.body[0]["error"]["kind"] == "too_large"
    assert answer.body[0]["error"]["message"] == text


def test_a_million_texts_in_tensors(served):
    text = "the tensors have more than 1000000 texts"
    shape = [MILLION + 1]
    request = open_inference_pb2.ModelInferRequest(model_name="cities", raw_input_contents=[b"\0\0\0\0" * shape[0]])
    request.inputs.add(name="city", datatype="BYTES", shape=shape)
    call = {"rpc": "inference.GRPCInferenceService/ModelInfer", "hex": request.SerializeToString().hex()}
    answer = calls.call_grpc(served.grpc, call)
    assert (answer.code, answer.kind, answer.error) == ("RESOURCE_EXHAUSTED", "too_large", text)
    tensor = {"name": "city", "datatype": "BYTES", "shape": shape}
    size = len(request.raw_input_contents[0])
    head = {"inputs": [{**tensor, "parameters": {"binary_data_size": size}}]}
    for status, told, _ in (
        binary(served, "cities", head, request.raw_input_contents[0]),
        binary(served, "cities", {"inputs": [{**tensor, "data": [""] * shape[0]}]}),
    ):
        assert (status, told["kind"], told["error"]) == (413, "too_large", text)
