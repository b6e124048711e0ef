"""Regressors that are affine in their input, with an optional inverse link."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, finite_only, is_float, is_number

_GLM = ("GammaRegressor", "PoissonRegressor", "TweedieRegressor")


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict``."""
    if method != "predict":
        return None
    name = type(estimator).__name__
    if name == "RANSACRegressor":
        return kernel(estimator.estimator_, method)
    coef, intercept = estimator.coef_, estimator.intercept_
    if not is_float(coef) or not is_number(intercept):
        return None
    # The transposed view, not a copy: BLAS adds in another order where the memory's order is another.
    weights = coef if coef.ndim == 1 else coef.T

    def affine(x: Rows) -> NDArray[Any]:
        scores: NDArray[Any] = x @ weights + intercept
        return scores

    if name not in _GLM:
        return finite_only(affine)
    link = type(getattr(getattr(estimator, "_base_loss", None), "link", None)).__name__
    if link == "IdentityLink":
        return finite_only(affine)
    if link != "LogLink":
        return None
    return finite_only(lambda x: np.asarray(np.exp(affine(x))))
