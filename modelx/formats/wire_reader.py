"""Protobuf's wire format, field by field, for messages whose schema is not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from modelx.errors import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIXED = {1: 8, 5: 4}


class Span(NamedTuple):
    """Where a field is: `start` to `end` with its tag, `value` to `end` without tag and length."""

    number: int
    wire_type: int
    start: int
    value: int
    end: int


def spans(data: memoryview) -> Iterator[Span]:
    """Find each field of a serialised message.

    Groups, which no message of proto3 has, count as damage.

    Raises
    ------
    MalformedError
    """
    position = 0
    while position < len(data):
        start = position
        tag, position = _varint(data, position)
        number, wire_type = tag >> 3, tag & 7
        if not 0 < number < 1 << 31:
            raise MalformedError(f"a field has the number {number}; the file is truncated or damaged")
        if wire_type == 0:
            _, end = _varint(data, position)
            yield Span(number, wire_type, start, position, end)
            position = end
            continue
        if wire_type == 2:
            size, position = _varint(data, position)
        elif wire_type in _FIXED:
            size = _FIXED[wire_type]
        else:
            raise MalformedError(f"a field of wire type {wire_type}; expected 0, 1, 2 or 5: write the file again")
        if size > len(data) - position:
            raise MalformedError(
                f"field {number} has {size} bytes, with {len(data) - position} left; the file is truncated or damaged"
            )
        yield Span(number, wire_type, start, position, position + size)
        position += size


def fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Give the number and the value of each field of a serialised message: an int of a varint, or else the bytes.

    Raises
    ------
    MalformedError
    """
    for span in spans(data):
        yield span.number, _varint(data, span.value)[0] if span.wire_type == 0 else data[span.value : span.end]


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(data):
            break
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80 and value < 1 << 64:
            return value, position
    raise MalformedError("a varint has no end; the file is truncated or damaged")


def varints(data: memoryview) -> list[int]:
    """Give the values of a packed repeated field of varints."""
    out, position = [], 0
    while position < len(data):
        value, position = _varint(data, position)
        out.append(value)
    return out
