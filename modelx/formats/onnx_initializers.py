"""Fields of a model that stand in an ONNX graph as initializers, found by their path."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from google.protobuf.descriptor import FieldDescriptor

from modelx import wire
from modelx.errors import MalformedError
from modelx.formats import wire_reader
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable

# Numbers of fields, and of a type, in onnx.proto.
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9
_DOUBLE = 11
# An index has no leading zeros, so that a field has one path.
_SEGMENT = re.compile(r"([a-z_0-9]+)(?:\[(0|[1-9][0-9]{0,8})\])?", re.ASCII)


def skeleton(model: model_pb2.ModelProto, paths: Iterable[str]) -> model_pb2.ModelProto:
    """Give a copy of a model without the fields at these paths."""
    out = model_pb2.ModelProto()
    out.CopyFrom(model)
    for path in paths:
        message, field = _find(out, path)
        message.ClearField(field)
    return out


def restore(model: model_pb2.ModelProto, tensor: memoryview) -> None:
    """Put the values of a serialised tensor into the field whose path is its name; any other name is the graph's own.

    Raises
    ------
    MalformedError
        For a tensor of another form, and for a field that the model does not have, or has already.
    """
    name, kind, dims, raw = "", 0, list[int](), memoryview(b"")
    for number, value in wire_reader.fields(tensor):
        if number == _NAME and isinstance(value, memoryview):
            name = bytes(value).decode("utf-8", "replace")
        elif number == _DATA_TYPE and isinstance(value, int):
            kind = value
        elif number == _DIMS:
            dims += [value] if isinstance(value, int) else wire_reader.varints(value)
        elif number == _RAW_DATA and isinstance(value, memoryview):
            raw = value
    segments = _segments(name)
    if segments is None:
        return
    if kind != _DOUBLE or 8 * prod(dims) != len(raw):
        raise MalformedError(
            f"the initializer has type {kind}, dims {dims} and {len(raw)} bytes of raw_data; expected a DOUBLE tensor "
            "(type 11) with 8 bytes for each value: write the file again",
            path=name,
        )
    found = _find(model, name)
    if found[0] is None or len(getattr(*found)):
        raise MalformedError(
            "an initializer for a field that this model does not have, or has already; write the file again", path=name
        )
    wire.fill(found[0], found[1], np.frombuffer(raw, dtype="<f8"))


def _segments(path: str) -> list[tuple[str, int]] | None:
    """Split a path at which the schema has a ``repeated double`` into names and indices; None for any other text."""
    out = []
    descriptor: Any = model_pb2.ModelProto.DESCRIPTOR
    field: Any = None
    for text in path.split("."):
        match = _SEGMENT.fullmatch(text)
        field = descriptor.fields_by_name.get(match[1]) if match and descriptor else None
        if match is None or field is None:
            return None
        descriptor = field.message_type
        is_map = descriptor is not None and descriptor.GetOptions().map_entry
        if is_map or (match[2] is not None) != (field.is_repeated and descriptor is not None):
            return None
        out.append((match[1], int(match[2] or 0)))
    is_doubles = field.is_repeated and field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE
    return out if is_doubles else None


def _find(model: model_pb2.ModelProto, path: str) -> tuple[Any, str]:
    """Give the message and the name of the field at a path of the schema; None for a message that is not there."""
    segments = _segments(path) or []
    message: Any = model
    for name, index in segments[:-1]:
        value = getattr(message, name)
        if message.DESCRIPTOR.fields_by_name[name].is_repeated:
            if index >= len(value):
                return None, ""
            value = value[index]
        elif not message.HasField(name):
            return None, ""
        message = value
    return message, segments[-1][0]
