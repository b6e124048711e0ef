"""The graph of every conformance case in onnxruntime, on all of the case's rows: what scikit-learn answered."""

import json
from pathlib import Path

import pytest

from modelx.evidence import table
from modelx.formats import onnx_graph, onnx_runtime
from modelx.v1 import evidence_pb2, model_pb2

FOLDER = Path(__file__).parents[1] / "conformance" / "vectors"
CASES = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("family", dict.fromkeys(case["family"] for case in CASES))
def test_graphs_answer_as_scikit_learn_did(family):
    ran = 0
    for case in CASES:
        model = model_pb2.ModelProto()
        if case["family"] == family:
            model.ParseFromString((FOLDER / f"{case['id']}.pb").read_bytes())
        if case["family"] != family or onnx_graph.lacking(model):
            continue
        expected = evidence_pb2.Evidence.FromString((FOLDER / case["expected"]).read_bytes())
        built, _ = onnx_graph.build(model)
        names = onnx_graph.output_names(model)
        feeds = onnx_graph.feeds(model, table.read_rows(expected.rows))
        found = onnx_runtime.run(built.SerializeToString(), feeds)
        assert set(found) == set(names.values()), case["id"]
        deviations = onnx_runtime.measure(found, expected, names)
        assert set(deviations) == set(names.values()), case["id"]
        off = {key: deviation.describe() for key, deviation in deviations.items() if deviation.outside}
        assert off == {}, case["id"]
        ran += 1
    assert ran or family in onnx_graph.NO_GRAPH
