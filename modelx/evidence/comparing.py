"""Comparing outputs with those that were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from modelx.calling import call
from modelx.errors import EvidenceError
from modelx.estimators.base import Comparison, DataType
from modelx.evidence import columns, table
from modelx.v1 import evidence_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.v1 import model_pb2

_LIST_OF_TYPE = {
    DataType.DATA_TYPE_FLOAT64: "doubles",
    DataType.DATA_TYPE_INT64: "ints",
    DataType.DATA_TYPE_STRING: "strings",
    DataType.DATA_TYPE_BOOL: "bools",
}


def check_outputs(
    evidence: evidence_pb2.Evidence, specs: dict[str, model_pb2.OutputSpec], n_rows: int, path: str
) -> None:
    """Check that recorded outputs are those that the methods can give, for this many rows."""
    for i, output in enumerate(evidence.outputs):
        place = f"{path}.outputs[{i}]"
        spec = specs.get(output.method)
        if spec is None:
            raise EvidenceError(f"method {output.method!r} is none of the model's", path=place)
        expected = n_rows * max(spec.n_columns, 1)
        name = table.list_of(output)
        if len(output.columns) or len(spec.column_types):
            _check_columns(output, spec, n_rows, place)
            continue
        if name != _LIST_OF_TYPE[spec.type] or output.n_columns != spec.n_columns:
            raise EvidenceError(
                f"{output.method} has {name or 'no one list'} in {output.n_columns} columns; expected "
                f"{_LIST_OF_TYPE[spec.type]} in {spec.n_columns}",
                path=place,
            )
        if len(getattr(output, name)) != expected:
            raise EvidenceError(f"{len(getattr(output, name))} values; expected {expected}", path=f"{place}.{name}")
        _check_tolerances(output, n_rows, place)
        if output.comparison not in Comparison.values() or (output.comparison and name != "doubles"):
            raise EvidenceError(f"comparison {output.comparison} does not suit {name}", path=place)


def _check_tolerances(output: evidence_pb2.Output, n_rows: int, place: str) -> None:
    tolerances = np.asarray(output.tolerances)
    if len(tolerances) not in (0, 1, n_rows) or not (np.isfinite(tolerances) & (tolerances >= 0)).all():
        raise EvidenceError(f"tolerances must be finite, >= 0, and 0, 1 or {n_rows} of them", path=place)


def _check_columns(output: evidence_pb2.Output, spec: model_pb2.OutputSpec, n_rows: int, place: str) -> None:
    """Check an output whose columns are of several types."""
    types = list(spec.column_types)
    if len(output.columns) != len(types) or output.n_columns != spec.n_columns or table.any_list(output):
        raise EvidenceError(
            f"{output.method} has {len(output.columns)} columns; expected {len(types)} and no list beside them",
            path=place,
        )
    columns.check(output.columns, n_rows, types, f"{place}.columns")
    _check_tolerances(output, n_rows, place)
    if output.comparison not in Comparison.values():
        raise EvidenceError(f"comparison {output.comparison} is none that this version knows", path=place)


class Mismatch(NamedTuple):
    """An output that is not the recorded one: its method, the first column that differs, and what is found there.

    The column is 0 for one value for each row, and None where there is none to name.
    """

    method: str
    column: int | None
    text: str


def compare(
    estimator: Any, evidence: evidence_pb2.Evidence, x: NDArray[np.float64], *, only: str | None = None
) -> Mismatch | None:
    """Replay outputs, or that of one method, on `x`; describe the first that is off by more than its tolerance."""
    recorded = {output.method: output for output in evidence.outputs}
    for method, output in recorded.items():
        if only not in (None, method):
            continue
        given = x
        if method == "inverse_transform" and "transform" in recorded:
            given = table.read_output(recorded["transform"], len(x))
        try:
            found = call(estimator, method, given)
        except (ValueError, AttributeError, TypeError, IndexError) as error:
            return Mismatch(method, None, f"{method} failed: {error}")
        expected = table.read_output(output, len(x))
        if found.shape != expected.shape:
            return Mismatch(method, None, f"{method} gives shape {found.shape}; recorded was {expected.shape}")
        wrong = ~agree(found, expected, output)
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            column = f", column {at[1]}" if len(at) > 1 else ""
            return Mismatch(
                method,
                at[1] if len(at) > 1 else 0,
                f"{method} differs in {int(wrong.sum())} of {wrong.size} values; "
                f"row {at[0]}{column}: found {found[at]}, recorded {expected[at]}",
            )
    return None


def agree(found: NDArray[Any], expected: NDArray[Any], output: evidence_pb2.Output) -> NDArray[np.bool_]:
    """Compare elementwise, as the output's comparison says."""
    if expected.dtype == object and len(output.columns):
        return _agree_columns(found, expected, output)
    if expected.dtype.kind != "f":
        return np.asarray(found == expected)
    found = np.asarray(found, dtype=np.float64)
    if output.comparison == Comparison.COMPARISON_UNSPECIFIED:
        same_bits = found.view(np.int64) == np.ascontiguousarray(expected).view(np.int64)
        return np.asarray(same_bits | (np.isnan(found) & np.isnan(expected)))
    tolerance = np.asarray(output.tolerances if len(output.tolerances) else [0.0])
    tolerance = tolerance.reshape((-1,) + (1,) * (expected.ndim - 1))
    with np.errstate(invalid="ignore", over="ignore"):
        close = _close(found, expected, tolerance, output.comparison)
    return np.asarray(close | (found == expected) | (np.isnan(found) & np.isnan(expected)))


def _agree_columns(found: NDArray[Any], expected: NDArray[Any], output: evidence_pb2.Output) -> NDArray[np.bool_]:
    """Compare columns of several types: strings and None are equal, NaN is NaN, and numbers are as close as asked."""
    out = np.empty(expected.shape, dtype=bool)
    for i, column in enumerate(output.columns):
        if len(column.strings):
            out[:, i] = [
                a == b or (a is None and b is None) or (_is_nan(a) and _is_nan(b))
                for a, b in zip(found[:, i].tolist(), expected[:, i].tolist(), strict=True)
            ]
        else:
            numbers = evidence_pb2.Output(comparison=output.comparison, tolerances=output.tolerances)
            out[:, i] = agree(found[:, i].astype(np.float64), expected[:, i].astype(np.float64), numbers)
    return out


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and value != value  # noqa: PLR0124 - NaN equals nothing, itself included


def _close(a: NDArray[np.float64], b: NDArray[np.float64], tolerance: NDArray[np.float64], comparison: int) -> Any:
    if comparison == Comparison.COMPARISON_ABSOLUTE:
        return np.abs(a - b) <= tolerance
    if comparison == Comparison.COMPARISON_LOG_PROBABILITY:
        near = np.abs(a - b) <= tolerance * np.maximum(1.0, np.abs(b))
        return (near & np.isfinite(b)) | (np.abs(np.exp(a) - np.exp(b)) <= tolerance)
    if comparison == Comparison.COMPARISON_SQUARED:
        return np.abs(a * a - b * b) <= tolerance
    return (np.abs(a - b) <= tolerance * np.abs(b)) & np.isfinite(b)
