"""Sums of regression trees, stage after stage."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import ensemble
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils import check_random_state

from modelx import conversion, labels, source
from modelx.errors import LabelsError, NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators import boosting_start, generators
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
    check_width,
    spec,
)
from modelx.estimators.rounding import decided_by_margin
from modelx.estimators.tree_checks import check_tree
from modelx.estimators.tree_rows import rows_at_thresholds
from modelx.estimators.trees import Trees, decode_trees, encode_tree
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Proto = model_pb2.GradientBoostingProto
Link = Proto.Link
_CLASSIFIER, _REGRESSOR = "GradientBoostingClassifier", "GradientBoostingRegressor"
# These are written, and set again, by the computation.
_COMPUTED = ("classes_", "estimators_", "init_", "n_classes_", "n_estimators_", "n_trees_per_iteration_")
# A generator that warm_start goes on from.
_STATE = ("_rng",)
# Hyper-parameters that each tree has from the ensemble.
_OF_TREES = (
    "max_depth",
    "min_samples_split",
    "min_samples_leaf",
    "min_weight_fraction_leaf",
    "min_impurity_decrease",
    "max_features",
    "max_leaf_nodes",
    "ccp_alpha",
)
_REGRESSION_LOSSES = ("squared_error", "absolute_error", "huber", "quantile")


class GradientBoostingFamily(Family):
    """``gradient_boosting``."""

    arm = "gradient_boosting"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, (_CLASSIFIER, _REGRESSOR))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto, out = model.gradient_boosting, model.source
        source.capture(estimator, out, self.classes, skip_params=("init",))
        for name in _COMPUTED:
            if name in out.attributes:
                del out.attributes[name]
        if estimator.warm_start and (state := generators.encode(estimator._rng)) is not None:
            out.attributes["_rng"].CopyFrom(state)
        proto.n_features = estimator.n_features_in_
        proto.n_outputs = estimator.estimators_.shape[1]
        proto.learning_rate = float(estimator.learning_rate)
        proto.link = _link(estimator)
        if proto.link != Link.LINK_IDENTITY:
            try:
                labels.encode(np.asarray(estimator.classes_), proto.classes)
            except LabelsError as error:
                raise UnsupportedEstimatorError([("", str(error))]) from error
        for tree in estimator.estimators_.reshape(-1):
            encode_tree(tree.tree_, proto.trees.add(), [1])
        boosting_start.encode(estimator, out, proto)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.gradient_boosting
        check_width(proto.n_features, path)
        if proto.n_outputs < 1:
            raise ShapeError(f"n_outputs is {proto.n_outputs}; expected at least 1", path=f"{path}.n_outputs")
        _check_link(proto, path)
        if not np.isfinite(proto.learning_rate):
            raise NonFiniteError(
                f"learning_rate is {proto.learning_rate}; expected a finite number", path=f"{path}.learning_rate"
            )
        n = len(proto.trees)
        if n < 1 or n % proto.n_outputs:
            raise ShapeError(
                f"there are {n} trees; expected {proto.n_outputs} for each stage, and at least one stage",
                path=f"{path}.trees",
            )
        for i, tree in enumerate(proto.trees):
            check_tree(tree, proto.n_features, 1, f"{path}.trees[{i}]")
        boosting_start.check(proto, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.gradient_boosting.n_features

    def class_list(self, model: model_pb2.ModelProto) -> list[Any] | None:
        proto = model.gradient_boosting
        return None if proto.link == Link.LINK_IDENTITY else labels.values(proto.classes)

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        proto = model.gradient_boosting
        if proto.link == Link.LINK_IDENTITY:
            return [spec("predict")]
        c, k = labels.count(proto.classes), proto.n_outputs
        return [
            spec("predict", 0, labels.data_type(proto.classes)),
            spec("predict_proba", c),
            spec("predict_log_proba", c),
            spec("decision_function", k if k > 1 else 0),
        ]

    def nested(self, model: model_pb2.ModelProto) -> list[tuple[str, model_pb2.ModelProto]]:
        proto = model.gradient_boosting
        return [("model", proto.model)] if proto.HasField("model") else []

    def nested_estimators(self, estimator: Any) -> list[tuple[str, Any]]:
        start = boosting_start.model_of(estimator)
        return [] if start is None else [("init", start)]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.gradient_boosting, f"{path}.source"
        described = source_pb2.Source()
        described.CopyFrom(model.source if model.source.class_name else _default_source(proto))
        given = boosting_start.take_param(described)
        estimator = self.build(described, model, place, _COMPUTED, _STATE)
        if proto.link != Link.LINK_IDENTITY:
            estimator.classes_ = labels.decode(proto.classes, f"{path}.classes")
            estimator.n_classes_ = len(estimator.classes_)
        if float(estimator.learning_rate) != proto.learning_rate or _link(estimator) != proto.link:
            raise SourceError(
                f"{described.class_name} with these parameters adds or links otherwise than the model does", path=place
            )
        estimator.n_trees_per_iteration_ = proto.n_outputs
        estimator.n_estimators_ = len(proto.trees) // proto.n_outputs
        try:
            estimator._loss = estimator._get_loss(sample_weight=None)
        except (ValueError, TypeError, KeyError) as error:
            raise SourceError(f"the parameters make no loss ({error})", path=place) from error
        if "_rng" in vars(estimator):
            estimator._rng = generators.decode(estimator._rng, f"{place}.attributes[_rng]")
        elif estimator.warm_start:
            estimator._rng = check_random_state(estimator.random_state)
        estimator.estimators_ = _members(estimator, proto, path)
        boosting_start.decode(estimator, proto, described, given, path)
        return estimator

    def tolerances(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> dict[str, Tolerance]:
        proto = model.gradient_boosting
        off, _ = boosting_start.error(estimator, proto, x, err)
        per_row = np.zeros(len(x)) if off is None else _sums_off(estimator, x, off)
        sums = EQUAL if off is None else absolute(per_row)
        if proto.link == Link.LINK_IDENTITY:
            return {"predict": sums}
        probable = _probability_off(proto, per_row)
        return {
            "predict": EQUAL,
            "predict_proba": absolute(probable),
            "predict_log_proba": Tolerance(Comparison.COMPARISON_LOG_PROBABILITY, probable),
            "decision_function": sums,
        }

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        proto = model.gradient_boosting
        off, out = boosting_start.error(estimator, proto, x, err)
        if err is not None:
            out = out & Trees.of(proto.trees).decided(x, err)
        if off is None or proto.link == Link.LINK_IDENTITY:
            return np.asarray(out)
        per_row = _sums_off(estimator, x, off)
        sums = estimator.decision_function(x)
        if sums.ndim == 1:
            return np.asarray(out & (np.abs(sums) > per_row))
        return np.asarray(out & decided_by_margin(sums, per_row[:, None]))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.gradient_boosting
        out = rows_at_thresholds(Trees.of(proto.trees), proto.n_features, rng, n)
        if proto.HasField("model"):
            others = conversion.family_of(proto.model).rows(proto.model, rng, n)[: n // 2]
            out[1 : 1 + 2 * len(others) : 2] = others[: len(out[1 : 1 + 2 * len(others) : 2])]
        return out


def _link(estimator: Any) -> Proto.Link:
    """Tell what comes of the sums."""
    if type(estimator).__name__ == _REGRESSOR:
        return Link.LINK_IDENTITY if estimator.loss in _REGRESSION_LOSSES else Link.LINK_UNSPECIFIED
    if estimator.loss == "exponential":
        return Link.LINK_HALF_LOGIT
    if estimator.loss != "log_loss":
        return Link.LINK_UNSPECIFIED
    return Link.LINK_LOGIT if estimator.n_classes_ == 2 else Link.LINK_SOFTMAX


def _check_link(proto: Proto, path: str) -> None:
    if proto.link == Link.LINK_UNSPECIFIED or proto.link not in Link.values():
        raise ShapeError(f"link is {proto.link}; expected one that this version knows", path=f"{path}.link")
    k = proto.n_outputs
    if proto.link == Link.LINK_SOFTMAX:
        if k < 3:
            raise ShapeError(f"there are {k} sums for a softmax; expected at least 3", path=f"{path}.n_outputs")
    elif k != 1:
        raise ShapeError(f"there are {k} sums; expected one for this link", path=f"{path}.n_outputs")
    if proto.link == Link.LINK_IDENTITY:
        if labels.count(proto.classes):
            raise LabelsError("a regressor has classes; expected none", path=f"{path}.classes")
        return
    c = labels.check(proto.classes, f"{path}.classes")
    expected = k if proto.link == Link.LINK_SOFTMAX else 2
    if c != expected:
        raise LabelsError(f"there are {c} classes for {k} sums; expected {expected}", path=f"{path}.classes")


def _default_source(proto: Proto) -> source_pb2.Source:
    """Choose a class for a model that names none: one built in Go."""
    regressor = proto.link == Link.LINK_IDENTITY
    described = source_pb2.Source(class_name=_REGRESSOR if regressor else _CLASSIFIER)
    if proto.link == Link.LINK_HALF_LOGIT:
        described.params["loss"].string_value = "exponential"
    described.params["learning_rate"].double_value = proto.learning_rate
    described.params["n_estimators"].int_value = len(proto.trees) // proto.n_outputs
    return described


def _members(estimator: Any, proto: Proto, path: str) -> NDArray[Any]:
    """Build the trees' own estimators, shape (n_stages, n_outputs)."""
    params = {name: getattr(estimator, name) for name in _OF_TREES}
    # From 1.9 on, criterion is a parameter without effect.
    old = source.defaults(type(estimator))["criterion"] != "deprecated"
    params["criterion"] = estimator.criterion if old else "squared_error"
    out = np.empty(len(proto.trees), dtype=object)
    for i, tree in enumerate(decode_trees(proto.trees, proto.n_features, [1], path)):
        member = DecisionTreeRegressor(**params)
        member.n_features_in_ = proto.n_features
        member.n_outputs_ = 1
        member.max_features_ = getattr(estimator, "max_features_", proto.n_features)
        member.tree_ = tree
        out[i] = member
    return out.reshape(-1, proto.n_outputs)


def _sums_off(estimator: Any, x: Rows, off: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound how far the sums may be off, shape (n_rows,), when what they begin with may be."""
    with np.errstate(over="ignore"):
        given = x.astype(np.float32)
    scale = np.abs(boosting_start.of_row(estimator, x))
    for stage in estimator.estimators_:
        for k, member in enumerate(stage):
            scale[:, k] += np.abs(estimator.learning_rate * member.tree_.predict(given)[:, 0])
    return np.asarray((off + RELATIVE_TO_SCALE * scale).max(axis=1))


def _probability_off(proto: Proto, per_row: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bound how far a probability may be off: a sum that is off by t changes exp(sum) by a factor of at most exp(t)."""
    factor = 4.0 if proto.link == Link.LINK_HALF_LOGIT else 2.0
    rounding = FEW_ULP * max(proto.n_outputs, 2)
    return np.asarray(np.expm1(factor * np.minimum(per_row, 0.5)).clip(max=1.0) + rounding)
