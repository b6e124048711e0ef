"""Values above a threshold."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, refuse_non_finite


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``transform``."""
    if method != "transform":
        return None
    threshold = float(estimator.threshold)

    def compute(x: Rows) -> NDArray[Any]:
        refuse_non_finite(x)
        return (x > threshold).astype(x.dtype)

    return compute
