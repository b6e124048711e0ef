"""Proving the graph of an ONNX file by the model that the file carries, and running it against the model's evidence."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from modelx.errors import EvidenceMismatchError, MalformedError, MissingDependencyError, UnsupportedEstimatorError
from modelx.formats import onnx, onnx_runtime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelx.v1 import model_pb2

# The parts of a graph in which a difference is named, and the field by which one of them is known.
_PARTS = (("node", "op_type"), ("initializer", "name"), ("input", "name"), ("output", "name"))


def check_graph(data: bytes, model: model_pb2.ModelProto) -> bool:
    """Check that the graph is the one that modelx builds of the model, byte for byte, and run it on the evidence.

    Runtimes trust a graph: one of bad indices, or of tensors that grow without end, may crash or stop the process. So
    none is run that was not proven to be ours; operators and attributes need no checks of their own then.

    Parameters
    ----------
    data : bytes
        The ONNX file, not compressed.
    model : ModelProto
        The checked model that it carries.

    Returns
    -------
    bool
        Whether the graph was proven and run: False where onnx or onnxruntime is not installed.

    Raises
    ------
    MalformedError
        For every other graph.
    EvidenceMismatchError
        For one whose outputs are not those that were recorded; the path is ``onnx.<output>``.
    """
    try:
        onnx_runtime.require("onnx", "onnxruntime")
    except MissingDependencyError:
        return False
    proven = _prove(data, model)
    try:
        deviations = onnx.measure(proven, model)
    except Exception as error:  # onnxruntime's errors have no public base class
        raise MalformedError(f"onnxruntime refuses the graph: {error}", path="onnx") from error
    for name, deviation in deviations.items():
        if deviation.outside:
            raise EvidenceMismatchError(
                f"in onnxruntime, {deviation.describe()}. The file was written with allow_drift=True, or this runtime "
                "computes otherwise than the one that it was written with; do not use it there",
                path=f"onnx.{name}",
            )
    return True


def _prove(data: bytes, model: model_pb2.ModelProto) -> bytes:
    """Give the bytes of the graph, without metadata, if they are those of the graph that is built of the model."""
    from onnx import ModelProto

    from modelx.formats import onnx_graph

    given: Any = ModelProto()
    try:
        given.ParseFromString(data)
    except Exception as error:  # onnx may be built over another protobuf, with an error class of its own
        raise MalformedError(f"not a whole ONNX model ({error}); write the file again", path="onnx") from error
    try:
        built, _ = onnx_graph.build(model)
    except UnsupportedEstimatorError as error:
        raise MalformedError(f"modelx writes no graph of the model in the file: {error}", path="onnx.graph") from error
    del given.metadata_props[:]
    expected = _canonical(built)
    if _canonical(given) == expected:
        return expected
    what = next(_differences(given, built), "something beside the graph")
    raise MalformedError(
        f"{what} is not as this modelx builds it of the model in the file, so that the graph is not run: it was "
        "changed, or another version of modelx wrote it. 'modelx convert' writes it again, with the model's own graph",
        path="onnx.graph",
    )


def _canonical(message: Any) -> bytes:
    data: bytes = message.SerializeToString(deterministic=True)
    return data


def _differences(given: Any, built: Any) -> Iterator[str]:
    """Name the parts of a graph that differ from what was built."""
    for part, key in _PARTS:
        ours, theirs = getattr(built.graph, part), getattr(given.graph, part)
        for i, (a, b) in enumerate(zip_longest(theirs, ours)):
            if a is None or b is None or _canonical(a) != _canonical(b):
                yield f"{part} {i} ({'absent' if a is None else repr(getattr(a, key)[:60])})"
