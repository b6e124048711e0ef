"""What a file costs beside the numbers themselves."""

import io

import joblib
import numpy as np
import pytest
from data import load
from sklearn.cluster import KMeans
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

import modelx

N = 125_000


def ridge():
    fitted = Ridge(alpha=2.0)
    fitted.coef_, fitted.intercept_ = np.random.default_rng(0).normal(size=N), 1.0
    fitted.n_features_in_, fitted.n_iter_, fitted.solver_ = N, None, "cholesky"
    return fitted


def kmeans():
    x = np.random.default_rng(0).normal(size=(500, 500))
    return KMeans(250, n_init=1, max_iter=1, random_state=0).fit(x)


def logistic_regression():
    x = np.random.default_rng(0).normal(size=(250, 1250))
    return LogisticRegression(max_iter=1).fit(x, np.arange(250) % 100)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("build", [ridge, kmeans, logistic_regression])
def test_all_but_numbers_and_evidence_costs_less_than_two_percent(build):
    fitted = build()
    model = modelx.to_proto(fitted, name="a model of a megabyte", metrics={"r2": 0.5}, metadata={"owner": "risk"})
    numbers = getattr(model, model.WhichOneof("model")).ByteSize()
    assert 990_000 < numbers < 1_010_000 or build is kmeans
    without = model.ByteSize() - model.evidence.ByteSize()
    assert (without - numbers) / without < 0.02


def deep(forest):
    """Fit on noise, so that trees grow to their leaves."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2500, 8))
    y = 3 * x[:, 0] + np.sin(3 * x[:, 1]) + rng.normal(size=len(x))
    return forest.fit(x, np.digitize(y, [0, 2]) if hasattr(forest, "predict_proba") else y)


def histograms():
    """A quarter of a megabyte, which has to do with a quarter of what a megabyte may spend."""
    rng = np.random.default_rng(0)
    fitted = HistGradientBoostingRegressor(max_iter=50, max_leaf_nodes=255, min_samples_leaf=1, random_state=0)
    return fitted.fit(rng.normal(size=(2000, 1)), rng.normal(size=2000))


@pytest.mark.parametrize(
    ("build", "least"),
    [(lambda: deep(ExtraTreesClassifier(16, random_state=0)), 1_000_000), (histograms, 250_000)],
    ids=["forest", "histograms"],
)
def test_all_but_trees_costs_less_than_two_percent(build, least):
    model = modelx.to_proto(build(), name="a model of trees", metrics={"r2": 0.5}, metadata={"owner": "risk"})
    trees = getattr(model, model.WhichOneof("model")).ByteSize()
    assert trees > least
    without = model.ByteSize() - model.evidence.ByteSize()
    assert (without - trees) / without < 0.02


@pytest.mark.parametrize("kind", [RandomForestRegressor, RandomForestClassifier])
def test_compressed_forests_are_small(kind):
    """Sixty percent smaller than plain, and smaller than joblib with compress=3."""
    fitted = deep(kind(12, random_state=0))
    plain, packed, pickled = modelx.dumps(fitted), modelx.dumps(fitted, compression="zstd"), io.BytesIO()
    joblib.dump(fitted, pickled, compress=3)
    assert len(packed) <= 0.4 * len(plain)
    assert len(packed) < pickled.tell()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("build", [ridge, kmeans, logistic_regression])
def test_evidence_has_a_budget(build):
    model = modelx.to_proto(build())
    rows = model.evidence.rows
    if rows.eighths:
        assert rows.n_rows <= 2
        assert model.evidence.ByteSize() < 0.3 * model.ByteSize()
    else:
        assert 1 <= rows.n_rows <= 16
        assert model.evidence.ByteSize() < 0.4 * (model.ByteSize() - model.evidence.ByteSize())


def test_evidence_of_a_small_model_is_small():
    x, _ = load("iris")
    assert modelx.to_proto(StandardScaler().fit(x)).evidence.ByteSize() < 8192
