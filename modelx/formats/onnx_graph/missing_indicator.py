"""What is missing, as bools."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, ClassVar

from onnx import TensorProto

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import missing_indicator_pb2, model_pb2


def missing(graph: Graph, x: str, marker: float) -> str:
    """Say which values of a matrix of doubles are missing."""
    return graph.node("IsNaN", x) if isnan(marker) else graph.node("Equal", x, graph.constant(marker))


def with_indicator(graph: Graph, out: str, x: str, proto: missing_indicator_pb2.MissingIndicatorProto) -> str:
    """Put what an imputer's indicator gives for `x`, as 1 and 0, beside what the imputer gives."""
    if not len(proto.columns):
        return out
    told = missing(graph, graph.select(x, proto.columns), proto.missing)
    return graph.node("Concat", out, graph.node("Cast", told, to=TensorProto.DOUBLE), axis=1)


class MissingIndicatorBuilder(Builder):
    """``missing_indicator``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.missing_indicator
        return {"transform": missing(graph, graph.select(x, proto.columns), proto.missing)}

    def transform(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> str:
        return graph.node("Cast", super().transform(graph, model, path, x), to=TensorProto.DOUBLE)
