"""The step that gives its input back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class PassthroughBuilder(Builder):
    """``passthrough``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}
    inverts = True

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        return {"transform": x}

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:  # noqa: ARG002
        return y
