"""Two classes told apart by another threshold than the model's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelx.conversion import family_of
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph

Method = model_pb2.ThresholdClassifierProto.Method
_HANDED_ON = ("predict_proba", "predict_log_proba", "decision_function")


class ThresholdClassifierBuilder(EnsembleBuilder):
    """``threshold_classifier``."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        inner = model.threshold_classifier.model
        names = self._builders[inner.WhichOneof("model") or ""].names_of(inner)
        return {"predict": "label"} | {method: name for method, name in names.items() if method in _HANDED_ON}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.threshold_classifier
        given = self.ask(graph, proto.model, f"{path}.model", x)
        if proto.method == Method.METHOD_PREDICT_PROBA:
            score = graph.column(graph.node("Gather", given["predict_proba"], graph.constant([proto.positive]), axis=1))
        else:
            score = given["decision_function"] if proto.positive else graph.node("Neg", given["decision_function"])
        reached = graph.node("GreaterOrEqual", score, graph.constant(proto.threshold))
        index = graph.node("Where", reached, graph.constant(proto.positive), graph.constant(1 - proto.positive))
        labels = graph.constant(family_of(proto.model).class_list(proto.model) or [])
        kept = {method: given[method] for method in _HANDED_ON if method in given}
        return kept | {"predict": graph.node("Gather", labels, index)}
