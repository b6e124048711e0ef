"""Means of models' answers, and counts of their votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx import labels
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder, chosen, total
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph

Vote = model_pb2.VotingProto.Vote


class VotingBuilder(EnsembleBuilder):
    """``voting``."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        if model.voting.vote == Vote.VOTE_UNSPECIFIED:
            return {"predict": "predictions", "transform": "transformed"}
        return {"predict": "label", "predict_proba": "probabilities", "transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.voting
        asked = "predict_proba" if proto.vote == Vote.VOTE_SOFT else "predict"
        given = [self.ask(graph, one, f"{path}.members[{i}]", x)[asked] for i, one in enumerate(proto.members)]
        if proto.vote == Vote.VOTE_SOFT:
            mean = _mean(graph, proto, given)
            stacked = graph.node("Concat", *given, axis=1)
            return {"predict": chosen(graph, proto.classes, mean), "predict_proba": mean, "transform": stacked}
        stacked = graph.node("Concat", *[graph.node("Unsqueeze", one, graph.constant([1])) for one in given], axis=1)
        if proto.vote == Vote.VOTE_UNSPECIFIED:
            return {"predict": _mean(graph, proto, given), "transform": stacked}
        return {"predict": chosen(graph, proto.classes, _votes(graph, proto, given)), "transform": stacked}


def _mean(graph: Graph, proto: model_pb2.VotingProto, given: list[str]) -> str:
    if len(proto.weights):
        given = [graph.node("Mul", one, graph.constant(w)) for one, w in zip(given, proto.weights, strict=True)]
    return graph.node("Div", total(graph, given), graph.constant(proto.total or float(len(given))))


def _votes(graph: Graph, proto: model_pb2.VotingProto, given: list[str]) -> str:
    """Give the votes of each class, those beyond the largest label that was predicted having none to win with."""
    numbers = graph.constant(np.arange(labels.count(proto.classes)))
    columns = [graph.node("Unsqueeze", one, graph.constant([1])) for one in given]
    weights = list(proto.weights) or [1.0] * len(given)
    votes = total(
        graph,
        [
            graph.node("Where", graph.node("Equal", column, numbers), graph.constant(w), graph.constant(0.0))
            for column, w in zip(columns, weights, strict=True)
        ],
    )
    within = graph.node("LessOrEqual", numbers, graph.node("Max", *columns))
    return graph.node("Where", within, votes, graph.constant(-np.inf))
