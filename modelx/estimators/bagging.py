"""Means of members that were fitted on parts of the rows and of the features."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import clone, ensemble
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from modelx import conversion, frames, labels, source, values
from modelx.calling import call
from modelx.errors import LabelsError, PipelineError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import members
from modelx.estimators.base import (
    EQUAL,
    FEW_ULP,
    MOST_UNREAD,
    RELATIVE_TO_SCALE,
    Comparison,
    DataType,
    Error,
    Family,
    Tolerance,
    available,
    check_count,
    check_width,
    generic_rows,
    spec,
)
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelx.estimators.members import Answer

    Rows = NDArray[np.float64]

_COMPUTED = ("classes_", "estimator_", "estimators_", "estimators_features_", "n_classes_")
_LOG, _PROBA, _SCORES = "predict_log_proba", "predict_proba", "decision_function"


class BaggingFamily(Family):
    """``bagging``."""

    arm = "bagging"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, ("BaggingClassifier", "BaggingRegressor"))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.bagging
        if len(estimator.estimators_) != estimator.n_estimators:
            reason = (
                f"n_estimators is {estimator.n_estimators} for {len(estimator.estimators_)} fitted estimators, so that "
                "its means are none; fit again"
            )
            raise UnsupportedEstimatorError([("", reason)])
        source.capture(estimator, model.source, conversion.known_classes(), computed=_COMPUTED)
        members.encode(proto.members, self.nested_estimators(estimator))
        proto.n_features = estimator.n_features_in_
        every = np.arange(estimator.n_features_in_)
        if any(not np.array_equal(taken, every) for taken in estimator.estimators_features_):
            for taken in estimator.estimators_features_:
                proto.features.add(indices=np.asarray(taken).tolist())
        if hasattr(estimator, "classes_"):
            try:
                labels.encode(np.asarray(estimator.classes_), proto.classes)
            except LabelsError as error:
                raise UnsupportedEstimatorError([("", str(error))]) from error

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.bagging
        members.check(proto.members, path, one_width=False)
        check_width(proto.n_features, path)
        if len(proto.features):
            check_count(proto.features, len(proto.members), f"{path}.features", "one for each member")
        for i, taken in enumerate(proto.features):
            if any(index >= proto.n_features for index in taken.indices):
                raise ShapeError(f"a feature is none of the {proto.n_features}", path=f"{path}.features[{i}].indices")
        for i, member in enumerate(proto.members):
            n = len(proto.features[i].indices) if len(proto.features) else proto.n_features
            if members.width(member) != n:
                raise PipelineError(
                    f"it takes {members.width(member)} features; it is given {n}", path=f"{path}.members[{i}]"
                )
        if not proto.HasField("classes"):
            columns = members.require(proto.members[0], "predict", f"{path}.members[0]")
            for i, member in enumerate(proto.members):
                members.require(member, "predict", f"{path}.members[{i}]", columns)
            _types(proto, path)
            return
        c = labels.check(proto.classes, f"{path}.classes")
        log = members.find(proto.members[0], _LOG) is not None
        for i, member in enumerate(proto.members):
            place = f"{path}.members[{i}]"
            n = len(members.positions(member, c, place))
            if members.find(member, _PROBA) is not None:
                members.require(member, _PROBA, place, n)
            if log:
                members.require(member, _LOG, place, n)
        _types(proto, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.bagging.n_features

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return _types(model.bagging, self.arm)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        taken = vars(estimator).get("estimators_features_", ())
        pairs = zip(self.nested_estimators(estimator), taken, strict=True)
        return frozenset(int(columns[j]) for (_, one), columns in pairs for j in frames.object_columns(one))

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        return labels.values(model.bagging.classes) if model.bagging.HasField("classes") else None

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.bagging
        if not proto.HasField("classes"):
            return [spec("predict", members.require(proto.members[0], "predict", ""))]
        c = labels.count(proto.classes)
        out = [spec("predict", 0, labels.data_type(proto.classes)), spec(_PROBA, c), spec(_LOG, c)]
        scores = _score_columns(proto, c)
        return out if scores is None else [*out, spec(_SCORES, scores)]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        return [(f"members[{i}]", member) for i, member in enumerate(model.bagging.members)]

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        return [(str(i), fitted) for i, fitted in enumerate(vars(estimator).get("estimators_", ()))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, described, place = model.bagging, model.source, f"{path}.source"
        is_classifier = proto.HasField("classes")
        name = described.class_name or ("BaggingClassifier" if is_classifier else "BaggingRegressor")
        if self.classes.get(name) is not (ensemble.BaggingClassifier if is_classifier else ensemble.BaggingRegressor):
            raise SourceError(f"the class {name!r} is not the one that bags such members", path=place)
        fitted = members.decode(proto.members, path)
        more = {} if described.class_name else {"n_estimators": len(fitted)}
        estimator = source.construct(name, described.params, conversion.known_classes(), place, **more)
        if type(estimator.n_estimators) is bool or estimator.n_estimators != len(fitted):
            raise SourceError(
                f"n_estimators is {estimator.n_estimators!r}; there are {len(fitted)} members", path=place
            )
        source.set_attributes(estimator, described, _COMPUTED, place)
        source.set_signature(estimator, proto.n_features, model.signature.feature_names)
        estimator.estimators_ = fitted
        every = np.arange(proto.n_features)
        estimator.estimators_features_ = [np.array(taken.indices, dtype=np.int64) for taken in proto.features] or [
            every for _ in fitted
        ]
        estimator.estimator_ = template(estimator, described.params, fitted[0], _default(is_classifier))
        if is_classifier:
            estimator.classes_ = labels.decode(proto.classes, f"{path}.classes")
            estimator.n_classes_ = len(estimator.classes_)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        proto = model.bagging
        if not proto.HasField("classes"):
            return {"predict": _mean_tolerance(_answers(model, estimator, "predict", x, err))}
        off, exact = _probabilities(model, estimator, x, err)
        out = {"predict": EQUAL, _PROBA: members.bounded(off, exact=exact)}
        logs = off
        if members.find(proto.members[0], _LOG) is not None:
            logs = np.mean([one.off for one in _answers(model, estimator, _LOG, x, err)], axis=0)
        rounding = FEW_ULP * (len(proto.members) + 2)
        out[_LOG] = Tolerance(Comparison.COMPARISON_LOG_PROBABILITY, logs + rounding)
        if _score_columns(proto, labels.count(proto.classes)) is not None:
            out[_SCORES] = _mean_tolerance(_answers(model, estimator, _SCORES, x, err))
        return out

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        out = np.ones(len(x), dtype=bool)
        for member, fitted, rows, off in _given(model, estimator, x, err):
            out &= conversion.family_of(member).decided(member, fitted, rows, off)
        if not model.bagging.HasField("classes"):
            return out
        off, exact = _probabilities(model, estimator, x, err)
        # With n_jobs=1, as everywhere here.
        mean = np.asarray(call(estimator, _PROBA, x))
        return np.asarray(out & members.clear(mean, off, exact=exact))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.bagging
        used = list(proto.members)[: max(n, 1)]
        each = -(-max(n, 1) // len(used))
        out = []
        for i, member in enumerate(used):
            made = conversion.family_of(member).rows(member, rng, each)[:each]
            whole = generic_rows(rng, len(made), proto.n_features).astype(made.dtype)
            taken = list(proto.features[i].indices) if len(proto.features) else list(range(proto.n_features))
            whole[:, taken] = made
            out.append(whole)
        mixed = [part[i] for i in range(each) for part in out if i < len(part)]
        return members.as_rows(mixed[: max(n, 1)])


def _types(proto: model_pb2.BaggingProto, path: str) -> list[model_pb2.DataType] | None:
    """Give the type of each feature; what no member takes is a number. None for numbers alone."""
    everything = [range(proto.n_features)] * len(proto.members)
    chosen = sum(len(taken.indices) for taken in proto.features) if len(proto.features) else proto.n_features
    if proto.n_features - chosen > MOST_UNREAD and any(
        conversion.family_of(member).input_types(member) is not None for member in proto.members
    ):
        raise ShapeError(
            f"the members take {chosen} of {proto.n_features} features; expected at most {MOST_UNREAD} more",
            path=f"{path}.n_features",
        )
    found = members.merged(proto.members, [taken.indices for taken in proto.features] or everything, path)
    if found is None or DataType.DATA_TYPE_STRING not in found:
        return None
    numbers = DataType.DATA_TYPE_FLOAT64
    return [type_ or numbers for type_ in found] + [numbers] * (proto.n_features - len(found))


def template(estimator: Any, params: Mapping[str, Any], fitted: Any, default: Any) -> Any:
    """Give the unfitted estimator that fit cloned its members from."""
    if "estimator" in params and not values.is_known(params["estimator"]):
        return clone(fitted)
    return default if estimator.estimator is None else estimator.estimator


def _default(is_classifier: bool) -> Any:
    return DecisionTreeClassifier() if is_classifier else DecisionTreeRegressor()


def _score_columns(proto: model_pb2.BaggingProto, n_classes: int) -> int | None:
    """Give the columns of decision_function; None where a member has none, or not for all classes."""
    found = {None if (one := members.find(member, _SCORES)) is None else one.n_columns for member in proto.members}
    whole = all(len(conversion.family_of(m).class_list(m) or ()) == n_classes for m in proto.members)
    return found.pop() if len(found) == 1 and whole else None


def _given(
    model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error
) -> list[tuple[model_pb2.ModelProto, Any, Rows, Error]]:
    """Give each member with its estimator, the features that it takes, and how far those may be off."""
    return [
        (member, fitted, x[:, taken], None if err is None else err[:, taken])
        for member, fitted, taken in zip(
            model.bagging.members, estimator.estimators_, estimator.estimators_features_, strict=True
        )
    ]


def _answers(model: model_pb2.ModelProto, estimator: Any, method: str, x: Rows, err: Error) -> list[Answer]:
    return [
        members.answer(member, fitted, method, rows, off)
        for member, fitted, rows, off in _given(model, estimator, x, err)
    ]


def _mean(answers: list[Answer]) -> tuple[NDArray[np.float64], bool]:
    """Bound how far the mean of answers may be off, and say whether it is exact."""
    off = np.mean([one.off + RELATIVE_TO_SCALE * members.largest(one.values) for one in answers], axis=0)
    return off, all(one.exact for one in answers)


def _mean_tolerance(answers: list[Answer]) -> Tolerance:
    off, exact = _mean(answers)
    return members.bounded(off, exact=exact)


def _probabilities(
    model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error
) -> tuple[NDArray[np.float64], bool]:
    """Bound how far predict_proba may be off; votes of members without probabilities are exact."""
    answers = [
        members.answer(member, fitted, _PROBA, rows, off)
        for member, fitted, rows, off in _given(model, estimator, x, err)
        if members.find(member, _PROBA) is not None
    ]
    if not answers:
        return np.zeros(len(x)), True
    return _mean(answers)
