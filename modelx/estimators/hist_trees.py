"""The trees of histogram gradient boosting: from scikit-learn's records to lists in preorder, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE, X_BITSET_INNER_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from modelx import wire
from modelx.errors import NonFiniteError, ShapeError, TreeError, UnsupportedEstimatorError
from modelx.estimators.base import check_count, check_finite

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Words of 32 bits in a set of categories.
WORDS = 8
_MAX_BIN = 254
_LEAF = -1


@dataclass(frozen=True, slots=True)
class Structure:
    """How nodes in preorder hang together; all arrays have one value for each node but `starts`.

    Attributes
    ----------
    starts : ndarray of shape (n_trees,)
        The first node of each tree.
    right : ndarray
        The right child of an inner node, 0 for a leaf. The left child is the next node.
    last : ndarray
        The last node of the subtree.
    depth : ndarray
        0 for the first node of a tree.
    """

    starts: NDArray[np.int64]
    right: NDArray[np.int64]
    last: NDArray[np.int64]
    depth: NDArray[np.int64]


def structure(inner: NDArray[np.bool_]) -> Structure | None:
    """Find the trees in a list of nodes, True for inner ones; None where the last tree does not end.

    In preorder, each inner node opens one place more than it takes, and each leaf closes one: a subtree ends where the
    balance is for the first time one less than it was before the subtree.
    """
    n = len(inner)
    balance = np.cumsum(np.where(inner, 1, -1))
    least = np.minimum.accumulate(np.concatenate([[0], balance]))
    ends = np.flatnonzero(balance < least[:-1])
    if not n or ends[-1:].tolist() != [n - 1]:
        return None
    # Sorted by balance and place, so that the next place of some balance is found by a search.
    lowest = int(least[-1])
    keys = np.sort((balance - lowest) * n + np.arange(n))
    nodes = np.flatnonzero(inner)

    def next_with(less: int) -> NDArray[np.int64]:
        wanted = (balance[nodes] - less - lowest) * n + nodes
        return np.asarray(keys[np.searchsorted(keys, wanted)] % n)

    right, last = np.zeros(n, dtype=np.int64), np.arange(n)
    right[nodes], last[nodes] = next_with(1) + 1, next_with(2)
    # An inner node adds one to the depth of all that is below it.
    change = np.bincount(nodes + 1, minlength=n + 1) - np.bincount(last[nodes] + 1, minlength=n + 1)
    return Structure(np.concatenate([[0], ends[:-1] + 1]), right, last, np.cumsum(change)[:-1])


def encode(predictors: list[list[Any]], original: NDArray[np.int64], proto: Any) -> None:
    """Write all trees.

    Parameters
    ----------
    predictors : list of list of TreePredictor
        The trees of each iteration.
    original : ndarray of shape (n_features,)
        The feature that each column of what the trees see comes from.
    proto : HistGradientBoostingProto
    """
    trees = [tree for iteration in predictors for tree in iteration]
    nodes = np.concatenate([tree.nodes for tree in trees])
    inner = nodes["is_leaf"] == 0
    _require_preorder(trees, nodes, inner)
    by_category = nodes["is_categorical"][inner] != 0
    of_inner = nodes[inner]
    proto.features.extend(np.where(inner, original[nodes["feature_idx"]], _LEAF).tolist())
    thresholds = of_inner["num_threshold"][~by_category]
    if np.isnan(thresholds).any():
        reason = "a threshold is NaN, as training data with infinities of both signs make it; clean the data and refit"
        raise UnsupportedEstimatorError([("", reason)])
    wire.fill(proto, "thresholds", thresholds)
    proto.missing_left.extend((of_inner["missing_go_to_left"] != 0).tolist())
    wire.fill(proto, "values", nodes["value"][~inner])
    for tree in trees:
        used = tree.nodes["bitset_idx"][(tree.nodes["is_leaf"] == 0) & (tree.nodes["is_categorical"] != 0)]
        proto.left_categories.extend(tree.raw_left_cat_bitsets[used].reshape(-1).tolist())
    proto.bin_thresholds.extend(of_inner["bin_threshold"][~by_category].tolist())
    proto.leaf_counts.extend(nodes["count"][~inner].tolist())


def _require_preorder(trees: list[Any], nodes: NDArray[Any], inner: NDArray[np.bool_]) -> None:
    """Refuse what fit does not make: children elsewhere than the schema has them."""
    found = structure(inner)
    starts = np.cumsum([0] + [len(tree.nodes) for tree in trees[:-1]])
    if found is not None and found.starts.tolist() == starts.tolist():
        first = np.repeat(starts, [len(tree.nodes) for tree in trees])
        at = np.flatnonzero(inner)
        left, right = nodes["left"][at] + first[at], nodes["right"][at] + first[at]
        if (left == at + 1).all() and (right == found.right[at]).all():
            return
    reason = "the nodes of its trees are not in the order that fit gives them; refit it"
    raise UnsupportedEstimatorError([("", reason)])


def check(proto: Any, categorical: NDArray[np.bool_], path: str) -> None:
    """Check everything that a walk down the trees relies on.

    Raises
    ------
    TreeError, ShapeError, NonFiniteError
    """
    features = np.asarray(proto.features, dtype=np.int64)
    inner = features != _LEAF
    place = f"{path}.features"
    if features.size and (features.min() < _LEAF or features.max() >= proto.n_features):
        raise TreeError(f"a feature is none of -1 ... {proto.n_features - 1}", path=place)
    found, outputs = structure(inner), len(proto.baseline)
    if found is None:
        raise TreeError("the last tree does not end; expected a leaf behind each branch", path=place)
    if len(found.starts) % outputs:
        raise TreeError(f"there are {len(found.starts)} trees for {outputs} outputs; expected as many each", path=place)
    by_category = is_categorical(features, categorical)
    n_inner, n_sets = int(inner.sum()), int(by_category.sum())
    n_leaves = len(features) - n_inner
    check_count(proto.thresholds, n_inner - n_sets, f"{path}.thresholds", "one for each inner node of a number")
    if np.isnan(wire.doubles(proto.thresholds)).any():
        raise NonFiniteError("a threshold is NaN; expected a number or an infinity", path=f"{path}.thresholds")
    check_count(proto.missing_left, n_inner, f"{path}.missing_left", "one for each inner node")
    check_count(proto.values, n_leaves, f"{path}.values", "one for each leaf")
    check_finite(wire.doubles(proto.values), f"{path}.values")
    check_count(proto.left_categories, WORDS * n_sets, f"{path}.left_categories", "eight for each categorical node")
    if proto.bin_thresholds:
        check_count(proto.bin_thresholds, n_inner - n_sets, f"{path}.bin_thresholds", "one for each threshold, or none")
        if max(proto.bin_thresholds) > _MAX_BIN:
            raise ShapeError(f"a bin is over {_MAX_BIN}", path=f"{path}.bin_thresholds")
    if proto.leaf_counts:
        check_count(proto.leaf_counts, n_leaves, f"{path}.leaf_counts", "one for each leaf, or none")


def is_categorical(features: NDArray[np.int64], categorical: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say which nodes are inner ones of a categorical feature; `categorical` is empty where no feature is."""
    if not categorical.size:
        return np.zeros(len(features), dtype=bool)
    return np.asarray((features != _LEAF) & categorical[features])


def decode(proto: Any, remapped: NDArray[np.int64] | None, categorical: NDArray[np.bool_]) -> list[list[TreePredictor]]:
    """Build the trees of each iteration from a checked message.

    Parameters
    ----------
    proto : HistGradientBoostingProto
    remapped : ndarray of shape (n_features,) or None
        The column in what the trees see for each feature; None where it is the same.
    categorical : ndarray of shape (n_features,) or (0,)
    """
    features = np.asarray(proto.features, dtype=np.int64)
    inner, by_category = features != _LEAF, is_categorical(features, categorical)
    found = structure(inner)
    if found is None:
        raise TreeError("the last tree does not end")
    sizes = np.diff(np.append(found.starts, len(features)))
    first = np.repeat(found.starts, sizes)
    nodes = np.zeros(len(features), dtype=PREDICTOR_RECORD_DTYPE)
    nodes["value"] = nodes["gain"] = np.nan
    nodes["value"][~inner] = wire.doubles(proto.values)
    nodes["is_leaf"], nodes["is_categorical"], nodes["depth"] = ~inner, by_category, found.depth
    nodes["feature_idx"][inner] = features[inner] if remapped is None else remapped[features[inner]]
    nodes["left"][inner] = (np.arange(len(features)) - first + 1)[inner]
    nodes["right"][inner] = (found.right - first)[inner]
    nodes["missing_go_to_left"][inner] = np.asarray(proto.missing_left, dtype=bool)
    of_number = inner & ~by_category
    nodes["num_threshold"][of_number] = wire.doubles(proto.thresholds)
    if proto.bin_thresholds:
        nodes["bin_threshold"][of_number] = np.asarray(proto.bin_thresholds, dtype=np.uint8)
    nodes["count"] = _counts(proto, inner, found)
    # Each node has a set of its own, so that its number in the tree is that of the categorical nodes before it.
    before: NDArray[np.int64] = np.cumsum(by_category) - by_category
    nodes["bitset_idx"][by_category] = (before - before[first])[by_category]
    words = np.asarray(proto.left_categories, dtype=X_BITSET_INNER_DTYPE).reshape(-1, WORDS)
    ends = np.append(before[found.starts], len(words))
    trees = []
    for i, (start, size) in enumerate(zip(found.starts, sizes, strict=True)):
        sets = words[ends[i] : ends[i + 1]]
        # Categories are numbered alike before and after the binning; nobody asks a set for the bin of missing values.
        trees.append(TreePredictor(nodes[start : start + size].copy(), sets.copy(), sets.copy()))
    outputs = len(proto.baseline)
    return [trees[i : i + outputs] for i in range(0, len(trees), outputs)]


def _counts(proto: Any, inner: NDArray[np.bool_], found: Structure) -> NDArray[np.uint32]:
    """Give the training rows of all nodes: an inner one had those of its leaves."""
    counts = np.zeros(len(inner), dtype=np.uint64)
    if proto.leaf_counts:
        counts[~inner] = np.asarray(proto.leaf_counts, dtype=np.uint64)
    sums = np.concatenate([[np.uint64(0)], np.cumsum(counts)])
    return np.asarray((sums[found.last + 1] - sums[:-1]).astype(np.uint32))
