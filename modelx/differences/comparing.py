"""`diff`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelx import api, conversion, frames
from modelx.differences.outputs import compare_outputs
from modelx.differences.parameters import compare_models
from modelx.differences.records import Difference
from modelx.differences.schema import compare_metadata, compare_schemas
from modelx.errors import WrongWidthError
from modelx.model import Model

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray


def diff(
    a: str | os.PathLike[str] | Model,
    b: str | os.PathLike[str] | Model,
    data: ArrayLike | None = None,
    *,
    data_b: ArrayLike | None = None,
    worst: int = 5,
    place: Callable[[int], str] | None = None,
) -> Difference:
    """Tell what changes from one model to another.

    Parameters
    ----------
    a, b : path-like or Model
        The model of before and the model of after.
    data : array-like of shape (n_rows, n_features), optional
        Rows that both models are asked about.
    data_b : array-like of shape (n_rows, n_features of b), optional
        The same rows as `b` takes them, where it has other features or another order.
    worst : int
        How many rows are listed with both answers.
    place : callable, optional
        Names a row in an error, given its index, such as "line 7"; "row 6 (from 0)" when not given.

    Returns
    -------
    Difference

    Raises
    ------
    ModelFileError
    WrongWidthError, NotNumericError, NonFiniteInputError, ColumnTypeError
    OSError
    """
    before, after = (model if isinstance(model, Model) else api.read(model) for model in (a, b))
    out = Difference(schema=compare_schemas(before, after), metadata=compare_metadata(before, after))
    compare_models(before.proto, after.proto, "", out)
    if data is None:
        return out
    rows_a = _rows(data, before, "the first model")
    if data_b is None and before.n_features != after.n_features:
        reason = f"the models take {before.n_features} and {after.n_features} features; data of one width suit only one"
        return replace(out, outputs_skipped=reason)
    rows_b = rows_a if data_b is None else _rows(data_b, after, "the second model")
    if len(rows_a) != len(rows_b):
        raise WrongWidthError(f"data has {len(rows_a)} rows and data_b {len(rows_b)}; expected the same rows")
    if not len(rows_a):
        return replace(out, outputs_skipped="the data have no rows")
    # inverse_transform takes what transform gives, not rows of data.
    methods = [
        output.method
        for output in before.outputs
        if output.method != "inverse_transform" and output.method in {other.method for other in after.outputs}
    ]
    estimators = (api.from_proto(before.proto), api.from_proto(after.proto))
    labelled = before.classes is not None or after.classes is not None
    return replace(
        out,
        outputs=compare_outputs(estimators, (rows_a, rows_b), methods, worst, labelled=labelled, place=place or _row),
    )


def _row(index: int) -> str:
    return f"row {index} (from 0)"


def _rows(data: ArrayLike, model: Model, which: str) -> NDArray[Any]:
    types = conversion.family_of(model.proto).input_types(model.proto)
    if types is not None:
        return frames.typed_rows(data, types, model.feature_names)
    rows = api.as_rows(data)
    if rows.ndim != 2 or rows.shape[1] != model.n_features:
        raise WrongWidthError(f"the data have the shape {rows.shape}; {which} takes (rows, {model.n_features})")
    return rows
