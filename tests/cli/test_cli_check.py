"""``modelx check``."""

import json

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import modelx

X = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=["a", "b"])
Y = X["a"] * 2


@pytest.fixture
def saved(tmp_path):
    def save(estimator):
        joblib.dump(estimator, tmp_path / "m.joblib")
        return tmp_path / "m.joblib"

    return save


def test_what_works_is_shown_part_by_part(run, saved):
    columns = ColumnTransformer([("scale", StandardScaler(), ["a"])], remainder="passthrough")
    result = run("check", saved(make_pipeline(columns, Ridge()).fit(X, Y)), "--trust")
    assert result.code == 0
    assert result.out.splitlines() == [
        "ok       Pipeline (pipeline)",
        "ok         columntransformer: ColumnTransformer (column_transformer)",
        "ok           scale: StandardScaler (affine_scaler)",
        "ok           remainder: FunctionTransformer (passthrough)",
        "ok         ridge: Ridge (linear_regression)",
        "methods  predict",
        "protobuf yes",
        "json     yes",
        "onnx     yes",
    ]


def test_what_does_not_is_named_with_its_place_and_reason(run, saved):
    columns = ColumnTransformer([("scale", StandardScaler(), ["a"]), ("own", FunctionTransformer(np.hypot), ["b"])])
    columns.transformers_ = columns.transformers
    columns._transformer_to_input_indices = {"scale": [0], "own": [1]}
    model = make_pipeline(columns, GaussianProcessRegressor())
    result = run("check", saved(model), "--trust")
    assert result.code == 5
    assert "ok           scale: StandardScaler (affine_scaler)" in result.out
    line = next(line for line in result.out.splitlines() if "gaussianprocessregressor" in line)
    assert line.startswith("no")
    assert "GaussianProcessRegressor is not supported by this version of modelx" in line
    assert "methods" not in result.out


def test_a_part_that_refuses_its_parameters_is_named(run, saved):
    model = make_pipeline(StandardScaler(), FunctionTransformer(sorted), Ridge())
    model.steps[0][1].fit(X)
    found = modelx.examine(model)
    assert not found.exportable
    reasons = {part.place: part.reason for part in found.parts}
    assert reasons["functiontransformer"]
    assert not reasons["ridge"]
    assert run("check", saved(model), "--trust").code == 5


def test_json(run, saved):
    path = saved(Ridge().fit(X, Y))
    result = run("check", path, "--trust", "--json")
    assert result.code == 0
    assert json.loads(result.out) == {
        "path": str(path),
        "exportable": True,
        "parts": [{"place": "", "class_name": "Ridge", "family": "linear_regression", "reason": ""}],
        "methods": ["predict"],
        "formats": {"protobuf": "", "json": "", "onnx": ""},
        "warnings": [],
    }


def test_unfitted(run, saved):
    result = run("check", saved(Ridge()), "--trust")
    assert result.code == 5
    assert "this Ridge is not fitted" in result.out


def test_a_pickle_is_not_loaded_without_trust(run, saved):
    assert run("check", saved(Ridge().fit(X, Y))).code == 5
