"""The message itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from modelx.errors import MalformedError, TooDeepError
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.limits import Limits

NAME = "protobuf"
SUFFIX = ".pb"


def matches(data: bytes) -> bool:
    """Whether the first byte is the tag of a field of ``ModelProto``."""
    if not data:
        return False
    field, wire_type = data[0] >> 3, data[0] & 7
    # Field 1 is a string here and a varint in ONNX; fields over 15 need a second byte, which has more of the number.
    return field >= 1 and wire_type in (0, 1, 2, 5) and not (field == 1 and wire_type != 2)


def dumps(model: model_pb2.ModelProto) -> bytes:
    """Serialise deterministically: equal models of one modelx give equal bytes."""
    return model.SerializeToString(deterministic=True)


def loads(data: bytes, limits: Limits) -> model_pb2.ModelProto:  # noqa: ARG001 - all formats are called alike
    """Parse a message.

    Raises
    ------
    MalformedError, TooDeepError
    """
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
