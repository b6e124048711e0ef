"""Transformers side by side, in one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx.conversion import place_of
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
            columns = np.asarray(selection.columns, dtype=np.int64)
            given = graph.node("Gather", x, graph.constant(columns), axis=1) if columns.size else x
            builder = self._builders[member.WhichOneof("model") or ""]
            part = builder.transform(graph, member, place_of(member, f"{path}.members[{i}]"), given)
            if selection.HasField("weight"):
                part = graph.node("Mul", part, graph.constant(selection.weight))
            parts.append(part)
        return {"transform": graph.node("Concat", *parts, axis=1)}
