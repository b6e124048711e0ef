"""Distances to centers, by the routines that scikit-learn calls."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dgemm

from modelx.kernels.base import Kernel, Rows

# From rows to the index of the nearest center of each, int32.
Nearest: TypeAlias = Callable[[Rows], NDArray[np.int32]]

# scikit-learn multiplies this many rows at a time.
_CHUNK = 256
# BLAS libraries use one thread for products of up to this many multiplications, so that nobody needs to tell them to.
_SMALL = 1 << 16


def is_usable(centers: Any) -> bool:
    """Whether centers are as the compiled code takes them."""
    return (
        isinstance(centers, np.ndarray)
        and centers.dtype == np.float64
        and centers.ndim == 2
        and centers.flags.c_contiguous
    )


def nearest(centers: NDArray[np.float64], n_threads: int) -> Nearest | None:
    """Give what finds the nearest of some centers, shape (k, n_features), as KMeans.predict does.

    None where this scikit-learn keeps its own routine elsewhere.
    """
    try:
        from sklearn.cluster._kmeans import _labels_inertia_threadpool_limit as labels_of
    except ImportError:
        return None
    norms = np.einsum("ij,ij->i", centers, centers)
    transposed = centers.T
    most = min(_CHUNK, _SMALL // centers.size)

    def find(x: Rows) -> NDArray[np.int32]:
        if len(x) <= most:
            # For one chunk scikit-learn computes |c|^2 - 2 x.c by this function of BLAS, with the rows as columns.
            scores = np.empty((len(x), len(norms)))
            scores[:] = norms
            dgemm(-2.0, transposed, x.T, 1.0, scores.T, 1, 0, 1)
            # A NaN, from numbers that overflow, is never the least there; here it would be.
            if isfinite(np.vdot(scores, scores)):
                return np.asarray(scores.argmin(axis=1), dtype=np.int32)
        labels: NDArray[np.int32] = labels_of(x, np.ones(len(x)), centers, n_threads=n_threads, return_inertia=False)
        return labels

    return find


def distances(centers: NDArray[np.float64]) -> Kernel:
    """Give what measures the distances to all centers, as `sklearn.metrics.pairwise.euclidean_distances` does."""
    norms = np.einsum("ij,ij->i", centers, centers)[None, :]
    transposed = centers.T

    def measure(x: Rows) -> NDArray[Any]:
        out = x @ transposed
        np.multiply(-2, out, out=out)
        out += np.einsum("ij,ij->i", x, x)[:, None]
        out += norms
        np.maximum(out, 0, out=out)
        np.sqrt(out, out=out)
        return out

    return measure
