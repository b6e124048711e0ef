"""What graphs of models made of models have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx import labels
from modelx.conversion import place_of
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import labels_pb2, model_pb2


class EnsembleBuilder(Builder):
    """A family whose models have members, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, builders: Mapping[str, Builder]) -> None:
        self._builders = builders

    def ask(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        """Add the graph of a model inside, at `path`, applied to `x`; give the value of each method."""
        builder = self._builders[model.WhichOneof("model") or ""]
        return builder.outputs(graph, model, place_of(model, path), x)


def total(graph: Graph, terms: Iterable[str]) -> str:
    """Add values one after the other, beginning with +0."""
    out = graph.constant(0.0)
    for term in terms:
        out = graph.node("Add", out, term)
    return out


def chosen(graph: Graph, classes: labels_pb2.Labels, scores: str) -> str:
    """Give the label of the largest score of each row, the first one of equals."""
    return label_of(graph, classes, graph.node("ArgMax", scores, axis=1, keepdims=0))


def label_of(graph: Graph, classes: labels_pb2.Labels, index: str) -> str:
    """Give the labels that numbers of classes stand for."""
    return graph.node("Gather", graph.constant(labels.values(classes)), index)


def number_of(graph: Graph, classes: labels_pb2.Labels, label: str) -> str:
    """Give the numbers of classes, as doubles, that labels stand for: the inverse of `label_of`."""
    values = labels.values(classes)
    texts = isinstance(values[0], str)
    if not texts:
        label = graph.node("Cast", label, to=TensorProto.DOUBLE)
    return graph.look_up(label, values, range(len(values)), np.nan, texts=texts)
