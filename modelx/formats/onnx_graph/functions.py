"""Functions of one number, of operators that onnxruntime computes to a last bit in double.

Its sines and cosines have no correct digit next to multiples of pi, and it has no others of their kind.
"""

from __future__ import annotations

from math import pi
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto

from modelx.formats.onnx_graph.elementary import expm1, log1p
from modelx.v1 import function_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelx.formats.onnx_graph.graph import Graph

Function = function_pb2.Function
Applied = function_pb2.AppliedFunction
_OPERATORS = {
    Function.FUNCTION_IDENTITY: "Identity",
    Function.FUNCTION_EXP: "Exp",
    Function.FUNCTION_LOG: "Log",
    Function.FUNCTION_SQRT: "Sqrt",
    Function.FUNCTION_NEGATIVE: "Neg",
    Function.FUNCTION_ABSOLUTE: "Abs",
    Function.FUNCTION_SIGN: "Sign",
    Function.FUNCTION_FLOOR: "Floor",
    Function.FUNCTION_CEIL: "Ceil",
    Function.FUNCTION_RINT: "Round",
}
# A number whose exponential has no other digits than that of the number's negative adds.
_FAR = 22.0
# A number whose square would overflow, or adds nothing to 1.
_HUGE = 1e150
# Written down: not every library computes them to the same bit, and a graph is to have the same bytes everywhere.
_LOG_2, _LOG_10 = 0.6931471805599453, 2.302585092994046


def lacks(applied: Applied) -> str:
    """Say why a function has no graph; nothing where it has one."""
    if applied.name:
        return f"the function {applied.name!r} is registered by a program; write a .pb or .json file"
    if applied.function in (Function.FUNCTION_UNSPECIFIED, *_OPERATORS, *_FORMULAS, *_WITH_PARAMETERS):
        return ""
    return f"onnxruntime has no exact {Function.Name(applied.function)} in double; write a .pb or .json file"


def apply(graph: Graph, applied: Applied, x: str) -> str:
    """Apply a function that does not lack a graph; an unset one gives `x`."""
    function = applied.function
    if function in _OPERATORS:
        return graph.node(_OPERATORS[function], x)
    if function in _FORMULAS:
        return _FORMULAS[function](graph, x)
    return _WITH_PARAMETERS[function](graph, x, applied) if function in _WITH_PARAMETERS else x


def _truth(graph: Graph, condition: str) -> str:
    return graph.node("Cast", condition, to=TensorProto.DOUBLE)


def _signed(graph: Graph, x: str, size: str) -> str:
    """Give a number of this size with the sign of x."""
    return graph.node("Where", graph.node("Less", x, graph.constant(0.0)), graph.node("Neg", size), size)


def _times(factor: float) -> Callable[[Graph, str], str]:
    return lambda graph, x: graph.node("Mul", x, graph.constant(factor))


def _logarithm(of_base: float) -> Callable[[Graph, str], str]:
    return lambda graph, x: graph.node("Div", graph.node("Log", x), graph.constant(of_base))


def _truncated(graph: Graph, x: str) -> str:
    is_low = graph.node("Less", x, graph.constant(0.0))
    return graph.node("Where", is_low, graph.node("Ceil", x), graph.node("Floor", x))


def _cube_root(graph: Graph, x: str) -> str:
    return _signed(graph, x, graph.node("Pow", graph.node("Abs", x), graph.constant(1.0 / 3.0)))


def _half_exponential(graph: Graph, size: str) -> str:
    """Give exp(size) / 2, which overflows later than the exponential does."""
    root = graph.node("Exp", graph.node("Mul", size, graph.constant(0.5)))
    return graph.node("Mul", graph.node("Mul", graph.constant(0.5), root), root)


def _sinh(graph: Graph, x: str) -> str:
    size, one = graph.node("Abs", x), graph.constant(1.0)
    e = expm1(graph, size)
    both = graph.node("Add", e, graph.node("Div", e, graph.node("Add", e, one)))
    is_far = graph.node("Greater", size, graph.constant(_FAR))
    near = graph.node("Mul", graph.constant(0.5), both)
    return _signed(graph, x, graph.node("Where", is_far, _half_exponential(graph, size), near))


def _cosh(graph: Graph, x: str) -> str:
    size = graph.node("Abs", x)
    e = graph.node("Exp", size)
    both = graph.node("Add", e, graph.node("Div", graph.constant(1.0), e))
    is_far = graph.node("Greater", size, graph.constant(_FAR))
    near = graph.node("Mul", graph.constant(0.5), both)
    return graph.node("Where", is_far, _half_exponential(graph, size), near)


def _tanh(graph: Graph, x: str) -> str:
    size, two = graph.node("Abs", x), graph.constant(2.0)
    e = expm1(graph, graph.node("Mul", two, size))
    near = graph.node("Div", e, graph.node("Add", e, two))
    is_far = graph.node("Greater", size, graph.constant(_FAR))
    return _signed(graph, x, graph.node("Where", is_far, graph.constant(1.0), near))


def _arcsinh(graph: Graph, x: str) -> str:
    size, one = graph.node("Abs", x), graph.constant(1.0)
    square = graph.node("Mul", size, size)
    root = graph.node("Sqrt", graph.node("Add", square, one))
    near = log1p(graph, graph.node("Add", size, graph.node("Div", square, graph.node("Add", one, root))))
    return _signed(graph, x, _or_double(graph, size, near))


def _arccosh(graph: Graph, x: str) -> str:
    above = graph.node("Sub", x, graph.constant(1.0))
    root = graph.node("Sqrt", graph.node("Mul", above, graph.node("Add", x, graph.constant(1.0))))
    near = log1p(graph, graph.node("Add", above, root))
    is_low = graph.node("Less", x, graph.constant(1.0))
    return graph.node("Where", is_low, graph.constant(np.nan), _or_double(graph, x, near))


def _or_double(graph: Graph, size: str, near: str) -> str:
    """Give log(2 size) for huge numbers."""
    far = graph.node("Add", graph.node("Log", size), graph.constant(_LOG_2))
    return graph.node("Where", graph.node("Greater", size, graph.constant(_HUGE)), far, near)


def _arctanh(graph: Graph, x: str) -> str:
    size = graph.node("Abs", x)
    rest = graph.node("Sub", graph.constant(1.0), size)
    ratio = graph.node("Div", graph.node("Mul", graph.constant(2.0), size), rest)
    return _signed(graph, x, graph.node("Mul", graph.constant(0.5), log1p(graph, ratio)))


def _expit(graph: Graph, x: str) -> str:
    one = graph.constant(1.0)
    return graph.node("Div", one, graph.node("Add", one, graph.node("Exp", graph.node("Neg", x))))


def _logit(graph: Graph, x: str) -> str:
    return graph.node("Log", graph.node("Div", x, graph.node("Sub", graph.constant(1.0), x)))


def _is_infinite(graph: Graph, x: str) -> str:
    return _truth(graph, graph.node("Equal", graph.node("Abs", x), graph.constant(np.inf)))


def _is_finite(graph: Graph, x: str) -> str:
    return _truth(graph, graph.node("Less", graph.node("Abs", x), graph.constant(np.inf)))


def _clip(graph: Graph, x: str, applied: Applied) -> str:
    for name, operator in (("low", "Less"), ("high", "Greater")):
        if applied.limits.HasField(name):
            limit = graph.constant(getattr(applied.limits, name))
            x = graph.node("Where", graph.node(operator, x, limit), limit, x)
    return x


def _nan_to_num(graph: Graph, x: str, applied: Applied) -> str:
    found = applied.replacements
    out = graph.node("Where", graph.node("IsNaN", x), graph.constant(found.nan), x)
    for sign, value in ((1.0, found.positive_infinity), (-1.0, found.negative_infinity)):
        is_such = graph.node("Equal", x, graph.constant(sign * np.inf))
        out = graph.node("Where", is_such, graph.constant(value), out)
    return out


def _round(graph: Graph, x: str, applied: Applied) -> str:
    power = 1.0
    for _ in range(abs(applied.decimals)):
        power *= 10.0
    if not applied.decimals:
        return graph.node("Round", x)
    before, after = ("Mul", "Div") if applied.decimals > 0 else ("Div", "Mul")
    scale = graph.constant(power)
    return graph.node(after, graph.node("Round", graph.node(before, x, scale)), scale)


_FORMULAS: dict[Function, Callable[[Graph, str], str]] = {
    Function.FUNCTION_EXPM1: expm1,
    Function.FUNCTION_LOG1P: log1p,
    Function.FUNCTION_SQUARE: lambda graph, x: graph.node("Mul", x, x),
    Function.FUNCTION_EXP2: lambda graph, x: graph.node("Pow", graph.constant(2.0), x),
    Function.FUNCTION_RECIPROCAL: lambda graph, x: graph.node("Div", graph.constant(1.0), x),
    Function.FUNCTION_LOG2: _logarithm(_LOG_2),
    Function.FUNCTION_LOG10: _logarithm(_LOG_10),
    Function.FUNCTION_TRUNC: _truncated,
    Function.FUNCTION_IS_NAN: lambda graph, x: _truth(graph, graph.node("IsNaN", x)),
    Function.FUNCTION_IS_INFINITE: _is_infinite,
    Function.FUNCTION_IS_FINITE: _is_finite,
    Function.FUNCTION_RADIANS: _times(pi / 180.0),
    Function.FUNCTION_DEGREES: _times(180.0 / pi),
    Function.FUNCTION_CBRT: _cube_root,
    Function.FUNCTION_SINH: _sinh,
    Function.FUNCTION_COSH: _cosh,
    Function.FUNCTION_TANH: _tanh,
    Function.FUNCTION_ARCSINH: _arcsinh,
    Function.FUNCTION_ARCCOSH: _arccosh,
    Function.FUNCTION_ARCTANH: _arctanh,
    Function.FUNCTION_EXPIT: _expit,
    Function.FUNCTION_LOGIT: _logit,
}
_WITH_PARAMETERS: dict[Function, Callable[[Graph, str, Applied], str]] = {
    Function.FUNCTION_CLIP: _clip,
    Function.FUNCTION_NAN_TO_NUM: _nan_to_num,
    Function.FUNCTION_ROUND: _round,
}
