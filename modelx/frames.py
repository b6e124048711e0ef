"""Rows of several types: numpy arrays of objects inside of modelx, data frames where scikit-learn selects by name.

Rows that are all numbers are float64 arrays. Where a feature takes strings, they are arrays of dtype object: floats,
ints, bools, strings, None and NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.compose import ColumnTransformer

from modelx.errors import ColumnTypeError, MissingColumnError, MissingDependencyError, WrongWidthError
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

DataType = model_pb2.DataType


def framed(estimator: Any, x: Any) -> Any:
    """Give rows as the data frame that an estimator asks for, or as they are.

    One that was fitted on a data frame finds its columns by name, and tells their types apart; an array of objects
    would be taken for columns of one type.

    Raises
    ------
    MissingDependencyError
        When neither pandas nor polars is installed.
    """
    if not isinstance(x, np.ndarray):
        return x
    names = getattr(estimator, "feature_names_in_", None)
    objects = object_columns(estimator)
    if names is None or len(names) != x.shape[1] or (x.dtype != object and not selects_columns(estimator)):
        return x.astype(object) if objects and x.dtype != object else x
    columns = [x[:, i].astype(object) if i in objects else column_of(x[:, i]) for i in range(x.shape[1])]
    return frame(list(names), columns)


def object_columns(estimator: Any) -> frozenset[int]:
    """Name the features that an estimator takes as objects, even where all of their values are numbers."""
    from modelx import conversion

    family = conversion.family_for(type(estimator))
    return frozenset() if family is None else family.object_columns(estimator)


def selects_columns(estimator: Any) -> bool:
    """Whether an estimator, or one inside of it, is a ColumnTransformer, which may know its columns by name alone."""
    from modelx import conversion

    if type(estimator) is ColumnTransformer:
        return True
    family = conversion.family_for(type(estimator))
    return family is not None and any(selects_columns(inner) for _, inner in family.nested_estimators(estimator))


def plain(values: NDArray[Any]) -> NDArray[Any]:
    """Give what a step passes on as float64, or as objects where it has strings."""
    if values.dtype.kind in "OUS" and any(isinstance(value, str) for value in values.reshape(-1)):
        return values.astype(object)
    return np.asarray(values, dtype=np.float64)


def column_of(values: NDArray[Any]) -> NDArray[Any]:
    """Give a column of objects its own type: bool, int64 or float64 where all values are such, else object."""
    if values.dtype != object:
        return values
    kinds = {type(value) for value in values}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        return values.astype(np.bool_)
    if kinds and all(issubclass(kind, int | np.integer) and not issubclass(kind, bool) for kind in kinds):
        return values.astype(np.int64)
    if kinds and all(issubclass(kind, float | int | np.number | np.bool_) for kind in kinds):
        return values.astype(np.float64)
    return values


def frame(names: Sequence[str], columns: Sequence[NDArray[Any]]) -> Any:
    """Make a data frame of pandas, or of polars where pandas is not installed."""
    try:
        import pandas as pd
    except ModuleNotFoundError:
        return _polars(names, columns)
    # Each column says its type itself: pandas 3 would make its own type of strings, which has no None.
    series = {i: pd.Series(column, dtype=column.dtype) for i, column in enumerate(columns)}
    out = pd.DataFrame(series)
    out.columns = pd.Index(names, dtype=object)
    return out


def _polars(names: Sequence[str], columns: Sequence[NDArray[Any]]) -> Any:
    try:
        import polars as pl
    except ModuleNotFoundError as error:
        raise MissingDependencyError(
            "the estimator was fitted on a data frame and selects its columns by name; install pandas or polars: "
            "pip install 'modelx[pandas]'"
        ) from error
    return pl.DataFrame({name: column.tolist() for name, column in zip(names, columns, strict=True)}, strict=False)


class Objects:
    """Rows that are dicts by the names of features, as a frame of columns; other keys are left out, as in Go."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], names: Sequence[str], unread: Collection[str]) -> None:
        self.columns = list(names)
        self._rows, self._unread = rows, unread

    def __getitem__(self, name: str) -> NDArray[Any]:
        column = np.empty(len(self._rows), dtype=object)
        for i, row in enumerate(self._rows):
            if name not in row and name not in self._unread:
                raise MissingColumnError(f"row {i} of the sample has no key {name!r}; give None for a missing value")
            column[i] = row.get(name)
        return column_of(column)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Give the rows to numpy: float64, or objects."""
        values = values_of(self)
        return values if dtype is None else values.astype(dtype)


def from_objects(x: Any, names: Sequence[str], types: Sequence[model_pb2.DataType] | None = None) -> Any:
    """Give a list of dicts as a frame of the features that have these names, and all else as it is.

    Features whose type is UNSPECIFIED, which no method reads, need not be there.

    Raises
    ------
    MissingColumnError
        Without names.
    ColumnTypeError
        For a row that is no dict, among others that are.
    """
    if not isinstance(x, list | tuple) or not any(isinstance(row, Mapping) for row in x):
        return x
    if not names:
        raise MissingColumnError(
            "the sample has dicts, and the model no names of features; fit it on a data frame, or give rows of values"
        )
    for i, row in enumerate(x):
        if not isinstance(row, Mapping):
            raise ColumnTypeError(f"row {i} of the sample is a {type(row).__name__}; expected a dict, as in other rows")
    unread = DataType.DATA_TYPE_UNSPECIFIED
    return Objects(x, names, {name for name, type_ in zip(names, types or (), strict=False) if type_ == unread})


def values_of(x: Any) -> NDArray[Any]:
    """Give rows as an array, float64 where they are all numbers, else of objects.

    Parameters
    ----------
    x : array-like or data frame of shape (n_rows, n_columns)
        Of numpy, pandas, polars, or whatever gives its columns by name and through numpy.

    Returns
    -------
    ndarray of shape (n_rows, n_columns)

    Raises
    ------
    TypeError, ValueError
        For what is neither numbers nor strings.
    """
    if hasattr(x, "columns"):
        columns = [_own(x[name]) for name in x.columns]
        if all(column.dtype.kind in "fiub" for column in columns):
            shape = (len(columns[0]), len(columns)) if columns else (0, 0)
            return np.array(columns, dtype=np.float64).reshape(shape[::-1]).T.copy()
        out = np.empty((len(columns[0]), len(columns)), dtype=object)
        for i, column in enumerate(columns):
            out[:, i] = column.tolist()
        return out
    array = np.asarray(x)
    if array.dtype.kind in "USO":
        return _objects(array)
    return np.ascontiguousarray(array, dtype=np.float64)


def string_columns(x: Any) -> list[int]:
    """Give the columns of rows that have a string among their values; none for what are no rows of columns."""
    columns = [x[name] for name in x.columns] if hasattr(x, "columns") else _columns_of(x)
    # What is neither numbers nor objects may be pandas' own strings, or categories of them.
    return [
        i
        for i, column in enumerate(columns)
        if np.asarray(column).dtype.kind in "OUST" and any(isinstance(cell, str) for cell in np.asarray(column))
    ]


def _columns_of(x: Any) -> list[NDArray[Any]]:
    array = np.asarray(x) if isinstance(x, np.ndarray) else np.array(x, dtype=object)
    return list(array.T) if array.ndim == 2 else []


def _own(series: Any) -> NDArray[Any]:
    """Give a column as numpy has it: numbers with NaN for what is missing, all else as objects."""
    array = np.asarray(series)
    if array.dtype.kind in "fiub":
        return array
    if array.dtype.kind in "mM":
        raise TypeError(f"the column {getattr(series, 'name', '')!r} holds times; give numbers or strings")
    out = np.empty(len(array), dtype=object)
    for i, value in enumerate(array.tolist()):
        # pandas' own NA is neither None nor NaN; scikit-learn takes it for NaN.
        out[i] = np.nan if type(value).__name__ in ("NAType", "NaTType") else value
    return column_of(out)


def _objects(array: NDArray[Any]) -> NDArray[Any]:
    """Check an array of objects or of strings; give float64 where it holds numbers alone."""
    out = array.astype(object)
    for value in out.reshape(-1):
        if value is not None and not isinstance(value, str | float | int | np.number | np.bool_):
            raise TypeError(f"a value is a {type(value).__name__}; expected numbers, strings or None")
    if all(not isinstance(value, str) for value in out.reshape(-1)):
        return np.ascontiguousarray(
            [[np.nan if value is None else value for value in row] for row in out], dtype=np.float64
        )
    return out


def typed_rows(x: Any, types: Sequence[model_pb2.DataType], names: Sequence[str]) -> NDArray[Any]:
    """Give rows for features of these types: of objects where some are strings, else float64.

    What stands in a feature that no method reads is not kept: it is 0.

    Parameters
    ----------
    x : array-like or data frame of shape (n_rows, n_features)
    types : sequence of DataType, one for each feature
    names : sequence of str
        Of the features, or none.

    Raises
    ------
    WrongWidthError
    ColumnTypeError
        Naming the column, the row and the value.
    """
    try:
        values = values_of(x).astype(object)
    except (TypeError, ValueError) as error:
        raise ColumnTypeError(str(error)) from error
    if values.ndim != 2 or values.shape[1] != len(types):
        raise WrongWidthError(f"the rows have shape {values.shape}; expected (rows, {len(types)})")
    for i, type_ in enumerate(types):
        if type_ == DataType.DATA_TYPE_UNSPECIFIED:
            values[:, i] = 0.0
        label = repr(names[i]) if names else str(i)
        for row, value in enumerate(values[:, i]):
            text = isinstance(value, str)
            missing = value is None or value != value  # noqa: PLR0124 - NaN
            if type_ == DataType.DATA_TYPE_STRING and not text and not missing:
                raise ColumnTypeError(f"column {label} has {value!r} in row {row}; expected a string, None or NaN")
            if type_ == DataType.DATA_TYPE_FLOAT64 and text:
                raise ColumnTypeError(f"column {label} has the string {value[:40]!r} in row {row}; expected a number")
            if type_ == DataType.DATA_TYPE_FLOAT64:
                values[row, i] = np.nan if value is None else float(value)
    return values if DataType.DATA_TYPE_STRING in types else values.astype(np.float64)
