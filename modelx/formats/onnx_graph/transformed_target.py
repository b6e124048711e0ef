"""Models of transformed targets, whose predictions are transformed back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.conversion import family_of, place_of
from modelx.formats.onnx_graph import elementary
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder
from modelx.v1 import function_pb2, model_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph

Function = function_pb2.Function
_OPERATORS = {
    Function.FUNCTION_EXP: "Exp",
    Function.FUNCTION_LOG: "Log",
    Function.FUNCTION_SQRT: "Sqrt",
    Function.FUNCTION_NEGATIVE: "Neg",
    Function.FUNCTION_IDENTITY: "Identity",
}
_KNOWN = {
    Function.FUNCTION_UNSPECIFIED,
    Function.FUNCTION_EXPM1,
    Function.FUNCTION_LOG1P,
    Function.FUNCTION_SQUARE,
    Function.FUNCTION_EXP2,
    Function.FUNCTION_RECIPROCAL,
    *_OPERATORS,
}


class TransformedTargetBuilder(EnsembleBuilder):
    """``transformed_target``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {"predict": "predictions"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        final = model.transformed_target.final
        arm = final.WhichOneof("model")
        if arm in self._builders and not self._builders[arm].inverts_model(final):
            return f"the inverse_transform of {arm} has no ONNX graph in this version; write a .pb or .json file"
        inverse = model.transformed_target.inverse
        if inverse not in _KNOWN:
            return f"{Function.Name(inverse)} has no ONNX graph in this version; write a .pb or .json file"
        return ""

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.transformed_target
        predicted = self.ask(graph, proto.model, f"{path}.model", x)["predict"]
        is_flat = not family_of(proto.model).outputs(proto.model)[0].n_columns
        if not proto.HasField("final"):
            value = _apply(graph, proto.inverse, predicted)
            if is_flat and proto.n_outputs:
                value = graph.node("Unsqueeze", value, graph.constant([1]))
            return {"predict": graph.column(value) if not is_flat and not proto.n_outputs else value}
        given = graph.node("Unsqueeze", predicted, graph.constant([1])) if is_flat else predicted
        builder = self._builders[proto.final.WhichOneof("model") or ""]
        value = builder.inverse(graph, proto.final, place_of(proto.final, f"{path}.final"), given)
        return {"predict": value if proto.n_outputs else graph.column(value)}


def _apply(graph: Graph, function: Function, y: str) -> str:
    if function in _OPERATORS:
        return graph.node(_OPERATORS[function], y)
    if function == Function.FUNCTION_EXPM1:
        return elementary.expm1(graph, y)
    if function == Function.FUNCTION_LOG1P:
        return elementary.log1p(graph, y)
    if function == Function.FUNCTION_SQUARE:
        return graph.node("Mul", y, y)
    if function == Function.FUNCTION_EXP2:
        return graph.node("Pow", graph.constant(2.0), y)
    return graph.node("Div", graph.constant(1.0), y)
