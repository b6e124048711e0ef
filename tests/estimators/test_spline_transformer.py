"""Degrees and extrapolations, each with each; knots of all kinds; rows at them, beside them and beyond."""

import inspect

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import SplineTransformer, StandardScaler

import modelx
from modelx import estimators
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError

TAKES_MISSING = "handle_missing" in inspect.signature(SplineTransformer).parameters


def around(model, *, beyond=True):
    t = np.column_stack([spline.t for spline in model.bsplines_])
    k = model.degree
    inner = t[k : len(t) - k]
    parts = [inner, np.nextafter(inner, np.inf)[:-1], np.nextafter(inner, -np.inf)[1:]]
    if beyond:
        parts += [np.nextafter(inner, -np.inf)[:1], np.nextafter(inner, np.inf)[-1:], t, t[[0]] * 2 - t[[-1]]]
    return np.concatenate(parts)


@pytest.mark.parametrize("include_bias", [True, False])
@pytest.mark.parametrize("extrapolation", ["error", "constant", "linear", "continue", "periodic"])
@pytest.mark.parametrize("degree", [0, 1, 2, 3, 5])
def test_every_form(degree, extrapolation, include_bias):
    x, _ = load("iris")
    model = SplineTransformer(7, degree, extrapolation=extrapolation, include_bias=include_bias).fit(x)
    if degree == 0 and extrapolation == "constant":
        with pytest.raises(UnsupportedEstimatorError, match="degree is 0"):
            modelx.dumps(model)
        return
    loaded = roundtrip.check(model, np.concatenate([x[::9], around(model, beyond=extrapolation != "error")]))
    assert loaded.n_features_out_ == model.n_features_out_
    assert list(loaded.get_feature_names_out()) == list(model.get_feature_names_out())


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    "knots", ["uniform", "quantile", np.array([[0.0] * 4, [3.0] * 4, [3.5] * 4, [9.0] * 4])], ids=str
)
def test_knots(knots, order):
    x, _ = load("iris")
    model = SplineTransformer(4, degree=2, knots=knots, order=order).fit(x)
    roundtrip.check(model, np.concatenate([x[::9], around(model)]))


@pytest.mark.parametrize("extrapolation", ["error", "constant", "linear", "continue", "periodic"])
def test_sparse_output(extrapolation):
    x, _ = load("iris")
    model = SplineTransformer(5, extrapolation=extrapolation, sparse_output=True).fit(x)
    loaded = roundtrip.check(model, np.concatenate([x[::9], around(model, beyond=extrapolation != "error")]))
    assert loaded.transform(x).format == model.transform(x).format


@pytest.mark.parametrize("sparse_output", [True, False])
@pytest.mark.parametrize("extrapolation", ["constant", "linear", "continue", "periodic"])
def test_missing_values(extrapolation, sparse_output):
    if not TAKES_MISSING:
        with pytest.raises(TypeError):
            SplineTransformer(handle_missing="zeros")
        return
    x = load("iris")[0].copy()
    x[::7, 2] = np.nan
    model = SplineTransformer(extrapolation=extrapolation, handle_missing="zeros", sparse_output=sparse_output).fit(x)
    if sparse_output and extrapolation in ("continue", "periodic"):
        with pytest.raises(UnsupportedEstimatorError, match="refit with sparse_output=False"):
            modelx.dumps(model)
        model.fit(x[:, [2]])
        x = x[:, [2]]
    roundtrip.check(model, x[::3])


def test_columns_that_are_constant_or_repeat():
    x = np.round(load("iris")[0])
    x[:, 1] = 3.0
    model = SplineTransformer(6, knots="quantile").fit(x)
    roundtrip.check(model, np.concatenate([x[::9], around(model), x[:5] + 0.3]))


def test_fits_on_float32():
    x = load("iris")[0].astype(np.float32)
    model = SplineTransformer(5).fit(x)
    roundtrip.same_answers(model, roundtrip.check(model, x.astype(np.float64)), x)


def test_names_of_columns():
    x, _ = load("iris")
    model = SplineTransformer(3).fit(pd.DataFrame(x, columns=["a", "b", "c", "d"]))
    assert roundtrip.check(model, x).get_feature_names_out()[0] == "a_sp_0"


@pytest.mark.parametrize("extrapolation", ["constant", "continue", "periodic"])
def test_between_other_steps(extrapolation):
    x, y = load("iris")
    roundtrip.check(
        make_pipeline(StandardScaler(), SplineTransformer(extrapolation=extrapolation), Ridge()).fit(x, y), x
    )


@pytest.mark.parametrize("extrapolation", ["error", "constant", "linear", "continue", "periodic"])
@pytest.mark.parametrize("degree", [0, 1, 3])
def test_what_is_not_exact_before_it_is_bounded(degree, extrapolation):
    if degree == 0 and extrapolation == "constant":
        return
    x, _ = load("iris")
    model = SplineTransformer(6, degree, extrapolation=extrapolation).fit(x)
    message = modelx.to_proto(model)
    family = estimators.FAMILIES["spline_transformer"]
    rng = np.random.default_rng(1)
    rows = rng.uniform(x.min(axis=0), x.max(axis=0), (200, 4))
    err = np.full(rows.shape, 1e-6)
    decided = family.decided(message, model, rows, err)
    assert decided.mean() > 0.9
    off = family.propagate(message, model, rows, err)
    for moved in (rows + err * 0.99, rows - err * 0.99):
        given = model.transform(np.clip(moved, x.min(axis=0), x.max(axis=0)))
        assert (np.abs(given - model.transform(rows)) <= off)[decided].all()
    at_a_knot = np.array([[spline.t[degree] for spline in model.bsplines_]])
    if extrapolation != "periodic":
        assert family.decided(message, model, at_a_knot, err[:1]).tolist() == [False]


@pytest.mark.parametrize(
    ("edit", "error", "message"),
    [
        (lambda m: setattr(m.source.params["degree"], "int_value", 2), SourceError, r"are \(2, 2"),
        (lambda m: setattr(m.spline_transformer, "extrapolation", 3), SourceError, r"are \(3, 2"),
        (lambda m: setattr(m.spline_transformer, "missing_zeros", True), SourceError, "missing is zeros"),
        (lambda m: setattr(m.spline_transformer, "degree", 9), ShapeError, "at least 20"),
        (lambda m: m.spline_transformer.knots.pop(), ShapeError, "there are 43 values"),
        (lambda m: m.spline_transformer.knots.__setitem__(0, 99.0), ShapeError, "do not ascend"),
        (lambda m: m.spline_transformer.knots.__setitem__(0, float("nan")), NonFiniteError, "NaN or infinite"),
        (lambda m: setattr(m.source.params["order"], "string_value", "K"), SourceError, "order is 'K'"),
    ],
)
def test_what_contradicts_is_refused(edit, error, message):
    x, _ = load("iris")
    model = modelx.to_proto(SplineTransformer(5).fit(x))
    edit(model)
    with pytest.raises(error, match=message):
        modelx.from_proto(model)


def test_too_few_knots_to_go_on_linearly_are_refused():
    x, _ = load("iris")
    model = SplineTransformer(2, degree=0, extrapolation="linear").fit(x)
    with pytest.raises(UnsupportedEstimatorError, match="refit with more knots"):
        modelx.dumps(model)
