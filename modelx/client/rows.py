"""What a caller gives as rows, as the values that go over the wire."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.client.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.client.results import ModelInfo

# What stands for a missing value in columns of pandas, where its own types do not have None or NaN.
_GAPS = ("NAType", "NaTType")


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows by their columns.

    Attributes
    ----------
    n_rows : int
    names : list of str
        None of them where the columns are the features in order.
    values : list
        Of each column: a float64 array, or a list of str, None and NaN.
    """

    n_rows: int
    names: list[str]
    values: list[Any]


def is_frame(X: Any) -> bool:
    """Whether rows have named columns, as data frames of pandas and polars do."""
    return hasattr(X, "columns") and hasattr(X, "__getitem__")


def is_records(X: Any) -> bool:
    """Whether rows are mappings from names to values."""
    return isinstance(X, list | tuple) and bool(X) and isinstance(X[0], Mapping)


def is_typed(X: Any) -> bool:
    """Whether what the rows mean hangs on the model's features: they have names, or values that may be no numbers."""
    return is_frame(X) or is_records(X) or not isinstance(X, np.ndarray) or X.dtype.kind in "OUS"


def read(X: Any) -> Any:
    """Give rows as an array where they are nothing but numbers, else as they are.

    Raises
    ------
    InvalidRequestError
        Of kind not_numeric, for what is no table.
    """
    if is_frame(X) or is_records(X) or isinstance(X, np.ndarray):
        return X
    try:
        array = np.asarray(X)
    except (TypeError, ValueError) as error:
        raise _invalid("not_numeric", f"the rows are no numbers: {error}") from error
    return X if array.dtype.kind in "OUS" else array


def matrix(X: Any) -> NDArray[np.float64]:
    """Give rows as float64 of shape (rows, width).

    Raises
    ------
    InvalidRequestError
        Of kind not_numeric or wrong_width.
    """
    try:
        out = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _invalid("not_numeric", f"the rows are no numbers: {error}") from error
    _check_shape(out)
    return out


def given(X: Any, info: ModelInfo, *, by_name: bool = False) -> NDArray[np.float64] | Columns:
    """Give rows that are typed for a model: as numbers where it takes them alone, else by their columns.

    Parameters
    ----------
    X : data frame, list of mappings, or array-like of objects
    info : ModelInfo
    by_name : bool
        Give data frames and mappings by their columns in any case: then it is the server that puts them in order.

    Raises
    ------
    InvalidRequestError
        Of kind missing_column, not_numeric, not_text or wrong_width.
    """
    types = info.feature_types or ["float64"] * info.n_features
    names = info.feature_names
    columns: dict[int, NDArray[Any]]
    if is_records(X):
        names, n_rows = _called(info), len(X)
        columns = _of_records(X, names, types)
    elif is_frame(X) and names:
        columns = _of_frame(X, names, types)
        n_rows = len(next(iter(columns.values()), ()))
    elif "string" not in types:
        return matrix(X)
    else:
        names, by_name = [], True
        columns = dict(enumerate(_by_place(X, types)))
        n_rows = len(next(iter(columns.values()), ()))
    if by_name or "string" in types:
        return _columns(columns, names, types, n_rows)
    out = np.zeros((n_rows, info.n_features))
    for place, values in columns.items():
        out[:, place] = _numbers(values)
    return out


def _called(info: ModelInfo) -> list[str]:
    """Give the names of the features, those that the server gives to features without names."""
    return info.feature_names or [f"x{i}" for i in range(info.n_features)]


def _of_frame(frame: Any, names: Sequence[str], types: Sequence[str]) -> dict[int, NDArray[Any]]:
    """Give a frame's columns of these names, by the places of the features that a method reads."""
    found = [str(name) for name in frame.columns]
    by_name = dict(zip(found, frame.columns, strict=True))
    out = {}
    for place, name in enumerate(names):
        if types[place] == "none":
            continue
        if found.count(name) != 1:
            there = "no column" if name not in by_name else "more than one column"
            raise _invalid("missing_column", f'{there} "{name}"; expected one for each feature of the model')
        out[place] = _own(frame[by_name[name]], name)
    return out


def _of_records(records: Sequence[Any], names: Sequence[str], types: Sequence[str]) -> dict[int, NDArray[Any]]:
    """Give the values of these names in all rows."""
    for row, record in enumerate(records):
        if not isinstance(record, Mapping):
            raise _invalid("bad_request", f"row {row + 1} is a {type(record).__name__}; expected a mapping")
    out = {}
    for place, name in enumerate(names):
        if types[place] == "none":
            continue
        values = np.empty(len(records), dtype=object)
        for row, record in enumerate(records):
            if name not in record:
                raise _invalid("missing_column", f'row {row + 1} has no key "{name}"; expected one for each feature')
            values[row] = record[name]
        out[place] = _own(values, name)
    return out


def _by_place(X: Any, types: Sequence[str]) -> list[NDArray[Any]]:
    """Give all columns as they stand."""
    if is_frame(X):
        values = [_own(X[name], str(name)) for name in X.columns]
    else:
        array = np.asarray(X, dtype=object)
        _check_shape(array)
        values = [_own(array[:, i], str(i)) for i in range(array.shape[1])]
    if len(values) != len(types):
        raise _invalid("wrong_width", f"the rows have {len(values)} columns; expected {len(types)}")
    return values


def _own(column: Any, name: str) -> NDArray[Any]:
    """Give a column as numpy has it; what pandas has for missing values beside None is NaN, as scikit-learn has it."""
    array = np.asarray(column)
    if array.dtype.kind in "fiub":
        return array
    if array.dtype.kind in "mM":
        raise _invalid("not_numeric", f'column "{name}" holds times; give numbers or strings')
    out = np.empty(len(array), dtype=object)
    for row, value in enumerate(array.tolist()):
        out[row] = math.nan if type(value).__name__ in _GAPS else value
    return out


def _columns(columns: Mapping[int, NDArray[Any]], names: Sequence[str], types: Sequence[str], n_rows: int) -> Columns:
    out = Columns(n_rows, [], [])
    for place, values in columns.items():
        name = names[place] if names else ""
        out.names.append(name)
        if types[place] == "string":
            out.values.append(_texts(values, name or str(place)))
        else:
            out.values.append(np.zeros(n_rows) if types[place] == "none" else _numbers(values))
    return out


def _numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _invalid("not_numeric", f"a column is no numbers: {error}") from error


def _texts(values: NDArray[Any], name: str) -> list[Any]:
    out: list[Any] = values.tolist()
    for row, value in enumerate(out):
        if isinstance(value, str) or value is None or value != value:  # noqa: PLR0124 - NaN
            continue
        raise _invalid("not_text", f'column "{name}" has {value!r} in row {row + 1}; expected a string, None or NaN')
    return out


def _check_shape(array: NDArray[Any]) -> None:
    if array.ndim != 2:
        raise _invalid(
            "wrong_width",
            f"the rows have shape {list(array.shape)}; expected two dimensions, such as [[0.5, 1.5]] for a single row",
        )


def _invalid(kind: str, message: str) -> InvalidRequestError:
    return InvalidRequestError(kind, message, code="INVALID_ARGUMENT")
