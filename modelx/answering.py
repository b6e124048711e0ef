"""Asking an estimator about rows that somebody gave, so that a bad row is told by its place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from modelx.calling import call
from modelx.delegates import innermost
from modelx.errors import NonFiniteInputError, UnknownCategoryError
from modelx.estimators import column_selection

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelx.errors import UseError


# What scikit-learn's encoders say of values that they have not seen.
_UNKNOWN = ("Found unknown categories", "y contains previously unseen labels")
# A string and a number that nobody has as a category.
_NO_CATEGORY = "no category of anybody's: modelx asks"
_NO_NUMBER = -7.123456789012345e299


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
        Naming the first value that the estimator refuses by its feature, or by the step that made it.
    """
    try:
        return call(estimator, method, x)
    except ValueError as error:
        row = _first_refused(estimator, method, x)
        refused = _explained(estimator, method, x[row : row + 1], place(row))
        if refused is None:
            raise
        raise refused from error


def _first_refused(estimator: Any, method: str, x: NDArray[Any]) -> int:
    """Give the first of some rows that are refused, by halves: each row is asked about on its own by the last step."""
    start, end = 0, len(x)
    while end - start > 1:
        middle = (start + end) // 2
        if _refusal(estimator, method, x[start:middle]):
            end = middle
        else:
            start = middle
    return start


def _explained(estimator: Any, method: str, x: NDArray[Any], place: str) -> UseError | None:
    """Say which value of one row that is refused is the reason: of the row, or of what a step makes of it."""
    said = _refusal(estimator, method, x)
    if not said:
        return None
    if said.startswith(_UNKNOWN):
        return UnknownCategoryError(
            f"{place}{_unknown(estimator, method, x, said)}; leave the row out, or refit with handle_unknown='ignore'"
        )
    places = np.flatnonzero(~_is_finite(x)[0])
    for at in places:
        alone = x.copy()
        alone[0, places[places != at]] = 0.0
        if len(places) == 1 or _refusal(estimator, method, alone):
            return NonFiniteInputError(
                f"{place}, {_feature(estimator, method, int(at))} is {x[0, at]}; {type(estimator).__name__} takes "
                "finite numbers only: fill the gap, or leave the row out"
            )
    blamed = _blamed(estimator, method, x)
    if blamed is None:
        return None
    step, given = blamed
    column = int(np.flatnonzero(~_is_finite(given)[0])[0])
    return NonFiniteInputError(
        f"{place}: column {column + 1} of what {step!r} gives is {given[0, column]}, which the next step does not "
        "take; leave the row out"
    )


def _refusal(estimator: Any, method: str, x: NDArray[Any]) -> str:
    """Give what an estimator says of rows that it refuses; nothing where it takes them."""
    try:
        call(estimator, method, x)
    except ValueError as error:
        return str(error)
    return ""


def _feature(estimator: Any, method: str, at: int) -> str:
    """Name a feature by its number, from 1 on, and by its name where it has one."""
    names = getattr(estimator, "feature_names_in_", None) if method != "inverse_transform" else None
    return f"feature {at + 1}" + (f" ({json.dumps(str(names[at]), ensure_ascii=False)})" if names is not None else "")


def _unknown(estimator: Any, method: str, x: NDArray[Any], said: str) -> str:
    """Say which feature of a row has a category that an encoder has not seen.

    Encoders deep inside count columns of their own. So a value that surely nobody knows is put into one feature after
    the other: it is the one of which the encoder then complains.
    """
    for at in range(x.shape[1]):
        probe: Any = _NO_CATEGORY if x.dtype == object and isinstance(x[0, at], str | None) else _NO_NUMBER
        tried = x.copy()
        tried[0, at] = probe
        if str(probe) in _refusal(estimator, method, tried):
            shown = "" if str(x[0, at]) in said else "what is put in the place of "
            return f", {_feature(estimator, method, at)}: {shown}{x[0, at]!r} is no category that the encoder knows"
    return f": {said}, counted from 0"


def _blamed(estimator: Any, method: str, x: NDArray[Any]) -> tuple[str, NDArray[Any]] | None:
    """Give the step that makes what the step after it refuses, and what it makes; None if there is no such."""
    estimator = innermost(estimator)
    if type(estimator) is ColumnTransformer:
        parts = [(one, x[:, columns]) for one, columns in column_selection.selected(estimator)]
        return next((_blamed(one, method, part) for one, part in parts if _refusal(one, method, part)), None)
    if type(estimator) is not Pipeline or method == "inverse_transform":
        return None
    before: tuple[str, NDArray[Any]] | None = None
    for i, (name, step) in enumerate(estimator.steps):
        asked = method if i == len(estimator.steps) - 1 else "transform"
        if _refusal(step, asked, x):
            inner = _blamed(step, asked, x)
            return inner or (before if before is not None and not _is_finite(x).all() else None)
        x = call(step, asked, x)
        before = (name, x)
    return None


def _is_finite(x: NDArray[Any]) -> NDArray[np.bool_]:
    """Say which values are no NaN and no infinity, elementwise; strings and None are none."""
    if x.dtype != object:
        return np.asarray(np.isfinite(x))
    numbers = [0.0 if isinstance(cell, str) or cell is None else float(cell) for cell in x.reshape(-1)]
    return np.asarray(np.isfinite(numbers)).reshape(x.shape)
