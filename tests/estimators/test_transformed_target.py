"""Regressors of transformed targets: every function of the table, transformers, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import SVR

import modelx
from modelx.errors import NotFittedError, ShapeError, SourceError, UnsupportedEstimatorError

PAIRS = [
    (np.log, np.exp),
    (np.exp, np.log),
    (np.log1p, np.expm1),
    (np.expm1, np.log1p),
    (np.sqrt, np.square),
    (np.square, np.sqrt),
    (np.log2, np.exp2),
    (np.reciprocal, np.reciprocal),
    (np.negative, np.negative),
    (np.arcsinh, np.sinh),
]


@pytest.mark.parametrize(("func", "inverse"), PAIRS, ids=lambda function: function.__name__)
def test_functions(func, inverse):
    x, y = load("diabetes")
    fitted = TransformedTargetRegressor(Ridge(), func=func, inverse_func=inverse).fit(x, y / 100.0)
    loaded = roundtrip.check(fitted, x)
    assert loaded.func is func
    assert loaded.inverse_func is inverse
    assert loaded.fit(x, y / 100.0).predict(x).tobytes() == fitted.predict(x).tobytes()


def test_neither_function_nor_transformer():
    x, y = load("diabetes")
    roundtrip.check(TransformedTargetRegressor().fit(x, y), x)
    roundtrip.check(TransformedTargetRegressor(Ridge()).fit(x, np.column_stack([y, -y])), x)


@pytest.mark.parametrize(
    "transformer",
    [StandardScaler(), MinMaxScaler(), RobustScaler(), make_pipeline(StandardScaler(), MinMaxScaler((1, 2)))],
    ids=lambda transformer: type(transformer).__name__,
)
@pytest.mark.parametrize("n_targets", [1, 3])
def test_transformers(transformer, n_targets):
    x, y = load("diabetes")
    targets = y if n_targets == 1 else np.column_stack([y, -y, y * y])
    roundtrip.check(TransformedTargetRegressor(LinearRegression(), transformer=transformer).fit(x, targets), x)


def test_targets_of_one_column_stay_a_column():
    x, y = load("diabetes")
    fitted = TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp).fit(x, y[:, None])
    assert roundtrip.check(fitted, x).predict(x).shape == fitted.predict(x).shape


def test_pipelines_and_names_of_features():
    x, y = load("diabetes")
    frame = pd.DataFrame(x, columns=[f"f{i}" for i in range(10)])
    inner = make_pipeline(StandardScaler(), Ridge())
    fitted = TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp).fit(frame, y)
    loaded = roundtrip.check(fitted, x)
    assert loaded.feature_names_in_.tolist() == list(frame.columns)
    outer = TransformedTargetRegressor(TransformedTargetRegressor(Ridge(), transformer=StandardScaler()))
    roundtrip.check(make_pipeline(StandardScaler(), outer).fit(x, y), x)


def test_an_exact_inverse_of_exact_predictions_is_exact():
    from sklearn.tree import DecisionTreeRegressor

    x, y = load("diabetes")
    tree = DecisionTreeRegressor(max_depth=3)
    model = modelx.to_proto(TransformedTargetRegressor(tree, func=np.sqrt, inverse_func=np.square).fit(x, y))
    assert [output.comparison for output in model.evidence.outputs] == [0]


def test_what_is_refused_at_export():
    x, y = load("diabetes")
    with pytest.raises(NotFittedError, match="TransformedTargetRegressor is not fitted"):
        modelx.to_proto(TransformedTargetRegressor())
    with pytest.raises(UnsupportedEstimatorError, match="regressor_: SVR is not supported"):
        modelx.to_proto(TransformedTargetRegressor(SVR()).fit(x, y))
    other = TransformedTargetRegressor(Ridge(), func=np.cbrt, inverse_func=lambda v: v**3).fit(x, y)
    with pytest.raises(UnsupportedEstimatorError, match=r"transformer_: inverse_func is .*register_function"):
        modelx.to_proto(other)


def spoiled(change):
    x, y = load("diabetes")
    model = modelx.to_proto(TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp).fit(x, y))
    change(model)
    return model


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: setattr(m.transformed_target, "inverse", 0), ShapeError, "inverse is 0"),
        (lambda m: setattr(m.transformed_target, "inverse", 77), ShapeError, "inverse is 77"),
        (lambda m: setattr(m.transformed_target, "inverse", 6), SourceError, "expected those of the model"),
        (lambda m: setattr(m.transformed_target, "inverse", 39), ShapeError, "inverse is 39"),
        (lambda m: setattr(m.transformed_target, "n_outputs", 3), ShapeError, "n_outputs is 3"),
        (lambda m: setattr(m.source.params["func"], "string_value", "eval"), SourceError, "functions are 'eval'"),
        (lambda m: setattr(m.source, "class_name", "Ridge"), SourceError, "no regressor of transformed"),
    ],
)
def test_models_that_contradict_are_refused(change, error, message):
    with pytest.raises(error, match=message):
        modelx.from_proto(spoiled(change))
