"""How values stand in the contract's texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_TEXT = 64
LONGEST_LIST = 10


def quoted(text: str) -> str:
    """Put text in double quotes: cut after 64 characters, with quotes, backslashes and control characters escaped."""
    cut = text[:LONGEST_TEXT] + "..." if len(text) > LONGEST_TEXT else text
    return '"' + "".join(f"\\u{ord(c):04x}" if c in '"\\' or ord(c) < 0x20 or ord(c) == 0x7F else c for c in cut) + '"'


def listed(items: Iterable[str]) -> str:
    """Join at most ten items by commas."""
    every = list(items)
    return ", ".join([*every[:LONGEST_LIST], "..."] if len(every) > LONGEST_LIST else every)
