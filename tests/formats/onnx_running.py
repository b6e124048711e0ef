"""What a graph answers in onnxruntime, against scikit-learn."""

import warnings

import numpy as np
import onnx as onnx_package

import modelx
from modelx import conversion, frames
from modelx.evidence import recording, table
from modelx.formats import onnx, onnx_graph, onnx_runtime
from modelx.limits import DEFAULT
from modelx.v1 import evidence_pb2


def export(estimator, **options):
    """Give the file's bytes and the model that it carries."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = modelx.dumps(estimator, "onnx", **options)
    return data, onnx.loads(data, DEFAULT)


def check(estimator, x):
    """Compare all outputs on all rows with the estimator's own, within the tolerances of its family."""
    data, model = export(estimator)
    types = conversion.family_of(model).input_types(model)
    x = np.ascontiguousarray(x, dtype=np.float64) if types is None else frames.typed_rows(x, types, ())
    evidence = evidence_pb2.Evidence()
    table.write_rows(x, evidence.rows, types=types)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        given = recording.answers(estimator, model, x)
        tolerances = conversion.family_of(model).tolerances(model, estimator, x, np.zeros(x.shape))
        recording.write(given, tolerances, evidence, model)
    names = onnx_graph.output_names(model)
    found = onnx_runtime.run(data, onnx_graph.feeds(model, x))
    assert set(found) == set(names.values())
    deviations = onnx_runtime.measure(found, evidence, names)
    assert set(deviations) == set(names.values())
    assert {key: d.describe() for key, d in deviations.items() if d.outside} == {}
    return found


def parse(data):
    """Give the file as onnx's own message."""
    return onnx_package.load_model_from_string(data)


def properties(data):
    """Give the file's metadata."""
    return {entry.key: entry.value for entry in parse(data).metadata_props}
