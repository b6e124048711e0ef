"""The normal distribution, which onnxruntime has no operator for in double: polynomials of pieces, as Go has them."""

from __future__ import annotations

from math import pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from modelx.formats.onnx_graph.normal_tables import POINTS, TAILS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph

# The first terms of the inverse's series around 1/2, where a logarithm would leave nothing of a small result.
_ROOT = sqrt(2.0 * pi)
_CUBIC, _QUINTIC = _ROOT * pi / 3.0, _ROOT * 7.0 * pi * pi / 30.0
_NEAR = 2.0**-10
# Where the pieces begin, and how many there are to 1.
_START, _PIECES = 9.0 / 8.0, 16.0
_TAIL_PIECES = 8.0


def cdf(graph: Graph, x: str) -> str:
    """Give the probability of at most x."""
    size = graph.node("Abs", x)
    at = graph.node("Mul", size, graph.constant(_TAIL_PIECES))
    tail = _piece(graph, TAILS, at)
    # Beyond the last piece there is nothing left; NaN is not beyond.
    far = graph.node("GreaterOrEqual", size, graph.constant(len(TAILS) / _TAIL_PIECES))
    tail = graph.node("Where", far, graph.constant(0.0), tail)
    is_low = graph.node("Less", x, graph.constant(0.0))
    out = graph.node("Where", is_low, tail, graph.node("Sub", graph.constant(1.0), tail))
    return graph.node("Where", graph.node("IsNaN", x), x, out)


def ppf(graph: Graph, p: str) -> str:
    """Give the point up to which the probability is p, from 1e-7 to as far from 1; p is NaN where that is."""
    half = graph.constant(0.5)
    is_low = graph.node("Less", p, half)
    least = graph.node("Where", is_low, p, graph.node("Sub", graph.constant(1.0), p))
    root = graph.node("Sqrt", graph.node("Mul", graph.constant(-2.0), graph.node("Log", least)))
    at = graph.node("Mul", graph.node("Sub", root, graph.constant(_START)), graph.constant(_PIECES))
    far = _piece(graph, POINTS, at)
    far = graph.node("Where", is_low, graph.node("Neg", far), far)
    y = graph.node("Sub", p, half)
    square = graph.node("Mul", y, y)
    series = graph.node("Add", graph.constant(_CUBIC), graph.node("Mul", square, graph.constant(_QUINTIC)))
    series = graph.node("Add", graph.constant(_ROOT), graph.node("Mul", square, series))
    near = graph.node("Mul", y, series)
    is_near = graph.node("Less", graph.node("Abs", y), graph.constant(_NEAR))
    out = graph.node("Where", is_near, near, far)
    return graph.node("Where", graph.node("IsNaN", p), p, out)


def _piece(graph: Graph, table: NDArray[np.float64], at: str) -> str:
    """Compute the polynomial of each value's piece in the value's fraction, brought to -1 ... 1."""
    last = graph.constant(float(len(table) - 1))
    # Neither is true of NaN, which no integer stands for; what is beyond the pieces is not used.
    inside = graph.node(
        "And", graph.node("GreaterOrEqual", at, graph.constant(0.0)), graph.node("LessOrEqual", at, last)
    )
    beyond = graph.node("Greater", at, last)
    number = graph.node("Where", inside, graph.node("Floor", at), graph.constant(0.0))
    number = graph.node("Where", beyond, last, number)
    index = graph.node("Cast", number, to=TensorProto.INT64)
    fraction = graph.node("Mul", graph.constant(2.0), graph.node("Sub", at, number))
    s = graph.node("Sub", fraction, graph.constant(1.0))
    out = ""
    for k in reversed(range(table.shape[1])):
        coefficient = graph.node("Gather", graph.constant(table[:, k]), index)
        out = graph.node("Add", graph.node("Mul", out, s), coefficient) if out else coefficient
    return out
