"""Degrees, interactions, bias and order, each with each."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import modelx
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError

DEGREES = [0, 1, 2, 3, 5, (0, 0), (0, 2), (1, 2), (2, 2), (2, 4), (3, 3), [1, 3], np.int64(2)]


def rows_of(width):
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((12, width)) * np.exp2(rng.integers(-30, 30, (12, 1)))
    rows[0] = 0.0
    rows[1] = -0.0
    rows[2] = 5e-324
    rows[3] *= 1e290
    return rows


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("include_bias", [True, False])
@pytest.mark.parametrize("interaction_only", [True, False])
@pytest.mark.parametrize("degree", DEGREES, ids=repr)
@pytest.mark.parametrize("width", [1, 2, 4])
def test_every_form(width, degree, interaction_only, include_bias, order):
    x = rows_of(width)
    model = PolynomialFeatures(degree, interaction_only=interaction_only, include_bias=include_bias, order=order)
    try:
        fitted = model.fit(x)
    except ValueError:
        assert not include_bias  # Nothing at all is no output.
        return
    if fitted.n_output_features_ == 0:
        with pytest.raises(UnsupportedEstimatorError, match="gives 0 columns"):
            modelx.dumps(fitted)
        return
    with np.errstate(all="ignore"):
        loaded = roundtrip.check(fitted, x)
    assert loaded.n_output_features_ == fitted.n_output_features_
    assert (loaded.powers_ == fitted.powers_).all()


def test_fits_on_float32():
    x, _ = load("iris")
    x32 = x.astype(np.float32)
    fitted = PolynomialFeatures(3).fit(x32)
    roundtrip.same_answers(fitted, roundtrip.check(fitted, x), x32)


def test_names_of_columns():
    x, _ = load("iris")
    fitted = PolynomialFeatures(2).fit(pd.DataFrame(x, columns=["a", "b", "c", "d"]))
    loaded = roundtrip.check(fitted, x)
    assert list(loaded.get_feature_names_out()) == list(fitted.get_feature_names_out())
    assert "a b" in loaded.get_feature_names_out()


def test_between_other_steps():
    x, y = load("diabetes")
    roundtrip.check(make_pipeline(StandardScaler(), PolynomialFeatures(2), Ridge()).fit(x, y), x)


def test_a_million_terms_are_too_many():
    fitted = PolynomialFeatures(8).fit(np.ones((1, 30)))
    with pytest.raises(UnsupportedEstimatorError, match="choose a lower degree"):
        modelx.dumps(fitted)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("degree", 3),
        ("degree", "2"),
        ("degree", (2, 2)),
        ("interaction_only", True),
        ("include_bias", 0),
        ("order", "K"),
    ],
)
def test_other_parameters_than_the_model_s_are_refused(name, value):
    x, _ = load("iris")
    model = modelx.to_proto(PolynomialFeatures(2).fit(x))
    model.source.params[name].CopyFrom(modelx.values.encode(value, lambda _: None))
    with pytest.raises(SourceError):
        modelx.from_proto(model)


@pytest.mark.parametrize("degree", [2**31 - 1, 40])
def test_more_terms_than_memory_are_refused_at_once(degree):
    x, _ = load("wine")
    model = modelx.to_proto(PolynomialFeatures(2).fit(x))
    model.polynomial_features.max_degree = degree
    with pytest.raises(ShapeError, match="terms or more"):
        modelx.from_proto(model)
