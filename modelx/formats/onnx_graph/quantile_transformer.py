"""Values as ranks among those of the training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx import wire
from modelx.formats.onnx_graph import normal
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.search import count_reached
from modelx.v1 import quantile_transformer_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

    Doubles = NDArray[np.float64]

Proto = quantile_transformer_pb2.QuantileTransformerProto
_MARGIN = 1e-7
# What the normal distribution's points are cut to, as scikit-learn does.
_LOWEST, _HIGHEST = -5.199337582605575, 5.19933758270342
# The probability of the first of these.
_LEAST = 1e-7 - 2.0**-52


class QuantileTransformerBuilder(Builder):
    """``quantile_transformer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}
    inverts = True

    def lacks(self, model: model_pb2.ModelProto) -> str:
        quantiles, references = _tables(model.quantile_transformer)
        with np.errstate(over="ignore"):
            tables = (_slopes(quantiles, references), _slopes(references, quantiles))
        if all(np.isfinite(slopes).all() for slopes in tables):
            return ""
        return "quantiles are so near, or so far apart, that a slope overflows; write a .pb or .json file"

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.quantile_transformer
        q, r = _tables(proto)
        up = _interpolate(graph, x, q, r)
        down = _interpolate(graph, graph.node("Neg", x), -q[:, ::-1], -r[:, ::-1])
        p = graph.node("Mul", graph.constant(0.5), graph.node("Sub", up, down))
        if proto.output == Proto.OUTPUT_UNIFORM:
            return {"transform": _ends(graph, p, x, q, "Equal", 0.0, np.ones(len(q)), np.zeros(len(q)))}
        p = _ends(graph, p, x, q, "Less", _MARGIN, np.ones(len(q)), np.zeros(len(q)))
        # The points of these two are beyond what is cut off.
        inside = graph.node(
            "And",
            graph.node("GreaterOrEqual", p, graph.constant(_LEAST)),
            graph.node("LessOrEqual", p, graph.constant(1.0 - _LEAST)),
        )
        point = normal.ppf(graph, graph.node("Where", inside, p, graph.constant(0.5)))
        low = graph.node("Less", p, graph.constant(0.5))
        outside = graph.node("Where", low, graph.constant(_LOWEST), graph.constant(_HIGHEST))
        point = graph.node("Where", inside, point, outside)
        for operator, limit in (("Less", _LOWEST), ("Greater", _HIGHEST)):
            point = graph.node(
                "Where", graph.node(operator, point, graph.constant(limit)), graph.constant(limit), point
            )
        return {"transform": graph.node("Where", graph.node("IsNaN", x), x, point)}

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:  # noqa: ARG002
        proto = model.quantile_transformer
        q, r = _tables(proto)
        unit = np.repeat([[0.0, 1.0]], len(q), axis=0)
        if proto.output == Proto.OUTPUT_UNIFORM:
            return _ends(graph, _interpolate(graph, y, r, q), y, unit, "Equal", 0.0, q[:, -1], q[:, 0])
        p = normal.cdf(graph, y)
        return _ends(graph, _interpolate(graph, p, r, q), p, unit, "Less", _MARGIN, q[:, -1], q[:, 0])


def _tables(proto: Proto) -> tuple[Doubles, Doubles]:
    """Give the quantiles and the references of each feature, both of shape (n_features, n)."""
    references = wire.doubles(proto.references)
    quantiles = wire.doubles(proto.quantiles).reshape(len(references), proto.n_features).T
    return quantiles, np.repeat(references[None], proto.n_features, axis=0)


def _slopes(a: Doubles, b: Doubles) -> Doubles:
    """Give the slope between each point and the next one; 0 where these are one."""
    wide, high = np.diff(a, axis=1), np.diff(b, axis=1)
    return np.asarray(np.divide(high, wide, out=np.zeros(wide.shape), where=wide != 0.0))


def _interpolate(graph: Graph, x: str, a: Doubles, b: Doubles) -> str:
    """Interpolate linearly between points, of which a ascend, shape (n_features, n); constant beyond them."""
    n_features, n = a.shape
    # The number of the last point that is reached, or of the first one.
    at = graph.node("Sub", count_reached(graph, x, list(a)), graph.constant(1.0))
    at = graph.node("Max", at, graph.constant(0.0))
    index = graph.node("Add", graph.node("Cast", at, to=TensorProto.INT64), graph.constant(np.arange(n_features) * n))

    def of(table: Doubles) -> str:
        return graph.node("Gather", graph.constant(table.reshape(-1)), index)

    slope = of(np.pad(_slopes(a, b), ((0, 0), (0, 1))))
    value = graph.node("Add", graph.node("Mul", slope, graph.node("Sub", x, of(a))), of(b))
    value = graph.node("Where", graph.node("Less", x, graph.constant(a[:, 0])), graph.constant(b[:, 0]), value)
    is_last = graph.node("GreaterOrEqual", x, graph.constant(a[:, -1]))
    return graph.node("Where", is_last, graph.constant(b[:, -1]), value)


def _ends(
    graph: Graph, value: str, x: str, limits: Doubles, operator: str, margin: float, high: Doubles, low: Doubles
) -> str:
    """Put `high` and then `low` where x is at the last, or the first, limit of its feature, or within the margin."""
    first, last = graph.constant(limits[:, 0]), graph.constant(limits[:, -1])
    if operator == "Equal":
        is_high, is_low = graph.node("Equal", x, last), graph.node("Equal", x, first)
    else:
        width = graph.constant(margin)
        is_high = graph.node("Less", last, graph.node("Add", x, width))
        is_low = graph.node("Less", graph.node("Sub", x, width), first)
    value = graph.node("Where", is_high, graph.constant(high), value)
    return graph.node("Where", is_low, graph.constant(low), value)
