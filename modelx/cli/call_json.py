"""Rows of ``modelx call`` as arrays of JSON; objects are read as ``modelx predict`` reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import ColumnTypeError, NotNumericError, WrongWidthError
from modelx.plain import WORDS
from modelx.tables import GAPS, DataType

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.tables import Columns


def arrays(text: bytes, columns: Columns) -> NDArray[Any] | None:
    """Read an array of rows, or an object with one under "features"; a flat array is one row.

    Parameters
    ----------
    text : bytes
    columns : Columns
        What the method takes.

    Returns
    -------
    ndarray or None
        None for objects by the names of features, one after the other or in an array.

    Raises
    ------
    NotNumericError, ColumnTypeError, WrongWidthError
        Rows and values count from 1.
    """
    try:
        found = json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        if b"{" in text:
            # Objects one after the other are no JSON, and what is wrong with one is told by its place.
            return None
        raise NotNumericError(f"not JSON ({error}); expected an array of rows") from error
    if isinstance(found, dict):
        if columns.names and ("features" in columns.names or not isinstance(found.get("features"), list)):
            return None
        if set(found) != {"features"}:
            raise NotNumericError('the object has other fields than "features"; give those as options')
        found = found["features"]
    if found and isinstance(found[0], dict):
        return None
    rows = found if not found or isinstance(found[0], list) else [found]
    out = []
    for i, row in enumerate(rows, start=1):
        if not isinstance(row, list):
            raise NotNumericError(f"row {i} is {_kind(row)}; expected an array")
        if len(row) != len(rows[0]):
            raise WrongWidthError(f"row {i} has {len(row)} values; the first one has {len(rows[0])}")
        if columns.types is not None and len(row) != columns.n_features:
            raise WrongWidthError(f"row {i} has {len(row)} values; expected {columns.n_features}")
        out.append([_value(value, columns, i, j) for j, value in enumerate(row)])
    return columns.array(out) if out else np.empty((0, 0))


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON; write it in quotes")


def _value(value: Any, columns: Columns, row: int, place: int) -> Any:
    """Give a value of a feature, whose place counts from 0."""
    type_ = columns.type_of(place)
    if type_ == DataType.DATA_TYPE_UNSPECIFIED:
        return 0.0
    if type_ == DataType.DATA_TYPE_STRING:
        if value is None:
            return GAPS[columns.gaps or "none"]
        if not isinstance(value, str):
            raise ColumnTypeError(f"row {row}, value {place + 1} is {_kind(value)}; expected a string or null")
        return value
    if columns.types is not None and isinstance(value, bool):
        return float(value)
    return _number(value, row, place + 1)


def _number(value: Any, row: int, place: int) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotNumericError(f"row {row}, value {place} is {_kind(value)}; expected a number")
    try:
        out = float(value)
    except OverflowError:
        out = float("inf")
    if out in (float("inf"), float("-inf")):
        raise NotNumericError(f"row {row}, value {place} is outside of the range of a float64")
    return out


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {json.dumps(value[:40], ensure_ascii=False)}"
    kinds = {bool: "a boolean", list: "an array", dict: "an object", type(None): "null"}
    return kinds.get(type(value), "a number")
