"""Weighted votes, and weighted medians."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from modelx import labels
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder, chosen, label_of, number_of, total

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

    Proto = model_pb2.AdaBoostProto

# Probabilities count as this much at least.
_LEAST = 2.0**-52


class AdaBoostBuilder(EnsembleBuilder):
    """``ada_boost``."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        if not model.ada_boost.HasField("classes"):
            return {"predict": "predictions"}
        return {"predict": "label", "predict_proba": "probabilities", "decision_function": "scores"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.ada_boost
        asked = "predict_proba" if proto.real else "predict"
        given = [self.ask(graph, one, f"{path}.members[{i}]", x)[asked] for i, one in enumerate(proto.members)]
        if not proto.HasField("classes"):
            return {"predict": _median(graph, proto, given)}
        c = labels.count(proto.classes)
        terms = [_opinion(graph, one, c) for one in given] if proto.real else _votes(graph, proto, given)
        scores = graph.node("Div", total(graph, terms), graph.constant(proto.total))
        if c > 2:
            powers = graph.node("Div", scores, graph.constant(c - 1.0))
            return {
                "predict": chosen(graph, proto.classes, scores),
                "predict_proba": graph.node("Softmax", powers, axis=1),
                "decision_function": scores,
            }
        first, second = (graph.node("Gather", scores, graph.constant([k]), axis=1) for k in (0, 1))
        decision = graph.node("Sub", second, first)
        both = graph.node("Concat", graph.node("Neg", decision), decision, axis=1)
        index = graph.node("Cast", graph.node("Greater", decision, graph.constant(0.0)), to=TensorProto.INT64)
        return {
            "predict": label_of(graph, proto.classes, graph.column(index)),
            "predict_proba": graph.node("Softmax", graph.node("Div", both, graph.constant(2.0)), axis=1),
            "decision_function": graph.column(decision),
        }


def _votes(graph: Graph, proto: Proto, given: list[str]) -> list[str]:
    """Give what each member adds to each class, shape [N, c]."""
    c = labels.count(proto.classes)
    numbers, axis = graph.constant(np.arange(c, dtype=np.float64)), graph.constant([1])
    columns = [graph.node("Unsqueeze", label, axis) for label in given]
    # One table for all members.
    all_of = number_of(graph, proto.classes, graph.node("Concat", *columns, axis=1))
    out = []
    for i, weight in enumerate(proto.weights):
        own = graph.node("Gather", all_of, graph.constant([i]), axis=1)
        against = -1.0 / (c - 1) * weight
        is_own = graph.node("Equal", own, numbers)
        out.append(graph.node("Where", is_own, graph.constant(weight), graph.constant(against)))
    return out


def _opinion(graph: Graph, probabilities: str, c: int) -> str:
    """Give what a member's probabilities add to each class, shape [N, c]."""
    logarithms = graph.node("Log", graph.node("Max", probabilities, graph.constant(_LEAST)))
    mean = graph.node(
        "Mul", graph.constant(1.0 / c), graph.node("ReduceSum", logarithms, graph.constant([1]), keepdims=1)
    )
    return graph.node("Mul", graph.constant(c - 1.0), graph.node("Sub", logarithms, mean))


def _median(graph: Graph, proto: Proto, given: list[str]) -> str:
    """Give the first of the sorted predictions at which at least half of the weights are reached."""
    axis = graph.constant([1])
    columns = [graph.node("Unsqueeze", one, axis) for one in given]
    m = len(columns)
    all_of = columns[0] if m == 1 else graph.node("Concat", *columns, axis=1)
    in_order, members = graph.several("TopK", 2, all_of, graph.constant([m]), axis=1, largest=0, sorted=1)
    reached = graph.node(
        "CumSum", graph.node("Gather", graph.constant(list(proto.weights)), members), graph.constant(1)
    )
    half = graph.node("Mul", graph.constant(0.5), graph.node("Gather", reached, graph.constant([m - 1]), axis=1))
    is_over = graph.node("Cast", graph.node("GreaterOrEqual", reached, half), to=TensorProto.DOUBLE)
    # ArgMax gives the first of equals.
    first = graph.node("ArgMax", is_over, axis=1, keepdims=1)
    return graph.column(graph.node("GatherElements", in_order, first, axis=1))
