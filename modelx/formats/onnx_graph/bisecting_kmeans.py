"""Assignment by a walk down a binary tree of centers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.kmeans import distances, nearness, products

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import bisecting_kmeans_pb2, model_pb2


class BisectingKMeansBuilder(Builder):
    """``bisecting_kmeans``."""

    names: ClassVar[dict[str, str]] = {"predict": "label", "transform": "distances"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.bisecting_kmeans
        labels = np.array(proto.labels)
        centers = graph.parameter(f"{path}.centers", proto.centers, len(labels), proto.n_features)
        terms = products(graph, x, centers)
        leaves = np.flatnonzero(labels >= 0)
        leaves = leaves[np.argsort(labels[leaves])]
        of_leaves = graph.node("Gather", distances(graph, x, terms), graph.constant(leaves), axis=1)
        return {"predict": _label(graph, proto, nearness(graph, terms)), "transform": of_leaves}


def _label(graph: Graph, proto: bisecting_kmeans_pb2.BisectingKMeansProto, near: str) -> str:
    """Choose between the labels of both children at each inner node, children first."""
    inner = [i for i, label in enumerate(proto.labels) if label < 0]
    if not inner:
        # One leaf: the index of the nearest of one center is its label, 0.
        return graph.node("ArgMin", near, axis=1, keepdims=0)
    left = graph.node("Gather", near, graph.constant([proto.left[i] for i in inner]), axis=1)
    right = graph.node("Gather", near, graph.constant([proto.right[i] for i in inner]), axis=1)
    goes_left = graph.node("LessOrEqual", left, right)
    value = {i: graph.constant(label) for i, label in enumerate(proto.labels) if label >= 0}
    for column, i in reversed(list(enumerate(inner))):
        here = graph.node("Gather", goes_left, graph.constant(column), axis=1)
        value[i] = graph.node("Where", here, value[proto.left[i]], value[proto.right[i]])
    return value[0]
