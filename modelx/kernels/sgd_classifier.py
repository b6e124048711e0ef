"""Linear classifiers."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from scipy.special import expit

from modelx.calling import call
from modelx.kernels.base import Kernel, Rows, finite_only, is_float, is_number

# newton-cholesky has fitted a multinomial model since scikit-learn 1.6.
_ONE_VS_REST = ("liblinear", "newton-cholesky") if sklearn.__version__.startswith("1.5.") else ("liblinear",)


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``predict``, ``predict_proba``, ``predict_log_proba`` or ``decision_function``."""
    scores = _scores(estimator)
    if scores is None:
        return None
    if method == "decision_function":
        return finite_only(scores)
    if method == "predict":
        return finite_only(_predict(estimator, scores))
    if method not in ("predict_proba", "predict_log_proba"):
        return None
    probabilities = _probabilities(estimator, scores)
    if probabilities is None:
        return None
    if method == "predict_proba":
        return finite_only(probabilities)
    return finite_only(lambda x: np.asarray(np.log(probabilities(x))))


def _scores(estimator: Any) -> Kernel | None:
    coef, intercept = estimator.coef_, estimator.intercept_
    if not is_float(coef) or not is_number(intercept):
        return None
    # The transposed view, not a copy: BLAS adds in another order where the memory's order is another.
    weights = coef.T

    def scores(x: Rows) -> NDArray[Any]:
        out: NDArray[Any] = x @ weights + intercept
        return out

    if weights.ndim == 2 and weights.shape[1] == 1:
        return lambda x: scores(x).reshape(-1)
    return scores


def _predict(estimator: Any, scores: Kernel) -> Kernel:
    binarizer = getattr(estimator, "_label_binarizer", None)
    if binarizer is not None and binarizer.y_type_.startswith("multilabel"):
        return lambda x: np.asarray(scores(x) > 0, dtype=np.int64)
    classes = np.asarray(estimator.classes_)
    if _n_scores(estimator) == 1:
        return lambda x: classes.take(scores(x) > 0)
    return lambda x: classes.take(scores(x).argmax(axis=1))


def _n_scores(estimator: Any) -> int:
    return 1 if estimator.coef_.ndim == 1 else len(estimator.coef_)


def _probabilities(estimator: Any, scores: Kernel) -> Kernel | None:
    name = type(estimator).__name__
    binary = _n_scores(estimator) == 1
    if name == "SGDClassifier":
        if estimator.loss == "log_loss":
            return _logistic_binary(scores) if binary else _logistic_one_vs_rest(estimator, scores)
        if estimator.loss == "modified_huber":
            return _huber_binary(scores) if binary else _huber_one_vs_rest(scores)
        return None
    if not name.startswith("LogisticRegression"):
        return None
    # scikit-learn before 1.8 has this parameter, with the default "deprecated", which stands for "auto".
    how = getattr(estimator, "multi_class", "auto")
    if binary:
        return _logistic_binary(scores) if how != "multinomial" else None
    if how == "ovr" or (how != "multinomial" and estimator.solver in _ONE_VS_REST):
        return _logistic_one_vs_rest(estimator, scores)
    return _softmax(scores)


def _logistic_binary(scores: Kernel) -> Kernel:
    def probabilities(x: Rows) -> NDArray[Any]:
        out = np.empty((len(x), 2))
        of_second = out[:, 1]
        expit(scores(x), out=of_second)
        np.subtract(1, of_second, out=out[:, 0])
        return out

    return probabilities


def _logistic_one_vs_rest(estimator: Any, scores: Kernel) -> Kernel:
    def probabilities(x: Rows) -> NDArray[Any]:
        out = scores(x)
        expit(out, out=out)
        total = out.sum(axis=1)
        if not total.all():
            # What a row gets all of whose probabilities are 0 is for the installed version to say.
            return call(estimator, "predict_proba", x)
        out /= total.reshape(-1, 1)
        return out

    return probabilities


def _softmax(scores: Kernel) -> Kernel:
    def probabilities(x: Rows) -> NDArray[Any]:
        out = scores(x)
        out -= out.max(axis=1).reshape(-1, 1)
        np.exp(out, out=out)
        out /= out.sum(axis=1).reshape(-1, 1)
        return out

    return probabilities


def _huber_binary(scores: Kernel) -> Kernel:
    def probabilities(x: Rows) -> NDArray[Any]:
        out = np.ones((len(x), 2))
        of_second = out[:, 1]
        np.clip(scores(x), -1, 1, of_second)
        of_second += 1.0
        of_second /= 2.0
        out[:, 0] -= of_second
        return out

    return probabilities


def _huber_one_vs_rest(scores: Kernel) -> Kernel:
    def probabilities(x: Rows) -> NDArray[Any]:
        out = scores(x)
        np.clip(out, -1, 1, out)
        out += 1.0
        out /= 2.0
        total = out.sum(axis=1)
        impossible = total == 0
        if impossible.any():
            out[impossible] = 1
            total[impossible] = out.shape[1]
        out /= total.reshape(-1, 1)
        return out

    return probabilities
