"""Means of members that take parts of the features."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx import labels
from modelx.conversion import family_of
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder, chosen, total
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph


class BaggingBuilder(EnsembleBuilder):
    """``bagging``."""

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:
        if not model.bagging.HasField("classes"):
            return {"predict": "predictions"}
        names = {"predict": "label", "predict_proba": "probabilities"}
        inside = [self._builders[one.WhichOneof("model") or ""].names_of(one) for one in model.bagging.members]
        scores = all("decision_function" in one for one in inside)
        return names | {"decision_function": "scores"} if scores else names

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.bagging
        given = []
        for i, member in enumerate(proto.members):
            taken = x
            if len(proto.features):
                taken = graph.select(x, proto.features[i].indices)
            given.append(self.ask(graph, member, f"{path}.members[{i}]", taken))
        n = graph.constant(float(len(given)))
        if not proto.HasField("classes"):
            return {"predict": graph.node("Div", total(graph, [one["predict"] for one in given]), n)}
        c = labels.count(proto.classes)
        numbers = graph.constant(np.arange(c))
        parts = [_part(graph, member, one, numbers, c) for member, one in zip(proto.members, given, strict=True)]
        mean = graph.node("Div", total(graph, parts), n)
        out = {"predict": chosen(graph, proto.classes, mean), "predict_proba": mean}
        if any(spec.method == "decision_function" for spec in family_of(model).outputs(model)) and all(
            "decision_function" in one for one in given
        ):
            scores = total(graph, [one["decision_function"] for one in given])
            out["decision_function"] = graph.node("Div", scores, n)
        return out


def _part(graph: Graph, member: model_pb2.ModelProto, given: dict[str, str], numbers: str, n_classes: int) -> str:
    """Give what a member adds to each class: its probabilities, or its vote."""
    if "predict_proba" not in given:
        label = graph.node("Unsqueeze", given["predict"], graph.constant([1]))
        same = graph.node("Equal", label, numbers)
        return graph.node("Where", same, graph.constant(1.0), graph.constant(0.0))
    own = family_of(member).class_list(member) or []
    if own == list(range(n_classes)):
        return given["predict_proba"]
    # A column of zeros at the end is that of the classes which the member does not know.
    first = graph.node("Gather", given["predict_proba"], graph.constant([0]), axis=1)
    padded = graph.node("Concat", given["predict_proba"], graph.node("Sub", first, first), axis=1)
    columns = [own.index(k) if k in own else len(own) for k in range(n_classes)]
    return graph.node("Gather", padded, graph.constant(columns), axis=1)
