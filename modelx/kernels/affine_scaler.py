"""Scalers that treat each feature on its own: subtract, divide, multiply, add, clip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.kernels.base import Kernel, Rows, is_float, refuse_infinite

# For each class: the operation of each step of transform, the one that takes it back, the attribute with its values,
# and the hyper-parameter that switches it on ("" for always).
_STEPS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "StandardScaler": (("subtract", "add", "mean_", "with_mean"), ("divide", "multiply", "scale_", "with_std")),
    "RobustScaler": (
        ("subtract", "add", "center_", "with_centering"),
        ("divide", "multiply", "scale_", "with_scaling"),
    ),
    "MaxAbsScaler": (("divide", "multiply", "scale_", ""),),
    "MinMaxScaler": (("multiply", "divide", "scale_", ""), ("add", "subtract", "min_", "")),
}
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "divide": np.divide,
    "multiply": np.multiply,
    "subtract": np.subtract,
}


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``transform`` or ``inverse_transform``, which take NaN."""
    if method not in ("transform", "inverse_transform"):
        return None
    steps = _steps(estimator, method)
    if steps is None:
        return None
    if method == "inverse_transform" or not _clips(estimator):
        return _affine(steps)
    affine = _affine(steps)
    low, high = (float(limit) for limit in getattr(estimator, "feature_range", (-1.0, 1.0)))

    def clipped(x: Rows) -> NDArray[Any]:
        out = affine(x)
        return out.clip(low, high, out=out)

    return clipped


def operations(estimator: Any, method: str) -> list[tuple[Callable[..., Any], NDArray[Any]]] | None:
    """Give the numpy functions that a scaler applies one after the other, each with its values; None where it clips."""
    steps = _steps(estimator, method)
    return None if not steps or _clips(estimator) else steps


def _clips(estimator: Any) -> bool:
    # MaxAbsScaler has had this parameter since scikit-learn 1.8.
    return bool(getattr(estimator, "clip", False))


def _steps(estimator: Any, method: str) -> list[tuple[Callable[..., Any], NDArray[Any]]] | None:
    steps = []
    for forth, back, attribute, switch in _STEPS[type(estimator).__name__]:
        if switch and not getattr(estimator, switch):
            continue
        values = getattr(estimator, attribute)
        if not is_float(values):
            return None
        steps.append((_OPERATIONS[forth if method == "transform" else back], values))
    return steps[::-1] if method == "inverse_transform" else steps


def _affine(steps: list[tuple[Callable[..., Any], NDArray[Any]]]) -> Kernel:
    if len(steps) == 1:
        [(operation, values)] = steps

        def one(x: Rows) -> NDArray[Any]:
            refuse_infinite(x)
            out: NDArray[Any] = operation(x, values)
            return out

        return one
    if len(steps) == 2:
        [(first, of_first), (second, of_second)] = steps

        def two(x: Rows) -> NDArray[Any]:
            refuse_infinite(x)
            out: NDArray[Any] = first(x, of_first)
            second(out, of_second, out)
            return out

        return two

    def none(x: Rows) -> NDArray[Any]:
        refuse_infinite(x)
        return x.copy()

    return none
