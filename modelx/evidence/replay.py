"""Comparing what an estimator answers now with what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.calling import call
from modelx.conversion import family_of
from modelx.errors import EvidenceError, EvidenceMismatchError
from modelx.evidence import table
from modelx.estimators.base import Comparison, DataType
from modelx.v1 import evidence_pb2, model_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LIST_OF_TYPE = {
    DataType.DATA_TYPE_FLOAT64: "doubles",
    DataType.DATA_TYPE_INT64: "ints",
    DataType.DATA_TYPE_STRING: "strings",
    DataType.DATA_TYPE_BOOL: "bools",
}


def check(model: model_pb2.ModelProto, path: str = "") -> None:
    """Check the form of a checked model's evidence, and of its steps'.

    Raises
    ------
    EvidenceError
    """
    if not model.HasField("evidence"):
        return
    place = f"{path}.evidence" if path else "evidence"
    family = family_of(model, path)
    rows = model.evidence.rows
    table.check_rows(rows, family.n_features(model), f"{place}.rows")
    specs = {spec.method: spec for spec in family.outputs(model)}
    check_outputs(model.evidence, specs, rows.n_rows, place)
    if [output.method for output in model.evidence.outputs] != list(specs):
        found = ", ".join(output.method for output in model.evidence.outputs)
        raise EvidenceError(f"outputs of {found or 'no method'}; expected {', '.join(specs)}", path=f"{place}.outputs")
    family.check_step_evidence(model, rows.n_rows, path)


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
        if name != _LIST_OF_TYPE[spec.type] or output.n_columns != spec.n_columns:
            raise EvidenceError(
                f"{output.method} has {name or 'no one list'} in {output.n_columns} columns; expected "
                f"{_LIST_OF_TYPE[spec.type]} in {spec.n_columns}",
                path=place,
            )
        if len(getattr(output, name)) != expected:
            raise EvidenceError(f"{len(getattr(output, name))} values; expected {expected}", path=f"{place}.{name}")
        tolerances = np.asarray(output.tolerances)
        if len(tolerances) not in (0, 1, n_rows) or not (np.isfinite(tolerances) & (tolerances >= 0)).all():
            raise EvidenceError(f"tolerances must be finite, >= 0, and 0, 1 or {n_rows} of them", path=place)
        if output.comparison not in Comparison.values() or (output.comparison and name != "doubles"):
            raise EvidenceError(f"comparison {output.comparison} does not suit {name}", path=place)


def replay(estimator: Any, model: model_pb2.ModelProto) -> None:
    """Compare the estimator with the checked evidence of its model.

    Raises
    ------
    EvidenceMismatchError
        Naming the first pipeline step that diverges.
    """
    if not model.HasField("evidence"):
        return
    family = family_of(model)
    x = table.read_rows(model.evidence.rows)
    mismatch = compare_outputs(estimator, model.evidence, x)
    if mismatch is not None:
        step = family.first_divergence(model, estimator, x)
        raise EvidenceMismatchError(
            f"{mismatch} (recorded by {model.evidence.producer or 'an unknown library'}). "
            "The file was changed after it was written, or this runtime computes something else; do not use it",
            path=step,
        )


def compare_outputs(estimator: Any, evidence: evidence_pb2.Evidence, x: NDArray[np.float64]) -> str | None:
    """Replay outputs on `x`; describe the first that is off by more than its tolerance."""
    recorded = {output.method: output for output in evidence.outputs}
    for method, output in recorded.items():
        given = x
        if method == "inverse_transform" and "transform" in recorded:
            given = table.read_output(recorded["transform"], len(x))
        try:
            found = call(estimator, method, given)
        except (ValueError, AttributeError, TypeError) as error:
            return f"{method} failed: {error}"
        expected = table.read_output(output, len(x))
        if found.shape != expected.shape:
            return f"{method} gives shape {found.shape}; recorded was {expected.shape}"
        wrong = ~agree(found, expected, output)
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            return f"{method} differs in {int(wrong.sum())} of {wrong.size} values; row {at[0]}: found {found[at]}, recorded {expected[at]}"
    return None


def agree(found: NDArray[Any], expected: NDArray[Any], output: evidence_pb2.Output) -> NDArray[np.bool_]:
    """Compare elementwise, as the output's comparison says."""
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


def _close(a: NDArray[np.float64], b: NDArray[np.float64], tolerance: NDArray[np.float64], comparison: int) -> Any:
    if comparison == Comparison.COMPARISON_ABSOLUTE:
        return np.abs(a - b) <= tolerance
    if comparison == Comparison.COMPARISON_LOG_PROBABILITY:
        near = np.abs(a - b) <= tolerance * np.maximum(1.0, np.abs(b))
        return (near & np.isfinite(b)) | (np.abs(np.exp(a) - np.exp(b)) <= tolerance)
    if comparison == Comparison.COMPARISON_SQUARED:
        return np.abs(a * a - b * b) <= tolerance
    return (np.abs(a - b) <= tolerance * np.abs(b)) & np.isfinite(b)
