"""Regressors that are affine in their input, with an optional inverse link."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.formats.onnx_graph.base import Builder
from modelx.v1 import linear_regression_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

Link = linear_regression_pb2.LinearRegressionProto.Link


class LinearRegressionBuilder(Builder):
    """``linear_regression``."""

    names: ClassVar[dict[str, str]] = {"predict": "predictions"}

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.linear_regression
        m = max(proto.n_outputs, 1)
        weights = graph.parameter(f"{path}.coefficients", proto.coefficients, m, proto.n_features)
        if proto.n_outputs:
            offsets = graph.parameter(f"{path}.intercepts", proto.intercepts)
        else:
            offsets = graph.constant([proto.intercept])
        value = graph.node("Gemm", x, weights, offsets, transB=1)
        if proto.link == Link.LINK_LOG:
            value = graph.node("Exp", value)
        return {"predict": value if proto.n_outputs else graph.column(value)}
