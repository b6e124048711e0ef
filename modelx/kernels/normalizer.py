"""Rows divided by their norms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, refuse_non_finite

_NORMS: dict[str, Callable[[Rows], NDArray[Any]]] = {
    "l1": lambda x: np.abs(x).sum(axis=1),
    "l2": lambda x: np.sqrt(np.einsum("ij,ij->i", x, x)),
    "max": lambda x: np.abs(x).max(axis=1),
}
# Rows whose norm is below stay as they are.
_SMALLEST = 10 * np.finfo(np.float64).eps


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``transform``."""
    norm = _NORMS.get(estimator.norm)
    if method != "transform" or norm is None:
        return None

    def compute(x: Rows) -> NDArray[Any]:
        refuse_non_finite(x)
        norms = norm(x)
        norms[norms < _SMALLEST] = 1.0
        out: NDArray[Any] = x / norms[:, None]
        return out

    return compute
