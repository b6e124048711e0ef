"""B-splines of each feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from onnx import TensorProto

from modelx import wire
from modelx.estimators.spline_transformer import edges
from modelx.formats.onnx_graph.base import Builder
from modelx.formats.onnx_graph.search import count_reached
from modelx.v1 import spline_transformer_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

    Doubles = NDArray[np.float64]

Proto = spline_transformer_pb2.SplineTransformerProto
_MOST = 20


class SplineTransformerBuilder(Builder):
    """``spline_transformer``. Values beyond the knots that scikit-learn refuses give NaN."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        # The number of nodes grows with the square of the degree.
        if model.spline_transformer.degree <= _MOST:
            return ""
        return f"splines of a degree over {_MOST} have no ONNX graph; write a .pb or .json file"

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:  # noqa: ARG002
        proto = model.spline_transformer
        knots, k = wire.doubles(proto.knots).reshape(proto.n_features, -1), proto.degree
        low, high = knots[:, k], knots[:, -k - 1]
        given = _folded(graph, x, low, high) if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC else x
        splines = _splines(graph, given, knots, k)
        if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC:
            splines = _wrapped(graph, splines, knots.shape[1] - k - 1, k)
        elif proto.extrapolation == Proto.EXTRAPOLATION_ERROR:
            splines = _beyond(graph, splines, x, low, high, graph.constant(np.nan), graph.constant(np.nan))
        elif proto.extrapolation == Proto.EXTRAPOLATION_CONSTANT:
            first, last = _columns(knots, k, low), _columns(knots, k, high)
            first[:, k:] = last[:, :-k] = 0.0
            splines = _beyond(graph, splines, x, low, high, graph.constant(first), graph.constant(last))
        elif proto.extrapolation == Proto.EXTRAPOLATION_LINEAR:
            splines = _straight(graph, splines, x, proto, knots)
        if proto.missing_zeros:
            gone = graph.node("Unsqueeze", graph.node("IsNaN", x), graph.constant([2]))
            splines = graph.node("Where", gone, graph.constant(0.0), splines)
        columns = knots.shape[1] - k - 1 - (k if proto.extrapolation == Proto.EXTRAPOLATION_PERIODIC else 0)
        if not proto.include_bias:
            columns -= 1
            splines = graph.node("Gather", splines, graph.constant(np.arange(columns)), axis=2)
        return {"transform": graph.node("Reshape", splines, graph.constant([-1, proto.n_features * columns]))}


def _splines(graph: Graph, x: str, knots: Doubles, k: int) -> str:
    """Give all splines of all features, shape [N, n_features, s]."""
    n_features, m = knots.shape
    # l - k, the number of the first spline that is not 0.
    first = graph.node("Cast", count_reached(graph, x, list(knots[:, k + 1 : m - k - 1])), to=TensorProto.INT64)
    index = graph.node("Add", first, graph.constant(np.arange(n_features) * m))
    table = graph.constant(knots.reshape(-1))
    near = [
        graph.node("Gather", table, graph.node("Add", index, graph.constant(i)))
        for i in range(1, 2 * k + 1)
    ]  # fmt: skip
    one, zero = graph.constant(1.0), graph.constant(0.0)
    # Of the shape of x, also where that is NaN.
    old = [graph.node("Where", graph.node("IsNaN", x), x, one)]
    for j in range(1, k + 1):
        new = [zero]
        for n in range(1, j + 1):
            a, b = near[k + n - j - 1], near[k + n - 1]
            same = graph.node("Equal", a, b)
            gap = graph.node("Where", same, one, graph.node("Sub", b, a))
            w = graph.node("Where", same, zero, graph.node("Div", old[n - 1], gap))
            new[n - 1] = graph.node("Add", new[n - 1], graph.node("Mul", w, graph.node("Sub", b, x)))
            new.append(graph.node("Mul", w, graph.node("Sub", x, a)))
        old = new
    axis = graph.constant([2])
    # scikit-learn multiplies all others with 0, which gives NaN where they have overflowed.
    spoils = [graph.node("Mul", h, zero) for h in old]
    parts = []
    for n in range(k + 2):
        value = zero
        for i in range(k + 1):
            value = graph.node("Add", value, old[i] if i == n else spoils[i])
        parts.append(graph.node("Unsqueeze", value, axis))
    every = graph.node("Concat", *parts, axis=2)
    # Of each spline its place among the k + 1; the one behind them for those that are 0.
    place = graph.node("Sub", graph.constant(np.arange(m - k - 1)), graph.node("Unsqueeze", first, axis))
    outside = graph.node(
        "Or", graph.node("Less", place, graph.constant(0)), graph.node("Greater", place, graph.constant(k))
    )
    return graph.node("GatherElements", every, graph.node("Where", outside, graph.constant(k + 1), place), axis=2)


def _folded(graph: Graph, x: str, low: Doubles, high: Doubles) -> str:
    """Bring values into the period."""
    period = high - low
    width = graph.constant(np.where(period == 0.0, 1.0, period))
    rest = graph.node("Mod", graph.node("Sub", x, graph.constant(low)), width, fmod=1)
    negative = graph.node("Less", rest, graph.constant(0.0))
    rest = graph.node("Where", negative, graph.node("Add", rest, width), rest)
    rest = graph.node("Mul", rest, graph.constant(np.where(period == 0.0, 0.0, 1.0)))
    return graph.node("Add", graph.constant(low), rest)


def _wrapped(graph: Graph, splines: str, count: int, k: int) -> str:
    """Add the last k splines to the first k."""
    kept = graph.node("Gather", splines, graph.constant(np.arange(count - k)), axis=2)
    if not k:
        return kept
    last = graph.node("Gather", splines, graph.constant(np.arange(count - k, count)), axis=2)
    first = graph.node("Add", graph.node("Gather", splines, graph.constant(np.arange(k)), axis=2), last)
    rest = graph.node("Gather", splines, graph.constant(np.arange(k, count - k)), axis=2)
    return graph.node("Concat", first, rest, axis=2)


def _beyond(graph: Graph, splines: str, x: str, low: Doubles, high: Doubles, below: str, above: str) -> str:
    """Put other values for what is beyond the limits of each feature."""
    column = graph.node("Unsqueeze", x, graph.constant([2]))
    is_below = graph.node("Less", column, graph.constant(low[:, None]))
    is_above = graph.node("Greater", column, graph.constant(high[:, None]))
    return graph.node("Where", is_above, above, graph.node("Where", is_below, below, splines))


def _straight(graph: Graph, splines: str, x: str, proto: Proto, knots: Doubles) -> str:
    """Go on in straight lines."""
    k, s = proto.degree, knots.shape[1] - proto.degree - 1
    places = edges(proto)
    rows = np.arange(len(knots))
    ends = (
        (knots[rows, [edge for edge, _ in places]], [np.arange(s) < reach for _, reach in places]),
        (knots[rows, [-edge - 1 for edge, _ in places]], [np.arange(s) >= s - reach for _, reach in places]),
    )
    column = graph.node("Unsqueeze", x, graph.constant([2]))
    lines = []
    for at, going in ends:
        value = np.where(going, _columns(knots, k, at), 0.0)
        slope = np.where(going, _columns(knots, k, at, slopes=True), 0.0)
        distance = graph.node("Sub", column, graph.constant(at[:, None]))
        lines.append(graph.node("Add", graph.constant(value), graph.node("Mul", distance, graph.constant(slope))))
    return _beyond(graph, splines, x, ends[0][0], ends[1][0], *lines)


def _columns(knots: Doubles, k: int, at: Doubles, *, slopes: bool = False) -> Doubles:
    """Compute the splines of each feature, or their slopes, at one value of each, shape (n_features, s)."""
    out = np.zeros((len(knots), knots.shape[1] - k - 1))
    for row, t, x in zip(out, knots, at, strict=True):
        l = k + int((t[k + 1 : len(t) - k - 1] <= x).sum())  # noqa: E741 - the schema's name
        h = [1.0]
        for j in range(1, k + 1):
            new = [0.0] * (j + 1)
            for n in range(1, j + 1):
                a, b = t[l + n - j], t[l + n]
                if a == b:
                    continue
                if slopes and j == k:
                    w = k * h[n - 1] / (b - a)
                    new[n - 1], new[n] = new[n - 1] - w, w
                else:
                    w = h[n - 1] / (b - a)
                    new[n - 1], new[n] = new[n - 1] + w * (b - x), w * (x - a)
            h = new
        row[l - k : l + 1] = h if k or not slopes else 0.0
    return out
