"""Outliers, told by how soon random splits set them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx import wire
from modelx.estimators.isolation_forest import trees_of
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.trees import single, tree_ensemble

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.estimators.trees import Trees
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class IsolationForestBuilder(Builder):
    """``isolation_forest``."""

    names: ClassVar[dict[str, str]] = {
        "predict": "label",
        "decision_function": "scores",
        "score_samples": "score_samples",
    }

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.isolation_forest
        trees = trees_of(proto)
        length = dict(zip(proto.sizes, wire.doubles(proto.lengths).tolist(), strict=True))
        of_leaves = np.array([length[size] for tree in proto.trees for size in tree.n_node_samples])
        weights = (_leaf_depths(trees) + of_leaves) - 1.0
        targets = np.zeros(len(proto.trees), dtype=np.int64)
        depth = graph.column(tree_ensemble(graph, trees, single(graph, x), weights, targets))
        if proto.normalizer:
            exponent = graph.node("Div", depth, graph.constant(proto.normalizer))
        else:
            exponent = graph.node("Add", graph.node("Mul", depth, graph.constant(0.0)), graph.constant(1.0))
        power = graph.node("Pow", graph.constant(2.0), graph.node("Neg", exponent))
        score = graph.node("Neg", power)
        decision = graph.node("Sub", score, graph.constant(proto.offset))
        inside = graph.node("GreaterOrEqual", decision, graph.constant(0.0))
        return {
            "predict": graph.node("Where", inside, graph.constant(1), graph.constant(-1)),
            "decision_function": decision,
            "score_samples": score,
        }


def _leaf_depths(trees: Trees) -> NDArray[np.float64]:
    """Give the number of nodes on the way to each leaf, itself among them, leaves in order."""
    depths = np.ones(trees.features.size)
    for depth, nodes in enumerate(trees.levels(), start=2):
        depths[trees.left[nodes]] = depths[trees.right[nodes]] = depth
    return np.asarray(depths[trees.features < 0])
