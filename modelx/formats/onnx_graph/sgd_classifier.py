"""Linear classifiers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from onnx import TensorProto

from modelx import labels
from modelx.formats.onnx_graph.base import Builder
from modelx.v1 import sgd_classifier_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

Proto = sgd_classifier_pb2.SGDClassifierProto
Probability = Proto.Probability


class SGDClassifierBuilder(Builder):
    """``sgd_classifier``."""

    names: ClassVar[dict[str, str]] = {
        "predict": "label",
        "predict_proba": "probabilities",
        "decision_function": "scores",
    }

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.sgd_classifier
        m = len(proto.intercepts)
        weights = graph.parameter(f"{path}.coefficients", proto.coefficients, m, proto.n_features)
        scores = graph.node("Gemm", x, weights, graph.parameter(f"{path}.intercepts", proto.intercepts), transB=1)
        out = {"decision_function": scores if m > 1 else graph.column(scores)}
        if proto.target == Proto.Target.TARGET_MULTILABEL:
            return out | {"predict": _is_positive(graph, scores)}
        index = graph.node("ArgMax", scores, axis=1, keepdims=0) if m > 1 else _is_positive(graph, graph.column(scores))
        out["predict"] = graph.node("Gather", _classes(graph, proto, path), index)
        if proto.probability:
            out["predict_proba"] = _probabilities(graph, proto, scores)
        return out


def _is_positive(graph: Graph, scores: str) -> str:
    """Give 1 for each score over 0, else 0."""
    return graph.node("Cast", graph.node("Greater", scores, graph.constant(0.0)), to=TensorProto.INT64)


def _classes(graph: Graph, proto: Proto, path: str) -> str:
    if proto.classes.doubles:
        return graph.parameter(f"{path}.classes.doubles", proto.classes.doubles)
    return graph.constant(labels.values(proto.classes))


def _probabilities(graph: Graph, proto: Proto, scores: str) -> str:
    if proto.probability == Probability.PROBABILITY_SOFTMAX:
        return graph.node("Softmax", scores, axis=1)
    one = graph.constant(1.0)
    if proto.probability == Probability.PROBABILITY_LOGISTIC:
        # onnxruntime's Sigmoid in double is off by 1e-9 of small probabilities.
        p = graph.node("Div", one, graph.node("Add", one, graph.node("Exp", graph.node("Neg", scores))))
    else:
        clipped = graph.node("Clip", scores, graph.constant(-1.0), one)
        p = graph.node("Div", graph.node("Add", clipped, one), graph.constant(2.0))
    m = len(proto.intercepts)
    if m == 1:
        return graph.node("Concat", graph.node("Sub", one, p), p, axis=1)
    total = graph.node("ReduceSum", p, graph.constant([1]), keepdims=1)
    is_zero = graph.node("Equal", total, graph.constant(0.0))
    divided = graph.node("Div", p, graph.node("Where", is_zero, one, total))
    return graph.node("Where", is_zero, graph.constant(1.0 / m), divided)
