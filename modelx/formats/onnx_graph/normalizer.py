"""Rows divided by their norms."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder
from modelx.v1 import normalizer_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

Proto = normalizer_pb2.NormalizerProto
# Rows whose norm is below stay as they are.
_SMALLEST = 10 * 2.0**-52


class NormalizerBuilder(Builder):
    """``normalizer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        columns = graph.constant([1])
        if model.normalizer.norm == Proto.NORM_L2:
            norm = graph.node("Sqrt", graph.node("ReduceSumSquare", x, columns, keepdims=1))
        else:
            magnitudes = graph.node("Max", x, graph.node("Neg", x))
            reduce = "ReduceSum" if model.normalizer.norm == Proto.NORM_L1 else "ReduceMax"
            norm = graph.node(reduce, magnitudes, columns, keepdims=1)
        divides = graph.node("GreaterOrEqual", norm, graph.constant(_SMALLEST))
        divisor = graph.node("Where", divides, norm, graph.constant(1.0))
        return {"transform": graph.node("Div", x, divisor)}
