"""Columns of numbers or strings between numpy arrays and messages."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import wire
from modelx.errors import EvidenceError
from modelx.estimators.base import DataType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.v1 import columns_pb2, model_pb2

_LISTS = ("doubles", "ints", "strings", "bools")


def write(values: NDArray[Any], type_: model_pb2.DataType, out: columns_pb2.Column) -> None:
    """Write a column, shape (n_rows,): as strings or as doubles."""
    cells = values.tolist()
    if type_ != DataType.DATA_TYPE_STRING:
        wire.fill(out, "doubles", np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64))
        return
    out.strings.extend(cell if isinstance(cell, str) else "" for cell in cells)
    out.none_rows.extend(row for row, cell in enumerate(cells) if cell is None)
    out.nan_rows.extend(row for row, cell in enumerate(cells) if not isinstance(cell, str) and cell is not None)


def read(columns: Sequence[columns_pb2.Column], n_rows: int) -> NDArray[Any]:
    """Give checked columns as an array of objects, shape (n_rows, n_columns)."""
    out = np.empty((n_rows, len(columns)), dtype=object)
    for i, column in enumerate(columns):
        out[:, i] = list(next(values for name in _LISTS if (values := getattr(column, name))))
        for row in column.none_rows:
            out[row, i] = None
        for row in column.nan_rows:
            out[row, i] = np.nan
    return out


def check(columns: Sequence[columns_pb2.Column], n_rows: int, types: Sequence[model_pb2.DataType], path: str) -> None:
    """Check the form of columns of these types.

    Raises
    ------
    EvidenceError
    """
    for i, (column, type_) in enumerate(zip(columns, types, strict=True)):
        place = f"{path}[{i}]"
        filled = [name for name in _LISTS if len(getattr(column, name))]
        if len(filled) != 1 or len(getattr(column, filled[0])) != n_rows:
            raise EvidenceError(f"values stand in {filled or 'no list'}; expected {n_rows} in one list", path=place)
        if type_ != DataType.DATA_TYPE_UNSPECIFIED and (filled == ["strings"]) != (type_ == DataType.DATA_TYPE_STRING):
            raise EvidenceError(f"values stand in {filled[0]}, which does not suit {DataType.Name(type_)}", path=place)
        for rows in (column.none_rows, column.nan_rows):
            if any(row >= n_rows for row in rows) or any(a >= b for a, b in pairwise(rows)):
                raise EvidenceError("rows that are missing are not in ascending order, or none of the rows", path=place)
        if set(column.none_rows) & set(column.nan_rows):
            raise EvidenceError("a row is both None and NaN", path=place)
