"""Trees as the operator TreeEnsemble of ai.onnx.ml 5, which compares and adds in double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper

from modelx.estimators.trees import Trees
from modelx.formats.onnx_graph.graph import ML_DOMAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import tree_pb2

_SUM, _LESS_OR_EQUAL, _NO_TRANSFORM = 1, 0, 0


def single(graph: Graph, x: str) -> str:
    """Round values to float32, as classic trees compare them; give them in double."""
    return graph.node("Cast", graph.node("Cast", x, to=TensorProto.FLOAT), to=TensorProto.DOUBLE)


def leaf_numbers(graph: Graph, protos: Sequence[tree_pb2.TreeProto], x: str) -> str:
    """Give the number of each row's leaf in each tree among the leaves of all trees, int64 of shape [N, n_trees]."""
    trees = Trees.of(protos)
    n = int((trees.features < 0).sum())
    # A float64 holds every such number.
    found = tree_ensemble(graph, trees, x, np.arange(n, dtype=np.float64), np.arange(len(protos)))
    return graph.node("Cast", found, to=TensorProto.INT64)


def tree_ensemble(graph: Graph, trees: Trees, x: str, weights: NDArray[np.float64], targets: NDArray[np.int64]) -> str:
    """Add a TreeEnsemble; give its value, shape [N, n_targets].

    Parameters
    ----------
    graph : Graph
    trees : Trees
    x : str
        Values in double that are compared as they are; see `single`.
    weights : ndarray of shape (n_leaves,)
        What each leaf, those of the first tree first, adds to the target of its tree.
    targets : ndarray of shape (n_trees,)
        0 ... n_targets - 1.
    """
    is_leaf = trees.features < 0
    inner = np.flatnonzero(~is_leaf)
    alone = trees.starts[:-1][is_leaf[trees.starts[:-1]]]
    # The operator has no tree of a leaf alone: such a root becomes a node, whose right child is a second leaf like it.
    # onnxruntime before 1.31 takes another leaf for one that is both children.
    nodes = np.sort(np.concatenate([inner, alone]))
    number_of_node = np.zeros(is_leaf.size, dtype=np.int64)
    number_of_node[nodes] = np.arange(nodes.size)
    number_of_leaf = np.cumsum(is_leaf) - 1
    tree_of_leaf = np.searchsorted(trees.starts, np.flatnonzero(is_leaf), side="right") - 1

    def children(of: NDArray[np.int64]) -> tuple[list[int], list[int]]:
        child = of[nodes]
        ends = is_leaf[child]
        return np.where(ends, number_of_leaf[child], number_of_node[child]).tolist(), ends.astype(np.int64).tolist()

    (left, left_ends), (right, right_ends) = children(trees.left), children(trees.right)
    for i, node in enumerate(number_of_node[alone].tolist()):
        right[node] = len(weights) + i
    leaves = np.concatenate([np.arange(len(weights)), number_of_leaf[alone]])
    thresholds = np.where(is_leaf[nodes], 0.0, trees.thresholds[nodes])
    return graph.node(
        "TreeEnsemble",
        x,
        domain=ML_DOMAIN,
        aggregate_function=_SUM,
        post_transform=_NO_TRANSFORM,
        n_targets=int(targets.max()) + 1,
        tree_roots=number_of_node[trees.starts[:-1]].tolist(),
        nodes_featureids=np.maximum(trees.features[nodes], 0).tolist(),
        nodes_splits=helper.make_tensor("splits", TensorProto.DOUBLE, [nodes.size], thresholds),
        nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, [nodes.size], [_LESS_OR_EQUAL] * nodes.size),
        nodes_missing_value_tracks_true=trees.missing_left[nodes].astype(np.int64).tolist(),
        nodes_truenodeids=left,
        nodes_trueleafs=left_ends,
        nodes_falsenodeids=right,
        nodes_falseleafs=right_ends,
        leaf_targetids=targets[tree_of_leaf[leaves]].tolist(),
        leaf_weights=helper.make_tensor("weights", TensorProto.DOUBLE, [leaves.size], weights[leaves]),
    )
