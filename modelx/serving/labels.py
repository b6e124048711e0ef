"""The classes of a classifier as transports give them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Integers up to here are doubles too.
_EXACT = 2**53


def texts(classes: Sequence[Any]) -> list[str]:
    """Write labels as text: bools as in JSON, floats as the shortest decimal that reads back, as the Go engine does."""
    return [_text(label) for label in classes]


def places(classes: Sequence[Any]) -> dict[Any, int] | None:
    """Give the place of each label that no double holds: text, and integers of which one is over 2^53.

    None where doubles hold all.
    """
    if not classes:
        return None
    if isinstance(classes[0], str):
        # numpy's own type of text loses NULs at the end.
        shortened = {label.rstrip("\0"): place for place, label in reversed(list(enumerate(classes)))}
        return shortened | {label: place for place, label in enumerate(classes)}
    if type(classes[0]) is int and any(abs(label) > _EXACT for label in classes):
        return {label: place for place, label in enumerate(classes)}
    return None


def array(classes: Sequence[Any]) -> NDArray[Any]:
    """Give the labels that `places` numbers as an array of int64 or of str objects; an empty one for others."""
    if places(classes) is None:
        return np.empty(0)
    return np.array(classes, dtype=object if isinstance(classes[0], str) else np.int64)


def _text(label: Any) -> str:
    if isinstance(label, bool):
        return "true" if label else "false"
    return _shortest(label) if isinstance(label, float) else str(label)


def _shortest(value: float) -> str:
    """Write a finite float with an exponent below 1e-4 and from 1e6 on, as Go's format 'g' does."""
    if value == 0:
        return "-0" if str(value)[0] == "-" else "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    exponent = int(exponent) + len(digits) - 1
    if -4 <= exponent < 6:
        return f"{Decimal(repr(value)).normalize():f}"
    first, *rest = map(str, digits)
    fraction = f".{''.join(rest)}" if rest else ""
    return f"{'-' if sign else ''}{first}{fraction}e{exponent:+03d}"
