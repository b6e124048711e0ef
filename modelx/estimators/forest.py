"""Means of several trees."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import ensemble

from modelx import source, values
from modelx.errors import ShapeError, SourceError, TreeError, UnsupportedEstimatorError
from modelx.estimators.base import available
from modelx.estimators.tree_models import (
    TreeModelFamily,
    accepts_missing,
    check_kind,
    check_missing,
    classes_of,
    decoded_classes,
    drop,
    encode_outputs,
    most_features,
    set_tree,
    widths,
)
from modelx.estimators.trees import decode_trees, encode_tree
from modelx.v1 import model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.v1 import forest_pb2, tree_pb2

_COMPUTED = ("estimator_", "estimators_", "classes_", "n_classes_", "n_outputs_")
# What estimators_samples_ draws the rows of each tree by.
_COUNTS = ("_n_samples", "_n_samples_bootstrap")
_WEIGHTS = "_sample_weight"
_NAMES = ("ExtraTreesClassifier", "ExtraTreesRegressor", "RandomForestClassifier", "RandomForestRegressor")


class ForestFamily(TreeModelFamily):
    """``forest``."""

    arm = "forest"

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, _NAMES)

    def proto(self, model: model_pb2.ModelProto) -> forest_pb2.ForestProto:
        return model.forest

    def trees(self, model: model_pb2.ModelProto) -> list[tuple[str, tree_pb2.TreeProto]]:
        return [(f"trees[{i}]", tree) for i, tree in enumerate(model.forest.trees)]

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.forest
        # The weights are those of each training row; without them, nobody can tell which rows a tree was given.
        state = _COUNTS if getattr(estimator, _WEIGHTS, None) is None else ()
        source.capture(estimator, model.source, self.classes, state=state)
        drop(model, _COMPUTED)
        encode_outputs(estimator, proto)
        members = estimator.estimators_
        proto.accepts_missing = accepts_missing(members[0])
        counts = [len(classes) for classes in classes_of(estimator)] if proto.classes else [1] * proto.n_outputs
        for i, member in enumerate(members):
            _check_member(estimator, member, counts, i)
            encode_tree(member.tree_, proto.trees.add(), counts)
        if all(type(member.random_state) is int and member.random_state >= 0 for member in members):
            proto.seeds.extend(member.random_state for member in members)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        super().check(model, path)
        trees, seeds = len(model.forest.trees), len(model.forest.seeds)
        if not trees:
            raise TreeError("there are no trees; expected at least one", path=f"{path}.trees")
        if seeds not in (0, trees):
            raise ShapeError(
                f"there are {seeds} seeds for {trees} trees; expected as many, or none", path=f"{path}.seeds"
            )

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.forest, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        estimator = self.build(described, model, place, _COMPUTED, _COUNTS)
        check_kind(estimator, proto, place)
        classes = decoded_classes(proto, path)
        estimator.n_outputs_ = proto.n_outputs
        if classes:
            counts = [len(of_output) for of_output in classes]
            estimator.classes_ = classes if proto.n_outputs > 1 else classes[0]
            estimator.n_classes_ = counts if proto.n_outputs > 1 else counts[0]
        _check_counts(estimator, place)
        estimator.estimator_ = estimator.estimator
        # The trees learned from the numbers of the classes.
        numbers = [np.arange(len(of_output), dtype=np.float64) for of_output in classes]
        params = _member_params(estimator)
        cls = type(estimator.estimator)
        estimator.estimators_ = []
        seeds: list[int | None] = [*proto.seeds] or [None] * len(proto.trees)
        decoded = decode_trees(list(proto.trees), proto.n_features, widths(proto), path)
        for seed, fitted in zip(seeds, decoded, strict=True):
            member = cls(**params, random_state=seed)
            member.max_features_ = most_features(member.max_features, proto.n_features)
            set_tree(member, fitted, proto.n_features, proto.n_outputs, numbers)
            estimator.estimators_.append(member)
        check_missing(estimator.estimators_[0], proto, place)
        return estimator


def _check_counts(estimator: Any, path: str) -> None:
    """Check what estimators_samples_ draws by, where the source has it."""
    found = [vars(estimator)[name] for name in _COUNTS if name in vars(estimator)]
    if any(value is not None and (type(value) is not int or value < 0) for value in found):
        raise SourceError(f"{' and '.join(_COUNTS)} are {found}; expected counts, or none", path=f"{path}.attributes")
    if len(found) == len(_COUNTS):
        setattr(estimator, _WEIGHTS, None)


def _member_params(estimator: Any) -> dict[str, Any]:
    """Give the hyper-parameters that a forest hands on to its trees."""
    return {name: getattr(estimator, name) for name in estimator.estimator_params if name != "random_state"}


def _check_member(estimator: Any, member: Any, counts: list[int], i: int) -> None:
    """Refuse a tree that the forest's own hyper-parameters would not have made.

    Raises
    ------
    UnsupportedEstimatorError
    """
    for name, value in _member_params(estimator).items():
        own = getattr(member, name)
        if own is not value and values.encode(own, lambda _: None) != values.encode(value, lambda _: None):
            reason = (
                f"{name} of estimators_[{i}] is {own!r}, that of the whole {value!r}, and a file has it once: set it "
                "back, or fit again"
            )
            raise UnsupportedEstimatorError([("", reason)])
    found = np.atleast_1d(member.n_classes_).tolist() if hasattr(member, "n_classes_") else counts
    if type(member) is not type(estimator.estimator) or found != counts:
        reason = f"estimators_[{i}] is a {type(member).__name__} for {found} classes, other than the forest; fit again"
        raise UnsupportedEstimatorError([("", reason)])


def _default_source(proto: forest_pb2.ForestProto) -> source_pb2.Source:
    """Choose a class for a model that names none: one that was built in Go."""
    described = source_pb2.Source(class_name="RandomForestClassifier" if proto.classes else "RandomForestRegressor")
    described.params["n_estimators"].int_value = len(proto.trees)
    return described
