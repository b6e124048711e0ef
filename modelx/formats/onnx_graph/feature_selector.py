"""Transformers that keep some columns, with the model that predicts from these."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.conversion import place_of
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

_DELEGATED = ("predict", "predict_proba", "predict_log_proba", "decision_function")


class FeatureSelectorBuilder(Builder):
    """``feature_selector``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def __init__(self, builders: Mapping[str, Builder]) -> None:
        self._builders = builders

    def _of(self, inner: model_pb2.ModelProto) -> Builder:
        return self._builders[inner.WhichOneof("model") or ""]

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        proto = model.feature_selector
        inner = self._of(proto.model).names_of(proto.model) if proto.HasField("model") else {}
        return self.names | {method: name for method, name in inner.items() if method in _DELEGATED}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.feature_selector
        kept = self.transform(graph, model, path, x)
        if not proto.HasField("model"):
            return {"transform": kept}
        inner = self._of(proto.model).outputs(graph, proto.model, place_of(proto.model, f"{path}.model"), kept)
        return {"transform": kept} | {method: value for method, value in inner.items() if method in _DELEGATED}

    def transform(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> str:  # noqa: ARG002
        return graph.select(x, model.feature_selector.selected)
