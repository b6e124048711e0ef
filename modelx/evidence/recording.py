"""Writing an estimator's answers into evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.calling import call
from modelx.conversion import family_of
from modelx.errors import ModelxError
from modelx.estimators.base import Comparison, DataType
from modelx.evidence import table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.estimators.base import Tolerance
    from modelx.v1 import evidence_pb2, model_pb2


def answers(
    estimator: Any, model: model_pb2.ModelProto, x: NDArray[np.float64], only: str | None = None
) -> dict[str, NDArray[Any]]:
    """Give each method's output on `x`; inverse_transform gets what transform gave.

    Raises
    ------
    ValueError
        What the estimator says of rows that it refuses.
    ModelxError
        When an output has another shape than the model says.
    """
    out: dict[str, NDArray[Any]] = {}
    for spec in family_of(model).outputs(model):
        if only is not None and spec.method != only:
            continue
        given = out.get("transform", x) if spec.method == "inverse_transform" else x
        values = call(estimator, spec.method, given)
        if values.shape != ((len(x), spec.n_columns) if spec.n_columns else (len(x),)):
            raise ModelxError(
                f"{type(estimator).__name__}.{spec.method} gave an array of shape {values.shape} for {len(x)} rows; "
                f"modelx expected {spec.n_columns or 1} columns. Please report this"
            )
        # Ints, bools and objects that another runtime gives as float64; None is NaN.
        plain = spec.type == DataType.DATA_TYPE_FLOAT64 and values.dtype.kind in "iubO"
        out[spec.method] = values.astype(np.float64) if plain else values
    return out


def write(
    given: dict[str, NDArray[Any]],
    tolerances: dict[str, Tolerance],
    evidence: evidence_pb2.Evidence,
    model: model_pb2.ModelProto,
) -> None:
    """Record outputs, with how far each may be off."""
    types = {spec.method: list(spec.column_types) for spec in family_of(model).outputs(model)}
    for method, values in given.items():
        output = evidence.outputs.add(method=method)
        table.write_output(values, output, types=types[method])
        _write_tolerance(tolerances[method], output)


def _write_tolerance(tolerance: Tolerance, output: evidence_pb2.Output) -> None:
    """Record how far a value may be off, once where all rows agree."""
    output.comparison = tolerance.comparison
    if tolerance.comparison != Comparison.COMPARISON_UNSPECIFIED and tolerance.per_row is not None:
        rows = tolerance.per_row
        output.tolerances.extend([float(rows[0])] if (rows == rows[0]).all() else rows.tolist())
