"""Scalers that treat each feature on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

# In the order of the computation.
_STEPS = {"subtract": "Sub", "divide": "Div", "multiply": "Mul", "add": "Add"}
_INVERSE = {"add": "Sub", "multiply": "Div", "divide": "Mul", "subtract": "Add"}


class AffineScalerBuilder(Builder):
    """``affine_scaler``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}
    inverts = True

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.affine_scaler
        for field, operator in _STEPS.items():
            values = getattr(proto, field)
            if len(values):
                x = graph.node(operator, x, graph.parameter(f"{path}.{field}", values))
        if proto.HasField("clip"):
            x = graph.node("Clip", x, graph.constant(proto.clip.low), graph.constant(proto.clip.high))
        return {"transform": x}

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:
        for field, operator in _INVERSE.items():
            values = getattr(model.affine_scaler, field)
            if len(values):
                y = graph.node(operator, y, graph.parameter(f"{path}.{field}", values))
        return y
