"""Outliers, told by how soon random splits set them apart."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn import ensemble
from sklearn.ensemble._iforest import _average_path_length
from sklearn.tree import ExtraTreeRegressor

from modelx import source, wire
from modelx.errors import NonFiniteError, ShapeError, SourceError
from modelx.estimators.base import (
    EQUAL,
    FEW_ULP,
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
from modelx.estimators.tree_checks import check_tree
from modelx.estimators.tree_rows import rows_at_thresholds
from modelx.estimators.trees import Trees, decode_trees, encode_tree
from modelx.v1 import isolation_forest_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Proto = isolation_forest_pb2.IsolationForestProto
_NAME = "IsolationForest"
_COMPUTED = ("estimators_", "estimator_", "offset_")
# What estimators_samples_ and warm_start go on from. Weights of training rows are not among it: they may be private.
_STATE = ("_seeds", "_n_samples", "_max_samples")
# Several times the sizes that a forest is grown on in practice; scikit-learn compares them as int64.
_MOST_SAMPLES = 2**53
# The columns of each tree are listed for a file that was built in Go, unless it claims a huge width.
_MOST_COLUMNS = 2**20


class IsolationForestFamily(Family):
    """``isolation_forest``."""

    arm = "isolation_forest"
    schema_version: ClassVar[int] = 2

    @cached_property
    def classes(self) -> Mapping[str, type]:
        return available(ensemble, (_NAME,))

    def encode(self, estimator: Any, model: model_pb2.ModelProto) -> None:
        proto = model.isolation_forest
        source.capture(estimator, model.source, self.classes, computed=("offset_",), state=_STATE)
        proto.n_features = estimator.n_features_in_
        if estimator._max_features < estimator.n_features_in_:
            proto.n_columns = estimator._max_features
            proto.columns.extend(np.concatenate(estimator.estimators_features_).tolist())
            del model.source.attributes["estimators_features_"]
        for member in estimator.estimators_:
            encode_tree(member.tree_, proto.trees.add(), [1])
            proto.seeds.append(member.random_state)
        sizes = np.unique(np.concatenate([_leaf_sizes(member.tree_) for member in estimator.estimators_]))
        proto.sizes.extend(sizes.tolist())
        wire.fill(proto, "lengths", _average_path_length(sizes))
        proto.normalizer = _normalizer(estimator)
        proto.offset = float(estimator.offset_)
        proto.accepts_non_finite = _accepts_non_finite()

    def check(self, model: model_pb2.ModelProto, path: str) -> None:
        proto = model.isolation_forest
        check_width(proto.n_features, path)
        n = len(proto.trees)
        if n < 1:
            raise ShapeError("there are no trees; expected at least one", path=f"{path}.trees")
        if not 0 <= proto.n_columns < proto.n_features:
            raise ShapeError(
                f"n_columns is {proto.n_columns}; expected 0, or less than {proto.n_features}", path=f"{path}.n_columns"
            )
        check_count(proto.columns, n * proto.n_columns, f"{path}.columns", "trees x n_columns")
        if proto.n_columns and max(proto.columns) >= proto.n_features:
            raise ShapeError(
                f"there is a column {max(proto.columns)}; expected columns below {proto.n_features}",
                path=f"{path}.columns",
            )
        for i, tree in enumerate(proto.trees):
            check_tree(tree, proto.n_columns or proto.n_features, 1, f"{path}.trees[{i}]")
        if proto.seeds:
            check_count(proto.seeds, n, f"{path}.seeds", "one for each tree, or none")
        _check_lengths(proto, path)

    def n_features(self, model: model_pb2.ModelProto) -> int:
        return model.isolation_forest.n_features

    def outputs(self, model: model_pb2.ModelProto) -> list[model_pb2.OutputSpec]:  # noqa: ARG002 - always the same
        return [spec("predict", 0, DataType.DATA_TYPE_INT64), spec("decision_function"), spec("score_samples")]

    def decode(self, model: model_pb2.ModelProto, path: str) -> Any:
        proto, place = model.isolation_forest, f"{path}.source"
        described = model.source if model.source.class_name else _default_source(proto)
        computed = (*_COMPUTED, "estimators_features_") if proto.n_columns else _COMPUTED
        estimator = self.build(described, model, place, computed, _STATE)
        estimator.offset_ = source.restore(described, "offset_", np.array([proto.offset]), (), place)
        _set_state(estimator, proto, place)
        _set_members(estimator, proto, path)
        if proto.accepts_non_finite and not _accepts_non_finite():
            raise SourceError(
                "the model takes NaN and infinities, which this scikit-learn refuses; load the file with a later "
                f"version: it was written with {described.library_version or 'an unknown one'}",
                path=place,
            )
        if not np.isclose(_normalizer(estimator), proto.normalizer, rtol=FEW_ULP, atol=0.0):
            raise SourceError(
                "the trees were grown on another number of rows than the normalizer says", path=f"{path}.normalizer"
            )
        return estimator

    def tolerances(
        self,
        model: model_pb2.ModelProto,
        estimator: Any,
        x: Rows,
        err: Error,  # noqa: ARG002 - decided tells where it matters
    ) -> dict[str, Tolerance]:
        of_score, of_decision = _off(model.isolation_forest, estimator, x)
        return {"predict": EQUAL, "decision_function": absolute(of_decision), "score_samples": absolute(of_score)}

    def decided(self, model: model_pb2.ModelProto, estimator: Any, x: Rows, err: Error) -> NDArray[np.bool_]:
        proto = model.isolation_forest
        _, off = _off(proto, estimator, x)
        out = np.abs(estimator.decision_function(x)) > off
        return np.asarray(out if err is None else out & trees_of(proto).decided(x, err))

    def rows(self, model: model_pb2.ModelProto, rng: np.random.Generator, n: int) -> Rows:
        proto = model.isolation_forest
        out = rows_at_thresholds(trees_of(proto), proto.n_features, rng, n, missing=proto.accepts_non_finite)
        if proto.accepts_non_finite and n > 7:
            out[6, ::2] = np.inf
            out[7, rng.integers(proto.n_features)] = -1e300
        return out


def _leaf_sizes(tree: Any) -> NDArray[np.int64]:
    return np.asarray(tree.n_node_samples[tree.children_left < 0])


def _normalizer(estimator: Any) -> float:
    length = _average_path_length([estimator._max_samples])
    return float(len(estimator.estimators_) * length[0])


@lru_cache(maxsize=1)
def _accepts_non_finite() -> bool:
    """Whether the installed scikit-learn scores rows of NaN and infinities: 1.5 refuses them."""
    forest = ensemble.IsolationForest(n_estimators=1, random_state=0).fit([[0.0], [1.0]])
    try:
        forest.score_samples([[np.nan], [np.inf]])
    except ValueError:
        return False
    return True


def _check_lengths(proto: Proto, path: str) -> None:
    sizes = np.asarray(proto.sizes, dtype=np.uint64)
    check_count(proto.lengths, len(sizes), f"{path}.lengths", "one for each size")
    lengths = wire.doubles(proto.lengths)
    check_finite(lengths, f"{path}.lengths")
    if (sizes[1:] <= sizes[:-1]).any() or (lengths < 0.0).any():
        raise ShapeError("sizes do not ascend, or a length is below 0", path=f"{path}.sizes")
    for i, tree in enumerate(proto.trees):
        found = np.asarray(tree.n_node_samples, dtype=np.uint64)
        leaves = len(tree.features) - len(tree.left)
        check_count(found, leaves, f"{path}.trees[{i}].n_node_samples", "one for each leaf")
        if not np.isin(found, sizes).all():
            raise ShapeError(
                "a leaf's size is none of those that have a length", path=f"{path}.trees[{i}].n_node_samples"
            )
    for name in ("normalizer", "offset"):
        value = getattr(proto, name)
        if not np.isfinite(value):
            raise NonFiniteError(f"{name} is {value}; expected a finite number", path=f"{path}.{name}")
    if proto.normalizer < 0.0:
        raise ShapeError(f"normalizer is {proto.normalizer}; expected at least 0", path=f"{path}.normalizer")


def _default_source(proto: Proto) -> source_pb2.Source:
    """Describe a model that names no class: one built in Go."""
    described = source_pb2.Source(class_name=_NAME)
    described.params["n_estimators"].int_value = len(proto.trees)
    described.attributes["_max_samples"].int_value = _rows_of(proto)
    return described


def _rows_of(proto: Proto) -> int:
    """Give the number of rows whose average path has the length that the normalizer has for each tree."""
    largest = max(sum(tree.n_node_samples) for tree in proto.trees)
    sizes = np.arange(1, min(max(largest, 1), 1 << 20) + 1)
    return int(sizes[np.abs(_average_path_length(sizes) - proto.normalizer / len(proto.trees)).argmin()])


def _set_state(estimator: Any, proto: Proto, path: str) -> None:
    """Set what scikit-learn's methods read of the fit, checked."""
    n, d = len(proto.trees), proto.n_features
    samples = vars(estimator).get("_max_samples")
    if not isinstance(samples, int) or isinstance(samples, bool) or not 0 < samples <= _MOST_SAMPLES:
        raise SourceError(f"_max_samples is {samples!r}; expected a number of rows", path=path)
    estimator._max_features = proto.n_columns or d
    estimator._sample_weight = None
    if proto.n_columns:
        estimator.estimators_features_ = list(np.array(proto.columns, dtype=np.intp).reshape(n, -1))
        return
    if "estimators_features_" not in vars(estimator):
        if d > _MOST_COLUMNS:
            raise SourceError(f"the columns of the trees are not in the file; expected lists of {d}", path=path)
        estimator.estimators_features_ = [np.arange(d)] * n
    found = estimator.estimators_features_
    sound = isinstance(found, list) and len(found) == n
    if not sound or any(not isinstance(one, np.ndarray) or one.dtype.kind != "i" or one.shape != (d,) for one in found):
        raise SourceError(f"estimators_features_ is not {n} lists of {d} columns", path=path)


def _set_members(estimator: Any, proto: Proto, path: str) -> None:
    """Build the trees' own estimators, and what scikit-learn keeps of each leaf."""
    samples = getattr(estimator, "max_samples_", estimator._max_samples)
    depth = int(np.ceil(np.log2(max(samples, 2)))) if isinstance(samples, int) else None
    estimator.estimator_ = ExtraTreeRegressor(max_features=1, max_depth=depth, random_state=estimator.random_state)
    width = proto.n_columns or proto.n_features
    estimator.estimators_ = []
    lengths, depths = [], []
    known = dict(zip(proto.sizes, wire.doubles(proto.lengths).tolist(), strict=True))
    for i, tree in enumerate(decode_trees(proto.trees, width, [1], path)):
        member = ExtraTreeRegressor(max_features=1, max_depth=depth)
        if proto.seeds:
            member.random_state = proto.seeds[i]
        member.n_features_in_, member.n_outputs_, member.max_features_ = width, 1, 1
        member.tree_ = tree
        estimator.estimators_.append(member)
        of_nodes = _average_path_length(tree.n_node_samples)
        leaves = np.flatnonzero(tree.children_left < 0)
        # The logarithm of this machine may have other last bits than the file's.
        of_nodes[leaves] = [known[size] for size in tree.n_node_samples[leaves].tolist()]
        lengths.append(of_nodes)
        depths.append(tree.compute_node_depths())
    estimator._average_path_length_per_tree = tuple(lengths)
    estimator._decision_path_lengths = tuple(depths)


def trees_of(proto: Proto) -> Trees:
    """Put the trees side by side, each feature being a column of the row."""
    trees = Trees.of(proto.trees)
    if not proto.n_columns:
        return trees
    columns = np.array(proto.columns, dtype=np.int64).reshape(len(proto.trees), -1)
    of_tree = np.repeat(np.arange(len(columns)), np.diff(trees.starts))
    features = np.where(trees.features < 0, -1, columns[of_tree, np.maximum(trees.features, 0)])
    return replace(trees, features=features)


def _off(proto: Proto, estimator: Any, x: Rows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bound how far score_samples and decision_function may be off, each of shape (n_rows,)."""
    score = np.abs(estimator.score_samples(x))
    with np.errstate(divide="ignore"):
        # The normalizer, and with it the exponent, may have another last bit on another machine.
        exponent = np.maximum(-np.log2(score), 0.0)
    of_score = FEW_ULP * (1.0 + np.where(np.isfinite(exponent), exponent, 0.0)) * score
    return of_score, of_score + FEW_ULP * (score + abs(proto.offset))
