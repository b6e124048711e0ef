"""Elementary functions that ONNX has no operator for, made of those that onnxruntime has to a last bit in double."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph


def log1p(graph: Graph, x: str) -> str:
    """Give log(1 + x) to a few units in the last place: what 1 + x loses is put back as a factor."""
    one = graph.constant(1.0)
    u = graph.node("Add", one, x)
    kept = graph.node("Sub", u, one)
    is_lost = graph.node("Equal", kept, graph.constant(0.0))
    factor = graph.node("Div", x, graph.node("Where", is_lost, one, kept))
    # Infinity over infinity.
    is_infinite = graph.node("Equal", x, graph.constant(np.inf))
    value = graph.node("Mul", graph.node("Log", u), graph.node("Where", is_infinite, one, factor))
    # -1 gives -inf: its factor is 1.
    return graph.node("Where", is_lost, x, value)


def expm1(graph: Graph, x: str) -> str:
    """Give exp(x) - 1 to a few units in the last place: what exp(x) loses is put back as a factor."""
    one = graph.constant(1.0)
    u = graph.node("Exp", x)
    kept = graph.node("Sub", u, one)
    is_lost = graph.node("Equal", kept, graph.constant(0.0))
    logarithm = graph.node("Log", u)
    is_plain = graph.node(
        "Or", graph.node("Equal", kept, graph.constant(-1.0)), graph.node("Equal", u, graph.constant(np.inf))
    )
    divisor = graph.node("Where", graph.node("Or", is_lost, is_plain), one, logarithm)
    value = graph.node("Mul", kept, graph.node("Div", x, divisor))
    return graph.node("Where", is_lost, x, graph.node("Where", is_plain, kept, value))
