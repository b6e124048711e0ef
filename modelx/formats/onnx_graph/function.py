"""Functions of each value."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph import functions
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class FunctionBuilder(Builder):
    """``function``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return functions.lacks(model.function.transform)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        return {"transform": functions.apply(graph, model.function.transform, x)}

    def inverts_model(self, model: model_pb2.ModelProto) -> bool:
        return not functions.lacks(model.function.inverse)

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:  # noqa: ARG002
        return functions.apply(graph, model.function.inverse, y)
