"""Categories as columns of 0 and 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx.estimators import encoded_features
from modelx.formats.onnx_graph import encoders
from modelx.formats.onnx_graph.base import Builder
from modelx.v1 import one_hot_encoder_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import encoded_feature_pb2, model_pb2

Proto = one_hot_encoder_pb2.OneHotEncoderProto


class OneHotEncoderBuilder(Builder):
    """``one_hot_encoder``. An unknown value that scikit-learn refuses is NaN in the columns of its feature."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return encoders.lacks(model.one_hot_encoder.features)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.one_hot_encoder
        dropped = list(proto.dropped) or [0] * len(proto.features)
        columns = graph.columns(x, len(proto.features))
        parts = [
            part
            for column, feature, gone in zip(columns, proto.features, dropped, strict=True)
            if (part := _columns(graph, column, feature, gone, proto.unknown))
        ]
        return {"transform": parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)}


def _columns(graph: Graph, column: str, feature: encoded_feature_pb2.EncodedFeature, dropped: int, unknown: int) -> str:
    """Give the columns of one feature; nothing where it has none."""
    n_groups = len(encoded_features.groups(feature))
    kept = [k for k in range(n_groups) if k + 1 != dropped]
    if not kept:
        return ""
    default = -1.0
    if unknown == Proto.UNKNOWN_ERROR:
        default = np.nan
    elif unknown == Proto.UNKNOWN_INFREQUENT and len(feature.infrequent):
        default = n_groups - 1.0
    group = encoders.lookup(graph, column, feature, encoders.group_of(feature), default)
    same = graph.node("Equal", group, graph.constant(np.array([kept], dtype=np.float64)))
    out = graph.node("Cast", same, to=TensorProto.DOUBLE)
    # NaN times 0 is NaN, any other number times 0 is 0.
    refused = graph.node("Mul", group, graph.constant(0.0)) if unknown == Proto.UNKNOWN_ERROR else ""
    return graph.node("Add", out, refused) if refused else out
