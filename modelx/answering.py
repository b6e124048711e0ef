"""Asking an estimator about rows that somebody gave, so that a bad row is told by its place."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.calling import call
from modelx.errors import NonFiniteInputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def answer(estimator: Any, method: str, x: NDArray[np.float64], place: Callable[[int], str]) -> NDArray[Any]:
    """Give a method's output for rows of the right width.

    Parameters
    ----------
    estimator : object
    method : str
    x : ndarray of shape (n_rows, n_features)
    place : callable
        Names a row, given its index, such as "line 7".

    Raises
    ------
    NonFiniteInputError
        Naming the first value that the estimator refuses.
    """
    try:
        return call(estimator, method, x)
    except ValueError as error:
        # scikit-learn takes NaN in some estimators, and says only that there was one in the others.
        for row in np.flatnonzero(~np.isfinite(x).all(axis=1)):
            with suppress(ValueError):
                call(estimator, method, x[row : row + 1])
                continue
            column = int(np.flatnonzero(~np.isfinite(x[row]))[0])
            raise NonFiniteInputError(
                f"{place(int(row))}, feature {column + 1} is {x[row, column]}; {type(estimator).__name__} takes finite "
                "numbers only: fill the gap, or leave the row out"
            ) from error
        raise
