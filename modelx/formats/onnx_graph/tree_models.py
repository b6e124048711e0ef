"""Single trees and forests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx import labels, wire
from modelx.estimators.tree_models import widths
from modelx.estimators.trees import Trees
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.trees import leaf_numbers, single, tree_ensemble

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import decision_tree_pb2, forest_pb2, model_pb2, tree_pb2


class TreeModelBuilder(Builder):
    """``decision_tree`` and ``forest``."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        if _proto(model).classes:
            return {"predict": "label", "predict_proba": "probabilities"}
        return {"predict": "predictions"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = _proto(model)
        values = _values(graph, model, single(graph, x))
        if not proto.classes:
            return {"predict": values if proto.n_outputs > 1 else graph.column(values)}
        chosen = []
        end = 0
        for classes, width in zip(proto.classes, widths(proto), strict=True):
            columns = graph.constant(np.arange(end, end + width))
            end += width
            own = values if proto.n_outputs == 1 else graph.node("Gather", values, columns, axis=1)
            index = graph.node("ArgMax", own, axis=1, keepdims=int(proto.n_outputs > 1))
            chosen.append(graph.node("Gather", graph.constant(labels.values(classes)), index))
        label = chosen[0] if len(chosen) == 1 else graph.node("Concat", *chosen, axis=1)
        return {"predict": label, "predict_proba": values}


def _proto(model: model_pb2.ModelProto) -> decision_tree_pb2.DecisionTreeProto | forest_pb2.ForestProto:
    return model.forest if model.WhichOneof("model") == "forest" else model.decision_tree


def _values(graph: Graph, model: model_pb2.ModelProto, x: str) -> str:
    """Give what the leaves say, or their mean, shape [N, width]; additions in the order of the trees."""
    proto = _proto(model)
    trees = _trees(model)
    width = sum(widths(proto))
    table = np.concatenate([wire.doubles(tree.values) for tree in trees]).reshape(-1, width)
    is_mean = model.WhichOneof("model") == "forest"
    if is_mean and width == 1:
        # The operator's own sum has the same order on one thread.
        targets = np.zeros(len(trees), dtype=np.int64)
        total = tree_ensemble(graph, Trees.of(trees), x, table[:, 0], targets)
    else:
        # The operator's leaves have one value each, and begin at 0, which makes 0.0 of -0.0.
        leaves, of_leaf = leaf_numbers(graph, trees, x), graph.constant(table)
        total = ""
        for i in range(len(trees)):
            leaf = graph.node("Gather", leaves, graph.constant(i), axis=1)
            term = graph.node("Gather", of_leaf, leaf)
            total = graph.node("Add", total, term) if total else term
    return graph.node("Div", total, graph.constant(float(len(trees)))) if is_mean else total


def _trees(model: model_pb2.ModelProto) -> list[tree_pb2.TreeProto]:
    return list(model.forest.trees) if model.WhichOneof("model") == "forest" else [model.decision_tree.tree]
