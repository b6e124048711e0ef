"""Strategies and encodings, each with each; edges that are constant, removed, float32."""

import inspect
import warnings

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler

import modelx
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError

ENCODINGS = ["onehot", "onehot-dense", "ordinal"]
QUANTILE = {"quantile_method": "linear"} if "quantile_method" in inspect.signature(KBinsDiscretizer).parameters else {}


def fit(x, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return KBinsDiscretizer(**QUANTILE, **params).fit(x)


def around(model):
    """Give rows of edges and of the numbers next to them."""
    columns = []
    for edges in model.bin_edges_:
        finite = np.nan_to_num(edges.astype(np.float64), posinf=1.0, neginf=-1.0)
        columns.append(np.concatenate([finite, np.nextafter(finite, -np.inf), np.nextafter(finite, np.inf)]))
    n = max(len(column) for column in columns)
    return np.column_stack([np.resize(column, n) for column in columns])


def columns_of_all_kinds():
    x, _ = load("wine")
    extra = np.zeros((len(x), 4))
    extra[:, 1] = np.where(x[:, 0] > 13, x[:, 0], 0.0)
    extra[:, 2] = x[:, 1] * 1e300
    extra[:, 3] = np.round(x[:, 2])
    return np.hstack([x[:, :4], extra])


@pytest.mark.parametrize("n_bins", [2, 5, [2, 3, 4, 5, 6, 7, 8, 9]], ids=str)
@pytest.mark.parametrize("strategy", ["uniform", "quantile", "kmeans"])
@pytest.mark.parametrize("encode", ENCODINGS)
def test_every_form(encode, strategy, n_bins):
    x = columns_of_all_kinds()
    fitted = fit(x, encode=encode, strategy=strategy, n_bins=n_bins)
    loaded = roundtrip.check(fitted, np.concatenate([x[::9], -x[:3], around(fitted)]))
    assert list(loaded.get_feature_names_out()) == list(fitted.get_feature_names_out())


@pytest.mark.parametrize("strategy", ["uniform", "quantile", "kmeans"])
@pytest.mark.parametrize("encode", ENCODINGS)
def test_fits_on_float32(encode, strategy):
    x = load("wine")[0].astype(np.float32)
    fitted = fit(x, encode=encode, strategy=strategy)
    loaded = roundtrip.check(fitted, around(fitted))
    roundtrip.same_answers(fitted, loaded, x)


@pytest.mark.parametrize("encode", ENCODINGS)
def test_the_inverse_has_the_bits_of_the_schema(encode):
    import reference

    for x in (columns_of_all_kinds(), load("wine")[0].astype(np.float32)):
        fitted = fit(x, encode=encode, strategy="uniform")
        rows = x.astype(np.float64)
        computed = reference.compute(modelx.to_proto(fitted), rows)["inverse_transform"]
        assert reference.agree(computed, fitted.inverse_transform(fitted.transform(rows)), 0, None).all()


@pytest.mark.parametrize("encode", ENCODINGS)
def test_float64_by_name(encode):
    x, _ = load("iris")
    fitted = fit(x, encode=encode, dtype=np.float64)
    loaded = roundtrip.check(fitted, x)
    assert loaded.dtype is np.float64


def test_float32_is_refused():
    x, _ = load("iris")
    with pytest.raises(UnsupportedEstimatorError, match=r"refit with dtype=np\.float64 or None"):
        modelx.dumps(fit(x, dtype=np.float32))


def test_no_bins_are_refused():
    x = np.column_stack([np.linspace(0, 1e-10, 20), np.arange(20.0)])
    with pytest.raises(UnsupportedEstimatorError, match="feature 0 has the edges"):
        modelx.dumps(fit(x, encode="ordinal"))


def test_names_of_columns():
    x, _ = load("iris")
    fitted = fit(pd.DataFrame(x, columns=["a", "b", "c", "d"]), n_bins=2)
    loaded = roundtrip.check(fitted, x)
    assert list(loaded.get_feature_names_out()) == list(fitted.get_feature_names_out())
    assert loaded.get_feature_names_out()[0] == "a_0.0"


@pytest.mark.parametrize("encode", ["onehot", "ordinal"])
def test_between_other_steps(encode):
    x, y = load("iris")
    loaded = roundtrip.check(make_pipeline(StandardScaler(), fit_later(encode), LogisticRegression()).fit(x, y), x)
    assert loaded[1].encode == encode


def fit_later(encode):
    return KBinsDiscretizer(**QUANTILE, encode=encode)


def test_fits_again():
    x, _ = load("iris")
    loaded = modelx.loads(modelx.dumps(fit(x)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded.fit(x[:, :2])
    assert loaded.transform(x[:, :2]).shape == (150, sum(loaded.n_bins_))


def test_what_contradicts_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(fit(x))
    model.source.params["encode"].string_value = "ordinal"
    with pytest.raises(SourceError, match="encode is 'ordinal'"):
        modelx.from_proto(model)
    model = modelx.to_proto(fit(x))
    model.source.params["dtype"].string_value = "float16"
    with pytest.raises(SourceError, match="dtype is 'float16'"):
        modelx.from_proto(model)
    model = modelx.to_proto(fit(x))
    model.k_bins_discretizer.edges[1] = 1e9
    with pytest.raises(ShapeError, match="the edges of feature 0 do not ascend"):
        modelx.from_proto(model)
