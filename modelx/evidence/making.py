"""Rows where errors would hide, and the estimator's own answers for them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import sklearn

from modelx import wire
from modelx.conversion import family_of
from modelx.errors import ModelxWarning, NonFiniteInputError, WrongWidthError
from modelx.evidence import recording, steps, table
from modelx.v1 import evidence_pb2, model_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.estimators.base import Family, Tolerance

Origin = evidence_pb2.Evidence.Origin
_MAX_ROWS = 16
_WIDE = 4096
_VERY_WIDE = 65536
_PATTERN = 4093
# Evidence may add this to a file, or this part of it, whatever is more.
_MIN_BYTES = 8192
_PART = 0.2


@np.errstate(all="ignore")  # Rows are made to overflow: that is no news for whoever exports a model.
def attach(estimator: Any, model: model_pb2.ModelProto, sample: NDArray[np.float64] | None = None) -> None:
    """Record the estimator's answers in the model.

    Parameters
    ----------
    estimator : object
        The fitted estimator that the model was made from.
    model : ModelProto
        Gets its `evidence`, and so do the steps of a pipeline.
    sample : ndarray of shape (n_rows, n_features), optional
        Rows of the user's, stored before those that are made.
    """
    family = family_of(model)
    width = family.n_features(model)
    types = family.input_types(model)
    pattern = wide_pattern() if width > _WIDE and types is None else None
    usable = _usable(estimator, model, made_rows(family, model, pattern))
    kept = 0
    if sample is not None:
        given = _usable(estimator, model, _check_sample(estimator, model, sample, width))
        kept = len(given.rows)
        _tell_left_out(len(sample) - kept, len(sample))
        usable = _Usable(np.concatenate([given.rows, usable.rows]))
    x = usable.rows
    if not len(x):
        # The least that can be asked. Its labels are exact: nothing is added to the intercepts.
        x = np.zeros((1, width)) if types is None else family.rows(model, np.random.default_rng(0), 1)[:1]
        if _answers(estimator, model, x) is None or not _is_bounded(family.tolerances(model, estimator, x, None)):
            # Even that overflows: there is nothing that another runtime could be held to.
            return
    evidence = model.evidence
    evidence.origin = _origin(kept, len(x) - kept)
    evidence.producer = f"scikit-learn {sklearn.__version__}"
    whole = pattern is not None and not kept and len(usable.rows) == wide_rows(width)
    table.write_rows(x, evidence.rows, eighths=pattern if whole else None, types=types)
    recording.write(
        usable.given or recording.answers(estimator, model, x),
        usable.tolerances or family.tolerances(model, estimator, x, None),
        evidence,
        model,
    )
    steps.attach(model, estimator, x)


class _Usable(NamedTuple):
    """Rows, with the estimator's answers for just these and how exact they are, where both are known already."""

    rows: NDArray[np.float64]
    given: dict[str, NDArray[Any]] | None = None
    tolerances: dict[str, Tolerance] | None = None


def _is_bounded(tolerances: dict[str, Tolerance]) -> bool:
    return all(one.per_row is None or bool(np.isfinite(one.per_row).all()) for one in tolerances.values())


def _origin(kept: int, made: int) -> evidence_pb2.Evidence.Origin:
    if not kept:
        return Origin.ORIGIN_MADE
    return Origin.ORIGIN_SAMPLE_AND_MADE if made else Origin.ORIGIN_SAMPLE


def _tell_left_out(n: int, n_rows: int) -> None:
    if n:
        warnings.warn(
            f"{n} of the {n_rows} rows of the sample are not stored: their sums overflow, or their label hangs on the "
            "last bit of a sum, so that no other runtime could be held to it",
            ModelxWarning,
            stacklevel=2,
        )


def _check_sample(
    estimator: Any, model: model_pb2.ModelProto, sample: NDArray[np.float64], width: int
) -> NDArray[np.float64]:
    if sample.ndim != 2 or sample.shape[1] != width:
        raise WrongWidthError(f"the sample has shape {sample.shape}; expected (rows, {width})")
    numbers = _numbers(sample)
    if np.isinf(numbers).any():
        row, column = np.argwhere(np.isinf(numbers))[0]
        raise NonFiniteInputError(
            f"the sample has an infinity in row {row}, column {column}, counted from 0; leave the row out"
        )
    missing = np.isnan(numbers)
    gaps = sample[missing.any(axis=1)]
    # Rows may be refused for what else stands in them: then they are not stored, as any others.
    if len(gaps) and _answers(estimator, model, gaps) is None and _answers(estimator, model, _filled(gaps)) is not None:
        row, column = np.argwhere(missing)[0]
        raise NonFiniteInputError(
            f"the sample has NaN in row {row}, column {column}, counted from 0, which {type(estimator).__name__} "
            "refuses; leave the row out"
        )
    return sample


def _filled(x: NDArray[Any]) -> NDArray[Any]:
    """Give rows with the first number of each column, or 0, in the places of NaN."""
    out = x.copy()
    for i in range(x.shape[1]):
        missing = np.isnan(_numbers(x[:, i : i + 1])[:, 0])
        out[missing, i] = next(iter(x[~missing, i]), 0.0)
    return out


def _numbers(x: NDArray[Any]) -> NDArray[np.float64]:
    """Give the numbers of some rows, with 0 in the places of strings and of None."""
    if x.dtype != object:
        return x
    return np.array(
        [[0.0 if isinstance(cell, str) or cell is None else cell for cell in row] for row in x], dtype=float
    )


def wide_pattern() -> NDArray[np.int8]:
    """Give the bytes that the rows of wide models repeat: none of them is 0, so that each coefficient counts.

    Their number is a prime, so that rows of usual widths begin at different places of the pattern.
    """
    rng = np.random.default_rng(20261121)
    return np.asarray(rng.integers(1, 128, _PATTERN) * rng.choice([-1, 1], _PATTERN), dtype=np.int8)


def wide_rows(width: int) -> int:
    """Give how many rows are made for a wide model."""
    return 1 if width > _VERY_WIDE else 2


def made_rows(
    family: Family, model: model_pb2.ModelProto, pattern: NDArray[np.int8] | None = None
) -> NDArray[np.float64]:
    """Make rows from the parameters alone, the same ones each time, within the budget of bytes."""
    width = family.n_features(model)
    if pattern is not None:
        return table.expand_eighths(pattern, (wide_rows(width), width))
    rng = np.random.default_rng(20261121)
    outputs = sum(max(output.n_columns, 1) for output in family.outputs(model))
    budget = max(_MIN_BYTES, int((model.ByteSize() + wire.detached_bytes()) * _PART))
    n = min(_MAX_ROWS, max(2, budget // (8 * (width + outputs))))
    return family.rows(model, rng, n)[:n]


def _usable(estimator: Any, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> _Usable:
    """Keep the rows that the estimator answers, and whose labels do not hang on rounding."""
    given = _answers(estimator, model, x)
    if given is None:
        x = x[np.array([_answers(estimator, model, x[i : i + 1]) is not None for i in range(len(x))], dtype=bool)]
    if not len(x):
        return _Usable(x)
    family = family_of(model)
    keep = family.decided(model, estimator, x, None)
    tolerances = family.tolerances(model, estimator, x, None)
    for tolerance in tolerances.values():
        if tolerance.per_row is not None:
            # Terms that overflow leave nothing to compare, though their sum may be finite in one order.
            keep = keep & np.isfinite(tolerance.per_row)
    return _Usable(x, given, tolerances) if given and keep.all() else _Usable(x[keep])


def _answers(estimator: Any, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> dict[str, NDArray[Any]] | None:
    """Give the estimator's answers; None when it refuses a row, or when a sum overflows."""
    try:
        given = recording.answers(estimator, model, x)
    except ValueError:
        return None
    return None if any(v.dtype.kind == "f" and np.isposinf(v).any() for v in given.values()) else given
