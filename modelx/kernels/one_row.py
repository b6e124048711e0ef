"""One row, one number: what servers are asked for most, in as few calls of numpy as there can be.

A kernel of `kernel_for` makes a dozen calls, each of which costs more than the arithmetic of one row. Here the checks
for NaN and infinities come after the sum: it is finite only when all that went into it is.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from modelx.calling import call
from modelx.delegates import innermost
from modelx.kernels import affine_scaler
from modelx.kernels.agreement import outcome, same
from modelx.kernels.base import Rows, arm_of, is_float, is_number

# From one row, shape (n_features,), to the number that the method gives for it. None: ask the kernel for many rows,
# which also knows what to refuse. Overflow may warn, by numpy's settings.
OneRow: TypeAlias = Callable[[Rows], float | None]

_EXACT = 2**53


def one_row_for(estimator: Any, method: str) -> OneRow | None:
    """Give a function for one row of a linear model, behind scalers or not, or None where there is none.

    Parameters
    ----------
    estimator : object
        Fitted. It must not change as long as the function is used.
    method : str
        "predict" (of labels that are numbers) or "decision_function", where it gives one number for a row.
    """
    estimator = innermost(estimator)
    steps = [step for _, step in estimator.steps] if type(estimator) is Pipeline else [estimator]
    operations: list[tuple[Callable[..., Any], NDArray[Any]]] = []
    for step in steps[:-1]:
        found = affine_scaler.operations(step, "transform") if arm_of(step) == "affine_scaler" else None
        if found is None:
            return None
        operations += found
    finish = _finish(steps[-1], method)
    if finish is None:
        return None
    one = _chain(operations, finish)
    return one if _agrees(estimator, method, one) else None


def _chain(operations: list[tuple[Callable[..., Any], NDArray[Any]]], finish: OneRow) -> OneRow:
    if not operations:
        return finish
    (first, of_first), *rest = operations
    if len(rest) == 1:
        [(second, of_second)] = rest

        def two(x: Rows) -> float | None:
            z = first(x, of_first)
            second(z, of_second, z)
            return finish(z)

        return two

    def chain(x: Rows) -> float | None:
        z = first(x, of_first)
        for operation, values in rest:
            operation(z, values, z)
        return finish(z)

    return chain


def _finish(estimator: Any, method: str) -> OneRow | None:
    """Give the function of a linear model."""
    arm = arm_of(estimator)
    coef: Any = getattr(estimator, "coef_", None)
    intercept: Any = getattr(estimator, "intercept_", None)
    if not is_float(coef) or not is_number(intercept) or np.size(intercept) != len(np.atleast_2d(coef)):
        return None
    rows = np.atleast_2d(coef)
    offsets = np.atleast_1d(np.asarray(intercept, dtype=np.float64))
    if arm == "linear_regression" and method == "predict" and len(rows) == 1:
        return _sum(rows[0], float(offsets[0]))
    if arm != "sgd_classifier" or getattr(estimator, "_label_binarizer", None) is not None:
        return None
    if method == "decision_function":
        return _sum(rows[0], float(offsets[0])) if len(rows) == 1 else None
    labels = _labels(estimator.classes_) if method == "predict" else None
    if labels is None:
        return None
    if len(rows) > 1:
        return _highest(rows.T, offsets, labels)
    sums = _sum(rows[0], float(offsets[0]))
    low, high = labels

    def either(z: Rows) -> float | None:
        score = sums(z)
        return None if score is None else high if score > 0 else low

    return either


def _sum(weights: NDArray[Any], intercept: float) -> OneRow:
    def sums(z: Rows) -> float | None:
        score = float(z.dot(weights)) + intercept
        return score if isfinite(score) else None

    return sums


def _highest(weights: NDArray[Any], offsets: NDArray[np.float64], labels: list[float]) -> OneRow:
    def highest(z: Rows) -> float | None:
        scores = z @ weights
        scores += offsets
        # A sum of finite scores may overflow; then the kernel for many rows answers.
        return labels[int(scores.argmax())] if isfinite(scores.sum()) else None

    return highest


def _labels(classes: Any) -> list[float] | None:
    """Give the classes as doubles, or None where one has none."""
    values = np.asarray(classes)
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        return None
    listed = values.tolist()
    return [float(v) for v in listed] if all(abs(v) <= _EXACT for v in listed) else None


def _agrees(estimator: Any, method: str, one: OneRow) -> bool:
    """Compare with the method, to the bit, on some rows of many sizes."""

    def single(x: Rows) -> NDArray[Any]:
        found = one(x[0])
        if found is None:
            # What overflows on the way is refused by the method too, or by the kernel for many rows.
            raise ValueError
        return np.array([found])

    def compute(x: Rows) -> NDArray[Any]:
        return np.asarray(call(estimator, method, x), dtype=np.float64)

    width = int(estimator.n_features_in_)
    rows = np.random.default_rng(1).standard_normal((24, width)) * np.logspace(-6, 6, 24).reshape(-1, 1)
    rows[0] = 0.0
    with np.errstate(all="ignore"):
        return all(same(outcome(single, row[None]), outcome(compute, row[None])) for row in rows)
