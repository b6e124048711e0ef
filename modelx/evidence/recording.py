"""Writing an estimator's answers into evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.calling import call
from modelx.conversion import family_of
from modelx.errors import ModelxError
from modelx.estimators.base import Comparison
from modelx.evidence import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.estimators.base import Tolerance
    from modelx.v1 import evidence_pb2, model_pb2


def write_outputs(
    estimator: Any,
    model: model_pb2.ModelProto,
    x: NDArray[np.float64],
    err: NDArray[np.float64],
    evidence: evidence_pb2.Evidence,
    *,
    only: str | None = None,
) -> NDArray[np.float64]:
    """Record each method's output on `x`; give that of transform, or `x` where there is none."""
    family = family_of(model)
    tolerances = family.tolerances(model, estimator, x, err)
    transformed = x
    for spec in family.outputs(model):
        if only is not None and spec.method != only:
            continue
        given = transformed if spec.method == "inverse_transform" else x
        values = call(estimator, spec.method, given)
        if values.shape != ((len(x), spec.n_columns) if spec.n_columns else (len(x),)):
            raise ModelxError(
                f"{type(estimator).__name__}.{spec.method} gave an array of shape {values.shape} for {len(x)} rows; "
                f"modelx expected {spec.n_columns or 1} columns. Please report this"
            )
        if spec.method == "transform":
            transformed = np.asarray(values, dtype=np.float64)
        output = evidence.outputs.add(method=spec.method)
        table.write_output(values, output)
        write_tolerance(tolerances[spec.method], output)
    return transformed


def write_tolerance(tolerance: Tolerance, output: evidence_pb2.Output) -> None:
    """Record how far a value may be off, once where all rows agree."""
    output.comparison = tolerance.comparison
    if tolerance.comparison != Comparison.COMPARISON_UNSPECIFIED and tolerance.per_row is not None:
        rows = tolerance.per_row
        output.tolerances.extend([float(rows[0])] if (rows == rows[0]).all() else rows.tolist())
