"""Classifiers of two classes that decide by another threshold than the estimator inside."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np
from sklearn import model_selection

from modelx import conversion, source, values
from modelx.errors import LabelsError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import members
from modelx.estimators.base import EQUAL, Error, Family, Giver, Tolerance, available, spec
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Method = model_pb2.ThresholdClassifierProto.Method
_METHODS = {Method.METHOD_PREDICT_PROBA: "predict_proba", Method.METHOD_DECISION_FUNCTION: "decision_function"}
_FIXED, _TUNED = "FixedThresholdClassifier", "TunedThresholdClassifierCV"
_FITTED = "fitted"
# What the tuned one kept of its search, if it was told to.
_SEARCHED = "cv_results_"


class Decision(NamedTuple):
    """What is asked, the threshold, and the number of the class of scores that reach it."""

    method: Method
    threshold: float
    positive: int


class ThresholdClassifierFamily(Family):
    """``threshold_classifier``."""

    arm = "threshold_classifier"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(model_selection, (_FIXED, _TUNED))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto, known = model.threshold_classifier, conversion.known_classes()
        ((name, inner),) = self.nested_estimators(estimator)
        proto.model.name = name
        conversion.encode(inner, proto.model, name)
        source.capture(estimator, model.source, known, computed=("estimator_",), skip_params=("estimator",))
        given, value = estimator.estimator, model.source.params["estimator"]
        spec = None if given is inner else source.encode_spec(given, known)
        if spec is None:
            # It is the fitted one itself, as it is when that is frozen.
            value.omitted = _FITTED
        else:
            value.estimator.CopyFrom(spec)
        if _SEARCHED in vars(estimator):
            found = values.encode(vars(estimator)[_SEARCHED], lambda _: None)
            if values.is_known(found):
                model.source.attributes[_SEARCHED].CopyFrom(found)
        try:
            proto.method, proto.threshold, proto.positive = _decision(estimator, inner)
        except ValueError as error:
            raise UnsupportedEstimatorError([("", str(error))]) from error

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto, place = model.threshold_classifier, f"{path}.model"
        conversion.check(proto.model, place, conversion.depth_of(path) + 1)
        found, predict = self.class_list(model), members.find(proto.model, "predict")
        if found is None or len(found) != 2 or predict is None or predict.n_columns:
            raise LabelsError("it does not tell two classes apart; expected a classifier of two", path=place)
        if proto.method not in _METHODS:
            raise ShapeError(f"method is {proto.method}; expected one that this version knows", path=f"{path}.method")
        if proto.positive > 1:
            raise ShapeError(f"positive is {proto.positive}; expected 0 or 1", path=f"{path}.positive")
        asked = _METHODS[proto.method]
        members.require(proto.model, asked, place, 2 if asked == "predict_proba" else 0)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return members.width(model.threshold_classifier.model)

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        inner = model.threshold_classifier.model
        return conversion.family_of(inner).input_types(inner)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        ((_, inner),) = self.nested_estimators(estimator)
        family = conversion.family_for(type(inner))
        return frozenset() if family is None else family.object_columns(inner)

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        inner = model.threshold_classifier.model
        return conversion.family_of(inner).class_list(inner)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        inner = model.threshold_classifier.model
        predict = members.find(inner, "predict")
        own = [spec("predict")] if predict is None else [spec("predict", 0, predict.type)]
        handed_on = (members.find(inner, name) for name in ("predict_proba", "predict_log_proba", "decision_function"))
        return [*own, *(one for one in handed_on if one is not None)]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        return [("model", model.threshold_classifier.model)]

    def giver(
        self,
        model: model_pb2.ModelProto,
        method: str,
        column: int,
        *,
        transformed: bool,  # noqa: ARG002
    ) -> Giver | None:
        # In labels, the threshold has a part.
        return None if method == "predict" else Giver("model", model.threshold_classifier.model, method, column)

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        if "estimator_" in vars(estimator):
            return [("estimator_", estimator.estimator_)]
        # Without fit, some versions decide over an estimator that was fitted before.
        return [("estimator", estimator.estimator)] if hasattr(estimator, "classes_") else []

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, described, place = model.threshold_classifier, model.source, f"{path}.source"
        inner = members.decode_one(proto.model, f"{path}.model")
        name = described.class_name or _FIXED
        if name not in self.classes:
            raise SourceError(
                f"the class {name!r} is none that decides by a threshold in this scikit-learn: "
                f"{', '.join(self.classes)}",
                path=place,
            )
        estimator = _construct(name, model, inner, self.classes, place)
        source.set_attributes(estimator, described, ("estimator_", "n_features_in_", "classes_"), place)
        if proto.model.name != "estimator" or not hasattr(estimator, "classes_"):
            estimator.estimator_ = inner
            for attribute in ("n_features_in_", "feature_names_in_"):
                if hasattr(inner, attribute):
                    setattr(estimator, attribute, getattr(inner, attribute))
        if name == _TUNED:
            estimator._curve_scorer = _scorer(estimator, model, inner, place)
        try:
            decision = _decision(estimator, inner)
        except ValueError as error:
            raise SourceError(str(error), path=place) from error
        if not _same(decision, Decision(proto.method, proto.threshold, proto.positive)):
            raise SourceError(
                f"with these parameters it decides by {decision.threshold} of {_METHODS[decision.method]} for class "
                f"{decision.positive}; the model decides otherwise",
                path=place,
            )
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        inner, fitted = self._inside(model, estimator)
        return conversion.family_of(inner).tolerances(inner, fitted, x, err) | {"predict": EQUAL}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        proto = model.threshold_classifier
        inner, fitted = self._inside(model, estimator)
        # What the model inside is sure of includes that its probabilities are determined.
        out = conversion.family_of(inner).decided(inner, fitted, x, err)
        answer = members.answer(inner, fitted, _METHODS[proto.method], x, err)
        if answer.exact:
            return out
        scores = answer.values[:, proto.positive] if answer.values.ndim == 2 else answer.values
        threshold = proto.threshold if answer.values.ndim == 2 or proto.positive else -proto.threshold
        near = np.abs(scores - threshold) <= answer.off
        return np.asarray(out & (~near | (answer.off == 0.0)))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        inner = model.threshold_classifier.model
        return conversion.family_of(inner).rows(inner, rng, n)

    def pull_back(self, model: model_pb2.ModelProto, x: Rows) -> Rows | None:
        inner = model.threshold_classifier.model
        return conversion.family_of(inner).pull_back(inner, x)

    def _inside(self, model: model_pb2.ModelProto, estimator: Any) -> tuple[model_pb2.ModelProto, Any]:
        ((_, inner),) = self.nested_estimators(estimator)
        return model.threshold_classifier.model, inner


def _decision(estimator: Any, inner: Any) -> Decision:
    """Say by what a fitted estimator decides.

    Raises
    ------
    ValueError
        For what scikit-learn refuses when it predicts, or no file holds.
    """
    asked = estimator.response_method
    if asked == "auto":
        asked = "predict_proba" if hasattr(inner, "predict_proba") else "decision_function"
    method = next((number for number, name in _METHODS.items() if name == asked), None)
    if method is None or not hasattr(inner, asked):
        raise ValueError(
            f"response_method is {estimator.response_method!r}, which {type(inner).__name__} does not have"
        )
    if type(estimator).__name__ == _FIXED:
        threshold, label = estimator.threshold, estimator.pos_label
        if isinstance(threshold, str) and threshold == "auto":
            threshold = 0.5 if asked == "predict_proba" else 0.0
    else:
        threshold, label = getattr(estimator, "best_threshold_", None), estimator._curve_scorer._get_pos_label()
    number = threshold if isinstance(threshold, bool | int | float | np.number | np.bool_) else None
    if number is None or isinstance(number, complex | np.complexfloating | np.longdouble) or not _is_float(number):
        raise ValueError(f"the threshold is {threshold!r}, which no float64 holds; give a float, and fit again")
    return Decision(method, float(number), _positive(inner, label))


def _same(a: Decision, b: Decision) -> bool:
    thresholds = np.array([a.threshold, b.threshold])
    return a[::2] == b[::2] and (bool(thresholds[0] == thresholds[1]) or bool(np.isnan(thresholds).all()))


def _is_float(number: Any) -> bool:
    try:
        return bool(float(number) == number or number != number)  # noqa: PLR0124 - NaN
    except OverflowError:
        return False


def _positive(inner: Any, label: Any) -> int:
    if label is None:
        return 1
    found = [k for k, one in enumerate(inner.classes_.tolist()) if one == label]
    if len(found) != 1:
        raise ValueError(f"pos_label is {label!r}, which is none of the classes {inner.classes_.tolist()[:2]}")
    return found[0]


def _construct(name: str, model: model_pb2.ModelProto, inner: Any, classes: Mapping[str, type], path: str) -> Any:
    """Build the estimator from its hyper-parameters, or without a source from what the model says."""
    proto, params = model.threshold_classifier, dict(model.source.params)
    known = {**conversion.known_classes(), name: classes[name]}
    given = params.pop("estimator", None)
    if not model.source.class_name:
        return classes[name](
            inner,
            threshold=proto.threshold,
            pos_label=inner.classes_.tolist()[proto.positive],
            response_method=_METHODS[proto.method],
        )
    place = f"{path}.params[estimator]"
    if given is None:
        raise SourceError("there is no estimator among the hyper-parameters", path=place)
    unfitted = inner
    if given.WhichOneof("kind") != "omitted":
        unfitted = values.decode(given, lambda spec, at: source.decode_spec(spec, known, at), place)
        if not hasattr(unfitted, "fit"):
            raise SourceError(f"it is a {type(unfitted).__name__}; expected an estimator", path=place)
    return source.construct(name, params, known, path, estimator=unfitted)


def _scorer(estimator: Any, model: model_pb2.ModelProto, inner: Any, path: str) -> Any:
    """Give what fit keeps of the scoring, which tells the positive class when the estimator predicts."""
    scoring = model.source.params.get("scoring")
    try:
        scorer = estimator._get_curve_scorer()
    except (AttributeError, TypeError, ValueError) as error:
        raise SourceError(f"the hyper-parameters make no scorer: {error}", path=path) from error
    if scoring is not None and not values.is_known(scoring):
        # The scoring was a function, of which the file keeps which class it took for the positive one.
        label = inner.classes_.tolist()[model.threshold_classifier.positive]
        scorer._kwargs = {**scorer._kwargs, "pos_label": label}
    return scorer
