"""Which of two versions is the higher one."""

from __future__ import annotations

import re
from functools import cmp_to_key
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

_NUMBER = "(?:0|[1-9][0-9]*)"
_PART = f"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_SEMANTIC = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_PART}(?:\.{_PART})*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_TOKEN = re.compile("[0-9]+|[^0-9]", re.DOTALL)

_Number: TypeAlias = tuple[int, str]
# Release, whether it is no pre-release, and the pre-release's parts: numbers are lower than words.
_Precedence: TypeAlias = tuple[tuple[_Number, ...], bool, list[tuple[bool, _Number]]]


def ascending(versions: Iterable[str]) -> list[str]:
    """Sort versions, the lowest first."""
    return sorted(sorted(versions), key=cmp_to_key(compare))


def highest(versions: Iterable[str]) -> str:
    """Give the highest version; empty for none."""
    ordered = ascending(versions)
    return ordered[-1] if ordered else ""


def compare(a: str, b: str) -> int:
    """Give a negative number when `a` is lower than `b`, a positive one when it is higher, and 0 when they are equal.

    By semantic versioning's precedence when both are semantic versions, else, and among equals, by runs of digits as
    numbers and all other characters by code point. What is equal then too (leading zeros) is told apart by code points.
    """
    left, right = _semantic(a), _semantic(b)
    if left is not None and right is not None and left != right:
        return -1 if left < right else 1
    return _compare_naturally(a, b) or (a > b) - (a < b)


def _number(digits: str) -> _Number:
    """Give what digits are ordered by; int() refuses thousands of them."""
    stripped = digits.lstrip("0")
    return len(stripped), stripped


def _semantic(version: str) -> _Precedence | None:
    match = _SEMANTIC.fullmatch(version)
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    parts = pre.split(".") if pre else []
    words = [(not part.isdecimal(), _number(part) if part.isdecimal() else (0, part)) for part in parts]
    return (_number(major), _number(minor), _number(patch)), not parts, words


def _compare_naturally(a: str, b: str) -> int:
    left, right = _TOKEN.findall(a), _TOKEN.findall(b)
    for x, y in zip(left, right, strict=False):
        # Digits meet another character by the code point of the first one.
        p, q = (_number(x), _number(y)) if x[0] in _DIGITS and y[0] in _DIGITS else ((0, x[0]), (0, y[0]))
        if p != q:
            return -1 if p < q else 1
    return len(left) - len(right)


_DIGITS = frozenset("0123456789")
