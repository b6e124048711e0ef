"""Labels, and sets of labels, as columns of two numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx.estimators import encoded_features
from modelx.formats.onnx_graph import encoders
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import encoded_feature_pb2, model_pb2

_UNKNOWN = -1.0


class LabelBinarizerBuilder(Builder):
    """``label_binarizer``. A number that is no label, which scikit-learn refuses, is an unknown one."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return encoders.lacks(model.label_binarizer.features)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.label_binarizer
        (feature,) = proto.features
        n = encoded_features.size(feature)
        if proto.indicator:
            found = graph.node("Equal", x, graph.constant(1.0))
        else:
            # Two classes have a column for the second one; the column of a single class is never met.
            asked = np.arange(n, dtype=np.float64) if n > 2 else np.array([1.0])
            number = _numbers(graph, graph.columns(x, 1)[0], feature)
            found = graph.node("Equal", number, graph.constant(asked))
        numbers = (graph.constant(float(value)) for value in (proto.pos_label, proto.neg_label))
        return {"transform": graph.node("Where", found, *numbers)}


class MultiLabelBinarizerBuilder(Builder):
    """``multi_label_binarizer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return encoders.lacks(model.multi_label_binarizer.features)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        (feature,) = model.multi_label_binarizer.features
        n = encoded_features.size(feature)
        rows = graph.node("Concat", *graph.columns(x, n), axis=1) if graph.has_texts(x) else x
        # Of shape [N, places in the row, classes].
        each = graph.node("Unsqueeze", _numbers(graph, rows, feature), graph.constant([2]))
        found = graph.node("Equal", each, graph.constant(np.arange(n, dtype=np.float64)))
        cast = graph.node("Cast", found, to=TensorProto.DOUBLE)
        return {"transform": graph.node("ReduceMax", cast, graph.constant([1]), keepdims=0)}


def _numbers(graph: Graph, values: str, feature: encoded_feature_pb2.EncodedFeature) -> str:
    """Give the number of the class that each value is, elementwise."""
    places = [float(k) for k in range(encoded_features.size(feature))]
    return encoders.lookup(graph, values, feature, places, _UNKNOWN)
