"""Whether a kernel gives what the method gives that it stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows


def agrees(kernel: Kernel | None, compute: Callable[[Rows], NDArray[Any]], rows: Rows) -> bool:
    """Whether a kernel gives the very bits that scikit-learn gives, for all rows together and for a single one.

    Rows that overflow on the way are refused: by both. Without a kernel, the method alone is asked.
    """
    for x in (rows, rows[:1]):
        expected = outcome(compute, x)
        if kernel is not None and not same(outcome(kernel, x), expected):
            return False
    return True


def outcome(compute: Callable[[Rows], NDArray[Any]], x: Rows) -> NDArray[Any] | None:
    """Give a result, or None where the rows are refused."""
    try:
        return compute(x.copy())
    except ValueError:
        return None


def same(a: NDArray[Any] | None, b: NDArray[Any] | None) -> bool:
    """Whether two results are the same bits, or both refused."""
    if a is None or b is None:
        return a is b
    if not isinstance(a, np.ndarray) or a.dtype != b.dtype or a.shape != b.shape:
        return False
    return a.tolist() == b.tolist() if a.dtype.hasobject else a.tobytes() == b.tobytes()
