"""Categories as what the target was for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx import wire
from modelx.estimators import encoded_features
from modelx.formats.onnx_graph import encoders
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class TargetEncoderBuilder(Builder):
    """``target_encoder``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return encoders.lacks(model.target_encoder.features)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.target_encoder
        sizes = [encoded_features.size(feature) for feature in proto.features for _ in proto.means]
        encodings = iter(np.split(wire.doubles(proto.encodings), np.cumsum(sizes)[:-1]))
        parts = [
            encoders.lookup(graph, column, feature, next(encodings).tolist(), mean)
            for column, feature in zip(graph.columns(x, len(proto.features)), proto.features, strict=True)
            for mean in proto.means
        ]
        return {"transform": parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)}
