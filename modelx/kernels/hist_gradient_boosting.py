"""Histogram gradient boosting: scikit-learn's compiled walk down each tree, without the checks around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.ensemble._hist_gradient_boosting._predictor import _predict_from_raw_data
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from modelx.kernels.base import Kernel, Rows

# Threads take longer to start than so many rows to walk.
_FEW_ROWS = 512
_LOG_LOSSES = ("gamma", "poisson")


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict``, ``predict_proba`` or ``decision_function``."""
    scores = _scores(estimator)
    if scores is None:
        return None
    if not hasattr(estimator, "classes_"):
        return _predictions(estimator, scores) if method == "predict" else None
    if method == "predict":
        return _labels(estimator.classes_, scores)
    if method == "decision_function":
        return lambda x: _flat(scores(x))
    return _probabilities(scores) if method == "predict_proba" else None


def _flat(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores[:, 0] if scores.shape[1] == 1 else scores


def _predictions(estimator: Any, scores: Kernel) -> Kernel | None:
    if not isinstance(estimator.loss, str):
        return None
    if estimator.loss in _LOG_LOSSES:
        return lambda x: np.asarray(np.exp(scores(x)[:, 0]))
    return lambda x: np.asarray(scores(x)[:, 0])


def _labels(classes: Any, scores: Kernel) -> Kernel:
    def labels(x: Rows) -> NDArray[Any]:
        found = scores(x)
        chosen = (found[:, 0] > 0).astype(int) if found.shape[1] == 1 else found.argmax(axis=1)
        out: NDArray[Any] = classes[chosen]
        return out

    return labels


def _probabilities(scores: Kernel) -> Kernel:
    def probabilities(x: Rows) -> NDArray[Any]:
        found = scores(x)
        if found.shape[1] == 1:
            out = np.empty((len(x), 2))
            expit(found[:, 0], out=out[:, 1])
            np.subtract(1, out[:, 1], out=out[:, 0])
            return out
        # The sums run along rows that lie in memory as scikit-learn's do.
        found -= found.max(axis=1).reshape(-1, 1)
        np.exp(found, out=found)
        found /= found.sum(axis=1).reshape(-1, 1)
        return found

    return probabilities


def _scores(estimator: Any) -> Kernel | None:
    """Give what computes the raw scores, shape (n_rows, outputs), in Fortran order."""
    encoded = _encoder(estimator)
    if encoded is None:
        return None
    baseline = estimator._baseline_prediction
    known, places = estimator._bin_mapper.make_known_categories_bitsets()
    trees = [[(tree.nodes, tree.raw_left_cat_bitsets) for tree in iteration] for iteration in estimator._predictors]

    def scores(x: Rows) -> NDArray[Any]:
        given = encoded(x)
        n_threads = 1 if len(x) < _FEW_ROWS else _openmp_effective_n_threads()
        out = np.zeros((len(x), baseline.shape[1]), order="F")
        out += baseline
        values = np.empty(len(x))
        for iteration in trees:
            for k, (nodes, sets) in enumerate(iteration):
                _predict_from_raw_data(nodes, given, sets, known, places, n_threads, values)
                out[:, k] += values
        return out

    return scores


def _encoder(estimator: Any) -> Callable[[Rows], Rows] | None:
    """Give what the preprocessor does: numbers for categories, and these features first."""
    mask = estimator.is_categorical_
    if mask is None:
        return lambda x: x
    known = estimator._preprocessor.named_transformers_["encoder"].categories_
    if any(categories.dtype.kind not in "iuf" for categories in known):
        return None
    tables = [_table(categories) for categories in known]
    categorical, numbers = np.flatnonzero(mask), np.flatnonzero(~np.asarray(mask))

    def encode(x: Rows) -> Rows:
        out = np.empty(x.shape)
        for k, (feature, table) in enumerate(zip(categorical, tables, strict=True)):
            column = x[:, feature]
            if np.isinf(column).any():
                raise ValueError(f"feature {feature} has an infinity; expected categories, or NaN")
            out[:, k] = np.nan
            if table.size:
                found = table.searchsorted(column).clip(max=table.size - 1)
                np.copyto(out[:, k], found, where=table[found] == column)
        out[:, len(tables) :] = x[:, numbers]
        return out

    return encode


def _table(categories: NDArray[Any]) -> NDArray[np.float64]:
    """Give the categories as float64, without NaN, which is none."""
    values = np.asarray(categories, dtype=np.float64)
    return values[~np.isnan(values)]
