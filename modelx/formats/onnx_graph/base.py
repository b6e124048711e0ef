"""What every builder of a family's graph answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from modelx.errors import PipelineError

if TYPE_CHECKING:
    from modelx.formats.onnx_graph.graph import Graph
    from modelx.v1 import model_pb2


class Builder(ABC):
    """One arm of ``ModelProto.model`` as nodes of an ONNX graph.

    Attributes
    ----------
    names : dict of str to str
        For each method of scikit-learn that the graph has, the name of its output.
    """

    names: ClassVar[dict[str, str]]

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:  # noqa: ARG002
        """Give `names` for this model."""
        return self.names

    @abstractmethod
    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        """Add nodes for all methods, applied to the value `x` of shape [N, n_features]; give the value of each.

        `path` is the place of the family's message, such as ``pipeline.steps[1].kmeans``.
        """

    def transform(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> str:
        """Add nodes for ``transform`` alone, as a step of a pipeline needs it; give its value."""
        found = self.outputs(graph, model, path, x).get("transform")
        if found is None:
            raise PipelineError("a step without transform is not the last", path=path)
        return found
