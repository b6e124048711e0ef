"""The imputer that puts one value for each column in the place of what is missing."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class SimpleImputerBuilder(Builder):
    """``simple_imputer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        strings = any(model.simple_imputer.strings)
        return "it fills strings, which graphs of modelx do not yet; write a .pb or .json file" if strings else ""

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.simple_imputer
        # The whole list is there, so that the file has each value once; columns are left out afterwards.
        fill = graph.parameter(f"{path}.fill.doubles", proto.fill.doubles)
        gone = graph.node("IsNaN", x) if isnan(proto.missing) else graph.node("Equal", x, graph.constant(proto.missing))
        out = graph.node("Where", gone, fill, x)
        if len(proto.left_out):
            remain = np.setdiff1d(np.arange(proto.n_features), proto.left_out)
            out = graph.node("Gather", out, graph.constant(remain), axis=1)
        if len(proto.indicator.columns):
            told = graph.node("Gather", gone, graph.constant(np.asarray(proto.indicator.columns, np.int64)), axis=1)
            out = graph.node("Concat", out, graph.node("Cast", told, to=TensorProto.DOUBLE), axis=1)
        return {"transform": out}
