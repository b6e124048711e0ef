"""Random requests, most of them wrong, to both engines: the answers must be the same, and both must go on.

The cases say what is right; this finds where the two differ in what nobody thought of.
"""

from __future__ import annotations

import copy
import json
import math
import random
from functools import cache
from typing import Any

import contract_calls as calls
import contract_models as models
import contract_tables as tables
import grpc
import pytest
from google.protobuf import json_format

from modelx.inference import open_inference_pb2
from modelx.v1 import service_pb2

pytestmark = pytest.mark.interop
LEAVES: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 4, 10, 2**53 + 1, 2**63, -(2**63) - 1, 10**30, 0.5, 1e308, -1e-320, 1e22),
    *("", "a", "NaN", "Infinity", "-Infinity", "nan", "1", 'é\u0000"\\', "x" * 70, "\U0001f600", "iris", "predict"),
    *(
        "predict_proba",
        "transform",
        "FP64",
        "INT64",
        "BOOL",
        "BYTES",
        "1.0.0",
        [],
        {},
        [[]],
        [1, 2, 3, 4],
        [[1, 2, 3, 4]],
    ),
    *({"a": 1}, [None], ["NaN", 1, 2, 3], [True, 1, 2, 3], [[1, 2], [3, 4]], [1.5, "a", 2, 3]),
]
# What tells strings, numbers and gaps apart.
CELLS: list[Any] = [
    *("Oslo", "b", "none", "nan", "0", "0,1", "1,0", "99", "city", "age", "x0", "first", "BOOL", "inverse_transform"),
    *(
        [None],
        [{}],
        [0],
        [1, 0],
        ["a", None],
        {"age": 1},
        {"x0": "a", "x1": 1},
        [["a", 1]],
        [["a", "x"]],
        {"gaps": "nan"},
    ),
]
KEYS = ["", "a", "rows", "method", "model_name", "features", "inputs", "outputs", "parameters", "id", "Features"]


@cache
def json_bases() -> list[tuple[str, Any]]:
    row = models.rows("iris[0:1]").ravel().tolist()
    tensor = {"name": "X", "datatype": "FP64", "shape": [1, 4], "data": row, "parameters": {"p": 1}}
    columns = [{"name": n, "datatype": "FP64", "shape": [2], "data": [0.5, 1]} for n in ("age", "sex")]
    return [
        ("POST /predict", {"model_name": "iris", "features": row}),
        ("POST /predict", {"model_name": "iris", "features": [row, row], "rows": 2, "include_probabilities": True}),
        ("POST /predict", {"model_name": "scaler", "features": [row], "method": "transform", "metadata": {"a": "b"}}),
        ("POST /predict", {"model_name": "diabetes", "model_version": "1.9.0", "features": [[0.1] * 10]}),
        ("POST /v2/models/iris/infer", {"inputs": [tensor]}),
        ("POST /v2/models/big/infer", {"id": "i", "inputs": [tensor], "outputs": [{"name": "predict"}]}),
        ("POST /v2/models/clusters/infer", {"inputs": [{**tensor, "datatype": "INT32", "data": [[1, 2, 3, 4]]}]}),
        ("POST /v2/models/diabetes/infer", {"inputs": columns}),
        ("POST /reload", {"model_name": "nobody", "path": "x.pb"}),
        ("POST /reload", {"model_name": "iris", "rollback": True, "version": "2"}),
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], leaf: Any) -> Any:
    if not path:
        return leaf
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], leaf)
    return value


def mutated(random_: random.Random, body: Any, leaves: list[Any]) -> Any:
    place = random_.choice(places(body))
    leaf = copy.deepcopy(random_.choice(leaves))
    if random_.random() < 0.15 and isinstance(body, dict):
        return {**body, random_.choice(KEYS): leaf}
    return put(body, place, leaf)


def mutated_json(random_: random.Random) -> dict[str, Any]:
    return mutated_body(random_, *random_.choice(json_bases()), LEAVES)


def mutated_body(random_: random.Random, path: str, body: Any, leaves: list[Any]) -> dict[str, Any]:
    for _ in range(random_.choice([0, 1, 1, 1, 2, 3])):
        body = mutated(random_, body, leaves)
    text = json.dumps(body, ensure_ascii=random_.random() < 0.5).encode()
    if random_.random() < 0.2:
        text = mutated_bytes(random_, text)
    return {"http": path, "hex": text.hex()}


def mutated_bytes(random_: random.Random, text: bytes) -> bytes:
    cut = bytearray(text)
    for _ in range(random_.choice([1, 1, 2, 5])):
        at = random_.randrange(len(cut)) if cut else 0
        kind = random_.randrange(4)
        if kind == 0 and cut:
            cut[at] = random_.randrange(256)
        elif kind == 1:
            del cut[at : at + random_.choice([1, 2, 8])]
        elif kind == 2:
            cut[at:at] = bytes(random_.randrange(256) for _ in range(random_.choice([1, 2, 8])))
        else:
            cut = cut[:at]
    return bytes(cut)


@cache
def grpc_bases() -> list[tuple[str, bytes]]:
    row = models.rows("iris[0:1]").ravel()
    predict = service_pb2.PredictRequest(model_name="iris", features=row, metadata={"a": "b"}, rows=1)
    scaled = service_pb2.PredictRequest(model_name="scaler", method="transform", features=[*row, *row])
    both = service_pb2.PredictRequest(model_name="cancer", features=[0.5] * 30, include_probabilities=True)
    typed = open_inference_pb2.ModelInferRequest(model_name="iris", id="i")
    tensor = typed.inputs.add(name="X", datatype="FP64", shape=[1, 4])
    tensor.contents.fp64_contents.extend(row)
    raw = open_inference_pb2.ModelInferRequest(model_name="big", raw_input_contents=[row.tobytes()])
    raw.inputs.add(name="X", datatype="FP64", shape=[1, 4])
    raw.outputs.add(name="predict_proba")
    whole = open_inference_pb2.ModelInferRequest(model_name="bools")
    whole.inputs.add(name="X", datatype="INT8", shape=[1, 4]).contents.int_contents.extend([5, 3, 1, 0])
    names = ("modelx.v1.ModelService/Predict", "inference.GRPCInferenceService/ModelInfer")
    messages = [(names[0], predict), (names[0], scaled), (names[0], both), (names[1], typed), (names[1], raw)]
    messages.append((names[1], whole))
    others = [
        ("modelx.v1.ModelService/GetModelInfo", service_pb2.GetModelInfoRequest(model_name="iris", model_version="1")),
        ("inference.GRPCInferenceService/ModelReady", open_inference_pb2.ModelReadyRequest(name="iris")),
        ("inference.GRPCInferenceService/ModelMetadata", open_inference_pb2.ModelMetadataRequest(name="iris")),
        ("modelx.v1.ModelService/ReloadModel", service_pb2.ReloadModelRequest(model_name="nobody", path="../x")),
    ]
    return [(name, message.SerializeToString()) for name, message in [*messages, *others]]


def mutated_grpc(random_: random.Random) -> dict[str, Any]:
    name, message = random_.choice(grpc_bases())
    return {"rpc": name, "hex": (mutated_bytes(random_, message) if random_.random() < 0.9 else message).hex()}


@cache
def table_bases() -> list[tuple[str, dict[str, Any]]]:
    """Give requests with strings and gaps: of HTTP as JSON values, of gRPC as JSON values of their messages."""
    people, letters = tables.frames()["read"].iloc[:3], tables.LETTERS.iloc[[0, 1, 3]]
    predict, infer = "modelx.v1.ModelService/Predict", "inference.GRPCInferenceService/ModelInfer"
    one = {"name": "X", "datatype": "BYTES", "shape": [1, 2]}
    back = {"name": "X", "datatype": "FP64", "shape": [2, 2]}
    cells = [["a", 5], ["", 0]]
    by_order = [{"strings": ["a", "b"]}, {"doubles": [5, 0]}]
    both = [{"name": "first", "strings": ["é", ""], "nan_rows": [1]}, {"name": "second", "strings": ["", "x"]}]
    codes = [0, 1, -1, 2]
    inverse = {"model_name": "letters", "method": "inverse_transform"}
    outputs = [{"name": "inverse_transform"}]
    gaps = {"gaps": {"string_param": "nan"}}
    return [
        ("POST /predict", {"model_name": "people", "features": tables.objects(people)}),
        ("POST /predict", {"model_name": "people", "features": tables.arrays(tables.PEOPLE.iloc[4:6]), "gaps": "nan"}),
        ("POST /predict", {"model_name": "letters", "method": "transform", "features": tables.objects(letters)}),
        ("POST /predict", {"model_name": "objects", "method": "transform", "features": cells, "rows": 2}),
        ("POST /predict", {"model_name": "kept", "method": "transform", "features": [31, "any", None, None]}),
        ("POST /predict", {"model_name": "sizes", "features": [{"a": 1, "b": 2}, {"a": True, "b": None}]}),
        ("POST /predict", {**inverse, "features": [[0, 1], [-1, 2]]}),
        ("POST /v2/models/people/infer", {"inputs": tables.tensors(people, "$rest"), "parameters": {"gaps": "none"}}),
        ("POST /v2/models/letters/infer", {"inputs": [{**one, "data": ["a", "y"], "parameters": {"missing": "0"}}]}),
        ("POST /v2/models/letters/infer", {"inputs": [{**back, "data": codes}], "outputs": outputs}),
        (predict, {"model_name": "people", "columns": tables.columns(people, named=True)}),
        (predict, {"model_name": "letters", "method": "transform", "columns": both, "rows": 2}),
        (predict, {"model_name": "objects", "method": "transform", "columns": by_order}),
        (predict, {"model_name": "kept", "method": "transform", "columns": tables.columns(people, named=True)}),
        (predict, {**inverse, "features": codes}),
        (infer, {"model_name": "people", "inputs": tables.tensors(people, "$typed")}),
        (infer, {"model_name": "letters", "inputs": tables.tensors(letters, "$typed"), "parameters": gaps}),
        (infer, {"model_name": "letters", "inputs": [one], "raw_input_contents": ["AQAAAGEAAAAA"]}),
        (
            infer,
            {"model_name": "letters", "inputs": [{**back, "contents": {"fp64_contents": codes}}], "outputs": outputs},
        ),
    ]


def mutated_table(random_: random.Random) -> dict[str, Any]:
    path, body = random_.choice(table_bases())
    leaves = LEAVES + CELLS
    if path.startswith("POST"):
        return mutated_body(random_, path, body, leaves)
    message = service_pb2.PredictRequest if path.endswith("Predict") else open_inference_pb2.ModelInferRequest
    sent = json_format.ParseDict(body, message())
    for _ in range(random_.choice([0, 1, 1, 2, 3])):
        # Not each value suits each field; a few tries find one that does.
        for _ in range(20):
            other = mutated(random_, body, leaves)
            try:
                sent = json_format.ParseDict(other, message())
            except (json_format.ParseError, TypeError, ValueError):
                continue
            body = other
            break
    return {"rpc": path, "hex": sent.SerializeToString(deterministic=True).hex()}


def same(one: Any, other: Any) -> bool:
    """Whether two answers are equal. Random numbers cancel as they like, so floats are compared to nine digits."""
    if isinstance(one, dict) and isinstance(other, dict):
        own = {"timestamp", "request_id", "detail", "engine", "loaded_timestamp", "requests_served"}
        keys = (one.keys() | other.keys()) - own
        return all(k in one and k in other and same(one[k], other[k]) for k in keys)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    return type(one) is type(other) and bool(one == other)


ROUNDS = 100


SEEDS = [
    (make, seed)
    for make, seeds in ((mutated_json, 12), (mutated_grpc, 12), (mutated_table, 8))
    for seed in range(seeds)
]


@pytest.mark.parametrize(("make", "seed"), SEEDS)
def test_both_engines_say_the_same(servers, make, seed):
    random_ = random.Random(f"{make.__name__} {seed}")  # noqa: S311 - repeatable, not secret
    folder = "tables" if make is mutated_table else "repository"
    python, go = (servers.get(engine, folder) for engine in ("python", "go"))
    with grpc.insecure_channel(python.grpc) as first, grpc.insecure_channel(go.grpc) as second:
        differences = compare(random_, make, (python, first), (go, second))
    assert not differences, f"{len(differences)} of {ROUNDS}:\n" + "\n".join(differences[:5])


def compare(random_: random.Random, make: Any, *engines: tuple[Any, grpc.Channel]) -> list[str]:
    """Make the same calls to both engines, and tell where they differ."""
    differences = []
    for _ in range(ROUNDS):
        call = make(random_)
        one, other = (calls.call(server.grpc, server.http, call, channel) for server, channel in engines)
        heads = [(a.code, a.status, a.kind, a.error) for a in (one, other)]
        if heads[0] != heads[1] or not same(one.body, other.body):
            sent = bytes.fromhex(call["hex"])
            differences.append(
                f"{call.get('http') or call.get('rpc')} {sent!r}\n  {heads}\n  {one.body}\n  {other.body}"
            )
        assert one.code not in ("INTERNAL", "UNKNOWN"), call
        assert other.code not in ("INTERNAL", "UNKNOWN"), call
    return differences
