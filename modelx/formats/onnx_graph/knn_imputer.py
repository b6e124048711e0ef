"""What is missing, filled with the mean of the nearest rows' values."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx import wire
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.missing_indicator import missing, with_indicator
from modelx.v1 import knn_imputer_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

    Doubles = NDArray[np.float64]

Proto = knn_imputer_pb2.KNNImputerProto


class KNNImputerBuilder(Builder):
    """``knn_imputer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.knn_imputer
        donors = wire.doubles(proto.rows).reshape(proto.n_rows, proto.n_features)
        is_there = ~np.isnan(donors) if np.isnan(proto.missing) else donors != proto.missing
        gone = missing(graph, x, proto.missing)
        distances = _distances(graph, x, gone, donors, is_there)
        zero = graph.constant(0.0)
        parts = []
        for j in range(proto.n_features):
            own = graph.select(x, [j])
            if is_there[:, j].any():
                value = _value(graph, proto, j, distances, donors[:, j], np.flatnonzero(is_there[:, j]))
                parts.append(graph.node("Where", graph.node("Gather", gone, graph.constant([j]), axis=1), value, own))
            elif proto.keeps_empty:
                # 0, of as many rows.
                parts.append(graph.node("Where", graph.node("IsNaN", own), zero, graph.node("Mul", zero, own)))
        out = parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1) if parts else ""
        return {"transform": with_indicator(graph, out, x, proto.indicator)}


def _distances(graph: Graph, x: str, gone: str, donors: Doubles, is_there: NDArray[np.bool_]) -> str:
    """Give the distance of each row to each donor, shape [N, n_rows], NaN where there is none."""
    # [N, 1, n_features] beside [n_rows, n_features].
    middle = graph.constant([1])
    known = graph.node("Unsqueeze", graph.node("Not", gone), middle)
    both = graph.node("And", known, graph.constant(is_there))
    values = graph.node("Unsqueeze", graph.node("Where", gone, graph.constant(0.0), x), middle)
    gap = graph.node("Sub", values, graph.constant(np.where(is_there, donors, 0.0)))
    squares = graph.node("Where", both, graph.node("Mul", gap, gap), graph.constant(0.0))
    last = graph.constant([2])
    total = graph.node("ReduceSum", squares, last, keepdims=0)
    count = graph.node("ReduceSum", graph.node("Cast", both, to=TensorProto.DOUBLE), last, keepdims=0)
    # 0 / 0 is NaN.
    mean = graph.node("Div", total, count)
    return graph.node("Sqrt", graph.node("Mul", mean, graph.constant(float(donors.shape[1]))))


def _value(graph: Graph, proto: Proto, j: int, distances: str, values: Doubles, potential: NDArray[np.int64]) -> str:
    """Give what stands for a missing value of column j, shape [N, 1], from the donors that have one."""
    one, zero, axis = graph.constant(1.0), graph.constant(0.0), graph.constant([1])
    given = graph.node("Gather", distances, graph.constant(potential), axis=1)
    # Donors without a distance come last.
    order = graph.node("Where", graph.node("IsNaN", given), graph.constant(np.inf), given)
    k = min(proto.n_neighbors, len(potential))
    _, nearest = graph.several("TopK", 2, order, graph.constant([k]), axis=1, largest=0, sorted=1)
    near = graph.node("GatherElements", given, nearest, axis=1)
    lacks = graph.node("IsNaN", near)
    weights = graph.node("Where", lacks, zero, one)
    if proto.weights == Proto.WEIGHTS_DISTANCE:
        same = graph.node("Equal", near, zero)
        is_zero = graph.node("Where", same, one, zero)
        some = graph.node("Greater", graph.node("ReduceMax", is_zero, axis, keepdims=1), zero)
        inverse = graph.node("Div", weights, graph.node("Where", graph.node("Or", lacks, same), one, near))
        weights = graph.node("Where", some, is_zero, inverse)
    chosen = graph.node("Gather", graph.constant(values[potential]), nearest)
    total = graph.node("ReduceSum", graph.node("Mul", chosen, weights), axis, keepdims=1)
    weight = graph.node("ReduceSum", weights, axis, keepdims=1)
    nobody = graph.node("Equal", graph.node("ReduceMax", graph.node("Where", lacks, zero, one), axis, keepdims=1), zero)
    mean = graph.node("Div", total, graph.node("Where", nobody, one, weight))
    return graph.node("Where", nobody, graph.constant(proto.means[j]), mean)
