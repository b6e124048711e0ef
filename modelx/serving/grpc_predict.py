"""PredictRequest messages from their bytes, without an object for each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from google.protobuf.message import DecodeError

from modelx.serving import grpc_fields, grpc_wire
from modelx.serving.columns import Columns
from modelx.serving.status import ServingError
from modelx.v1 import service_pb2
from modelx.wire import doubles

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Features: TypeAlias = NDArray[np.float64]

FEATURES_TAG = 0x0A
_COLUMNS_TAG = b"\x42"
_DOUBLE = np.dtype("<f8")
_NOTHING = service_pb2.PredictRequest()
_from_string = service_pb2.PredictRequest.FromString
# No shorter message has too many fields.
_LONG = 1024 * 1024


def parse(raw: bytes) -> tuple[service_pb2.PredictRequest, Features, bool]:
    """Read a PredictRequest: a message that has all but the features, these as an array, and whether it has columns.

    The array can mostly not be written into.
    Every writer puts the features first and in one piece, so that they are the bytes after a tag and a length. What is
    written otherwise is left to protobuf.

    Raises
    ------
    ServingError
        `bad_request`, or `too_large`.
    """
    if len(raw) > 1 and raw[0] == FEATURES_TAG:
        size, start = raw[1], 2
        shift = 7
        if size > 0x7F:
            size &= 0x7F
            while start < len(raw) and shift < 35:
                byte = raw[start]
                start += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    break
            else:
                size = -1
        end = start + size
        if size > 0 and size % 8 == 0 and end <= len(raw):
            # Bytes of their own begin where numbers may; within the message they begin anywhere.
            features = np.frombuffer(raw[start:end], _DOUBLE)
            if end == len(raw):
                return _NOTHING, features, False
            rest = raw[end:]
            message = _read(rest)
            if not message.features:
                # To look for the byte takes less than to ask the message.
                return message, features, _COLUMNS_TAG in rest and bool(message.columns)
    message = _read(raw)
    return message, doubles(message.features), bool(message.columns)


def _read(raw: bytes) -> service_pb2.PredictRequest:
    if len(raw) >= _LONG:
        grpc_fields.check_predict(raw)
    try:
        return _from_string(raw)
    except DecodeError:
        raise grpc_wire.not_a(service_pb2.PredictRequest) from None


def columns_of(message: service_pb2.PredictRequest, features: Features) -> Columns:
    """Give the columns of a message that has some. Raises ServingError, `bad_request`."""
    if features.size:
        raise ServingError("bad_request", "features and columns are both there; expected one of them")
    return Columns(message.columns, message.rows)
