"""The imputer that puts one value for each column in the place of what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx.formats.onnx_graph import inputs
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.missing_indicator import gone, lacks, missing, told

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2, simple_imputer_pb2


class SimpleImputerBuilder(Builder):
    """``simple_imputer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        proto = model.simple_imputer
        return lacks(proto.missing_strings.text, *proto.fill.strings)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.simple_imputer
        if any(proto.strings):
            return {"transform": _mixed(graph, proto, x)}
        # The whole list is there, so that the file has each value once; columns are left out afterwards.
        fill = graph.parameter(f"{path}.fill.doubles", proto.fill.doubles)
        is_gone = missing(graph, x, proto.missing)
        out = graph.node("Where", is_gone, fill, x)
        if len(proto.left_out):
            remain = np.setdiff1d(np.arange(proto.n_features), proto.left_out)
            out = graph.node("Gather", out, graph.constant(remain), axis=1)
        if len(proto.indicator.columns):
            indicated = graph.select(is_gone, proto.indicator.columns)
            out = graph.node("Concat", out, graph.node("Cast", indicated, to=TensorProto.DOUBLE), axis=1)
        return {"transform": out}


def _mixed(graph: Graph, proto: simple_imputer_pb2.SimpleImputerProto, x: str) -> str:
    """Fill columns of which some are strings."""
    texts = iter([inputs.NONE if k in proto.fill.none else text for k, text in enumerate(proto.fill.strings)])
    columns = graph.columns(x, proto.n_features)
    parts, strings = [], []
    for j, (text, number) in enumerate(zip(proto.strings, proto.fill.doubles, strict=True)):
        value = next(texts) if text else number
        if j in proto.left_out:
            continue
        is_gone = gone(graph, columns[j], proto, text=text)
        parts.append(graph.node("Where", is_gone, graph.constant([value]), columns[j]))
        strings += [parts[-1]] if text else []
    if len(proto.indicator.columns):
        indicated = graph.node("Cast", told(graph, x, proto.indicator), to=TensorProto.DOUBLE)
        parts += graph.columns(indicated, len(proto.indicator.columns))
    if not strings:
        return parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)
    return graph.rows(parts, strings)
