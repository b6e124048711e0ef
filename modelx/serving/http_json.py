"""JSON as docs/serving.md says: what is valid, what values are, and how they are written."""

from __future__ import annotations

import gc
import math
import re
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from modelx.plain import plain, word
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.serving.requests import Output

DEEPEST = 100

# About as many characters a number takes.
BYTES_OF_NUMBER = 16


class OutOfRange:
    """A number that no double holds."""


OUT_OF_RANGE: Final = OutOfRange()

_KINDS = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    OutOfRange: "a number",
    list: "an array",
    dict: "an object",
    type(None): "null",
}

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
# One down, one up: 255 is -1 in eight bits.
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
# Numbers that may be beyond all doubles: with an exponent of three digits, or long ones. What is part of another number
# is none.
_SUSPECT = re.compile(rb"[eE]\+?[0-9]{3}|[0-9]{200}")
_STRING_OR_SUSPECT = re.compile(
    rb'"(?:[^"\\]|\\.)*"'
    rb"|(?<![eE.0-9+-])-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE]\+?[0-9]{3,}"
    rb"|(?<![eE.0-9+-])-?[1-9][0-9]{199,}(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
)
_MARKED = f"out of range {token_hex(16)}"
_MARK = f'{{"{_MARKED}":0}}'.encode()
_CONTAINERS = frozenset({dict, list})
_LARGE = 1024 * 1024
_NEGATIVE_ZERO = re.compile(rb"-0(?![.0-9eE])")
_STRING_OR_NEGATIVE_ZERO = re.compile(rb'"(?:[^"\\]|\\.)*"|-0(?![.0-9eE])')
_INT64 = range(-(2**63), 2**63)


def kind_of(value: object) -> str:
    """Name the JSON type of a value."""
    return _KINDS[type(value)]


def is_integer(value: object) -> bool:
    """Whether a value is written as an integer that 64 bits hold."""
    return type(value) is int and value in _INT64


def loads(body: bytes) -> Any:
    """Read a body.

    Returns
    -------
    object
        dict, list, str, bool, None, int (of at most 64 bits), float, or `OUT_OF_RANGE`.

    Raises
    ------
    ServingError
        `bad_request`: it is not valid JSON.
    """
    if b"-0" in body and _NEGATIVE_ZERO.search(body):
        body = _STRING_OR_NEGATIVE_ZERO.sub(_signed, body)
    pauses = len(body) >= _LARGE and gc.isenabled()
    if pauses:
        # A million new lists make the collector look at all of them time and again, and there is no garbage.
        gc.disable()
    try:
        value = _loads(body)
    finally:
        if pauses:
            gc.enable()
    return value


def _loads(body: bytes) -> Any:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        # It may be valid all the same, if nothing is wrong but the size of numbers.
        marked, found = _STRING_OR_SUSPECT.subn(_marked, body) if _SUSPECT.search(body) else (body, 0)
        if not found:
            raise _invalid() from None
        try:
            value = orjson.loads(marked)
        except orjson.JSONDecodeError:
            raise _invalid() from None
        if _depth_over_limit(body):
            raise _invalid() from None
        return _restored(value)
    if _depth_over_limit(body):
        raise _invalid()
    return value


def _signed(found: re.Match[bytes]) -> bytes:
    """Write the zero that has a sign as a double, as integers have none."""
    token = found.group()
    return token if token.startswith(b'"') else b"-0.0"


def _marked(found: re.Match[bytes]) -> bytes:
    """Put an object in the place of a number that no double holds: it may stand where the number may, and only so."""
    token = found.group()
    return token if token.startswith(b'"') or not math.isinf(float(token)) else _MARK


def _restored(value: Any) -> Any:
    """Put `OUT_OF_RANGE` in the place of the marks."""
    if type(value) is dict:
        if _MARKED in value:
            return OUT_OF_RANGE
        for name, each in value.items():
            if type(each) in _CONTAINERS:
                value[name] = _restored(each)
    elif not _CONTAINERS.isdisjoint(map(type, value)):
        value[:] = [_restored(each) if type(each) in _CONTAINERS else each for each in value]
    return value


def _invalid() -> ServingError:
    return ServingError("bad_request", "the body is not valid JSON")


def _depth_over_limit(body: bytes) -> bool:
    """Whether arrays and objects of valid JSON nest over 100 deep."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    brackets = np.frombuffer(_STRING.sub(b"", body).translate(_STEPS, _NOT_BRACKETS), np.int8)
    # orjson lets no more than 1024 through.
    return bool(brackets.cumsum(dtype=np.int16).max(initial=0) > DEEPEST)


def dumps(value: object) -> bytes:
    """Write a value that has no floats but finite ones; `modelx.plain` makes such ones, and `plain_array` of arrays."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY)


def plain_array(values: NDArray[Any]) -> object:
    """Give what `dumps` writes for an array of float64, int64, bool, or object of str."""
    if values.dtype == np.float64:
        finite = np.isfinite(values)
        if not finite.all():
            mixed = values.astype(object)
            mixed[~finite] = [word(value) for value in values[~finite].tolist()]
            return mixed.tolist()
    elif values.dtype.hasobject:
        return values.tolist()
    return np.ascontiguousarray(values)


def mixed_rows(output: Output) -> list[list[Any]]:
    """Give what `dumps` writes for rows of numbers and strings: null for what is missing among strings."""
    texts = [type_ == "string" for type_ in output.columns]
    return [
        [
            (value if isinstance(value, str) else None) if text else plain(math.nan if value is None else float(value))
            for value, text in zip(row, texts, strict=True)
        ]
        for row in output.values.tolist()
    ]
