"""Rows that come close to thresholds of trees, where errors would show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx.estimators.base import generic_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.estimators.trees import Trees

_LARGEST = float(np.finfo(np.float32).max)
# Just under the smallest number that float32 rounds to an infinity.
_LARGEST_ROUNDED = float(np.nextafter(_LARGEST + 2.0**103, 0.0))


def rows_at_thresholds(
    trees: Trees, n_features: int, rng: np.random.Generator, n: int, *, missing: bool = False
) -> NDArray[np.float64]:
    """Make rows that reach nodes all over the trees, and there have just the threshold, or a neighbour of it.

    Parameters
    ----------
    trees : Trees
    n_features : int
    rng : Generator
    n : int
        How many rows.
    missing : bool
        Whether rows may have NaN; every sixth has one at the node that it reaches.
    """
    out = generic_rows(rng, n, n_features)[:n]
    inner = trees.inner
    parents = trees.parents()
    for i in range(n if inner.size else 0):
        node = int(rng.choice(inner))
        _reach(trees, parents, node, out[i])
        out[i, trees.features[node]] = _near(float(trees.thresholds[node]), i, missing=missing)
    if n > 5:
        # Values that only just fit into float32, zeros of both signs, and subnormal numbers.
        kinds = np.array([_LARGEST_ROUNDED, -_LARGEST_ROUNDED, 0.0, -0.0, 5e-324, -1e-45, 1.0])
        out[5] = rng.choice(kinds, n_features)
    return out


def _near(threshold: float, i: int, *, missing: bool) -> float:
    """Give the threshold itself, a float64 or a float32 beside it, or NaN."""
    if not np.isfinite(threshold):
        return float("nan") if missing else 0.0
    with np.errstate(over="ignore"):
        single = np.float32(threshold)
    choices = [
        threshold,
        np.nextafter(threshold, np.inf),
        float(np.nextafter(single, np.float32(np.inf))),
        np.nextafter(threshold, -np.inf),
        float(np.nextafter(single, np.float32(-np.inf))),
        float("nan") if missing else float(single),
    ]
    chosen = float(choices[i % len(choices)])
    return chosen if np.isnan(chosen) else min(max(chosen, -_LARGEST), _LARGEST)


def _reach(trees: Trees, parents: NDArray[np.int64], node: int, row: NDArray[np.float64]) -> None:
    """Change a row so that it comes to a node."""
    low = np.full(row.size, -np.inf)
    high = np.full(row.size, np.inf)
    while (parent := int(parents[node])) != node:
        feature, threshold = int(trees.features[parent]), float(trees.thresholds[parent])
        if trees.left[parent] == node:
            high[feature] = min(high[feature], threshold)
        else:
            low[feature] = max(low[feature], threshold)
        node = parent
    for feature in np.flatnonzero((row <= low) | (row > high)).tolist():
        below, above = low[feature], high[feature]
        if np.isfinite(below) and np.isfinite(above):
            row[feature] = below / 2.0 + above / 2.0
        elif np.isfinite(below):
            row[feature] = below + max(1.0, abs(below) * 0.5)
        elif np.isfinite(above):
            row[feature] = above
    np.clip(row, -_LARGEST, _LARGEST, out=row)
