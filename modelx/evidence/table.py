"""Rows and outputs between numpy arrays and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import wire
from modelx.errors import EvidenceError
from modelx.estimators.base import DataType
from modelx.evidence import columns
from modelx.v1 import evidence_pb2, model_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_LISTS = ("doubles", "ints", "strings", "bools")


# As many rows as eighths may stand for: a few bytes must not make us allocate a matrix of any size.
_MAX_PATTERN_ROWS = 16


def write_rows(
    x: NDArray[Any],
    out: evidence_pb2.Rows,
    *,
    eighths: NDArray[np.int8] | None = None,
    types: Sequence[model_pb2.DataType] | None = None,
) -> None:
    """Write rows of shape (n_rows, n_features), or the pattern of eighths that they were made from.

    `types` are those of the features; None for float64 in all.
    """
    out.n_rows, out.n_features = x.shape
    if types is not None and DataType.DATA_TYPE_STRING in types:
        for i, type_ in enumerate(types):
            columns.write(x[:, i], type_, out.columns.add())
    elif eighths is None:
        wire.fill(out, "values", x)
    else:
        out.eighths = eighths.tobytes()


def read_rows(rows: evidence_pb2.Rows) -> NDArray[Any]:
    """Give checked rows as a C-ordered array of shape (n_rows, n_features), float64, or objects for rows of columns."""
    shape = (rows.n_rows, rows.n_features)
    if len(rows.columns):
        return columns.read(rows.columns, rows.n_rows)
    if rows.eighths:
        return expand_eighths(np.frombuffer(rows.eighths, dtype=np.int8), shape)
    return wire.doubles(rows.values).reshape(shape)


def expand_eighths(eighths: NDArray[np.int8], shape: tuple[int, int]) -> NDArray[np.float64]:
    """Give rows from a pattern that repeats: one eighth of each byte, row by row."""
    out = np.empty(shape)
    flat, pattern = out.reshape(-1), eighths * np.float64(0.125)
    whole = flat.size // pattern.size * pattern.size
    flat[:whole].reshape(-1, pattern.size)[...] = pattern
    flat[whole:] = pattern[: flat.size - whole]
    return out


def check_rows(
    rows: evidence_pb2.Rows, n_features: int, path: str, types: Sequence[model_pb2.DataType] | None = None
) -> None:
    """Check the form of rows, of features of these types; None for float64 in all."""
    if rows.n_rows < 1 or rows.n_features != n_features:
        raise EvidenceError(
            f"rows are {rows.n_rows} x {rows.n_features}; expected at least one of {n_features} values", path=path
        )
    if len(rows.columns) or (types is not None and DataType.DATA_TYPE_STRING in types):
        if len(rows.values) or len(rows.eighths) or len(rows.columns) != n_features:
            raise EvidenceError(
                f"rows have {len(rows.columns)} columns, {len(rows.values)} values and {len(rows.eighths)} eighths; "
                f"expected {n_features} columns alone",
                path=path,
            )
        columns.check(rows.columns, rows.n_rows, types or [DataType.DATA_TYPE_FLOAT64] * n_features, f"{path}.columns")
        return
    size, values, eighths = rows.n_rows * rows.n_features, len(rows.values), len(rows.eighths)
    if eighths and not values:
        if eighths > size or rows.n_rows > _MAX_PATTERN_ROWS:
            raise EvidenceError(
                f"{eighths} eighths for {rows.n_rows} rows; expected at most {size}, and {_MAX_PATTERN_ROWS} rows",
                path=path,
            )
    elif eighths or values != size:
        raise EvidenceError(f"rows have {values + eighths} values; expected {size} in one of two lists", path=path)


def write_output(values: NDArray[Any], out: evidence_pb2.Output, *, types: Sequence[model_pb2.DataType] = ()) -> None:
    """Write one method's output of shape (n_rows,) or (n_rows, n_columns); by columns where these have types."""
    out.n_columns = 0 if values.ndim == 1 else values.shape[1]
    if types:
        for i, type_ in enumerate(types):
            columns.write(values[:, i], type_, out.columns.add())
        return
    flat = np.ascontiguousarray(values).reshape(-1)
    if flat.dtype == np.bool_:
        out.bools.extend(flat.tolist())
    elif flat.dtype.kind in "iu":
        out.ints.extend(flat.tolist())
    elif flat.dtype.kind == "f":
        wire.fill(out, "doubles", flat)
    else:
        out.strings.extend(flat.tolist())


def read_output(output: evidence_pb2.Output, n_rows: int) -> NDArray[Any]:
    """Give a checked output with its shape."""
    if len(output.columns):
        return columns.read(output.columns, n_rows)
    shape = (n_rows, output.n_columns) if output.n_columns else (n_rows,)
    for name in _LISTS:
        values = getattr(output, name)
        if len(values):
            if name == "doubles":
                return wire.doubles(values).reshape(shape)
            # numpy's own type of text loses NULs at the end.
            return np.array(values, dtype=object if name == "strings" else None).reshape(shape)
    return np.empty(shape)


def list_of(output: evidence_pb2.Output) -> str:
    """Name the one list that is filled; empty when none or several are."""
    filled = [name for name in _LISTS if len(getattr(output, name))]
    return filled[0] if len(filled) == 1 else ""


def any_list(output: evidence_pb2.Output) -> bool:
    """Whether an output has values in a list."""
    return any(len(getattr(output, name)) for name in _LISTS)
