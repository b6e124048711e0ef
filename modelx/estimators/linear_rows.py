"""Rows near the boundaries of linear decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx.estimators.base import generic_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


def near_boundaries(
    rng: np.random.Generator, n: int, w: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Make rows of all kinds, half of them close to where the label changes.

    Parameters
    ----------
    rng : Generator
    n : int
        How many rows.
    w, b : ndarray of shape (m, n_features) and (m,)
        The label changes where x @ w.T + b is 0 (m = 1), or where two of its values meet.
    """
    plain = generic_rows(rng, n, w.shape[1])
    out = []
    for i, x in enumerate(plain):
        out.append(x)
        first, second = i % len(w), (i + 1) % len(w)
        normal = w[first] if len(w) == 1 else w[first] - w[second]
        level = b[first] if len(w) == 1 else b[first] - b[second]
        length = float(normal @ normal)
        if length > 0.0 and np.isfinite(length):
            on_boundary = x - (float(x @ normal) + level) / length * normal
            # Far outside of rounding errors, and close enough that a wrong last digit of a weight would show.
            side = 1e-6 if i % 2 else -1e-6
            out.append(on_boundary + side * normal / np.sqrt(length))
    return np.array(out[: max(n, 1)])
