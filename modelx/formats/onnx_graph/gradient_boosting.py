"""Sums of regression trees, stage after stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from modelx import wire
from modelx.estimators.trees import Trees
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder, chosen, label_of
from modelx.formats.onnx_graph.trees import single, tree_ensemble
from modelx.v1 import model_pb2, tree_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelx.formats.onnx_graph.graph import Graph

Proto = model_pb2.GradientBoostingProto
Link = Proto.Link


class GradientBoostingBuilder(EnsembleBuilder):
    """``gradient_boosting``, over the table of all builders."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        if model.gradient_boosting.link == Link.LINK_IDENTITY:
            return {"predict": "predictions"}
        return {"predict": "label", "predict_proba": "probabilities", "decision_function": "scores"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.gradient_boosting
        sums = self._sums(graph, proto, path, single(graph, x))
        if proto.link == Link.LINK_IDENTITY:
            return {"predict": graph.column(sums)}
        if proto.link == Link.LINK_SOFTMAX:
            label = chosen(graph, proto.classes, sums)
            return {"predict": label, "predict_proba": graph.node("Softmax", sums, axis=1), "decision_function": sums}
        scores = graph.column(sums)
        is_second = graph.node("GreaterOrEqual", scores, graph.constant(0.0))
        label = label_of(graph, proto.classes, graph.node("Cast", is_second, to=TensorProto.INT64))
        return {"predict": label, "predict_proba": _probabilities(graph, proto, sums), "decision_function": scores}

    def _sums(self, graph: Graph, proto: Proto, path: str, x: str) -> str:
        """Give the sums, shape [N, n_outputs], each added up in the order of the stages."""
        k = proto.n_outputs
        trees = list(proto.trees)
        if not proto.HasField("model"):
            # The operator adds tree after tree: the constants are trees of a leaf alone, before all others.
            constants = [tree_pb2.TreeProto(features=[-1], values=[value]) for value in proto.init]
            weights = np.concatenate([wire.doubles(proto.init), _weights(proto, trees)])
            return tree_ensemble(graph, Trees.of(constants + trees), x, weights, np.arange(k + len(trees)) % k)
        sums = self._start(graph, proto, path, x)
        for first in range(0, len(trees), k):
            stage = trees[first : first + k]
            added = tree_ensemble(graph, Trees.of(stage), x, _weights(proto, stage), np.arange(k))
            sums = graph.node("Add", sums, added)
        return sums

    def _start(self, graph: Graph, proto: Proto, path: str, x: str) -> str:
        """Give what the model says that the sums begin with, shape [N, n_outputs]."""
        answers = self.ask(graph, proto.model, f"{path}.model", x)
        if proto.link == Link.LINK_IDENTITY:
            return graph.node("Unsqueeze", answers["predict"], graph.constant([1]))
        low, high = graph.constant(proto.clip), graph.constant(1.0 - proto.clip)
        p = graph.node("Clip", answers["predict_proba"], low, high)
        if proto.link == Link.LINK_SOFTMAX:
            total = graph.node("ReduceSum", graph.node("Log", p), graph.constant([1]), keepdims=1)
            mean = graph.node("Exp", graph.node("Div", total, graph.constant(float(proto.n_outputs))))
            return graph.node("Log", graph.node("Div", p, mean))
        second = graph.node("Gather", p, graph.constant([1]), axis=1)
        odds = graph.node("Div", second, graph.node("Sub", graph.constant(1.0), second))
        logit = graph.node("Log", odds)
        half = proto.link == Link.LINK_HALF_LOGIT
        return graph.node("Mul", logit, graph.constant(0.5)) if half else logit


def _weights(proto: Proto, trees: Sequence[tree_pb2.TreeProto]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(proto.learning_rate * np.concatenate([wire.doubles(tree.values) for tree in trees]))


def _probabilities(graph: Graph, proto: Proto, sums: str) -> str:
    """Give the probabilities of both classes, shape [N, 2], of sums of shape [N, 1]."""
    one = graph.constant(1.0)
    if proto.link == Link.LINK_HALF_LOGIT:
        sums = graph.node("Mul", sums, graph.constant(2.0))
    p = graph.node("Div", one, graph.node("Add", one, graph.node("Exp", graph.node("Neg", sums))))
    return graph.node("Concat", graph.node("Sub", one, p), p, axis=1)
