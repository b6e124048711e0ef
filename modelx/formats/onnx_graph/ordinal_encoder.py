"""Categories as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx.formats.onnx_graph import encoders
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class OrdinalEncoderBuilder(Builder):
    """``ordinal_encoder``. An unknown value that scikit-learn refuses is NaN."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return encoders.lacks(model.ordinal_encoder.features)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.ordinal_encoder
        unknown = proto.unknown if proto.HasField("unknown") else np.nan
        parts = []
        for column, feature in zip(graph.columns(x, len(proto.features)), proto.features, strict=True):
            # NaN, the one category without a group, is the last one.
            numbers = [proto.missing if k < 0 else float(k) for k in encoders.group_of(feature, nan=False)]
            parts.append(encoders.lookup(graph, column, feature, numbers, unknown))
        return {"transform": parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)}
