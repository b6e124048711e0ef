"""A graph for any ONNX runtime that carries the model with it; see ``docs/onnx.md``."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from modelx import conversion, evidence
from modelx.errors import DriftError, MalformedError, NoModelError
from modelx.evidence import table
from modelx.formats import onnx_initializers, onnx_runtime, protobuf, wire_reader

if TYPE_CHECKING:
    from modelx.formats.onnx_runtime import Deviation
    from modelx.limits import Limits
    from modelx.v1 import model_pb2

NAME = "onnx"
SUFFIX = ".onnx"
MODEL_KEY = "modelx.model"
VERSION_KEY = "modelx.schema_version"
DEVIATION_KEY = "modelx.deviation"
SOURCE_KEY = "modelx.source"
# Numbers of fields in onnx.proto.
_GRAPH, _METADATA_PROPS, _INITIALIZER, _KEY, _VALUE = 7, 14, 5, 1, 2


def matches(data: bytes) -> bool:
    """Whether the bytes begin with ``ir_version``, field 1, as a varint."""
    return data[:1] == b"\x08"


def dumps(model: model_pb2.ModelProto, *, allow_drift: bool = False) -> bytes:
    """Build the graph, run it in onnxruntime against the model's evidence, and give its bytes with the model inside.

    Parameters
    ----------
    model : ModelProto
    allow_drift : bool
        Give the bytes even if the graph's labels differ, or its numbers are off by more than their tolerance.

    Raises
    ------
    MissingDependencyError
        onnx or onnxruntime is not installed.
    DriftError
    ModelFileError
        The typed error of the model's first defect.
    """
    onnx_runtime.require("onnx", "onnxruntime")
    from modelx.formats import onnx_graph

    conversion.check(model)
    evidence.check(model)
    built, paths = onnx_graph.build(model)
    properties = {
        MODEL_KEY: base64.b64encode(protobuf.dumps(onnx_initializers.skeleton(model, paths))).decode(),
        VERSION_KEY: str(model.schema_version),
    }
    deviations = measure(built.SerializeToString(deterministic=True), model)
    if not allow_drift:
        refuse_drift(deviations)
    properties[DEVIATION_KEY] = deviation_json(deviations, model.evidence.rows.n_rows)
    for key, value in properties.items():
        built.metadata_props.add(key=key, value=value)
    data: bytes = built.SerializeToString(deterministic=True)
    return data


def deviation_json(deviations: dict[str, Deviation], n_rows: int) -> str:
    """Write what was measured, for ``modelx.deviation``."""
    outputs = {key: deviation.as_json() for key, deviation in deviations.items()}
    return json.dumps({"runtime": onnx_runtime.name(), "rows": n_rows, "outputs": outputs})


def measure(data: bytes, model: model_pb2.ModelProto) -> dict[str, Deviation]:
    """Run a graph on the evidence of its checked model; give the deviation of each output."""
    if not model.HasField("evidence"):
        return {}
    from modelx.formats import onnx_graph

    found = onnx_runtime.run(data, onnx_graph.feeds(model, table.read_rows(model.evidence.rows)))
    return onnx_runtime.measure(found, model.evidence, onnx_graph.output_names(model))


def refuse_drift(deviations: dict[str, Deviation]) -> None:
    """Refuse a graph that has other labels, or numbers outside their tolerance.

    Raises
    ------
    DriftError
    """
    off = [f"{key}: {deviation.describe()}" for key, deviation in deviations.items() if deviation.outside]
    if off:
        raise DriftError(
            f"the graph does not give the estimator's own answers in onnxruntime: {'; '.join(off)}. "
            "Give allow_drift=True to write it all the same; what was measured stands in the file"
        )


def loads(data: bytes, limits: Limits) -> model_pb2.ModelProto:
    """Give the model that a file carries. The graph is not run, and neither onnx nor onnxruntime is needed.

    Raises
    ------
    MalformedError, NoModelError, TooDeepError
    """
    graphs: list[memoryview] = []
    encoded: list[bytes] = []
    for number, value in wire_reader.fields(memoryview(data)):
        if isinstance(value, memoryview):
            if number == _GRAPH:
                graphs.append(value)
            elif number == _METADATA_PROPS:
                entry = _entry(value)
                encoded += [entry[1]] if entry[0] == MODEL_KEY.encode() else []
    if not encoded:
        raise NoModelError(
            f"the ONNX file has no {MODEL_KEY} in its metadata: it is a graph alone, as skl2onnx makes it, which no "
            "estimator can be made from. Run it in an ONNX runtime; export an estimator that modelx supports to load it"
        )
    if len(encoded) > 1:
        raise MalformedError(f"the key {MODEL_KEY} is there {len(encoded)} times; write the file again")
    try:
        message = base64.b64decode(encoded[0], validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError(f"the value of {MODEL_KEY} is no base64 ({error}); write the file again") from error
    model = protobuf.loads(message, limits)
    for graph in graphs:
        for number, value in wire_reader.fields(graph):
            if number == _INITIALIZER and isinstance(value, memoryview):
                onnx_initializers.restore(model, value)
    return model


def _entry(data: memoryview) -> tuple[bytes, bytes]:
    entry: dict[int, Any] = {_KEY: b"", _VALUE: b""}
    for number, value in wire_reader.fields(data):
        if number in entry and isinstance(value, memoryview):
            entry[number] = bytes(value)
    return entry[_KEY], entry[_VALUE]
