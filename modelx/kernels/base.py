"""What a kernel is, and the checks of its rows that scikit-learn's methods make."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from modelx import conversion

Rows: TypeAlias = NDArray[np.float64]
# From rows, shape (n_rows, n_features), to what a method gives for them.
Kernel: TypeAlias = Callable[[Rows], NDArray[Any]]


def arm_of(estimator: Any) -> str | None:
    """Give the arm of an estimator's family; None where kernels would not compute what the estimator does."""
    family = conversion.family_of_estimator(estimator)
    # One that gives data frames gives them in another order of memory.
    return None if family is None or "_sklearn_output_config" in vars(estimator) else family.arm


def refuse_non_finite(x: Rows) -> None:
    """Raise ValueError for rows with NaN or an infinity."""
    # The sum of squares is finite unless a value isn't, or is over 1e154: one cheap pass for nearly all rows.
    if not isfinite(np.vdot(x, x)) and not np.isfinite(x).all():
        raise ValueError("the rows have NaN or an infinity; expected finite numbers")


def refuse_infinite(x: Rows) -> None:
    """Raise ValueError for rows with an infinity."""
    if not isfinite(np.vdot(x, x)) and np.isinf(x).any():
        raise ValueError("the rows have an infinity; expected finite numbers, or NaN")


def finite_only(compute: Kernel) -> Kernel:
    """Put the check for NaN and infinities before a computation."""

    def checked(x: Rows) -> NDArray[Any]:
        refuse_non_finite(x)
        return compute(x)

    return checked


def is_float(*arrays: Any) -> bool:
    """Whether all are arrays of float32 or float64, as fit makes them; another runtime type computes otherwise."""
    return all(isinstance(array, np.ndarray) and array.dtype in (np.float64, np.float32) for array in arrays)


def is_number(value: Any) -> bool:
    """Whether an intercept is a Python or numpy float, or an array of them."""
    return isinstance(value, (float, np.float32)) or is_float(value)
