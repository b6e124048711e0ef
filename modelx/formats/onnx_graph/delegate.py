"""Models that answer with another one's answers: that one's graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.conversion import place_of
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class DelegateBuilder(Builder):
    """``delegate``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, builders: Mapping[str, Builder]) -> None:
        self._builders = builders

    def _of(self, inner: model_pb2.ModelProto) -> Builder:
        return self._builders[inner.WhichOneof("model") or ""]

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        inner = model.delegate.model
        return self._of(inner).names_of(inner)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        inner = model.delegate.model
        return self._of(inner).outputs(graph, inner, place_of(inner, f"{path}.model"), x)
