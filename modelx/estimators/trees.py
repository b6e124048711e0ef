"""Trees of scikit-learn's tree module as messages: written, walked and rebuilt. Several families use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.tree._tree import NODE_DTYPE, Tree

from modelx import wire
from modelx.errors import SourceError
from modelx.estimators.base import Error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.v1 import tree_pb2

    Ints = NDArray[np.int64]
    Doubles = NDArray[np.float64]

# scikit-learn's own marks of a leaf.
_LEAF, _UNDEFINED = -1, -2
# The fields that a node has in every version of scikit-learn that is known here.
_FIELDS = {
    "left_child",
    "right_child",
    "feature",
    "threshold",
    "impurity",
    "n_node_samples",
    "weighted_n_node_samples",
    "missing_go_to_left",
}


def encode_tree(tree: Any, proto: tree_pb2.TreeProto, n_classes: Sequence[int]) -> None:
    """Write a tree.

    Parameters
    ----------
    tree : sklearn.tree._tree.Tree
    proto : TreeProto
        Filled.
    n_classes : sequence of int
        How many values a node has for each output: the classes of a classifier, 1 for each output of a regressor.
    """
    nodes = {name: getattr(tree, name) for name in ("children_left", "children_right", "feature", "threshold")}
    inner = np.flatnonzero(nodes["children_left"] != _LEAF)
    leaves = np.flatnonzero(nodes["children_left"] == _LEAF)
    left, right = nodes["children_left"][inner], nodes["children_right"][inner]
    features = nodes["feature"].copy()
    features[leaves] = -1
    proto.features.extend(features.tolist())
    wire.fill(proto, "thresholds", nodes["threshold"][inner])
    proto.left.extend((left - inner).tolist())
    proto.right.extend((right - inner).tolist())
    missing = tree.missing_go_to_left[inner].astype(bool)
    if missing.any():
        proto.missing_left.extend(missing.tolist())
    values = np.concatenate([tree.value[:, k, :n] for k, n in enumerate(n_classes)], axis=1)
    weights = tree.weighted_n_node_samples
    wire.fill(proto, "values", values[leaves])
    means = _means(weights[left], weights[right], values[left], values[right])
    differences = _index(values[inner]) - _index(means)
    if _varint_bytes(differences) < 8 * differences.size:
        proto.inner_differences.extend(differences.reshape(-1).tolist())
    else:
        wire.fill(proto, "inner_values", values[inner])
    order = np.concatenate([inner, leaves])
    wire.fill(proto, "impurities", tree.impurity[order])
    proto.n_node_samples.extend(tree.n_node_samples[leaves].tolist())
    if (weights != tree.n_node_samples).any():
        wire.fill(proto, "weighted_n_node_samples", weights[order])


def _means(a: Doubles, b: Doubles, p: Doubles, q: Doubles) -> Doubles:
    """Give the weighted means of the children's values, as TreeProto says, shape (n, width)."""
    a, b = a[:, None], b[:, None]
    with np.errstate(all="ignore"):
        m = (a * p + b * q) / (a + b)
    m[~np.isfinite(m)] = 0.0
    return np.asarray(m)


def _index(values: Doubles) -> Ints:
    """Give the number of each float64 in their ascending order; -0.0 comes just before 0.0."""
    bits = np.ascontiguousarray(values).view(np.int64)
    return np.asarray(np.where(bits < 0, bits ^ np.int64(2**63 - 1), bits))


def _from_index(index: Ints) -> Doubles:
    return np.asarray(np.where(index < 0, index ^ np.int64(2**63 - 1), index)).view(np.float64)


def _varint_bytes(values: Ints) -> int:
    """Give how many bytes values take as sint64."""
    magnitudes = np.where(values < 0, ~values, values)
    return int(values.size + sum(np.count_nonzero(magnitudes >= 1 << (7 * k - 1)) for k in range(1, 10)))


@dataclass(frozen=True, slots=True)
class Trees:
    """Checked trees side by side, the nodes of the first one first.

    Attributes
    ----------
    starts : ndarray of shape (n_trees + 1,)
        The number of the first node of each tree, and the number of all nodes.
    features, thresholds, missing_left : ndarray of shape (n_nodes,)
        As in TreeProto; -1, NaN and False for leaves.
    left, right : ndarray of shape (n_nodes,)
        The numbers of the children among all nodes; a leaf has its own.
    """

    starts: Ints
    features: Ints
    thresholds: Doubles
    left: Ints
    right: Ints
    missing_left: NDArray[np.bool_]

    @classmethod
    def of(cls, protos: Sequence[tree_pb2.TreeProto]) -> Trees:
        """Put checked trees side by side."""
        starts = np.cumsum([0, *(len(proto.features) for proto in protos)])
        features = np.concatenate([np.asarray(proto.features, dtype=np.int64) for proto in protos])
        left = np.arange(features.size)
        right, inner = left.copy(), np.flatnonzero(features >= 0)
        thresholds = np.full(features.size, np.nan)
        missing = np.zeros(features.size, dtype=bool)
        thresholds[inner] = np.concatenate([wire.doubles(proto.thresholds) for proto in protos])
        left[inner] += np.concatenate([np.asarray(proto.left, dtype=np.int64) for proto in protos])
        right[inner] += np.concatenate([np.asarray(proto.right, dtype=np.int64) for proto in protos])
        missing[inner] = np.concatenate(
            [
                np.asarray(proto.missing_left, dtype=bool)
                if len(proto.missing_left)
                else np.zeros(len(proto.left), dtype=bool)
                for proto in protos
            ]
        )
        return cls(starts, features, thresholds, left, right, missing)

    @property
    def inner(self) -> Ints:
        """The numbers of all internal nodes."""
        return np.flatnonzero(self.features >= 0)

    def levels(self) -> list[Ints]:
        """Give the internal nodes of all trees, those of each depth together, roots first."""
        out = []
        nodes = self.starts[:-1]
        while (nodes := nodes[self.features[nodes] >= 0]).size:
            out.append(nodes)
            nodes = np.concatenate([self.left[nodes], self.right[nodes]])
        return out

    def depths(self) -> Ints:
        """Give the depth of each tree, shape (n_trees,): 0 for a leaf alone."""
        out = np.zeros(len(self.starts) - 1, dtype=np.int64)
        for depth, nodes in enumerate(self.levels(), start=1):
            out[np.searchsorted(self.starts, nodes, side="right") - 1] = depth
        return out

    def apply(self, x: Doubles) -> Ints:
        """Give the leaf of each row in each tree, shape (n_rows, n_trees), as a number among all nodes."""
        return self._walk(x, None)[0]

    def decided(self, x: Doubles, err: Error) -> NDArray[np.bool_]:
        """Say which rows, shape (n_rows,), have the same leaves wherever within `err` of `x` they are."""
        return self._walk(x, err)[1]

    def _walk(self, x: Doubles, err: Error) -> tuple[Ints, NDArray[np.bool_]]:
        with np.errstate(all="ignore"):
            value = x.astype(np.float32)
            low, high = (value, value) if err is None else ((x - err).astype(np.float32), (x + err).astype(np.float32))
        rows = np.arange(len(x))[:, None]
        nodes = np.tile(self.starts[:-1], (len(x), 1))
        same = np.ones(len(x), dtype=bool)
        while (features := self.features[nodes]).max(initial=-1) >= 0:
            at = rows, np.maximum(features, 0)
            thresholds = self.thresholds[nodes]
            goes_left = np.where(np.isnan(value[at]), self.missing_left[nodes], value[at] <= thresholds)
            if err is not None:
                same &= ((low[at] <= thresholds) == (high[at] <= thresholds)).all(axis=1)
            nodes = np.where(goes_left, self.left[nodes], self.right[nodes])
        return nodes, same

    def parents(self) -> Ints:
        """Give the parent of each node; a root is its own."""
        out = np.arange(self.features.size)
        inner = self.inner
        out[self.left[inner]] = out[self.right[inner]] = inner
        return out


def decode_trees(
    protos: Sequence[tree_pb2.TreeProto], n_features: int, n_classes: Sequence[int], path: str
) -> list[Any]:
    """Rebuild checked trees.

    Parameters
    ----------
    protos : sequence of TreeProto
    n_features : int
    n_classes : sequence of int
        As for `encode_tree`.
    path : str
        The place of the message that holds the trees.

    Returns
    -------
    list of sklearn.tree._tree.Tree

    Raises
    ------
    SourceError
        For trees without what only scikit-learn needs, or a scikit-learn whose nodes are not known here.
    """
    if set(NODE_DTYPE.names) != _FIELDS:
        raise SourceError(
            "this scikit-learn keeps other nodes than this version of modelx knows: pip install --upgrade modelx",
            path=path,
        )
    trees = Trees.of(protos)
    widths = np.asarray(n_classes, dtype=np.intp)
    nodes, values = _nodes(trees, protos, int(widths.sum()))
    padded = np.zeros((nodes.size, widths.size, int(widths.max())))
    ends = np.cumsum(widths)
    for k, (end, n) in enumerate(zip(ends.tolist(), widths.tolist(), strict=True)):
        padded[:, k, :n] = values[:, end - n : end]
    out = []
    for i, depth in enumerate(trees.depths().tolist()):
        start, end = int(trees.starts[i]), int(trees.starts[i + 1])
        tree = Tree(n_features, widths, widths.size)
        state = {
            "max_depth": depth,
            "node_count": end - start,
            "nodes": nodes[start:end].copy(),
            "values": padded[start:end].copy(),
        }
        tree.__setstate__(state)
        out.append(tree)
    return out


def _nodes(
    trees: Trees, protos: Sequence[tree_pb2.TreeProto], width: int
) -> tuple[np.ndarray[Any, Any], NDArray[np.float64]]:
    """Give the nodes of all trees as scikit-learn keeps them, and the values of each, shape (n_nodes, width)."""
    leaf = trees.features < 0
    nodes = np.zeros(leaf.size, dtype=NODE_DTYPE)
    first = np.repeat(trees.starts[:-1], np.diff(trees.starts))
    nodes["left_child"] = np.where(leaf, _LEAF, trees.left - first)
    nodes["right_child"] = np.where(leaf, _LEAF, trees.right - first)
    nodes["feature"] = np.where(leaf, _UNDEFINED, trees.features)
    nodes["threshold"] = np.where(leaf, _UNDEFINED, trees.thresholds)
    nodes["missing_go_to_left"] = trees.missing_left
    sizes = np.diff(trees.starts).tolist()
    # The numbers of each tree's nodes, internal ones first, as files have what is known of every node.
    order = np.lexsort((leaf, np.repeat(np.arange(len(protos)), np.diff(trees.starts))))
    nodes["impurity"][order] = np.concatenate(
        [_or_zeros(proto.impurities, n) for proto, n in zip(protos, sizes, strict=True)]
    )
    samples = np.zeros(leaf.size, dtype=np.int64)
    samples[leaf] = np.concatenate(
        [
            np.asarray(proto.n_node_samples, dtype=np.int64)
            if len(proto.n_node_samples)
            else np.ones(n - len(proto.left), dtype=np.int64)
            for proto, n in zip(protos, sizes, strict=True)
        ]
    )
    levels = trees.levels()
    for level in reversed(levels):
        samples[level] = samples[trees.left[level]] + samples[trees.right[level]]
    nodes["n_node_samples"] = samples
    weights = samples.astype(np.float64)
    for start, proto, n in zip(trees.starts.tolist(), protos, sizes, strict=False):
        if wire.count(proto.weighted_n_node_samples):
            weights[order[start : start + n]] = wire.doubles(proto.weighted_n_node_samples)
    nodes["weighted_n_node_samples"] = weights
    values = np.zeros((leaf.size, width))
    values[leaf] = np.concatenate([wire.doubles(proto.values) for proto in protos]).reshape(-1, width)
    _fill_inner(trees, protos, levels, weights, values)
    return nodes, values


def _fill_inner(
    trees: Trees, protos: Sequence[tree_pb2.TreeProto], levels: list[Ints], weights: Doubles, values: Doubles
) -> None:
    """Fill in the values of internal nodes, children first, behind those of the leaves."""
    inner = trees.features >= 0
    differences = np.zeros(values.shape, dtype=np.int64)
    as_mean = inner.copy()
    for start, end, proto in zip(trees.starts[:-1].tolist(), trees.starts[1:].tolist(), protos, strict=True):
        here = start + np.flatnonzero(inner[start:end])
        if wire.count(proto.inner_values):
            as_mean[here] = False
            values[here] = wire.doubles(proto.inner_values).reshape(here.size, -1)
        elif len(proto.inner_differences):
            differences[here] = np.asarray(proto.inner_differences, dtype=np.int64).reshape(here.size, -1)
    for level in reversed(levels):
        nodes = level[as_mean[level]]
        left, right = trees.left[nodes], trees.right[nodes]
        means = _means(weights[left], weights[right], values[left], values[right])
        values[nodes] = _from_index(_index(means) + differences[nodes])


def _or_zeros(field: Any, n: int) -> NDArray[np.float64]:
    return wire.doubles(field) if wire.count(field) else np.zeros(n)
