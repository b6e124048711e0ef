"""Models one after the other, in one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.conversion import place_of
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class PipelineBuilder(Builder):
    """``pipeline``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {}

    def __init__(self, builders: Mapping[str, Builder]) -> None:
        self._builders = builders

    def _of(self, step: model_pb2.ModelProto) -> Builder:
        return self._builders[step.WhichOneof("model") or ""]

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        last = model.pipeline.steps[-1]
        return self._of(last).names_of(last)

    def inverts_model(self, model: model_pb2.ModelProto) -> bool:
        return all(self._of(step).inverts_model(step) for step in model.pipeline.steps)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        *before, last = enumerate(model.pipeline.steps)
        for i, step in before:
            x = self._of(step).transform(graph, step, place_of(step, f"{path}.steps[{i}]"), x)
        i, step = last
        return self._of(step).outputs(graph, step, place_of(step, f"{path}.steps[{i}]"), x)

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:
        for i, step in reversed(list(enumerate(model.pipeline.steps))):
            y = self._of(step).inverse(graph, step, place_of(step, f"{path}.steps[{i}]"), y)
        return y
