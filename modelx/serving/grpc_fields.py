"""Refusing messages of too many fields before protobuf makes an object of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from modelx.inference import open_inference_pb2
from modelx.serving import grpc_wire
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message

    M = TypeVar("M", bound=Message)

# An empty tensor is two bytes of a message, and hundreds of memory.
MOST_FIELDS = 100_000
# Of requests whose texts are rows.
MOST_PREDICT_FIELDS = 1_000_000
# No field takes less, so that shorter messages need not be looked through.
_LEAST_BYTES = 2

_LONGEST_VARINT = 10
_LARGEST_NUMBER = (1 << 29) - 1
_VARINT, _EIGHT_BYTES, _DELIMITED, _GROUP, _GROUP_END, _FOUR_BYTES = range(6)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Which fields of a message count.

    Attributes
    ----------
    only : int
        The number of those that do, or 0 for all.
    but : frozenset of int
        The numbers of those that don't.
    nested : dict
        The messages in it that are looked into, by their fields' numbers.
    """

    only: int = 0
    but: frozenset[int] = frozenset()
    nested: Mapping[int, _Counted] = field(default_factory=dict)


# Numbers of a tensor count nowhere, packed or not: they take little.
_CONTENTS = _Counted(only=8)
_TENSOR = _Counted(nested={5: _CONTENTS})
_OTHER = _Counted()
_INFER = _Counted(nested={5: _TENSOR, 6: _OTHER})
# As little as the numbers of columns, and of features.
_COLUMN = _Counted(but=frozenset({2, 3, 5, 6, 7}))
_PREDICT = _Counted(but=frozenset({1}), nested={8: _COLUMN})


def check_predict(raw: bytes) -> None:
    """Refuse a PredictRequest of too many fields. Raises ServingError, `too_large`."""
    most = MOST_PREDICT_FIELDS
    if len(raw) > _LEAST_BYTES * most and _count(raw, 0, len(raw), _PREDICT, most) < 0:
        raise ServingError("too_large", f"the message has more than {most} fields")


def parse(message_type: type[M], raw: bytes) -> M:
    """Read a message as `grpc_wire.parse` does.

    Raises
    ------
    ServingError
        `too_large`, or `bad_request`.
    """
    if len(raw) > _LEAST_BYTES * MOST_FIELDS:
        counted = _INFER if message_type is open_inference_pb2.ModelInferRequest else _OTHER
        if _count(raw, 0, len(raw), counted, MOST_FIELDS) < 0:
            raise ServingError("too_large", f"the message has more than {MOST_FIELDS} fields")
    return grpc_wire.parse(message_type, raw)


def _count(data: bytes, at: int, end: int, counted: _Counted, left: int) -> int:
    """Take the fields between two places from how many are left, and stop below 0, or where it is no message.

    What begins and ends a group counts as a field, as does what is in it.
    """
    while at < end and left >= 0:
        tag = data[at]
        # Most tags and sizes are of one byte, and there may be a million of them.
        tag, at = (tag, at + 1) if tag < 0x80 else _varint(data, at, end)
        number, kind = tag >> 3, tag & 7
        if not 0 < number <= _LARGEST_NUMBER:
            return left
        start = at
        if kind == _VARINT:
            _, at = _varint(data, at, end)
        elif kind == _DELIMITED:
            size = data[at] if at < end else 0x80
            size, start = (size, at + 1) if size < 0x80 else _varint(data, at, end)
            at = start + size
        elif kind == _EIGHT_BYTES:
            at += 8
        elif kind == _FOUR_BYTES:
            at += 4
        elif kind not in {_GROUP, _GROUP_END}:
            return left
        if at > end:
            return left
        if counted.only in (0, number) and number not in counted.but:
            left -= 1
        inner = counted.nested.get(number)
        if inner is not None and kind == _DELIMITED:
            left = _count(data, start, at, inner, left)
    return left


def _varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Give a number and the place behind it; a place behind the end for what is none."""
    value = 0
    for place in range(at, min(end, at + _LONGEST_VARINT)):
        byte = data[place]
        value |= (byte & 0x7F) << 7 * (place - at)
        if byte < 0x80:
            return value, place + 1
    return 0, end + 1
