"""JSON text to Python values, strictly: what two readers could take differently is refused."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

from modelx.errors import DuplicateKeyError, MalformedError, TooDeepError, TooLargeError

if TYPE_CHECKING:
    from modelx.limits import Limits

# Two bytes of text can stand for a hundred in memory.
_MAX_ITEMS = 1 << 22
# A string, or what is left of one at the end of the text: each byte is looked at once, whatever a file has.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.?[^"\\]*+)*+"?', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_OPENING = frozenset(b"[{")
# Only a number of more digits can be over float64's range without an exponent.
_DIGITS = 300


def parse(data: bytes, limits: Limits) -> Any:
    """Give the value of a JSON text (RFC 8259) in UTF-8, with or without a byte order mark.

    Raises
    ------
    MalformedError
        For what is no JSON, and for numbers that are no float64.
    TooDeepError, TooLargeError, DuplicateKeyError
    """
    _check_size(data, limits)
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_parse_float,
            parse_int=_parse_int,
            parse_constant=_refuse_constant,
        )
        if "\\ud" in text or "\\uD" in text:
            # Half of a surrogate pair stands for no character. UTF-8 can write all others.
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise MalformedError(f"not text in UTF-8 ({error}); write or copy the file again") from error
    except json.JSONDecodeError as error:
        raise MalformedError(f"not whole JSON ({error}); write or copy the file again") from error
    return value


def _check_size(data: bytes, limits: Limits) -> None:
    """Check the nesting and the number of values that take memory, without parsing."""
    brackets = _STRING.sub(b"", data).translate(None, _NOT_BRACKETS)
    depth = 0
    for bracket in brackets[: 2 * _MAX_ITEMS]:
        depth += 1 if bracket in _OPENING else -1
        if depth > limits.json_depth:
            raise TooDeepError(
                f"JSON nests over {limits.json_depth} levels. "
                "Give a higher limit, modelx.Limits(json_depth=...), if you trust the file"
            )
    if len(brackets) // 2 + data.count(b'"') // 2 > _MAX_ITEMS:
        raise TooLargeError(f"the JSON has over {_MAX_ITEMS} objects, lists and strings; modelx writes no such file")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        doubled = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise DuplicateKeyError(
            f"the key {doubled!r} is there twice in one object; readers differ in which they take: remove one"
        )
    return out


def _parse_float(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        _refuse_number(text)
    return value


def _parse_int(text: str) -> int | float:
    if len(text) > _DIGITS and math.isinf(float(text)):
        _refuse_number(text)
    # A negative zero keeps its sign, as it does in Go.
    return int(text) if text != "-0" else -0.0


def _refuse_number(text: str) -> NoReturn:
    raise MalformedError(f'the number {text[:40]} is over float64\'s range; infinities are written "Infinity"')


def _refuse_constant(text: str) -> NoReturn:
    raise MalformedError(f'{text} is no JSON; it is written "{text}", in quotation marks')
