"""Rows where errors would hide, and the estimator's own answers for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn

from modelx.calling import call
from modelx.conversion import family_of
from modelx.errors import NonFiniteInputError, WrongWidthError
from modelx.estimators.base import METHODS
from modelx.evidence import recording, steps, table
from modelx.v1 import evidence_pb2, model_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.estimators.base import Family

Origin = evidence_pb2.Evidence.Origin
_MAX_ROWS = 16
_WIDE = 4096
_VERY_WIDE = 65536
# Evidence may add this to a file, or this part of it, whatever is more.
_MIN_BYTES = 8192
_PART = 0.2


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
    kept = np.empty((0, width)) if sample is None else _usable(estimator, model, _check_sample(sample, width))
    made = _usable(estimator, model, made_rows(family, model))
    x = np.concatenate([kept, made]) if len(kept) else made
    if not len(x):
        # Nothing could be made that the estimator answers; zeros are the least that every model answers or refuses.
        x = np.zeros((1, width))
    evidence = model.evidence
    evidence.origin = _origin(len(kept), len(made))
    evidence.producer = f"scikit-learn {sklearn.__version__}"
    table.write_rows(x, evidence.rows)
    recording.write_outputs(estimator, model, x, np.zeros_like(x), evidence)
    steps.attach(model, estimator, x, np.zeros_like(x))


def _origin(kept: int, made: int) -> evidence_pb2.Evidence.Origin:
    if not kept:
        return Origin.ORIGIN_MADE
    return Origin.ORIGIN_SAMPLE_AND_MADE if made else Origin.ORIGIN_SAMPLE


def _check_sample(sample: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    if sample.ndim != 2 or sample.shape[1] != width:
        raise WrongWidthError(f"the sample has shape {sample.shape}; expected (rows, {width})")
    if np.isinf(sample).any():
        row, column = np.argwhere(np.isinf(sample))[0]
        raise NonFiniteInputError(f"the sample has an infinity in row {row}, column {column}")
    return sample


def made_rows(family: Family, model: model_pb2.ModelProto) -> NDArray[np.float64]:
    """Make rows from the parameters alone, the same ones each time, within the budget of bytes."""
    width = family.n_features(model)
    rng = np.random.default_rng(20261121)
    if width > _WIDE:
        # One byte a value, and none of them zero, so that each coefficient counts.
        eighths = rng.integers(1, 128, (1 if width > _VERY_WIDE else 2, width)) * rng.choice([-1, 1], width)
        return np.asarray(eighths * 0.125)
    outputs = sum(max(output.n_columns, 1) for output in family.outputs(model))
    budget = max(_MIN_BYTES, int(model.ByteSize() * _PART))
    n = min(_MAX_ROWS, max(2, budget // (8 * (width + outputs))))
    return family.rows(model, rng, n)[:n]


def _usable(estimator: Any, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the rows that the estimator answers, and whose labels do not hang on rounding."""
    family = family_of(model)
    keep = np.array([_answers(estimator, model, x[i : i + 1]) for i in range(len(x))], dtype=bool)
    if not _answers(estimator, model, x):
        x = x[keep]
    return x[family.decided(model, estimator, x, np.zeros_like(x))] if len(x) else x


def _answers(estimator: Any, model: model_pb2.ModelProto, x: NDArray[np.float64]) -> bool:
    try:
        outputs = [
            call(estimator, spec.method, x)
            for spec in family_of(model).outputs(model)
            if spec.method in METHODS and spec.method != "inverse_transform"
        ]
    except ValueError:
        return False
    return all(output.dtype.kind != "f" or not np.isposinf(output).any() for output in outputs)
