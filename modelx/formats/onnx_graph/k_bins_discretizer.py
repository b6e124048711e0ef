"""Bins between edges, as numbers or as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx import wire
from modelx.formats.onnx_graph.base import Builder
from modelx.v1 import k_bins_discretizer_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

Proto = k_bins_discretizer_pb2.KBinsDiscretizerProto
# The size of the matrix that makes numbers of columns.
_MOST = 2**22


class KBinsDiscretizerBuilder(Builder):
    """``k_bins_discretizer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        proto = model.k_bins_discretizer
        if proto.encoding == Proto.ENCODING_ONE_HOT or len(proto.n_bins) * sum(proto.n_bins) <= _MOST:
            return ""
        return f"bins times features are over {_MOST}, which is too much for ONNX; write a .pb or .json file"

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.k_bins_discretizer
        bins = np.asarray(proto.n_bins, dtype=np.int64)
        edges = np.split(wire.doubles(proto.edges), np.cumsum(bins + 1)[:-1])
        # One column for each bin: a value is in it when it is at its lower edge or above, and below its upper one.
        lower = np.concatenate([[-np.inf, *own[1:-1]] for own in edges])
        upper = np.concatenate([[*own[1:-1], np.inf] for own in edges])
        feature = np.repeat(np.arange(len(bins)), bins)
        values = graph.node("Gather", x, graph.constant(feature), axis=1)
        reached, passed = (
            graph.node("Cast", graph.node("GreaterOrEqual", values, graph.constant(limit)), to=TensorProto.DOUBLE)
            for limit in (lower, upper)
        )
        columns = graph.node("Sub", reached, passed)
        if proto.encoding == Proto.ENCODING_ONE_HOT:
            return {"transform": columns}
        numbers = np.zeros((len(feature), len(bins)))
        numbers[np.arange(len(feature)), feature] = np.concatenate([np.arange(n) for n in bins])
        return {"transform": graph.node("Gemm", columns, graph.constant(numbers))}
