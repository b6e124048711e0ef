"""Comparing arrays of numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.differences.records import Largest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def changed(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which values, of arrays of one shape, are not equal; NaN equals NaN."""
    differs = np.asarray(a != b)
    if a.dtype.kind in "fO" and b.dtype.kind in "fO":
        # NaN alone is not what it is, among objects too.
        differs &= ~(np.asarray(a != a, dtype=bool) & np.asarray(b != b, dtype=bool))  # noqa: PLR0124
    return differs


def absolute(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give |b - a|; 0 where nothing changed, infinity where only one of the two is finite or a number."""
    with np.errstate(invalid="ignore", over="ignore"):
        delta = np.abs(b - a)
    return np.asarray(np.where(changed(a, b), np.where(np.isnan(delta), np.inf, delta), 0.0))


def largest(
    a: NDArray[np.float64], b: NDArray[np.float64], label: Callable[[list[int]], str]
) -> tuple[Largest, Largest]:
    """Give the largest absolute and the largest relative change, the first of equal ones."""
    delta = absolute(a, b)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        relative = np.where(delta > 0.0, delta / np.abs(a), 0.0)
    # Infinity over infinity: as far away as can be.
    relative = np.where(np.isnan(relative), np.inf, relative)
    return _at_largest(delta, a, b, label), _at_largest(relative, a, b, label)


def _at_largest(
    change: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64], label: Callable[[list[int]], str]
) -> Largest:
    at = np.unravel_index(int(np.argmax(change)), change.shape)
    index = [int(i) for i in at]
    return Largest(float(change[at]), index, label(index), float(a[at]), float(b[at]))
