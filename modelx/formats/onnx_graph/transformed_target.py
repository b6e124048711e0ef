"""Models of transformed targets, whose predictions are transformed back."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from modelx.conversion import family_of, place_of
from modelx.formats.onnx_graph import functions
from modelx.formats.onnx_graph.ensemble import EnsembleBuilder
from modelx.v1 import function_pb2

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2

Applied = function_pb2.AppliedFunction


class TransformedTargetBuilder(EnsembleBuilder):
    """``transformed_target``, over the table of all builders."""

    names: ClassVar[dict[str, str]] = {"predict": "predictions"}

    def lacks(self, model: model_pb2.ModelProto) -> str:
        final = model.transformed_target.final
        arm = final.WhichOneof("model")
        if arm in self._builders and not self._builders[arm].inverts_model(final):
            return f"the inverse_transform of {arm} has no ONNX graph in this version; write a .pb or .json file"
        return functions.lacks(Applied(function=model.transformed_target.inverse))

    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        proto = model.transformed_target
        predicted = self.ask(graph, proto.model, f"{path}.model", x)["predict"]
        is_flat = not family_of(proto.model).outputs(proto.model)[0].n_columns
        if not proto.HasField("final"):
            value = functions.apply(graph, Applied(function=proto.inverse), predicted)
            if is_flat and proto.n_outputs:
                value = graph.node("Unsqueeze", value, graph.constant([1]))
            return {"predict": graph.column(value) if not is_flat and not proto.n_outputs else value}
        given = graph.node("Unsqueeze", predicted, graph.constant([1])) if is_flat else predicted
        builder = self._builders[proto.final.WhichOneof("model") or ""]
        value = builder.inverse(graph, proto.final, place_of(proto.final, f"{path}.final"), given)
        return {"predict": value if proto.n_outputs else graph.column(value)}
