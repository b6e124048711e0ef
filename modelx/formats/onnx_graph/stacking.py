"""Models whose answers are the features of one more model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from modelx import labels
from modelx.conversion import family_of
from modelx.estimators import stacking_columns
from modelx.estimators.base import DataType
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder, label_of

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class StackingBuilder(EnsembleBuilder):
    """``stacking``."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        inner = self._builders[model.stacking.final.WhichOneof("model") or ""].names_of(model.stacking.final)
        if model.stacking.outputs:
            names = {"predict": "label", "transform": "transformed"}
            tells = stacking_columns.tells_probabilities(model.stacking.final)
            return names | {"predict_proba": "probabilities"} if tells else names
        if not model.stacking.HasField("classes"):
            return {"predict": "predictions", "transform": "transformed"}
        names = {"predict_proba": "probabilities", "decision_function": "scores"}
        kept = {method: name for method, name in names.items() if method in inner}
        return {"predict": "label", "transform": "transformed"} | kept

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.stacking
        parts = []
        kept = stacking_columns.kept(proto)
        for i, (member, method, lists) in enumerate(zip(proto.members, proto.methods, kept, strict=True)):
            name = stacking_columns.METHODS[method]
            given = self.ask(graph, member, f"{path}.members[{i}]", x)[name]
            spec = next(one for one in family_of(member).outputs(member) if one.method == name)
            parts.append(_matrix(graph, spec, given, [column for columns in lists for column in columns]))
        stacked = graph.node("Concat", *parts, *([x] if proto.passthrough else []), axis=1)
        transform = stacked
        if any(
            one.method == "transform" and one.type == DataType.DATA_TYPE_INT64
            for one in family_of(model).outputs(model)
        ):
            transform = graph.node("Cast", stacked, to=TensorProto.INT64)
        out = self.ask(graph, proto.final, f"{path}.final", stacked)
        # The last model's labels are the numbers of the classes.
        if proto.HasField("classes"):
            out["predict"] = label_of(graph, proto.classes, out["predict"])
        elif proto.outputs:
            out |= _several(graph, proto, out)
        names = self.names_of(model)
        return {method: value for method, value in (out | {"transform": transform}).items() if method in names}


def _several(graph: Graph, proto: model_pb2.StackingProto, out: dict[str, str]) -> dict[str, str]:
    """Give what the answers of the last model say of several labels."""
    found = [
        label_of(graph, classes, graph.node("Gather", out["predict"], graph.constant([k]), axis=1))
        for k, classes in enumerate(proto.outputs)
    ]
    answers = {"predict": graph.node("Concat", *found, axis=1)}
    if stacking_columns.tells_probabilities(proto.final):
        counts = [labels.count(classes) for classes in stacking_columns.classes_of_outputs(proto.final)]
        first = np.cumsum([0, *counts[:-1]])
        answers["predict_proba"] = graph.node("Gather", out["predict_proba"], graph.constant(first), axis=1)
    return answers


def _matrix(graph: Graph, spec: model_pb2.OutputSpec, given: str, columns: list[int]) -> str:
    """Give some columns of a member's answers as a matrix of doubles."""
    if not spec.n_columns:
        given = graph.node("Unsqueeze", given, graph.constant([1]))
    if len(columns) < spec.n_columns:
        return graph.node("Gather", given, graph.constant(columns), axis=1)
    return graph.node("Cast", given, to=TensorProto.DOUBLE)
