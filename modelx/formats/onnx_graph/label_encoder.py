"""Labels as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from modelx.formats.onnx_graph import encoders
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class LabelEncoderBuilder(Builder):
    """``label_encoder``. An unknown label, which scikit-learn refuses, is NaN."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return encoders.lacks(model.label_encoder.features)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        (feature,) = model.label_encoder.features
        (column,) = graph.columns(x, 1)
        return {"transform": encoders.lookup(graph, column, feature, encoders.group_of(feature), np.nan)}
