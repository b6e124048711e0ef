"""Assignment to the nearest of k centers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


@dataclass(frozen=True, slots=True)
class Products:
    """Values that squared distances are made of: -2 x c, shape [N, k], and c c, shape [k]."""

    cross: str
    squares: str


def products(graph: Graph, x: str, centers: str) -> Products:
    """Add the products of rows with centers, an initializer of shape [k, n_features]."""
    cross = graph.node("Gemm", x, centers, alpha=-2.0, transB=1)
    return Products(cross, graph.node("ReduceSumSquare", centers, graph.constant([1]), keepdims=0))


def nearness(graph: Graph, terms: Products) -> str:
    """Give what orders the centers by distance: c c - 2 x c, shape [N, k]."""
    return graph.node("Add", terms.squares, terms.cross)


def distances(graph: Graph, x: str, terms: Products) -> str:
    """Give sqrt(max(x x - 2 x c + c c, 0)), shape [N, k]: cancellation may leave less than zero."""
    own = graph.node("ReduceSumSquare", x, graph.constant([1]), keepdims=1)
    squared = graph.node("Add", graph.node("Add", terms.cross, own), terms.squares)
    return graph.node("Sqrt", graph.node("Max", squared, graph.constant(0.0)))


class KMeansBuilder(Builder):
    """``kmeans``."""

    names: ClassVar[dict[str, str]] = {"predict": "label", "transform": "distances"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.kmeans
        centers = graph.parameter(f"{path}.centers", proto.centers, proto.n_clusters, proto.n_features)
        terms = products(graph, x, centers)
        # ArgMin gives the first of equals.
        label = graph.node("ArgMin", nearness(graph, terms), axis=1, keepdims=0)
        return {"predict": label, "transform": distances(graph, x, terms)}
