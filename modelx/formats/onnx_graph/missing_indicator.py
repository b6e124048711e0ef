"""What is missing, as bools."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, ClassVar

from onnx import TensorProto

from modelx.formats.onnx_graph import inputs
from modelx.formats.onnx_graph.base import Builder

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import missing_indicator_pb2, model_pb2

    Strings = missing_indicator_pb2.MissingStrings


def lacks(*texts: str) -> str:
    """Say why what counts as missing, or is put in its place, has no graph; nothing where it has one."""
    if {inputs.NONE, inputs.NAN}.intersection(texts):
        return (
            "a string is a text that stands for None or NaN in ONNX, whose strings hold neither; give another string, "
            "or write a .pb or .json file"
        )
    return ""


def missing(graph: Graph, x: str, marker: float) -> str:
    """Say which values of a matrix of doubles are missing."""
    return graph.node("IsNaN", x) if isnan(marker) else graph.node("Equal", x, graph.constant(marker))


def missing_text(graph: Graph, column: str, marker: Strings) -> str:
    """Say which strings of a column are missing."""
    known = [inputs.NONE] * marker.none + [inputs.NAN] * marker.nan + [marker.text] * marker.HasField("text")
    told = graph.look_up(column, known, [1.0] * len(known), 0.0, texts=True)
    return graph.node("Equal", told, graph.constant(1.0))


def told(graph: Graph, x: str, proto: missing_indicator_pb2.MissingIndicatorProto) -> str:
    """Say which values of the indicator's columns are missing."""
    if not any(proto.strings):
        return missing(graph, graph.select(x, proto.columns), proto.missing)
    columns = graph.columns(x, proto.n_features)
    parts = [gone(graph, columns[j], proto, text=proto.strings[j]) for j in proto.columns]
    return parts[0] if len(parts) == 1 else graph.node("Concat", *parts, axis=1)


def gone(graph: Graph, column: str, proto: Any, *, text: bool) -> str:
    """Say which values of one column, of strings or of numbers, are missing for an imputer or an indicator."""
    return missing_text(graph, column, proto.missing_strings) if text else missing(graph, column, proto.missing)


def with_indicator(graph: Graph, out: str, x: str, proto: missing_indicator_pb2.MissingIndicatorProto) -> str:
    """Put what an imputer's indicator gives for `x`, as 1 and 0, beside what the imputer gives, if anything."""
    if not len(proto.columns):
        return out
    indicated = graph.node("Cast", told(graph, x, proto), to=TensorProto.DOUBLE)
    return graph.node("Concat", out, indicated, axis=1) if out else indicated


class MissingIndicatorBuilder(Builder):
    """``missing_indicator``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        return lacks(model.missing_indicator.missing_strings.text)

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        return {"transform": told(graph, x, model.missing_indicator)}

    def transform(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> str:
        return graph.node("Cast", super().transform(graph, model, path, x), to=TensorProto.DOUBLE)
