"""Means of models' answers, and counts of their votes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import ensemble
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Bunch

from modelx import conversion, labels, source, wire
from modelx.errors import LabelsError, NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import members
from modelx.estimators.base import (
    EQUAL,
    RELATIVE_TO_SCALE,
    DataType,
    Error,
    Family,
    Giver,
    Tolerance,
    available,
    check_count,
    check_finite,
    spec,
)
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from modelx.estimators.members import Answer

    Rows = NDArray[np.float64]

Vote = model_pb2.VotingProto.Vote
_COMPUTED = ("classes_", "estimators_", "le_", "named_estimators_")
# numpy adds so many numbers one after the other; more it may add in pairs, where there is one row.
_IN_ORDER = 8


class VotingFamily(Family):
    """``voting``."""

    arm = "voting"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, ("VotingClassifier", "VotingRegressor"))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.voting
        source.capture(
            estimator, model.source, conversion.known_classes(), computed=_COMPUTED, skip_params=("estimators",)
        )
        members.encode_estimators(estimator.estimators, model.source.params["estimators"])
        members.encode(proto.members, self.nested_estimators(estimator))
        weights = estimator._weights_not_none
        if weights is not None:
            array = np.asarray(weights)
            wire.fill(proto, "weights", array.astype(np.float64))
            # As np.average adds them.
            proto.total = float(array.sum(dtype=np.result_type(array.dtype, np.float64)))
        proto.vote, proto.transforms = _vote(estimator), _transforms(estimator)
        if proto.vote:
            try:
                labels.encode(np.asarray(estimator.classes_), proto.classes)
            except LabelsError as error:
                raise UnsupportedEstimatorError([("", str(error))]) from error

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.voting
        members.check(proto.members, path)
        if len(proto.weights):
            check_count(proto.weights, len(proto.members), f"{path}.weights", "one for each member")
        check_finite(wire.doubles(proto.weights), f"{path}.weights")
        if not np.isfinite(proto.total) or (proto.total == 0.0) == bool(len(proto.weights)):
            raise NonFiniteError(
                f"total is {proto.total}; expected the sum of the weights, not 0", path=f"{path}.total"
            )
        if proto.vote not in Vote.values():
            raise ShapeError(f"vote is {proto.vote}; expected one that this version knows", path=f"{path}.vote")
        if proto.vote == Vote.VOTE_UNSPECIFIED:
            if proto.HasField("classes"):
                raise LabelsError("a mean of predictions has classes; expected none", path=f"{path}.classes")
            for i, member in enumerate(proto.members):
                members.require(member, "predict", f"{path}.members[{i}]", 0)
            members.input_types(proto.members, path)
            return
        c = labels.check(proto.classes, f"{path}.classes")
        for i, member in enumerate(proto.members):
            members.positions(member, c, f"{path}.members[{i}]")
            if proto.vote == Vote.VOTE_SOFT:
                members.require(member, "predict_proba", f"{path}.members[{i}]", c)
        members.input_types(proto.members, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return members.width(model.voting.members[0])

    def input_types(self, model: model_pb2.ModelProto) -> list[model_pb2.DataType] | None:
        return members.input_types(model.voting.members)

    def object_columns(self, estimator: Any) -> frozenset[int]:
        return members.object_columns(self.nested_estimators(estimator))

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        return labels.values(model.voting.classes) if model.voting.vote else None

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.voting
        m = len(proto.members)
        if proto.vote == Vote.VOTE_UNSPECIFIED:
            out, stacked = [spec("predict")], spec("transform", m)
        else:
            c = labels.count(proto.classes)
            out, stacked = [spec("predict", 0, labels.data_type(proto.classes))], spec("transform", m * c)
            if proto.vote == Vote.VOTE_SOFT:
                out.append(spec("predict_proba", c))
            else:
                stacked = spec("transform", m, DataType.DATA_TYPE_INT64)
        return [*out, stacked] if proto.transforms else out

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        return [(f"members[{i}]", member) for i, member in enumerate(model.voting.members)]

    def giver(
        self,
        model: model_pb2.ModelProto,
        method: str,
        column: int,
        *,
        transformed: bool,  # noqa: ARG002
    ) -> Giver | None:
        if method != "transform":
            return None
        proto = model.voting
        soft = proto.vote == Vote.VOTE_SOFT
        i, at = divmod(column, labels.count(proto.classes) if soft else 1)
        return Giver(f"members[{i}]", proto.members[i], "predict_proba" if soft else "predict", at)

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        named = vars(estimator).get("named_estimators_", {})
        return [(name, fitted) for name, fitted in named.items() if not isinstance(fitted, str)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, described, place = model.voting, model.source, f"{path}.source"
        name = described.class_name or ("VotingClassifier" if proto.vote else "VotingRegressor")
        if self.classes.get(name) is not (ensemble.VotingClassifier if proto.vote else ensemble.VotingRegressor):
            raise SourceError(f"the class {name!r} is not the one that votes so", path=place)
        fitted = members.decode(proto.members, path)
        named = dict(zip([member.name for member in proto.members], fitted, strict=True))
        given = members.decode_estimators(described.params, named, place)
        params = {key: value for key, value in described.params.items() if key != "estimators"}
        more: dict[str, Any] = {"estimators": given}
        if not described.class_name:
            more["weights"] = list(proto.weights) or None
            if proto.vote:
                more |= {"voting": "soft" if proto.vote == Vote.VOTE_SOFT else "hard"}
        estimator = source.construct(name, params, conversion.known_classes(), place, **more)
        _check_params(estimator, model, place)
        source.set_attributes(estimator, described, _COMPUTED, place)
        estimator.estimators_ = fitted
        estimator.named_estimators_ = Bunch(**{key: named.get(key, "drop") for key, _ in given})
        if model.signature.feature_names:
            estimator.feature_names_in_ = np.array(model.signature.feature_names, dtype=object)
        if proto.vote:
            estimator.le_ = LabelEncoder()
            estimator.classes_ = estimator.le_.classes_ = labels.decode(proto.classes, f"{path}.classes")
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        proto = model.voting
        if proto.vote == Vote.VOTE_HARD:
            return {"predict": EQUAL, "transform": EQUAL}
        answers = _answers(model, estimator, x, err)
        off, exact = _mean(proto, answers)
        widest = np.max([one.off for one in answers], axis=0)
        stacked = members.bounded(widest, exact=all(one.exact for one in answers))
        mean = members.bounded(off, exact=exact)
        if proto.vote == Vote.VOTE_UNSPECIFIED:
            return {"predict": mean, "transform": stacked}
        return {"predict": EQUAL, "predict_proba": mean, "transform": stacked}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        proto = model.voting
        if proto.vote != Vote.VOTE_SOFT:
            return members.decided(proto.members, estimator.estimators_, x, err)
        answers = _answers(model, estimator, x, err)
        off, exact = _mean(proto, answers)
        mean = np.average([one.values for one in answers], axis=0, weights=list(proto.weights) or None)
        out = members.clear(mean, off, exact=exact)
        # What members are sure of includes that their probabilities are determined.
        return np.asarray(out & members.decided(proto.members, estimator.estimators_, x, err))

    def propagate(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> Error:
        proto = model.voting
        if proto.vote == Vote.VOTE_HARD:
            return None
        answers = _answers(model, estimator, x, err)
        if all(one.exact for one in answers):
            return None
        each = labels.count(proto.classes) if proto.vote else 1
        return np.repeat(np.column_stack([one.off for one in answers]), each, axis=1)

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        return members.rows(model.voting.members, rng, n)


def _vote(estimator: Any) -> Vote:
    if type(estimator).__name__ == "VotingRegressor":
        return Vote.VOTE_UNSPECIFIED
    return Vote.VOTE_SOFT if estimator.voting == "soft" else Vote.VOTE_HARD


def _transforms(estimator: Any) -> bool:
    """Whether transform gives one matrix: without flattening, soft votes are a cube."""
    return _vote(estimator) != Vote.VOTE_SOFT or bool(estimator.flatten_transform)


def _check_params(estimator: Any, model: model_pb2.ModelProto, path: str) -> None:
    """Check that the rebuilt estimator votes as the model does."""
    proto = model.voting
    given = estimator.weights
    if given is not None and len(np.atleast_1d(given)) != len(estimator.estimators):
        raise SourceError(f"there are {len(np.atleast_1d(given))} weights for the estimators", path=path)
    weights = estimator._weights_not_none
    same = [] if weights is None else [float(weight) for weight in weights]
    if (
        _vote(estimator) != proto.vote
        or same != list(proto.weights)
        or (bool(model.source.class_name) and _transforms(estimator) != proto.transforms)
    ):
        raise SourceError("with these parameters the estimators vote otherwise than the model", path=path)


def _answers(model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> list[Answer]:
    proto = model.voting
    method = "predict_proba" if proto.vote == Vote.VOTE_SOFT else "predict"
    return [
        members.answer(member, fitted, method, x, err)
        for member, fitted in zip(proto.members, estimator.estimators_, strict=True)
    ]


def _mean(proto: model_pb2.VotingProto, answers: list[Answer]) -> tuple[NDArray[np.float64], bool]:
    """Bound how far the mean may be off, and say whether it has one value only."""
    weights = np.abs(wire.doubles(proto.weights)) if len(proto.weights) else np.ones(len(answers))
    total = abs(proto.total) if len(proto.weights) else float(len(answers))
    exact = all(one.exact for one in answers) and (proto.vote != Vote.VOTE_UNSPECIFIED or len(answers) < _IN_ORDER)
    off = sum(w * one.off for w, one in zip(weights, answers, strict=True)) / total
    scale = sum(w * members.largest(one.values) for w, one in zip(weights, answers, strict=True)) / total
    return np.asarray(off + RELATIVE_TO_SCALE * scale), exact
