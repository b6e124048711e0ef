"""Running the graph of an ONNX file against the evidence of the model that the file carries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelx.errors import EvidenceMismatchError, MalformedError, MissingDependencyError
from modelx.formats import onnx, onnx_runtime

if TYPE_CHECKING:
    from modelx.v1 import model_pb2


def check_graph(data: bytes, model: model_pb2.ModelProto) -> bool:
    """Run the graph against the evidence of its checked model.

    Only graphs of the operators that modelx writes are run: a hostile one can neither loop nor read other files.

    Parameters
    ----------
    data : bytes
        The ONNX file, not compressed.
    model : ModelProto
        The model that it carries.

    Returns
    -------
    bool
        Whether the graph was run: False where onnx or onnxruntime is not installed.

    Raises
    ------
    MalformedError
        For a graph that modelx does not write.
    EvidenceMismatchError
        For one whose outputs are not those that were recorded; the path is ``onnx.<output>``.
    """
    try:
        onnx_runtime.require("onnx", "onnxruntime")
    except MissingDependencyError:
        return False
    _check_form(data)
    try:
        deviations = onnx.measure(data, model)
    except Exception as error:  # onnxruntime's errors have no public base class
        raise MalformedError(f"onnxruntime refuses the graph: {error}", path="onnx") from error
    for name, deviation in deviations.items():
        if deviation.outside:
            raise EvidenceMismatchError(
                f"in onnxruntime, {deviation.describe()}. The graph was changed after it was written, or was written "
                "with allow_drift=True; do not use it",
                path=f"onnx.{name}",
            )
    return True


def _check_form(data: bytes) -> None:
    from onnx import ModelProto, TensorProto

    from modelx.formats.onnx_graph.graph import DOMAINS, OPERATORS

    given: Any = ModelProto()
    try:
        given.ParseFromString(data)
    except Exception as error:  # onnx may be built over another protobuf, with an error class of its own
        raise MalformedError(f"not a whole ONNX model ({error}); write the file again", path="onnx") from error
    graph = given.graph
    known = {"", "ai.onnx", *DOMAINS}
    foreign = {node.op_type for node in graph.node if node.op_type not in OPERATORS or node.domain not in known}
    if foreign or given.functions or graph.sparse_initializer:
        what = ", ".join(sorted(foreign)) or "functions or sparse initializers"
        raise MalformedError(
            f"the graph has {what}, which this modelx does not write; it was changed, or a newer modelx wrote it",
            path="onnx.graph",
        )
    tensors = list(graph.initializer) + [a.t for node in graph.node for a in node.attribute if a.HasField("t")]
    if any(tensor.data_location == TensorProto.EXTERNAL or tensor.external_data for tensor in tensors):
        raise MalformedError("an initializer stands in another file, which modelx does not write", path="onnx.graph")
