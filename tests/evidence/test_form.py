"""Evidence whose form is wrong is refused before it is replayed."""

import pytest
from data import load
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.errors import EvidenceError

CHANGES = [
    (lambda e: e.outputs.pop(), "outputs of predict, predict_proba, predict_log_proba; expected"),
    (lambda e: setattr(e.outputs[0], "method", "fit"), "method 'fit' is none of the model's"),
    (lambda e: setattr(e.outputs[0], "n_columns", 1), "expected ints in 0"),
    (lambda e: e.outputs[0].doubles.append(1.0), "no one list"),
    (lambda e: e.outputs[1].doubles.pop(), "values; expected"),
    (lambda e: e.outputs[1].tolerances.extend([1.0] * 99), "tolerances must be finite"),
    (lambda e: e.outputs[1].tolerances.__setitem__(0, -1.0), "tolerances must be finite"),
    (lambda e: e.outputs[1].tolerances.__setitem__(0, float("inf")), "tolerances must be finite"),
    (lambda e: setattr(e.outputs[1], "comparison", 99), "comparison 99 does not suit"),
    (lambda e: setattr(e.outputs[0], "comparison", 1), "comparison 1 does not suit ints"),
    (lambda e: setattr(e.rows, "n_rows", 0), "rows are 0 x 4"),
    (lambda e: setattr(e.rows, "n_rows", -3), "rows are -3 x 4"),
    (lambda e: setattr(e.rows, "n_rows", 2**31 - 1), "values; expected"),
    (lambda e: setattr(e.rows, "n_features", 5), "expected at least one of 4 values"),
    (lambda e: e.rows.values.pop(), "in one of two lists"),
    (lambda e: setattr(e.rows, "eighths", b"\1"), "in one of two lists"),
]


@pytest.mark.parametrize(("change", "match"), CHANGES)
def test_each_defect(change, match):
    x, y = load("iris")
    model = modelx.to_proto(LogisticRegression().fit(x, y))
    change(model.evidence)
    with pytest.raises(EvidenceError, match=match):
        modelx.from_proto(model)
    with pytest.raises(EvidenceError, match=match):
        modelx.from_proto(model, verify=False)


def test_rows_in_a_step_and_wrong_counts_in_a_step():
    x, y = load("iris")
    model = modelx.to_proto(make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y))
    step = model.pipeline.steps[0]
    step.evidence.outputs[0].doubles.pop()
    with pytest.raises(EvidenceError) as caught:
        modelx.from_proto(model)
    assert caught.value.path.startswith("pipeline.steps[0].evidence")
    step.evidence.rows.n_rows = 1
    with pytest.raises(EvidenceError, match="a step has rows of its own"):
        modelx.from_proto(model)


def test_a_model_without_evidence_loads():
    x, y = load("iris")
    model = modelx.to_proto(LogisticRegression().fit(x, y))
    model.ClearField("evidence")
    assert modelx.from_proto(model).predict(x).shape == (150,)
