"""Single trees and means of trees."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier

from modelx.estimators.tree_models import accepts_missing, classes_of
from modelx.kernels.base import Kernel, Rows, refuse_infinite, refuse_non_finite


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict``, ``predict_proba`` or ``predict_log_proba``."""
    values = _values(estimator)
    if not is_classifier(estimator):
        return _regression(estimator, values) if method == "predict" else None
    classes = classes_of(estimator)

    def predict(x: Rows) -> NDArray[Any]:
        found = values(x)
        if len(classes) == 1:
            return np.asarray(classes[0].take(found.argmax(axis=1)))
        out = np.empty((len(x), len(classes)), dtype=classes[0].dtype)
        for k, of_output in enumerate(classes):
            out[:, k] = of_output.take(found[:, k, : len(of_output)].argmax(axis=1))
        return out

    def probabilities(x: Rows) -> NDArray[Any]:
        found = values(x)
        if len(classes) == 1:
            return found
        return np.hstack([found[:, k, : len(of_output)] for k, of_output in enumerate(classes)])

    computations: dict[str, Kernel] = {
        "predict": predict,
        "predict_proba": probabilities,
        "predict_log_proba": lambda x: np.asarray(np.log(probabilities(x))),
    }
    return computations.get(method)


def _regression(estimator: Any, values: Kernel) -> Kernel:
    if estimator.n_outputs_ == 1:
        return lambda x: values(x)[:, 0]
    return lambda x: values(x)[:, :, 0]


def _values(estimator: Any) -> Kernel:
    """Give what the leaves say, shape (n_rows, n_values), or (n_rows, n_outputs, n_values) for several outputs."""
    is_mean = hasattr(estimator, "estimators_")
    members = estimator.estimators_ if is_mean else [estimator]
    trees = [member.tree_ for member in members]
    refuse = refuse_infinite if accepts_missing(members[0]) else refuse_non_finite

    def values(x: Rows) -> NDArray[Any]:
        given: NDArray[Any] = x.astype(np.float32)
        # What float32 cannot hold is an infinity by now.
        refuse(given)
        first: NDArray[Any] = trees[0].predict(given)
        if not is_mean:
            return first
        # scikit-learn begins with 0, which makes 0.0 of -0.0.
        total = first + 0.0
        for tree in trees[1:]:
            total += tree.predict(given)
        total /= len(trees)
        return total

    return values
