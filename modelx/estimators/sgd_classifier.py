"""Linear classifiers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sklearn
from sklearn import linear_model, svm
from sklearn.preprocessing import LabelBinarizer

from modelx import labels, source, wire
from modelx.errors import LabelsError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import linear_rows
from modelx.estimators.base import (
    EQUAL,
    FEW_ULP,
    Comparison,
    DataType,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_finite,
    check_width,
    spec,
)
from modelx.estimators.rounding import affine_tolerance, decided_by_margin
from modelx.v1 import model_pb2, sgd_classifier_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Proto = sgd_classifier_pb2.SGDClassifierProto
Probability = Proto.Probability
Target = Proto.Target
_COMPUTED = ("coef_", "intercept_", "classes_")
_OLD = sklearn.__version__.startswith("1.5.")
_NAMES = (
    "LogisticRegression",
    "LogisticRegressionCV",
    "PassiveAggressiveClassifier",
    "Perceptron",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "SGDClassifier",
)
# exp(-s) leaves the normal float64 numbers outside: there the relative precision of a probability is lost.
_LOGISTIC_RANGE = 700.0


class SGDClassifierFamily(Family):
    """``sgd_classifier``."""

    arm = "sgd_classifier"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(linear_model, _NAMES) | {"LinearSVC": svm.LinearSVC}

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.sgd_classifier
        coef = estimator.coef_
        if not isinstance(coef, np.ndarray):
            reason = f"coef_ of {type(estimator).__name__} is sparse; call densify() on the estimator first"
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, self.classes, computed=_COMPUTED)
        proto.n_features = coef.shape[-1]
        wire.fill(proto, "coefficients", coef, detach=True)
        intercepts = np.asarray(estimator.intercept_, dtype=np.float64).reshape(-1)
        wire.fill(proto, "intercepts", np.broadcast_to(intercepts, np.atleast_2d(coef).shape[0]))
        try:
            labels.encode(np.asarray(estimator.classes_), proto.classes)
        except LabelsError as error:
            raise UnsupportedEstimatorError([("", str(error))]) from error
        proto.probability = _probability(estimator)
        proto.target = _target(estimator)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.sgd_classifier
        m = len(proto.intercepts)
        check_count(proto.coefficients, m * max(proto.n_features, 0), f"{path}.coefficients", "intercepts x n_features")
        check_finite(wire.doubles(proto.coefficients), f"{path}.coefficients")
        if m < 1:
            raise ShapeError("there are no intercepts; expected one for each output", path=f"{path}.intercepts")
        check_finite(wire.doubles(proto.intercepts), f"{path}.intercepts")
        check_width(proto.n_features, path)
        c = labels.check(proto.classes, f"{path}.classes")
        if proto.target == Target.TARGET_MULTILABEL:
            if list(proto.classes.ints) != list(range(m)):
                raise LabelsError(f"multilabel classes must be the ints 0 ... {m - 1}", path=f"{path}.classes")
        elif c < 2 or (m != c and (m, c) != (1, 2)):
            raise LabelsError(f"{c} classes for {m} outputs; expected as many, or 2 for 1", path=f"{path}.classes")
        _check_enums(proto, m, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.sgd_classifier.n_features

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        return labels.values(model.sgd_classifier.classes)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.sgd_classifier
        m, c = len(proto.intercepts), labels.count(proto.classes)
        scores = spec("decision_function", m if m > 1 else 0)
        if proto.target == Target.TARGET_MULTILABEL:
            return [spec("predict", m, DataType.DATA_TYPE_INT64), scores]
        predict = spec("predict", 0, labels.data_type(proto.classes))
        if not proto.probability:
            return [predict, scores]
        return [predict, spec("predict_proba", c), spec("predict_log_proba", c), scores]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.sgd_classifier, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        name = described.class_name
        estimator = self.build(described, model, place, _COMPUTED)
        m = len(proto.intercepts)
        coefficients = wire.doubles(proto.coefficients)
        estimator.coef_ = source.restore(described, "coef_", coefficients, (m, proto.n_features), place)
        if _OLD and estimator.coef_.ndim == 1:
            # Later versions keep a binary RidgeClassifier's coefficients flat, which this one cannot read.
            estimator.coef_ = estimator.coef_.reshape(1, -1)
        estimator.intercept_ = source.restore_repeated(
            described, "intercept_", wire.doubles(proto.intercepts), (m,), place
        )
        classes = labels.decode(proto.classes, f"{path}.classes")
        if name.startswith("RidgeClassifier"):
            _set_binarizer(estimator, classes, proto.target)
        if not isinstance(getattr(type(estimator), "classes_", None), property):
            estimator.classes_ = classes
        if _probability(estimator) != proto.probability or _target(estimator) != proto.target:
            raise SourceError(
                f"{name} with these parameters has other probabilities in this scikit-learn than in the model",
                path=place,
            )
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> dict[str, Tolerance]:
        proto = model.sgd_classifier
        w, b = _matrix(proto)
        per_row = affine_tolerance(x, err, w, b).max(axis=1)
        probable = _probability_tolerance(proto, x @ w.T + b, per_row)
        return {
            "predict": EQUAL,
            "predict_proba": absolute(probable),
            "predict_log_proba": Tolerance(Comparison.COMPARISON_LOG_PROBABILITY, probable),
            "decision_function": absolute(per_row),
        }

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: NDArray[np.float64],
        err: Error,
    ) -> NDArray[np.bool_]:
        proto = model.sgd_classifier
        w, b = _matrix(proto)
        scores, tolerance = x @ w.T + b, affine_tolerance(x, err, w, b)
        if len(w) == 1 or proto.target == Target.TARGET_MULTILABEL:
            clear = (np.abs(scores) > tolerance).all(axis=1)
        else:
            clear = decided_by_margin(scores, tolerance)
        if proto.probability and len(w) > 1:
            clear &= _sum_is_determined(proto, scores, tolerance)
        return np.asarray(clear)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
        w, b = _matrix(model.sgd_classifier)
        return linear_rows.near_boundaries(rng, n, w, b)


def _matrix(proto: Proto) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return wire.doubles(proto.coefficients).reshape(-1, proto.n_features), wire.doubles(proto.intercepts)


def _check_enums(proto: Proto, m: int, path: str) -> None:
    if proto.probability not in Probability.values() or proto.target not in Target.values():
        raise ShapeError("probability or target is none that this version knows", path=path)
    softmax = proto.probability == Probability.PROBABILITY_SOFTMAX
    if (proto.target and proto.probability) or (softmax and m == 1):
        raise ShapeError("the probability does not suit the number of outputs", path=f"{path}.probability")


def _probability(estimator: Any) -> Proto.Probability:
    """Tell how predict_proba of a linear classifier computes."""
    name = type(estimator).__name__
    if name == "SGDClassifier":
        of_loss = {
            "log_loss": Probability.PROBABILITY_LOGISTIC,
            "modified_huber": Probability.PROBABILITY_MODIFIED_HUBER,
        }
        return of_loss.get(estimator.loss, Probability.PROBABILITY_UNSPECIFIED)
    if not name.startswith("LogisticRegression"):
        return Probability.PROBABILITY_UNSPECIFIED
    binary = len(estimator.classes_) <= 2
    # scikit-learn before 1.8 has this parameter, with the default "deprecated", which stands for "auto".
    how = getattr(estimator, "multi_class", "deprecated")
    if how == "ovr" or (how in ("auto", "deprecated") and (binary or _one_vs_rest_solver(estimator))):
        return Probability.PROBABILITY_LOGISTIC
    if binary:
        reason = "multi_class='multinomial' for two classes is not supported; refit with multi_class='ovr'"
        raise UnsupportedEstimatorError([("", reason)])
    return Probability.PROBABILITY_SOFTMAX


def _one_vs_rest_solver(estimator: Any) -> bool:
    # newton-cholesky has fitted a multinomial model since scikit-learn 1.6.
    solvers = ("liblinear", "newton-cholesky") if _OLD else ("liblinear",)
    return hasattr(estimator, "multi_class") and estimator.solver in solvers


def _target(estimator: Any) -> Proto.Target:
    binarizer = getattr(estimator, "_label_binarizer", None)
    if binarizer is not None and binarizer.y_type_.startswith("multilabel"):
        if binarizer.sparse_input_:
            reason = f"{type(estimator).__name__} was fitted on a sparse label matrix; fit on a dense one"
            raise UnsupportedEstimatorError([("", reason)])
        return Target.TARGET_MULTILABEL
    return Target.TARGET_UNSPECIFIED


def _set_binarizer(estimator: Any, classes: NDArray[Any], target: Proto.Target) -> None:
    binarizer = LabelBinarizer(pos_label=1, neg_label=-1)
    binarizer.classes_ = classes
    binarizer.sparse_input_ = False
    if target == Target.TARGET_MULTILABEL:
        binarizer.y_type_ = "multilabel-indicator"
    else:
        binarizer.y_type_ = "binary" if len(classes) == 2 else "multiclass"
    estimator._label_binarizer = binarizer


def _default_source(proto: Proto) -> source_pb2.Source:
    """Choose a class for a model that names none: one built in Go, or of an earlier system."""
    described = source_pb2.Source()
    if proto.target == Target.TARGET_MULTILABEL:
        described.class_name = "RidgeClassifier"
    elif proto.probability == Probability.PROBABILITY_SOFTMAX:
        described.class_name = "LogisticRegression"
    else:
        described.class_name = "SGDClassifier"
        losses = {
            Probability.PROBABILITY_LOGISTIC: "log_loss",
            Probability.PROBABILITY_MODIFIED_HUBER: "modified_huber",
        }
        described.params["loss"].string_value = losses.get(proto.probability, "hinge")
    return described


def _probability_tolerance(
    proto: Proto, scores: NDArray[np.float64], per_row: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Bound how far a probability may be off, given how far the scores may be."""
    m = scores.shape[1]
    rounding = FEW_ULP * m
    if proto.probability != Probability.PROBABILITY_MODIFIED_HUBER:
        # A score that is off by t changes exp(s), and 1 / (1 + exp(-s)), by a factor of at most exp(t); so twice for
        # the quotient.
        # No probability is off by more than 1.
        return np.asarray(np.expm1(2.0 * np.minimum(per_row, 0.5)).clip(max=1.0) + rounding)
    if m == 1:
        return np.asarray(per_row / 2.0 + rounding)
    total = ((np.clip(scores, -1.0, 1.0) + 1.0) / 2.0).sum(axis=1)
    # d(p / t) = dp / t + p dt / t^2, with dp <= tolerance / 2, dt <= m tolerance / 2 and p <= t.
    return np.asarray((1 + m) * (per_row / 2.0 + FEW_ULP) / np.where(total > 0.0, total, 1.0) + rounding)


def _sum_is_determined(proto: Proto, scores: NDArray[np.float64], tolerance: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say in which rows the sum that one-vs-rest probabilities are divided by keeps its precision."""
    if proto.probability == Probability.PROBABILITY_LOGISTIC:
        return np.asarray(scores.max(axis=1) > -_LOGISTIC_RANGE)
    if proto.probability == Probability.PROBABILITY_MODIFIED_HUBER:
        total = np.clip((scores + 1.0) / 2.0, 0.0, 1.0).sum(axis=1)
        return np.asarray((total > 1e-3) | (scores < -1.0 - tolerance).all(axis=1))
    return np.ones(len(scores), dtype=bool)
