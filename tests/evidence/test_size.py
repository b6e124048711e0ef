"""What a file costs beside the numbers themselves."""

import numpy as np
import pytest
from data import load
from sklearn.cluster import KMeans
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
