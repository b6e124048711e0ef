"""Sums of regression trees, stage after stage."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble._gb import _init_raw_predictions
from sklearn.ensemble._gradient_boosting import predict_stages

from modelx.estimators import boosting_start
from modelx.kernels.base import Kernel, Rows, refuse_non_finite


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict``, ``predict_proba``, ``predict_log_proba`` or ``decision_function``."""
    if not hasattr(estimator, method):
        return None
    sums = _sums(estimator)
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return (lambda x: sums(x).ravel()) if method == "predict" else None
    single = estimator.n_trees_per_iteration_ == 1

    def scores(x: Rows) -> NDArray[Any]:
        out = sums(x)
        return out.ravel() if single else out

    def predict(x: Rows) -> NDArray[Any]:
        out = scores(x)
        return np.asarray(classes.take(out >= 0 if single else out.argmax(axis=1)))

    def probabilities(x: Rows) -> NDArray[Any]:
        return np.asarray(estimator._loss.predict_proba(scores(x)))

    computations: dict[str, Kernel] = {
        "predict": predict,
        "predict_proba": probabilities,
        "predict_log_proba": lambda x: np.asarray(np.log(probabilities(x))),
        "decision_function": scores,
    }
    return computations.get(method)


def _sums(estimator: Any) -> Kernel:
    trees, rate = estimator.estimators_, estimator.learning_rate
    begin = _beginning(estimator)

    def sums(x: Rows) -> NDArray[Any]:
        given: NDArray[Any] = x.astype(np.float32)
        # What float32 cannot hold is an infinity by now.
        refuse_non_finite(given)
        out = begin(given)
        predict_stages(trees, given, rate, out)
        return out

    return sums


def _beginning(estimator: Any) -> Kernel:
    """Give what makes the array that the trees' values are added to, from rows of float32."""
    if boosting_start.model_of(estimator) is not None:
        has_classes = hasattr(estimator, "classes_")
        return lambda x: np.asarray(_init_raw_predictions(x, estimator.init_, estimator._loss, has_classes))
    constants = boosting_start.of_row(estimator, np.zeros((1, estimator.n_features_in_)))
    return lambda x: np.repeat(constants, len(x), axis=0)
