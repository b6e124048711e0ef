"""What is missing in one column, predicted from the others, again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx import wire
from modelx.conversion import place_of
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder
from modelx.formats.onnx_graph.missing_indicator import missing, with_indicator

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class IterativeImputerBuilder(EnsembleBuilder):
    """``iterative_imputer``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.iterative_imputer
        builder = self._builders["simple_imputer"]
        filled = builder.transform(graph, proto.model, place_of(proto.model, f"{path}.model"), x)
        remain = np.setdiff1d(np.arange(proto.n_features), proto.model.simple_imputer.left_out).tolist()
        gone = missing(graph, graph.select(x, remain), proto.missing)
        columns = graph.columns(filled, len(remain))
        updated = self._updated(graph, proto, path, gone, columns) if len(proto.members) else columns
        out = updated[0] if len(updated) == 1 else graph.node("Concat", *updated, axis=1)
        if not len(proto.unchanged):
            # A row of nothing but gaps keeps its first filling.
            count = graph.node("ReduceSum", graph.node("Cast", gone, to=TensorProto.INT64), graph.constant([1]))
            out = graph.node("Where", graph.node("Equal", count, graph.constant(len(remain))), filled, out)
        return {"transform": with_indicator(graph, out, x, proto.indicator)}

    def _updated(
        self, graph: Graph, proto: model_pb2.IterativeImputerProto, path: str, gone: str, columns: list[str]
    ) -> list[str]:
        """Give the columns after all rounds."""
        out = list(columns)
        low, high = wire.doubles(proto.low), wire.doubles(proto.high)
        for i, (member, update) in enumerate(zip(proto.members, proto.updates, strict=True)):
            j = update.column
            if j in proto.unchanged:
                continue
            given = [out[k] for k in update.inputs]
            rows = given[0] if len(given) == 1 else graph.node("Concat", *given, axis=1)
            value = self.ask(graph, member, f"{path}.members[{i}]", rows)["predict"]
            value = graph.node("Unsqueeze", value, graph.constant([1]))
            for operator, limit in (("Less", low[j]), ("Greater", high[j])):
                # Neither is true of NaN, which stays.
                beyond = graph.node(operator, value, graph.constant(limit))
                value = graph.node("Where", beyond, graph.constant(limit), value)
            was_gone = graph.node("Gather", gone, graph.constant([j]), axis=1)
            out[j] = graph.node("Where", was_gone, value, out[j])
        return out
