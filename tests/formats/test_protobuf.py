"""The message itself: determinism, recognition, damage and depth."""

import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

import modelx
from modelx import Limits, errors, formats
from modelx.formats import protobuf
from modelx.v1 import model_pb2
from modelx.wire import varint

X, Y = load_diabetes(return_X_y=True)
NOTES = {"created_timestamp": 1, "training_samples": 442, "b": 1, "a": [1, {"c": None}]}
BYTES = modelx.dumps(LinearRegression().fit(X, Y), metadata=NOTES, metrics={"r2": 0.5, "mae": 1.0})


def test_equal_models_give_equal_bytes():
    again = modelx.dumps(LinearRegression().fit(X, Y), metadata=NOTES, metrics={"mae": 1.0, "r2": 0.5})
    assert again == BYTES
    assert protobuf.dumps(protobuf.loads(BYTES, Limits())) == BYTES


def test_fields_may_come_in_any_order():
    model = protobuf.loads(BYTES, Limits())
    tail = model_pb2.ModelProto(name=model.name)
    model.ClearField("name")
    loaded = modelx.loads(model.SerializeToString() + tail.SerializeToString())
    assert loaded.predict(X).tobytes() == LinearRegression().fit(X, Y).predict(X).tobytes()


@pytest.mark.parametrize("keep", [1, 3, 40, 0.5, 0.999])
def test_truncated_messages_are_refused(keep):
    cut = BYTES[: keep if isinstance(keep, int) else int(keep * len(BYTES))]
    with pytest.raises(errors.ModelFileError):
        modelx.loads(cut)


@pytest.mark.parametrize("data", [b"\x80\x04\x95", b"PK\x03\x04", b"\x00\x01", b"MZ", b"\xff\xff"])
def test_other_files_are_not_taken_for_messages(data):
    assert not protobuf.matches(data)
    with pytest.raises(errors.UnknownFormatError):
        formats.loads(data, Limits())


def test_messages_within_messages_are_too_deep():
    inner = b""
    for _ in range(200):
        step = b"\x0a" + varint(len(inner)) + inner  # PipelineProto.steps
        inner = b"\xba\x01" + varint(len(step)) + step  # ModelProto.pipeline
    with pytest.raises(errors.TooDeepError):
        modelx.loads(inner)


def test_a_length_over_the_end_is_malformed():
    with pytest.raises(errors.MalformedError):
        modelx.loads(b"\x1a\xff\xff\xff\xff\x07" + b"\x0a\x08" + bytes(8))
