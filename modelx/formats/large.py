"""Large arrays beside their message: written and read without a copy of the whole in protobuf's memory.

The bytes are the same: a message is its fields one after the other, and a packed field is the array's own bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import wire
from modelx.errors import MalformedError
from modelx.formats.wire_reader import Span, spans
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Detached = list[tuple[Message, str, Array]]
    Chunk = bytes | memoryview

# The one large field of each computation that has one. A split looks for no other.
FIELDS = {
    "linear_regression": "coefficients",
    "sgd_classifier": "coefficients",
    "kmeans": "centers",
    "bisecting_kmeans": "centers",
}
_STEPS = model_pb2.PipelineProto.DESCRIPTOR.fields_by_name["steps"].number
_ARMS = {field.number: field for field in model_pb2.ModelProto.DESCRIPTOR.oneofs_by_name["model"].fields}
# A message with more fields than any of ours is left to protobuf, which is faster at them.
_MANY_FIELDS = 4096
_DEPTH = 16


def join(model: model_pb2.ModelProto, detached: Detached) -> list[Chunk]:
    """Serialise a model and its detached arrays: the bytes, in pieces, that it would have with them inside."""
    by_message = {id(message): (name, array) for message, name, array in detached}
    if not by_message.keys() <= _along_steps(model):
        # What is inside of other models than pipelines is large for once, and goes through protobuf's memory.
        wire.attach(detached)
        return [model.SerializeToString(deterministic=True)]
    return _join(model, memoryview(model.SerializeToString(deterministic=True)), by_message)


def _along_steps(model: model_pb2.ModelProto) -> set[int]:
    """Give the ids of the computations that are reached through pipelines alone."""
    arm = model.WhichOneof("model") or ""
    message = getattr(model, arm)
    out = {id(message)}
    for step in message.steps if arm == "pipeline" else ():
        out |= _along_steps(step)
    return out


def _join(model: model_pb2.ModelProto, data: memoryview, detached: dict[int, tuple[str, Array]]) -> list[Chunk]:
    if not detached:
        return [data]
    arm = model.WhichOneof("model") or ""
    message = getattr(model, arm)
    whole = next(span for span in spans(data) if _ARMS.get(span.number) is not None)
    payload = data[whole.value : whole.end]
    if id(message) in detached:
        inner = _insert(payload, message, *detached[id(message)])
    elif arm == "pipeline":
        inner = []
        for step, span in zip(message.steps, spans(payload), strict=True):
            inner += _delimited(span, _join(step, payload[span.value : span.end], detached))
    else:
        return [data]
    return [data[: whole.start], *_delimited(whole, inner), data[whole.end :]]


def _insert(payload: memoryview, message: Message, name: str, array: Array) -> list[Chunk]:
    """Put an array into the serialised message that lacks it, in the order of the fields' numbers."""
    number = message.DESCRIPTOR.fields_by_name[name].number
    at = next((span.start for span in spans(payload) if span.number > number), len(payload))
    head = wire.tag_of(message, name) + wire.varint(array.nbytes)
    return [payload[:at], head, array.data.cast("B"), payload[at:]]


def _delimited(span: Span, inner: list[Chunk]) -> list[Chunk]:
    """Give a field with another value: its own tag, the new length, the new pieces."""
    tag = wire.varint(span.number << 3 | 2)
    return [tag + wire.varint(sum(len(piece) for piece in inner)), *inner]


def split(data: bytes | memoryview) -> model_pb2.ModelProto | None:
    """Parse a model, keeping its large arrays beside it for as long as `wire.sharing` lasts.

    Returns
    -------
    ModelProto or None
        None when there is nothing large, or when the bytes have not the form that modelx writes: then protobuf decides.
    """
    if len(data) < wire.DETACHED_BYTES:
        return None
    model = model_pb2.ModelProto()
    try:
        small, arrays = _split(memoryview(data), ())
        if not arrays:
            return None
        model.ParseFromString(b"".join(small))
        for path, array in arrays:
            container = _find(model, path)
            # A field that comes twice is the two joined: protobuf knows how.
            if len(container) or wire.count(container):
                return None
            wire.keep(container, array)
    except (MalformedError, LookupError, ValueError):
        return None
    return model


_Path = tuple[int, ...]


def _split(data: memoryview, path: _Path) -> tuple[list[Chunk], list[tuple[_Path, Array]]]:
    """Take large arrays out of a serialised model; `path` is its place as the numbers of pipeline steps."""
    small: list[Chunk] = []
    arrays: list[tuple[_Path, Array]] = []
    if len(path) > _DEPTH:
        raise MalformedError("too deep")
    for i, span in enumerate(spans(data)):
        if i > _MANY_FIELDS:
            raise MalformedError("too many fields")
        arm = _ARMS.get(span.number)
        if arm is None or span.wire_type != 2 or span.end - span.value < wire.DETACHED_BYTES:
            small.append(data[span.start : span.end])
            continue
        if arrays:
            raise MalformedError("two computations")
        payload = data[span.value : span.end]
        inner, arrays = (
            _split_pipeline(payload, path) if arm.name == "pipeline" else _split_arm(payload, arm.name, path)
        )
        small += _delimited(span, inner)
    return small, arrays


def _split_pipeline(payload: memoryview, path: _Path) -> tuple[list[Chunk], list[tuple[_Path, Array]]]:
    small: list[Chunk] = []
    arrays: list[tuple[_Path, Array]] = []
    for i, span in enumerate(spans(payload)):
        if span.number != _STEPS or span.wire_type != 2 or i > _MANY_FIELDS:
            raise MalformedError("no pipeline of ours")
        inner, found = _split(payload[span.value : span.end], (*path, i))
        small += _delimited(span, inner)
        arrays += found
    return small, arrays


def _split_arm(payload: memoryview, arm: str, path: _Path) -> tuple[list[Chunk], list[tuple[_Path, Array]]]:
    small: list[Chunk] = []
    arrays: list[tuple[_Path, Array]] = []
    message = getattr(model_pb2.ModelProto(), arm)
    number = message.DESCRIPTOR.fields_by_name[FIELDS[arm]].number if arm in FIELDS else 0
    for i, span in enumerate(spans(payload)):
        if i > _MANY_FIELDS:
            raise MalformedError("too many fields")
        size = span.end - span.value
        if span.number == number and span.wire_type == 2 and size >= wire.DETACHED_BYTES and size % 8 == 0:
            # A copy: the estimator's array is aligned and its own, and the file's bytes can go.
            arrays.append((path, np.frombuffer(payload[span.value : span.end], dtype="<f8").astype(np.float64)))
        else:
            small.append(payload[span.start : span.end])
    return small, arrays


def _find(model: model_pb2.ModelProto, path: _Path) -> Any:
    for step in path:
        model = model.pipeline.steps[step]
    arm = model.WhichOneof("model")
    if arm is None:
        raise LookupError("no computation")
    return getattr(getattr(model, arm), FIELDS[arm])
