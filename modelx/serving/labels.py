"""The classes of a classifier as transports give them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

# Integers up to here are doubles too.
_EXACT = 2**53


class Places(NamedTuple):
    """The labels of one output that no double holds.

    Attributes
    ----------
    of : dict
        From each label to its place among the classes.
    labels : ndarray
        The labels as outputs have them, of type int64 or object.
    """

    of: Mapping[Any, int]
    labels: NDArray[Any]


def places(outputs: Sequence[Sequence[Any]]) -> tuple[Places, ...]:
    """Give the places of labels by output, where some output has labels that no double holds; else nothing.

    Those are text, and integers of which one is over 2^53.
    """
    if not any(map(_in_no_double, outputs)):
        return ()
    return tuple(Places(_numbered(classes), _array(classes)) for classes in outputs)


def texts(classes: Sequence[Any]) -> list[str]:
    """Write labels as text: bools as in JSON, floats as the shortest decimal that reads back, as the Go engine does."""
    return [_text(label) for label in classes]


def _in_no_double(classes: Sequence[Any]) -> bool:
    first = classes[0]
    return isinstance(first, str) or (type(first) is int and any(abs(label) > _EXACT for label in classes))


def _numbered(classes: Sequence[Any]) -> dict[Any, int]:
    numbered = {label: place for place, label in enumerate(classes)}
    if not isinstance(classes[0], str):
        return numbered
    # numpy's own type of text loses NULs at the end.
    return {label.rstrip("\0"): place for place, label in reversed(list(enumerate(classes)))} | numbered


def _array(classes: Sequence[Any]) -> NDArray[Any]:
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
