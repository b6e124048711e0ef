"""ONNX files without a model, or with numbers that do not fit into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import onnx
from onnx import numpy_helper

import modelx
from defects.defect import Defect, base

_KEY = "modelx.model"
_NAME = "linear_regression.coefficients"


def of_graphs() -> Iterator[Defect]:
    """Give graphs that were edited, or come from elsewhere."""
    whole = modelx.api.encode(base("linear_regression"), modelx.formats.Encoding("onnx"))

    def defect(
        name: str, why: str, edit: Callable[[onnx.ModelProto], object], kind: str = "malformed", path: str = ""
    ) -> Defect:
        graph = onnx.load_model_from_string(whole)
        edit(graph)
        data = graph.SerializeToString(deterministic=True)
        if data == whole:
            raise ValueError(f"{name} changes nothing")
        return Defect(f"onnx/{name}", why, kind, data, suffix=".onnx", path=path)

    def initializer(graph: onnx.ModelProto) -> onnx.TensorProto:
        return next(tensor for tensor in graph.graph.initializer if tensor.name == _NAME)

    def remove_model(graph: onnx.ModelProto) -> None:
        kept = [(entry.key, entry.value) for entry in graph.metadata_props if entry.key != _KEY]
        onnx.helper.set_model_props(graph, dict(kept))

    def set_model(value: str) -> Callable[[onnx.ModelProto], object]:
        def edit(graph: onnx.ModelProto) -> None:
            next(entry for entry in graph.metadata_props if entry.key == _KEY).value = value

        return edit

    def add(name: str, values: object) -> Callable[[onnx.ModelProto], object]:
        tensor = numpy_helper.from_array(np.array(values), name)
        return lambda graph: graph.graph.initializer.append(tensor)

    def tamper(graph: onnx.ModelProto) -> None:
        values = numpy_helper.to_array(initializer(graph)).copy()
        values.flat[2] *= 1.001
        initializer(graph).raw_data = values.tobytes()

    def to_float32(graph: onnx.ModelProto) -> None:
        values = numpy_helper.to_array(initializer(graph)).astype(np.float32)
        initializer(graph).CopyFrom(numpy_helper.from_array(values, _NAME))

    def remove(graph: onnx.ModelProto) -> None:
        graph.graph.initializer.remove(initializer(graph))

    def cut_values(graph: onnx.ModelProto) -> None:
        initializer(graph).raw_data = initializer(graph).raw_data[:-8]

    def twice(graph: onnx.ModelProto) -> None:
        graph.metadata_props.append(next(entry for entry in graph.metadata_props if entry.key == _KEY))

    yield Defect("onnx/truncated", "cut in the middle", "malformed", whole[: len(whole) // 2], suffix=".onnx")
    yield Defect("onnx/last_byte", "the last byte is missing", "malformed", whole[:-1], suffix=".onnx")
    yield defect(
        "no_model",
        "a graph of another tool: it runs in an ONNX runtime, and is no model of modelx",
        remove_model,
        "no_model",
    )
    yield defect("not_base64", "metadata that is no base64", set_model("@@@ not base64 @@@"))
    yield defect("model_is_garbage", "base64 of bytes that are no message", set_model("////////"))
    yield defect("two_models", "the key is there twice", twice)
    yield defect(
        "path_of_another_family",
        "an initializer for a field that this model has not",
        add("kmeans.centers", [1.0, 2.0]),
    )
    yield defect(
        "path_of_a_missing_step",
        "an initializer for a step that is not there",
        add("pipeline.steps[3].kmeans.centers", [1.0]),
    )
    yield defect("path_twice", "two initializers for one field", add(_NAME, np.ones((10, 1))))
    yield defect("float32_initializer", "an initializer of another type than DOUBLE", to_float32)
    yield defect("initializer_too_short", "fewer values than its dims say", cut_values)
    yield defect("missing_initializer", "a field that neither the message nor the graph has", remove, "shape", _NAME)
    yield defect("tampered_initializer", "a coefficient was changed in the graph", tamper, "evidence_mismatch")
