"""Messages between their bytes and what the data plane takes and gives, without an object for each number."""

from __future__ import annotations

import struct
import time
import zlib
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from google.protobuf.message import DecodeError, Message

from modelx.serving.columns import written
from modelx.serving.status import ServingError
from modelx.v1 import service_pb2
from modelx.wire import varint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.serving.models import Served
    from modelx.serving.requests import Output, Response

M = TypeVar("M", bound=Message)

# No message of a schema here can begin so: it would be field 3 of a wire type that there is not.
_GZIP = b"\x1f\x8b\x08"
# How far over the limit a message is expanded before it is given up to tell its length.
_MARGIN = 1024

_PREDICTIONS_TAG = b"\x0a"
_PROBABILITIES_TAG = b"\x42"
_ONE_DOUBLE = b"\x0a\x08"
_DOUBLE = np.dtype("<f8")
_PACK_DOUBLE = struct.Struct("<d").pack


def is_gzipped(raw: bytes) -> bool:
    """Whether the client has gzipped a message, which the gRPC library leaves as it is."""
    return raw.startswith(_GZIP)


def gunzip(raw: bytes, limit: int) -> bytes | None:
    """Expand a message, and stop where it is over the limit.

    Returns
    -------
    bytes or None
        None where it is damaged.

    Raises
    ------
    ServingError
        `too_large`, in the words of the gRPC library.
    """
    most = limit + min(limit, _MARGIN)
    expander = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = expander.decompress(raw, most)
    except zlib.error:
        return None
    if len(data) >= most:
        raise ServingError("too_large", "Decompressed message larger than max")
    if len(data) > limit:
        raise ServingError("too_large", f"SERVER: Received message larger than max ({len(data)} vs. {limit})")
    return data if expander.eof and not expander.unused_data else None


def parse(message_type: type[M], raw: bytes) -> M:
    """Read a message.

    Raises
    ------
    ServingError
        `bad_request`, with the message's full name.
    """
    try:
        return message_type.FromString(raw)
    except DecodeError:
        raise not_a(message_type) from None


def not_a(message_type: type[Message]) -> ServingError:
    """Give the error of bytes that are no message of this type."""
    return ServingError("bad_request", f"the message is not a {message_type.DESCRIPTOR.full_name}")


class _Rest(NamedTuple):
    """All of an answer that is the same for other numbers, and its bytes."""

    model: str
    version: str
    rows: int
    columns: int
    second: int
    data: bytes


class PredictWriter:
    """Writes PredictResponse messages. It remembers what the last one had, which the next one mostly has too."""

    __slots__ = ("_last", "_last_one")

    def __init__(self) -> None:
        self._last = _Rest("", "", 0, 0, 0, b"")
        self._last_one: tuple[Served | None, int, bytes] = (None, 0, b"")

    def write(self, response: Response) -> bytes:
        """Write an answer; with two outputs, the second are the probabilities."""
        output = response.outputs[0]
        values = output.values
        shape = values.shape
        columns = shape[1] if len(shape) > 1 else 1
        second = int(time.time())
        last = self._last
        if not (
            last.second == second
            and last.rows == response.rows
            and last.columns == columns
            and last.version == response.version
            and last.model == response.model
        ):
            last = self._last = self._rest(response, columns, second)
        if output.columns:
            return written(output) + last.data
        if output.indices is not None:
            return b"".join([
                packed(_PREDICTIONS_TAG, output.indices), last.data, _labels(output), _probabilities(response)
            ])  # fmt: skip
        if response.rows == 1 and columns == 1:
            first = _ONE_DOUBLE + values.astype("<f8", copy=False).tobytes() + last.data
        else:
            first = packed(_PREDICTIONS_TAG, values) + last.data
        return first if len(response.outputs) == 1 else first + _probabilities(response)

    def write_one(self, served: Served, value: float) -> bytes:
        """Write the answer of one number for one row."""
        second = int(time.time())
        last = self._last_one
        # One load of a model has one name and one version.
        if last[0] is not served or last[1] != second:
            data = _rest_bytes(served.name, served.version, 1, 1, second)
            last = self._last_one = (served, second, data)
        return _ONE_DOUBLE + _PACK_DOUBLE(value) + last[2]

    @staticmethod
    def _rest(response: Response, columns: int, second: int) -> _Rest:
        data = _rest_bytes(response.model, response.version, response.rows, columns, second)
        return _Rest(response.model, response.version, response.rows, columns, second, data)


def _rest_bytes(model: str, version: str, rows: int, columns: int, second: int) -> bytes:
    message = service_pb2.PredictResponse(
        model_version=version, timestamp=second, model_name=model, rows=rows, columns=columns
    )
    return message.SerializeToString()


def packed(tag: bytes, values: NDArray[np.generic]) -> bytes:
    """Write numbers as a packed field of doubles."""
    data = values.astype("<f8", copy=False).tobytes()
    return b"".join([tag, varint(len(data)), data])


def _labels(output: Output) -> bytes:
    return service_pb2.PredictResponse(labels=map(str, output.values.ravel().tolist())).SerializeToString()


def _probabilities(response: Response) -> bytes:
    return b"" if len(response.outputs) == 1 else packed(_PROBABILITIES_TAG, response.outputs[1].values)
