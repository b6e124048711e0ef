"""PredictRequest messages from their bytes, without an object for each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx.serving import grpc_fields, grpc_wire
from modelx.serving.columns import Columns
from modelx.serving.status import ServingError
from modelx.v1 import service_pb2
from modelx.wire import doubles

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Features: TypeAlias = NDArray[np.float64]

_FEATURES_TAG = 0x0A
_DOUBLE = np.dtype("<f8")
_NOTHING = service_pb2.PredictRequest()


def split(raw: bytes) -> tuple[bytes, Features | None]:
    """Take the features out of a PredictRequest: give the bytes of all else, and these as an array, if they come first.

    The array can mostly not be written into.
    Every writer puts the features first and in one piece, so that they are the bytes after a tag and a length. What is
    written otherwise is left to protobuf.
    """
    if len(raw) > 1 and raw[0] == _FEATURES_TAG:
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
            return raw[end:], np.frombuffer(raw[start:end], _DOUBLE)
    return raw, None


def parse(rest: bytes, features: Features | None) -> tuple[service_pb2.PredictRequest, Features]:
    """Read what `split` gives: a message that has all but the features, and these as an array.

    Raises
    ------
    ServingError
        `bad_request`, or `too_large`.
    """
    if not rest and features is not None:
        return _NOTHING, features
    grpc_fields.check_predict(rest)
    message = grpc_wire.parse(service_pb2.PredictRequest, rest)
    if features is None:
        features = doubles(message.features)
    elif message.features:
        features = np.concatenate([features, doubles(message.features)])
    return message, features


def columns_of(message: service_pb2.PredictRequest, features: Features) -> Columns:
    """Give the columns of a message that has some. Raises ServingError, `bad_request`."""
    if features.size:
        raise ServingError("bad_request", "features and columns are both there; expected one of them")
    return Columns(message.columns, message.rows)
