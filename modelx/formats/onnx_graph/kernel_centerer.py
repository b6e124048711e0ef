"""Rows of a kernel matrix, centered in the space of the kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class KernelCentererBuilder(Builder):
    """``kernel_centerer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.kernel_centerer
        sums = graph.node("ReduceSum", x, graph.constant([1]), keepdims=1)
        of_rows = graph.node("Div", sums, graph.constant(float(proto.n_features)))
        of_columns = graph.parameter(f"{path}.column_means", proto.column_means)
        centered = graph.node("Sub", graph.node("Sub", x, of_columns), of_rows)
        return {"transform": graph.node("Add", centered, graph.constant(proto.mean))}
