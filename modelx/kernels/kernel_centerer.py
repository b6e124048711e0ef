"""Rows of a kernel matrix, centered in the space of the kernel."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, is_float, is_number, refuse_non_finite


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``transform``."""
    means, mean = estimator.K_fit_rows_, estimator.K_fit_all_
    if method != "transform" or not is_float(means) or not is_number(mean):
        return None
    n = len(means)

    def compute(x: Rows) -> NDArray[Any]:
        refuse_non_finite(x)
        of_rows = x.sum(axis=1) / n
        out: NDArray[Any] = x - means
        out -= of_rows[:, None]
        out += mean
        return out

    return compute
