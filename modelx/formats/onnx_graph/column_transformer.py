"""Transformers side by side, in one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.conversion import family_of, place_of
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class ColumnTransformerBuilder(Builder):
    """``column_transformer``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def __init__(self, builders: Mapping[str, Builder]) -> None:
        self._builders = builders

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.column_transformer
        parts = []
        for i, (selection, member) in enumerate(zip(proto.selections, proto.members, strict=True)):
            given = graph.select(x, selection.columns) if len(selection.columns) else x
            builder = self._builders[member.WhichOneof("model") or ""]
            part = builder.transform(graph, member, place_of(member, f"{path}.members[{i}]"), given)
            if selection.HasField("weight"):
                part = graph.node("Mul", part, graph.constant(selection.weight))
            parts.append((part, width_of(member)))
        return {"transform": graph.beside(parts)}


def width_of(member: model_pb2.ModelProto) -> int:
    """Count the columns that a transformer gives."""
    return next(spec.n_columns for spec in family_of(member).outputs(member) if spec.method == "transform")
