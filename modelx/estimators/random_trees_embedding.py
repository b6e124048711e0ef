"""A column for each leaf of random trees."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import ensemble
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import ExtraTreeRegressor

from modelx import source
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import EQUAL, Error, Family, Tolerance, available, check_count, check_width, spec
from modelx.estimators.tree_checks import check_tree
from modelx.estimators.tree_rows import rows_at_thresholds
from modelx.estimators.trees import Trees, decode_trees, encode_tree
from modelx.v1 import model_pb2, random_trees_embedding_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Proto = random_trees_embedding_pb2.RandomTreesEmbeddingProto
_NAME = "RandomTreesEmbedding"
_COMPUTED = ("estimators_", "estimator_", "one_hot_encoder_", "n_outputs_")
# What estimators_samples_ goes on from.
_STATE = ("_n_samples",)


class RandomTreesEmbeddingFamily(Family):
    """``random_trees_embedding``."""

    arm = "random_trees_embedding"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, (_NAME,))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.random_trees_embedding
        source.capture(estimator, model.source, self.classes, state=_STATE)
        if "n_outputs_" in model.source.attributes:
            del model.source.attributes["n_outputs_"]
        proto.n_features = estimator.n_features_in_
        for member, leaves in zip(estimator.estimators_, estimator.one_hot_encoder_.categories_, strict=True):
            if not np.array_equal(_leaves(member.tree_), leaves):
                reason = "a tree has leaves to which no training row came, for which transform has no column; fit again"
                raise UnsupportedEstimatorError([("one_hot_encoder_", reason)])
            encode_tree(member.tree_, proto.trees.add(), [1])
            proto.seeds.append(member.random_state)
        proto.accepts_missing = _accepts_missing(estimator)

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.random_trees_embedding
        check_width(proto.n_features, path)
        n = len(proto.trees)
        if n < 1:
            raise ShapeError("there are no trees; expected at least one", path=f"{path}.trees")
        for i, tree in enumerate(proto.trees):
            check_tree(tree, proto.n_features, 1, f"{path}.trees[{i}]")
        if proto.seeds:
            check_count(proto.seeds, n, f"{path}.seeds", "one for each tree, or none")

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.random_trees_embedding.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:
        # A leaf more than splits, in each tree.
        return [spec("transform", sum(len(tree.left) + 1 for tree in model.random_trees_embedding.trees))]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.random_trees_embedding, f"{path}.source"
        described = model.source
        if not described.class_name:
            described = source_pb2.Source(class_name=_NAME)
            described.params["n_estimators"].int_value = len(proto.trees)
        estimator = self.build(described, model, place, _COMPUTED, _STATE)
        estimator.estimator_ = ExtraTreeRegressor()
        estimator.n_outputs_ = 1
        estimator._sample_weight = estimator._n_samples_bootstrap = None
        estimator.estimators_ = _members(estimator, proto, path, place)
        estimator.one_hot_encoder_ = _encoder(estimator)
        estimator._n_features_out = sum(map(len, estimator.one_hot_encoder_.categories_))
        if proto.accepts_missing and not _accepts_missing(estimator):
            raise SourceError(
                "the model takes NaN, which this scikit-learn refuses; load the file with a later version: it was "
                f"written with {described.library_version or 'an unknown one'}",
                path=place,
            )
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: Rows,  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> dict[str, Tolerance]:
        return {"transform": EQUAL}

    def decided(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,  # noqa: ARG002
        x: Rows,
        err: Error,
    ) -> NDArray[np.bool_]:
        if err is None:
            return np.ones(len(x), dtype=bool)
        return Trees.of(model.random_trees_embedding.trees).decided(x, err)

    def propagate(
        self,
        model: model_pb2.ModelProto,  # noqa: ARG002
        estimator: Any,  # noqa: ARG002
        x: Rows,  # noqa: ARG002
        err: Error,  # noqa: ARG002
    ) -> Error:
        # What is decided is exact.
        return None

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.random_trees_embedding
        return rows_at_thresholds(Trees.of(proto.trees), proto.n_features, rng, n, missing=proto.accepts_missing)


def _leaves(tree: Any) -> NDArray[np.int64]:
    return np.flatnonzero(tree.children_left < 0)


def _accepts_missing(estimator: Any) -> bool:
    """Whether the installed scikit-learn takes NaN: 1.5 refuses it."""
    rows = np.full((1, 1), np.nan, dtype=np.float32)
    return bool(estimator.estimators_[0]._support_missing_values(rows))


def _members(estimator: Any, proto: Proto, path: str, place: str) -> list[Any]:
    """Build the trees' own estimators."""
    out = []
    for i, tree in enumerate(decode_trees(proto.trees, proto.n_features, [1], path)):
        try:
            member = estimator._make_estimator(append=False)
        except (ValueError, TypeError, AttributeError) as error:
            raise SourceError(f"the parameters make no tree ({error})", path=place) from error
        member.random_state = proto.seeds[i] if proto.seeds else None
        member.n_features_in_, member.n_outputs_, member.max_features_ = proto.n_features, 1, 1
        member.tree_ = tree
        out.append(member)
    return out


def _encoder(estimator: Any) -> OneHotEncoder:
    """Build the encoder of leaves as it is after a fit on the trees' answers."""
    leaves = [_leaves(member.tree_) for member in estimator.estimators_]
    encoder = OneHotEncoder(sparse_output=estimator.sparse_output)
    encoder.n_features_in_ = len(leaves)
    encoder.categories_ = leaves
    encoder.drop_idx_ = None
    encoder._drop_idx_after_grouping = None
    encoder._infrequent_enabled = False
    encoder._n_features_outs = [len(one) for one in leaves]
    return encoder
