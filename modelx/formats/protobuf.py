"""The message itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from modelx import wire
from modelx.errors import MalformedError, TooDeepError
from modelx.formats import large
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.limits import Limits

NAME = "protobuf"
SUFFIX = ".pb"
_VARINT, _BYTES = 0, 2
# The lowest number that a later schema may give to an arm of the oneof.
_FIRST_NEW_ARM = 15


def matches(data: bytes) -> bool:
    """Whether the first field is one of ``ModelProto``, or may be an arm of a later schema."""
    # A tag has at most five bytes; more than two would be a field over 2047.
    head = data[:2] if data[:1] >= b"\x80" else data[:1]
    tag = sum((byte & 0x7F) << 7 * i for i, byte in enumerate(head))
    number, wire_type = tag >> 3, tag & 7
    field = model_pb2.ModelProto.DESCRIPTOR.fields_by_number.get(number)
    if field is None:
        return number >= _FIRST_NEW_ARM and wire_type == _BYTES
    return wire_type == (_VARINT if field.cpp_type == field.CPPTYPE_UINT32 else _BYTES)


def dumps(model: model_pb2.ModelProto) -> bytes:
    """Serialise deterministically: equal models of one modelx give equal bytes."""
    return model.SerializeToString(deterministic=True)


def loads(data: bytes, limits: Limits) -> model_pb2.ModelProto:  # noqa: ARG001 - all formats are called alike
    """Parse a message.

    Raises
    ------
    MalformedError, TooDeepError
    """
    if wire.is_sharing() and (split := large.split(data)) is not None:
        return split
    model = model_pb2.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        if "depth" in str(error).lower() or "recursion" in str(error).lower():
            raise TooDeepError("messages nest over protobuf's limit of 100") from error
        raise MalformedError(
            f"not a whole ModelProto ({error}); the file is truncated or damaged, or is something else: write it again"
        ) from error
    return model
