"""Asking an estimator about rows that somebody gave, so that a bad row is told by its place."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.calling import call
from modelx.errors import NonFiniteInputError, UnknownCategoryError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


# What scikit-learn's encoders say of values that they have not seen.
_UNKNOWN = ("Found unknown categories", "y contains previously unseen labels")


def answer(estimator: Any, method: str, x: NDArray[Any], place: Callable[[int], str]) -> NDArray[Any]:
    """Give a method's output for rows of the right width.

    Parameters
    ----------
    estimator : object
    method : str
    x : ndarray of shape (n_rows, n_features)
        float64, or objects where features take strings.
    place : callable
        Names a row, given its index, such as "line 7".

    Raises
    ------
    NonFiniteInputError, UnknownCategoryError
        Naming the first value that the estimator refuses.
    """
    try:
        return call(estimator, method, x)
    except ValueError as error:
        if str(error).startswith(_UNKNOWN):
            _tell_unknown(estimator, method, x, place)
        finite = _is_finite(x)
        # scikit-learn takes NaN in some estimators, and says only that there was one in the others.
        for row in np.flatnonzero(~finite.all(axis=1)):
            with suppress(ValueError):
                call(estimator, method, x[row : row + 1])
                continue
            column = int(np.flatnonzero(~finite[row])[0])
            raise NonFiniteInputError(
                f"{place(int(row))}, feature {column + 1} is {x[row, column]}; {type(estimator).__name__} takes finite "
                "numbers only: fill the gap, or leave the row out"
            ) from error
        raise


def _is_finite(x: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which values are no NaN and no infinity, elementwise; strings and None are none."""
    if x.dtype != object:
        return np.asarray(np.isfinite(x))
    numbers = [0.0 if isinstance(cell, str) or cell is None else float(cell) for cell in x.reshape(-1)]
    return np.asarray(np.isfinite(numbers)).reshape(x.shape)


def _tell_unknown(estimator: Any, method: str, x: NDArray[Any], place: Callable[[int], str]) -> None:
    """Name the first row with a value that an encoder has not seen."""
    for row in range(len(x)):
        try:
            call(estimator, method, x[row : row + 1])
        except ValueError as error:
            if str(error).startswith(_UNKNOWN):
                raise UnknownCategoryError(
                    f"{place(row)}: {error}, counted from 0; leave the row out, or refit with handle_unknown='ignore'"
                ) from error
