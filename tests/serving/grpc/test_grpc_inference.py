"""GRPCInferenceService by the library's own client, and what its tensors are made of."""

from __future__ import annotations

import numpy as np
import pytest
from data import load
from grpc_running import FEATURES, PATIENCE, refused, running

import modelx
from modelx.inference import open_inference_pb2 as oip
from modelx.inference import open_inference_pb2_grpc
from modelx.serving.grpc_fields import MOST_FIELDS
from modelx.serving.tensors import DATATYPES

FIELDS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
}
NUMBERS = "expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64"
KINDS = "expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or BYTES"
METHODS = "predict, predict_proba, predict_log_proba, decision_function"
HINT = "expected one tensor for each feature, or a single one for all"


def tensor(name="X", datatype="FP64", shape=(), **contents):
    made = oip.ModelInferRequest.InferInputTensor(name=name, datatype=datatype, shape=shape)
    if contents:
        made.contents.MergeFrom(oip.InferTensorContents(**contents))
    return made


def request(*inputs, model="iris", outputs=(), raw=(), **fields):
    asked = [oip.ModelInferRequest.InferRequestedOutputTensor(name=name) for name in outputs]
    return oip.ModelInferRequest(model_name=model, inputs=inputs, outputs=asked, raw_input_contents=raw, **fields)


def doubles(x, name="X"):
    return tensor(name, shape=x.shape, fp64_contents=x.ravel())


def values_of(answer, i=0):
    """Read an output back, typed or raw."""
    output = answer.outputs[i]
    if answer.raw_output_contents:
        raw = answer.raw_output_contents[i]
        if output.datatype == "BYTES":
            texts = []
            while raw:
                size = int.from_bytes(raw[:4], "little")
                texts.append(raw[4 : 4 + size].decode())
                raw = raw[4 + size :]
            return texts
        dtype = {"FP64": "<f8", "INT64": "<i8", "BOOL": "?"}[output.datatype]
        return np.frombuffer(raw, dtype).reshape(output.shape)
    if output.datatype == "BYTES":
        return [text.decode() for text in output.contents.bytes_contents]
    return np.reshape(getattr(output.contents, FIELDS[output.datatype]), output.shape)


@pytest.mark.parametrize("raw", [False, True], ids=["typed", "raw"])
def test_outputs_are_scikit_learns(inference, estimators, raw):
    x = load("iris")[0][::7]
    names = ["predict_proba", "predict", "decision_function", "predict_log_proba"]
    ask = request(
        tensor(shape=x.shape) if raw else doubles(x),
        raw=[x.tobytes()] if raw else (),
        outputs=names,
        id="seven",
    )
    answer = inference.ModelInfer(ask, timeout=PATIENCE)
    assert (answer.model_name, answer.model_version, answer.id) == ("iris", "1", "seven")
    assert [each.name for each in answer.outputs] == names
    assert bool(answer.raw_output_contents) == raw
    for i, name in enumerate(names):
        expected = getattr(estimators["iris"], name)(x)
        assert list(answer.outputs[i].shape) == list(expected.shape)
        assert np.array_equal(values_of(answer, i), expected)


@pytest.mark.parametrize("raw", [False, True], ids=["typed", "raw"])
@pytest.mark.parametrize(
    ("model", "output", "datatype"),
    [
        ("big", "predict", "INT64"),
        ("bools", "predict", "BOOL"),
        ("cancer", "predict", "INT64"),
        ("slow", "predict", "INT64"),
        ("scaler", "transform", "FP64"),
        ("several", "predict", "FP64"),
    ],
)
def test_types_of_outputs(inference, estimators, model, output, datatype, raw):
    width = {"cancer": 30, "slow": 30, "several": 3}.get(model, 4)
    x = np.ascontiguousarray(load("breast_cancer")[0][:6, :width])
    tensors = (tensor(shape=x.shape) if raw else doubles(x),)
    # None is asked for: predict where there is one, else the first one of the model.
    answer = inference.ModelInfer(request(*tensors, model=model, raw=[x.tobytes()] if raw else ()), timeout=PATIENCE)
    assert [(each.name, each.datatype) for each in answer.outputs] == [(output, datatype)]
    expected = getattr(estimators[model], output)(x)
    assert np.array_equal(values_of(answer), expected)
    told = {each.name: each for each in inference.ModelMetadata(oip.ModelMetadataRequest(name=model)).outputs}[output]
    assert (told.datatype, list(told.shape)) == (datatype, [-1, *expected.shape[1:]])


@pytest.mark.parametrize("datatype", DATATYPES)
@pytest.mark.parametrize("raw", [False, True], ids=["typed", "raw"])
def test_types_of_inputs_are_taken_as_doubles(inference, estimators, datatype, raw):
    if datatype == "FP16" and not raw:
        assert refused(inference.ModelInfer, request(tensor(datatype=datatype, shape=[1, 4]))) == (
            "INVALID_ARGUMENT",
            'input "X" has 0 values; expected 4',
            "bad_request",
        )
        return
    x = np.array([[0, 1, 0, 1], [1, 1, 0, 0]])
    if datatype != "BOOL":
        x = x * 3 + 2
        if not datatype.startswith("U"):
            x = -x
    if raw:
        ask = request(tensor(datatype=datatype, shape=x.shape), raw=[x.astype(DATATYPES[datatype]).tobytes()])
    else:
        ask = request(tensor(datatype=datatype, shape=x.shape, **{FIELDS[datatype]: x.ravel().tolist()}))
    ask.outputs.add(name="decision_function")
    expected = estimators["iris"].decision_function(x.astype(float))
    assert np.array_equal(values_of(inference.ModelInfer(ask, timeout=PATIENCE)), expected)


def test_a_raw_bool_is_true_whatever_its_bits(inference, estimators):
    ask = request(tensor(datatype="BOOL", shape=[1, 4]), raw=[b"\x00\x01\xff\x02"], outputs=["decision_function"])
    expected = estimators["iris"].decision_function([[0.0, 1.0, 1.0, 1.0]])
    assert np.array_equal(values_of(inference.ModelInfer(ask, timeout=PATIENCE)), expected)


def test_a_tensor_for_each_feature_in_any_order(inference, estimators):
    import pandas as pd

    x = load("diabetes")[0][:5, :3]
    expected = estimators["diabetes"].predict(pd.DataFrame(x, columns=FEATURES))
    columns = [doubles(x[:, i].reshape(-1, 1) if i == 1 else x[:, i], name) for i, name in enumerate(FEATURES)]
    answer = inference.ModelInfer(request(*reversed(columns), model="diabetes"), timeout=PATIENCE)
    assert np.array_equal(values_of(answer), expected)
    raw = request(
        *(tensor(name, "FP32", [5]) for name in FEATURES),
        model="diabetes",
        raw=[x[:, i].astype("<f4").tobytes() for i in range(3)],
    )
    expected = estimators["diabetes"].predict(pd.DataFrame(x.astype("<f4").astype(float), columns=FEATURES))
    assert np.array_equal(values_of(inference.ModelInfer(raw, timeout=PATIENCE)), expected)


ROW = [1.0, 2.0, 3.0, 4.0]
ONE = tensor(shape=[1, 4], fp64_contents=ROW)


def column(name, n=1, shape=None):
    return tensor(name, shape=shape or [n], fp64_contents=[0.5] * n)


@pytest.mark.parametrize(
    ("ask", "text", "kind"),
    [
        (request(), "no inputs; expected at least one", "bad_request"),
        (request(ONE, raw=[b"", b""]), "raw_input_contents has 2 items; expected 1", "bad_request"),
        (
            request(ONE, raw=[bytes(32)]),
            'input "X" has both contents and raw_input_contents; expected one of them',
            "bad_request",
        ),
        (request(tensor(shape=[1, 4]), raw=[bytes(12)]), 'input "X" has 12 bytes; expected 32', "bad_request"),
        (request(tensor(shape=[1, 4], fp64_contents=[1.0] * 3)), 'input "X" has 3 values; expected 4', "bad_request"),
        (request(tensor(shape=[1, 4], fp32_contents=ROW)), 'input "X" has 0 values; expected 4', "bad_request"),
        (
            request(tensor(shape=[2**62, 2**62, 2]), raw=[b""]),
            'input "X" has 0 bytes; expected over 9223372036854775807',
            "bad_request",
        ),
        # The product would take minutes, and have more digits than Python writes.
        (
            request(tensor(shape=[127] * 1_000_000)),
            'input "X" has 0 values; expected over 9223372036854775807',
            "bad_request",
        ),
        (
            request(tensor(shape=[127] * 1_000_000 + [0], fp64_contents=ROW)),
            'input "X" has 4 values; expected 0',
            "bad_request",
        ),
        (
            request(tensor(shape=[1, -2], fp64_contents=ROW)),
            'input "X" has shape [1,-2]; expected dimensions of 0 or more',
            "bad_request",
        ),
        (
            request(tensor(datatype="BYTES", shape=[1, 4], bytes_contents=[b"a"] * 4)),
            f'input "X" has datatype "BYTES"; {NUMBERS}',
            "not_numeric",
        ),
        (request(tensor(datatype="", shape=[1, -4])), f'input "X" has datatype ""; {KINDS}', "not_numeric"),
        (
            request(ONE, outputs=["predict", "predict"]),
            'output "predict" is there twice; expected it once',
            "bad_request",
        ),
        (
            request(ONE, outputs=["foo"]),
            f'the model has no method "foo"; expected one of {METHODS}',
            "unsupported_method",
        ),
        (
            request(tensor(shape=[1, 3], fp64_contents=ROW[:3])),
            'input "X" has shape [1,3]; expected [-1,4]',
            "wrong_width",
        ),
        (request(tensor(shape=[4], fp64_contents=ROW)), 'input "X" has shape [4]; expected [-1,4]', "wrong_width"),
        (request(tensor(shape=[], fp64_contents=[1.0])), 'input "X" has shape []; expected [-1,4]', "wrong_width"),
        (
            request(tensor(shape=[1] * 11 + [4], fp64_contents=ROW)),
            'input "X" has shape [1,1,1,1,1,1,1,1,1,1,...]; expected [-1,4]',
            "wrong_width",
        ),
        (request(tensor(shape=[0, 4])), "no rows; expected at least one", "no_rows"),
        (
            request(tensor(datatype="BOOL", shape=[2001, 4]), raw=[bytes(8004)]),
            "2001 rows; expected at most 2000",
            "too_many_rows",
        ),
        (
            request(tensor(shape=[1, 4], fp64_contents=[1.0, float("inf"), 1.0, 1.0])),
            "row 1, feature 2 is Infinity; expected a finite number",
            "non_finite_input",
        ),
        (
            request(column("age"), column("sex"), model="diabetes"),
            f'no input "bmi"; {HINT}',
            "missing_column",
        ),
        (
            request(column("age"), column("x"), column("bmi"), model="diabetes"),
            f'unknown input "x"; {HINT}',
            "missing_column",
        ),
        (
            request(column("age"), column("sex"), column("bmi"), column("sex"), model="diabetes"),
            'input "sex" is there twice; expected it once',
            "missing_column",
        ),
        (
            request(column("age", 2), column("sex", 3), column("bmi", 2), model="diabetes"),
            "inputs have 2 and 3 rows; expected the same number",
            "bad_request",
        ),
        (
            request(column("age", 2), column("sex", 2, [1, 2]), column("bmi", 2), model="diabetes"),
            'input "sex" has shape [1,2]; expected [-1] or [-1,1]',
            "wrong_width",
        ),
        (request(ONE, ONE), f'unknown input "X"; {HINT}', "missing_column"),
        (request(column("age"), model="diabetes"), f'no input "sex"; {HINT}', "missing_column"),
    ],
)
def test_texts_of_infer(inference, ask, text, kind):
    assert refused(inference.ModelInfer, ask) == ("INVALID_ARGUMENT", text, kind)
    # The same by a stream, which goes on.
    answers = list(inference.ModelStreamInfer(iter([ask, request(ONE)]), timeout=PATIENCE))
    assert [each.error_message for each in answers] == [text, ""]


def test_too_many_fields(inference):
    empty = tensor("", "FP64", [0])
    text = f'unknown input ""; {HINT}'
    most = [empty] * (MOST_FIELDS // 4)
    assert refused(inference.ModelInfer, request(*most)) == ("INVALID_ARGUMENT", text, "missing_column")
    error = ("RESOURCE_EXHAUSTED", f"the message has more than {MOST_FIELDS} fields", "too_large")
    raw = [b""] * (MOST_FIELDS + 1)
    outputs = ["a"] * (MOST_FIELDS // 2 + 1)
    texts = tensor(datatype="BYTES", bytes_contents=raw)
    for ask in (request(*most, *most), request(ONE, raw=raw), request(ONE, outputs=outputs), request(texts)):
        assert refused(inference.ModelInfer, ask) == error
    others = oip.RepositoryIndexRequest.FromString(b"\x78\x01" * (MOST_FIELDS + 1))
    assert refused(inference.RepositoryIndex, others) == error
    # Numbers count for nothing.
    numbers = request(tensor(shape=[50_000, 4], fp64_contents=[0.0] * 200_000))
    assert refused(inference.ModelInfer, numbers)[2] == "too_many_rows"


def test_refused_inferences_are_counted(server, inference):
    before = server.call(lambda: server.services.plane.info("diabetes", "").requests_served)
    refused(inference.ModelInfer, request(column("age"), model="diabetes"))
    refused(inference.ModelInfer, request(tensor(shape=[0, 3]), model="diabetes"))
    assert server.call(lambda: server.services.plane.info("diabetes", "").requests_served) == before + 2


def test_large_requests_and_answers(inference, estimators):
    x = np.random.default_rng(1).normal(size=(2000, 4))
    for ask in (request(doubles(x)), request(tensor(shape=x.shape), raw=[x.tobytes()])):
        ask.outputs.add(name="predict_proba")
        assert np.array_equal(
            values_of(inference.ModelInfer(ask, timeout=PATIENCE)), estimators["iris"].predict_proba(x)
        )


def test_the_server_and_its_models(inference):
    assert inference.ServerLive(oip.ServerLiveRequest()).live
    assert inference.ServerReady(oip.ServerReadyRequest()).ready
    told = inference.ServerMetadata(oip.ServerMetadataRequest())
    assert (told.name, told.version) == ("modelx", modelx.__version__)
    assert list(told.extensions) == ["binary_tensor_data", "model_repository"]
    assert inference.ModelReady(oip.ModelReadyRequest(name="two")).ready
    assert inference.ModelReady(oip.ModelReadyRequest(name="two", version="1")).ready
    assert not inference.ModelReady(oip.ModelReadyRequest(name="two", version="3")).ready
    assert not inference.ModelReady(oip.ModelReadyRequest(name="none")).ready
    model = inference.ModelMetadata(oip.ModelMetadataRequest(name="two", version="1"))
    assert (model.name, list(model.versions), model.platform) == ("two", ["1", "2"], "modelx")
    assert [(each.name, each.datatype, list(each.shape)) for each in model.inputs] == [("X", "FP64", [-1, 4])]
    assert refused(inference.ModelMetadata, oip.ModelMetadataRequest(name="two", version="3")) == (
        "NOT_FOUND",
        'model "two" has no version "3" in service; expected one of "1", "2"',
        "unknown_version",
    )


def test_the_repository(tmp_path, estimators):
    for name in ("a", "b"):
        modelx.dump(estimators["iris"], tmp_path / f"{name}.pb", name=name, version="1")
    (tmp_path / "bad.pb").write_bytes(b"\x1b\xff no model")
    with running(tmp_path) as server, server.channel() as channel:
        stub = open_inference_pb2_grpc.GRPCInferenceServiceStub(channel)
        every = stub.RepositoryIndex(oip.RepositoryIndexRequest()).models
        assert [(each.name, each.state) for each in every] == [
            ("a", "READY"),
            ("b", "READY"),
            ("bad", "UNAVAILABLE"),
        ]
        assert every[2].reason.startswith('file "bad.pb" is refused (')
        ready = stub.RepositoryIndex(oip.RepositoryIndexRequest(ready=True)).models
        assert [each.name for each in ready] == ["a", "b"]
        stub.RepositoryModelUnload(oip.RepositoryModelUnloadRequest(model_name="a"))
        assert not stub.ModelReady(oip.ModelReadyRequest(name="a")).ready
        assert refused(stub.ModelInfer, request(ONE, model="a")) == (
            "NOT_FOUND",
            'no model "a"; expected one of "b"',
            "unknown_model",
        )
        stub.RepositoryModelLoad(oip.RepositoryModelLoadRequest(model_name="a"))
        assert stub.ModelInfer(request(ONE, model="a")).model_name == "a"
        assert refused(stub.RepositoryModelLoad, oip.RepositoryModelLoadRequest(model_name="none"))[0] == "NOT_FOUND"
