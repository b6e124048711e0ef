"""Linear novelty detectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class SGDOneClassSVMBuilder(Builder):
    """``sgd_one_class_svm``."""

    names: ClassVar[dict[str, str]] = {
        "predict": "label",
        "decision_function": "scores",
        "score_samples": "score_samples",
    }

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.sgd_one_class_svm
        weights = graph.parameter(f"{path}.coefficients", proto.coefficients, 1, proto.n_features)
        offset = graph.constant(proto.offset)
        scores = graph.node("Sub", graph.column(graph.node("Gemm", x, weights, transB=1)), offset)
        inside = graph.node("GreaterOrEqual", scores, graph.constant(0.0))
        return {
            "predict": graph.node("Where", inside, graph.constant(1), graph.constant(-1)),
            "decision_function": scores,
            "score_samples": graph.node("Add", scores, offset),
        }
