"""Values above a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from onnx import TensorProto

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class BinarizerBuilder(Builder):
    """``binarizer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        above = graph.node("Greater", x, graph.constant(model.binarizer.threshold))
        return {"transform": graph.node("Cast", above, to=TensorProto.DOUBLE)}
