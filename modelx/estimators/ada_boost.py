"""Weighted votes, and weighted medians, of members that were fitted one after the other."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import sklearn
from sklearn import ensemble
from sklearn.ensemble import _weight_boosting
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from modelx import conversion, labels, source, wire
from modelx.errors import LabelsError, NonFiniteError, SourceError, UnsupportedEstimatorError
from modelx.estimators import members
from modelx.estimators.bagging import template
from modelx.estimators.base import (
    EQUAL,
    FEW_ULP,
    RELATIVE_TO_SCALE,
    Comparison,
    Error,
    Family,
    Tolerance,
    absolute,
    available,
    check_count,
    check_finite,
    spec,
)
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

# An algorithm that scikit-learn had up to 1.5, and the least probability that it takes the logarithm of.
_REAL = "SAMME.R"
_LEAST = 2.0**-52
_HAS_REAL = hasattr(_weight_boosting, "_samme_proba")
_COMPUTED = ("classes_", "estimator_", "estimator_weights_", "estimators_", "n_classes_")


class AdaBoostFamily(Family):
    """``ada_boost``."""

    arm = "ada_boost"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, ("AdaBoostClassifier", "AdaBoostRegressor"))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.ada_boost
        source.capture(estimator, model.source, conversion.known_classes(), computed=_COMPUTED)
        members.encode(proto.members, self.nested_estimators(estimator))
        # Where boosting ended early, the rest of the weights belongs to nobody, and is 0.
        wire.fill(proto, "weights", estimator.estimator_weights_[: len(proto.members)])
        model.source.attributes["estimator_weights_"].int_value = len(estimator.estimator_weights_)
        if hasattr(estimator, "classes_"):
            proto.total = float(estimator.estimator_weights_.sum())
            proto.real = _HAS_REAL and estimator.algorithm == _REAL
            try:
                labels.encode(np.asarray(estimator.classes_), proto.classes)
            except LabelsError as error:
                raise UnsupportedEstimatorError([("", str(error))]) from error

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.ada_boost
        members.check(proto.members, path)
        check_count(proto.weights, len(proto.members), f"{path}.weights", "one for each member")
        check_finite(wire.doubles(proto.weights), f"{path}.weights")
        if not np.isfinite(proto.total) or (proto.total == 0.0) == proto.HasField("classes"):
            raise NonFiniteError(
                f"total is {proto.total}; expected the sum of a classifier's weights, not 0", path=f"{path}.total"
            )
        if not proto.HasField("classes"):
            if proto.real:
                raise LabelsError("real is set without classes; expected a classifier", path=f"{path}.real")
            for i, member in enumerate(proto.members):
                members.require(member, "predict", f"{path}.members[{i}]", 0)
            members.input_types(proto.members, path)
            return
        c = labels.check(proto.classes, f"{path}.classes")
        if c < 2:
            raise LabelsError(f"there is {c} class; expected two at least", path=f"{path}.classes")
        known = labels.values(proto.classes)
        for i, member in enumerate(proto.members):
            _check_labels(member, known, f"{path}.members[{i}]")
            if proto.real:
                _check_probabilities(member, known, f"{path}.members[{i}]")
        members.input_types(proto.members, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return members.width(model.ada_boost.members[0])

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return members.input_types(model.ada_boost.members)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return members.object_columns(self.nested_estimators(estimator))

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        return labels.values(model.ada_boost.classes) if model.ada_boost.HasField("classes") else None

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.ada_boost
        if not proto.HasField("classes"):
            return [spec("predict")]
        c = labels.count(proto.classes)
        return [
            spec("predict", 0, labels.data_type(proto.classes)),
            spec("predict_proba", c),
            spec("predict_log_proba", c),
            spec("decision_function", c if c > 2 else 0),
        ]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        return [(f"members[{i}]", member) for i, member in enumerate(model.ada_boost.members)]

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        return [(str(i), fitted) for i, fitted in enumerate(vars(estimator).get("estimators_", ()))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.ada_boost, f"{path}.source"
        described = type(model.source)()
        described.CopyFrom(model.source)
        is_classifier = proto.HasField("classes")
        name = described.class_name or ("AdaBoostClassifier" if is_classifier else "AdaBoostRegressor")
        if self.classes.get(name) is not (ensemble.AdaBoostClassifier if is_classifier else ensemble.AdaBoostRegressor):
            raise SourceError(f"the class {name!r} is not the one that boosts such members", path=place)
        fitted = members.decode(proto.members, path)
        estimator = source.construct(name, described.params, conversion.known_classes(), place)
        if is_classifier:
            _set_algorithm(estimator, model, place)
        weights = _weights(proto, described, place)
        source.set_attributes(estimator, described, _COMPUTED, place)
        source.set_signature(estimator, self.n_features(model), model.signature.feature_names)
        estimator.estimators_, estimator.estimator_weights_ = fitted, weights
        default = DecisionTreeClassifier(max_depth=1) if is_classifier else DecisionTreeRegressor(max_depth=3)
        estimator.estimator_ = template(estimator, described.params, fitted[0], default)
        if is_classifier:
            if weights.sum() != proto.total:
                raise SourceError(f"the weights add up to {weights.sum()}; total is {proto.total}", path=place)
            estimator.classes_ = labels.decode(proto.classes, f"{path}.classes")
            estimator.n_classes_ = len(estimator.classes_)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        proto = model.ada_boost
        if not proto.HasField("classes"):
            answers = _predictions(model, estimator, x, err)
            widest = np.max([one.off for one in answers], axis=0)
            return {"predict": members.bounded(widest, exact=all(one.exact for one in answers))}
        rounding = np.full(len(x), FEW_ULP * labels.count(proto.classes))
        off = _real_scores(model, estimator, x, err)[1] if proto.real else None
        if off is not None:
            # What the scores are off by is at most doubled between two classes.
            rounding = rounding + 2.0 * off
        return {
            "predict": EQUAL,
            "predict_proba": absolute(rounding),
            "predict_log_proba": Tolerance(Comparison.COMPARISON_LOG_PROBABILITY, rounding),
            "decision_function": EQUAL if off is None else absolute(2.0 * off),
        }

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        proto = model.ada_boost
        out = members.decided(proto.members, estimator.estimators_, x, err)
        if proto.real:
            return out & members.clear(*_real_scores(model, estimator, x, err), exact=False)
        if proto.HasField("classes"):
            return out
        return out & _clear_median(_predictions(model, estimator, x, err), wire.doubles(proto.weights))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        return members.rows(model.ada_boost.members, rng, n)


def _check_labels(member: model_pb2.ModelProto, known: list[Any], path: str) -> None:
    """Check that a member is a classifier, of which each class is one of the whole's."""
    found = conversion.family_of(member).class_list(member)
    given = members.find(member, "predict")
    if found is None or given is None or given.n_columns:
        raise LabelsError(f"{member.name!r} gives no one class for each row; expected a classifier", path=path)
    kind = type(known[0])
    if any(type(label) is not kind or label not in known for label in found):
        raise LabelsError(f"a class of {member.name!r} is none of the model's", path=path)


def _check_probabilities(member: model_pb2.ModelProto, known: list[Any], path: str) -> None:
    """Check that a member has a probability for each of the model's classes, in their order."""
    if conversion.family_of(member).class_list(member) != known:
        raise LabelsError(f"the classes of {member.name!r} are not just the model's, in their order", path=path)
    members.require(member, "predict_proba", path, len(known))


def _set_algorithm(estimator: Any, model: model_pb2.ModelProto, path: str) -> None:
    """Set the algorithm that the model has; scikit-learn before 1.6 has two, and another one by default.

    Raises
    ------
    SourceError
    """
    if model.ada_boost.real and not _HAS_REAL:
        raise SourceError(
            f"scikit-learn {sklearn.__version__} has no algorithm={_REAL!r}, nor has any from 1.6 on; load it with "
            "1.5, or in Go, or fit again",
            path=path,
        )
    given = estimator.algorithm if _HAS_REAL else "SAMME"
    wanted = _REAL if model.ada_boost.real else "SAMME"
    if "algorithm" in model.source.params and given != wanted:
        raise SourceError(f"algorithm is {given!r}; the model has {wanted!r}", path=path)
    if _HAS_REAL:
        estimator.algorithm = wanted


def _real_scores(
    model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the scores of the algorithm SAMME.R, shape (n_rows, n_classes), and how far each of a row may be off."""
    proto, c = model.ada_boost, labels.count(model.ada_boost.classes)
    scores, off = np.zeros((len(x), c)), np.zeros(len(x))
    for member, fitted in zip(proto.members, estimator.estimators_, strict=True):
        given = members.answer(member, fitted, "predict_proba", x, err)
        low, mid, high = (
            np.log(np.maximum(given.values + shift * given.off[:, None], _LEAST)) for shift in (-1.0, 0.0, 1.0)
        )
        scores += (c - 1) * (mid - mid.sum(axis=1, keepdims=True) / c)
        # Each of the logarithms, and each addition of classes and members, is off by a few ulp of them.
        largest = (high - low + FEW_ULP * (c + len(proto.members)) * np.abs(mid)).max(axis=1)
        off += 2.0 * (c - 1) * largest
    return scores / proto.total, off / abs(proto.total)


def _weights(proto: model_pb2.AdaBoostProto, described: Any, path: str) -> NDArray[np.float64]:
    """Give estimator_weights_, with a zero for each member that boosting did not come to."""
    weights = wire.doubles(proto.weights)
    if "estimator_weights_" not in described.attributes:
        return weights
    n = described.attributes["estimator_weights_"].int_value
    del described.attributes["estimator_weights_"]
    if not len(weights) <= n <= len(weights) + 100_000:
        raise SourceError(f"there are {n} weights for {len(weights)} members", path=f"{path}.attributes")
    return np.concatenate([weights, np.zeros(n - len(weights))])


def _predictions(model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> list[members.Answer]:
    return [
        members.answer(member, fitted, "predict", x, err)
        for member, fitted in zip(model.ada_boost.members, estimator.estimators_, strict=True)
    ]


def _clear_median(answers: list[members.Answer], weights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say where half of the weights is not reached within rounding, or at predictions that are the same for both.

    Equal predictions may be sorted in any order: the sums within them differ, and matter where one is about the half.
    """
    given = np.column_stack([one.values for one in answers])
    order = np.argsort(given, axis=1, kind="stable")
    sums, values = np.cumsum(weights[order], axis=1), np.take_along_axis(given, order, axis=1)
    half = 0.5 * sums[:, -1:]
    near = np.abs(sums - half) <= RELATIVE_TO_SCALE * np.abs(weights).sum()
    # At the half, this prediction or the next one is the median.
    following = np.concatenate([values[:, 1:], values[:, -1:]], axis=1)
    return np.asarray(~(near & (values != following)).any(axis=1) & (weights >= 0.0).all())
