"""Features bent by powers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from modelx import wire
from modelx.formats.onnx_graph import elementary
from modelx.formats.onnx_graph.base import Builder
from modelx.v1 import power_transformer_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

Proto = power_transformer_pb2.PowerTransformerProto
# Exponents nearer to 0 give logarithms.
_EPSILON = 2.0**-52
_SMALLEST = 1e-19
# Beyond these, exp, or a product, overflows.
_LARGEST, _MOST = 709.78, 1.79e308


class PowerTransformerBuilder(Builder):
    """``power_transformer``."""

    names: ClassVar[dict[str, str]] = {"transform": "transformed"}
    inverts = True

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.power_transformer
        bend = _box_cox if proto.method == Proto.METHOD_BOX_COX else _yeo_johnson
        out = bend(graph, _exponents(proto), x)
        for field, operator in (("subtract", "Sub"), ("divide", "Div")):
            values = getattr(proto, field)
            if len(values):
                out = graph.node(operator, out, graph.parameter(f"{path}.{field}", values))
        return {"transform": out}

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:
        proto = model.power_transformer
        for field, operator in (("divide", "Mul"), ("subtract", "Add")):
            values = getattr(proto, field)
            if len(values):
                y = graph.node(operator, y, graph.parameter(f"{path}.{field}", values))
        unbend = _inverse_box_cox if proto.method == Proto.METHOD_BOX_COX else _inverse_yeo_johnson
        return unbend(graph, _exponents(proto), y)


def _exponents(proto: Proto) -> NDArray[Any]:
    """Give the exponents in the precision that 1 / l and 2 - l are rounded to."""
    return wire.doubles(proto.lambdas).astype(np.float32 if proto.single_precision else np.float64)


def _doubles(graph: Graph, values: NDArray[Any]) -> str:
    return graph.constant(values.astype(np.float64))


def _either(graph: Graph, is_high: str, high: NDArray[np.bool_], low: NDArray[np.bool_]) -> str:
    """Give `high` where `is_high`, else `low`: onnxruntime has no Where for bools."""
    one = graph.node("And", is_high, graph.constant(high))
    return graph.node("Or", one, graph.node("And", graph.node("Not", is_high), graph.constant(low)))


def _yeo_johnson(graph: Graph, l: NDArray[Any], x: str) -> str:  # noqa: E741 - the schema's name
    m = 2 - l
    is_log, is_mirrored_log = np.abs(l) < _EPSILON, np.abs(l - 2) <= _EPSILON
    is_high = graph.node("GreaterOrEqual", x, graph.constant(0.0))
    exponent = graph.node(
        "Where", is_high, _doubles(graph, np.where(is_log, 1, l)), _doubles(graph, np.where(is_mirrored_log, 1, m))
    )
    logarithm = elementary.log1p(graph, graph.node("Abs", x))
    power = elementary.expm1(graph, graph.node("Mul", exponent, logarithm))
    logs = _either(graph, is_high, is_log, is_mirrored_log)
    bent = graph.node("Where", logs, logarithm, graph.node("Div", power, exponent))
    return graph.node("Where", is_high, bent, graph.node("Neg", bent))


def _inverse_yeo_johnson(graph: Graph, l: NDArray[Any], t: str) -> str:  # noqa: E741
    m = 2 - l
    is_log, is_mirrored_log = np.abs(l) < _EPSILON, np.abs(l - 2) <= _EPSILON
    high, low = np.where(is_log, 1, l).astype(l.dtype), np.where(is_mirrored_log, 1, m).astype(l.dtype)
    one = graph.constant(1.0)
    is_high = graph.node("GreaterOrEqual", t, graph.constant(0.0))
    exponent = graph.node("Where", is_high, _doubles(graph, high), _doubles(graph, low))
    root = graph.node("Where", is_high, _doubles(graph, 1 / high), _doubles(graph, 1 / low))
    size = graph.node("Abs", t)
    power = graph.node("Pow", graph.node("Add", graph.node("Mul", size, exponent), one), root)
    logs = _either(graph, is_high, is_log, is_mirrored_log)
    back = graph.node("Sub", graph.node("Where", logs, graph.node("Exp", size), power), one)
    return graph.node("Where", is_high, back, graph.node("Neg", back))


def _box_cox(graph: Graph, l: NDArray[Any], x: str) -> str:  # noqa: E741
    is_log = np.abs(l) < _SMALLEST
    own = np.where(is_log, 1, l).astype(l.dtype)
    exponent = _doubles(graph, own)
    logarithm = graph.node("Log", x)
    u = graph.node("Mul", exponent, logarithm)
    plain = graph.node("Div", elementary.expm1(graph, u), exponent)
    # What would overflow before it is divided.
    scaled = graph.node("Exp", graph.node("Sub", u, graph.node("Log", _doubles(graph, np.abs(own)))))
    far = graph.node("Sub", graph.node("Mul", _doubles(graph, np.sign(own)), scaled), _doubles(graph, 1 / own))
    bent = graph.node("Where", graph.node("Less", u, graph.constant(_LARGEST)), plain, far)
    return graph.node("Where", graph.constant(is_log), logarithm, bent)


def _inverse_box_cox(graph: Graph, l: NDArray[Any], t: str) -> str:  # noqa: E741
    own = np.where(l == 0, 1, l).astype(l.dtype)
    exponent = _doubles(graph, own)
    u = graph.node("Mul", exponent, t)
    near = graph.node("Exp", graph.node("Div", elementary.log1p(graph, u), exponent))
    shifted = graph.node("Mul", _doubles(graph, np.sign(own)), graph.node("Add", t, _doubles(graph, 1 / own)))
    logarithms = graph.node("Add", graph.node("Log", shifted), graph.node("Log", _doubles(graph, np.abs(own))))
    far = graph.node("Exp", graph.node("Div", logarithms, exponent))
    power = graph.node("Where", graph.node("Less", u, graph.constant(_MOST)), near, far)
    return graph.node("Where", graph.constant(l == 0), graph.node("Exp", t), power)
