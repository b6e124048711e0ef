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
    inverts : bool
        Whether there is `inverse`, for transformers of targets, whatever the model.
    """

    names: ClassVar[dict[str, str]]
    inverts: ClassVar[bool] = False

    def names_of(self, model: model_pb2.ModelProto) -> dict[str, str]:  # noqa: ARG002
        """Give `names` for this model."""
        return self.names

    def lacks(self, model: model_pb2.ModelProto) -> str:  # noqa: ARG002
        """Say why this model, apart from those inside of it, has no graph; nothing where it has one."""
        return ""

    def inverts_model(self, model: model_pb2.ModelProto) -> bool:  # noqa: ARG002
        """Whether there is `inverse` for this model."""
        return self.inverts

    @abstractmethod
    def outputs(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> dict[str, str]:
        """Add nodes for all methods, applied to the rows `x` of shape [N, n_features]; give the value of each.

        `x` is a value of the graph unless the model takes strings: `Graph.select` and `Graph.columns` ask for parts.

        `path` is the place of the family's message, such as ``pipeline.steps[1].kmeans``.
        """

    def transform(self, graph: Graph, model: model_pb2.ModelProto, path: str, x: str) -> str:
        """Add nodes for ``transform`` alone, as a step of a pipeline needs it; give its value."""
        found = self.outputs(graph, model, path, x).get("transform")
        if found is None:
            raise PipelineError("a step without transform is not the last", path=path)
        return found

    def inverse(self, graph: Graph, model: model_pb2.ModelProto, path: str, y: str) -> str:  # noqa: ARG002
        """Add nodes for ``inverse_transform``; give its value."""
        raise PipelineError("a transformer of targets without inverse_transform in graphs", path=path)
