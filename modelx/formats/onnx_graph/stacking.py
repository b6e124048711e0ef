"""Models whose answers are the features of one more model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnx import TensorProto

from modelx import labels
from modelx.conversion import family_of
from modelx.estimators.base import DataType
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder, label_of
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph

Method = model_pb2.StackingProto.Method
_METHODS = {
    Method.METHOD_PREDICT: "predict",
    Method.METHOD_PREDICT_PROBA: "predict_proba",
    Method.METHOD_DECISION_FUNCTION: "decision_function",
}


class StackingBuilder(EnsembleBuilder):
    """``stacking``."""

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return (
            "stacks of several labels have no ONNX graph; write a .pb or .json file" if model.stacking.outputs else ""
        )

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        inner = self._builders[model.stacking.final.WhichOneof("model") or ""].names_of(model.stacking.final)
        if not model.stacking.HasField("classes"):
            return {"predict": "predictions", "transform": "transformed"}
        names = {"predict_proba": "probabilities", "decision_function": "scores"}
        kept = {method: name for method, name in names.items() if method in inner}
        return {"predict": "label", "transform": "transformed"} | kept

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.stacking
        two = labels.count(proto.classes) == 2
        parts = []
        for i, (member, method) in enumerate(zip(proto.members, proto.methods, strict=True)):
            given = self.ask(graph, member, f"{path}.members[{i}]", x)[_METHODS[method]]
            parts.append(_matrix(graph, member, given, method, two=two))
        stacked = graph.node("Concat", *parts, *([x] if proto.passthrough else []), axis=1)
        transform = stacked
        if any(
            one.method == "transform" and one.type == DataType.DATA_TYPE_INT64
            for one in family_of(model).outputs(model)
        ):
            transform = graph.node("Cast", stacked, to=TensorProto.INT64)
        out = self.ask(graph, proto.final, f"{path}.final", stacked)
        if proto.HasField("classes"):
            # The last model's labels are the numbers of the classes.
            out["predict"] = label_of(graph, proto.classes, out["predict"])
        kept = self.names_of(model)
        return {method: value for method, value in (out | {"transform": transform}).items() if method in kept}


def _matrix(graph: Graph, member: model_pb2.ModelProto, given: str, method: Method, *, two: bool) -> str:
    """Give a member's answers as a matrix of doubles, without the first probability of two classes."""
    found = next(one for one in family_of(member).outputs(member) if one.method == _METHODS[method])
    if not found.n_columns:
        given = graph.node("Unsqueeze", given, graph.constant([1]))
    if method == Method.METHOD_PREDICT_PROBA and two:
        return graph.node("Gather", given, graph.constant([1]), axis=1)
    return graph.node("Cast", given, to=TensorProto.DOUBLE)
