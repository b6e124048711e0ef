"""How far sums may be off when another runtime adds in another order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx.estimators.base import RELATIVE_TO_SCALE, Error

if TYPE_CHECKING:
    from numpy.typing import NDArray


# Columns that are looked at together, so that their absolute values stay in the cache.
_BLOCK = 8192


def affine_tolerance(
    x: NDArray[np.float64], err: Error, w: NDArray[np.float64], b: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Bound how far x @ w.T + b may be off, shape (n_rows, m).

    That is 1e-12 of the sum of the absolute terms, so that cancellation neither hides an error nor invents one, and
    what inexact inputs add.
    """
    scale = np.abs(b) + np.zeros((len(x), 1))
    for start in range(0, x.shape[1], _BLOCK):
        columns = slice(start, start + _BLOCK)
        scale += np.abs(x[:, columns]) @ np.abs(w[:, columns]).T
    tolerance = RELATIVE_TO_SCALE * scale
    return tolerance if err is None else np.asarray(tolerance + err @ np.abs(w).T)


def squared_distance(x: NDArray[np.float64], centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give |x - c|^2, shape (n_rows, k), as scikit-learn does: (-2 x.c + |x|^2) + |c|^2."""
    return np.asarray(
        -2.0 * (x @ centers.T) + np.einsum("ij,ij->i", x, x)[:, None] + np.einsum("ij,ij->i", centers, centers)
    )


def squared_distance_tolerance(x: NDArray[np.float64], err: Error, centers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound how far `squared_distance` may be off, shape (n_rows, k)."""
    magnitudes = np.abs(centers)
    cross = np.abs(x) @ magnitudes.T
    scale = np.einsum("ij,ij->i", x, x)[:, None] + 2.0 * cross + np.einsum("ij,ij->i", centers, centers)
    tolerance = RELATIVE_TO_SCALE * scale
    if err is not None:
        # |x + e - c|^2 - |x - c|^2 = 2 e.(x - c) + e.e
        tolerance = tolerance + 2.0 * (np.einsum("ij,ij->i", err, np.abs(x) + err)[:, None] + err @ magnitudes.T)
    return np.asarray(tolerance)


def decided_by_margin(scores: NDArray[np.float64], tolerance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say in which rows, shape (n_rows,), the largest of the scores, shape (n_rows, k >= 2), stays the largest."""
    order = np.argsort(scores, axis=1)
    rows = np.arange(len(scores))
    first, second = order[:, -1], order[:, -2]
    margin = scores[rows, first] - scores[rows, second]
    return np.asarray(margin > tolerance.max(axis=1) * 2.0)
