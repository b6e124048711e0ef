"""Transformers that keep some columns, and regressors and classifiers over those that they kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.estimators.finite import allows_nan
from modelx.kernels.base import Kernel, Rows, finite_only

# Finds the kernel of an estimator inside of another; None where there is none.
Find = Callable[[Any, str], Kernel | None]


def kernel(estimator: Any, method: str, find: Find) -> Kernel | None:
    """Give a kernel for ``transform`` and ``inverse_transform``, and for what the estimator inside has one."""
    support = np.asarray(estimator.get_support())
    if method == "inverse_transform":
        return _back(support)

    def keep(x: Rows) -> NDArray[Any]:
        # In the order of memory that scikit-learn gives, which BLAS after it adds by.
        return x[:, support]

    compute: Kernel | None = keep
    if method != "transform":
        inner = find(estimator.estimator_, method) if hasattr(estimator, method) else None
        compute = None if inner is None else _behind(keep, inner)
    if compute is None or allows_nan(estimator):
        return compute
    return finite_only(compute)


def _behind(keep: Kernel, inner: Kernel) -> Kernel:
    def compute(x: Rows) -> NDArray[Any]:
        return inner(keep(x))

    return compute


def _back(support: NDArray[np.bool_]) -> Kernel:
    def undo(x: Rows) -> NDArray[Any]:
        out = np.zeros((len(x), len(support)))
        out[:, support] = x
        return out

    return finite_only(undo)
