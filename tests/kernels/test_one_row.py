"""The function for one row gives scikit-learn's own bits, or leaves the row to the kernel for many."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import (
    ElasticNet,
    LinearRegression,
    LogisticRegression,
    Perceptron,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler
from sklearn.svm import LinearSVC

from modelx.calling import call
from modelx.kernels import one_row_for

RNG = np.random.default_rng(7)
X = RNG.standard_normal((120, 9)) * np.logspace(-3, 3, 9)
TARGET = X @ RNG.standard_normal(9) + RNG.standard_normal(120)
TWO = (TARGET > 0).astype(int)
THREE = np.digitize(TARGET, np.quantile(TARGET, [0.3, 0.6]))

TAKEN = [
    (LinearRegression().fit(X, TARGET), "predict"),
    (Ridge(fit_intercept=False).fit(X, TARGET), "predict"),
    (make_pipeline(RobustScaler(), ElasticNet()).fit(X, TARGET), "predict"),
    (make_pipeline(StandardScaler(), MaxAbsScaler(), Ridge()).fit(X, TARGET), "predict"),
    (LogisticRegression().fit(X, TWO == 1), "predict"),
    (LogisticRegression().fit(X, TWO * 2.0), "predict"),
    (make_pipeline(StandardScaler(), LogisticRegression()).fit(X, TWO), "predict"),
    (make_pipeline(StandardScaler(), LogisticRegression()).fit(X, TWO), "decision_function"),
    (make_pipeline(MinMaxScaler(), SGDClassifier(random_state=0)).fit(X, THREE), "predict"),
    (make_pipeline(StandardScaler(with_mean=False), LinearSVC()).fit(X, THREE - 5), "predict"),
    (Perceptron().fit(X, TWO), "decision_function"),
]
LEFT = [
    (PoissonRegressor().fit(X / 1e3, TWO), "predict", "a link after the sum"),
    (LogisticRegression().fit(X, np.array(["a", "b"])[TWO]), "predict", "labels that are text"),
    (LogisticRegression().fit(X, TWO * 2**60), "predict", "labels that no double holds"),
    (LogisticRegression().fit(X, THREE), "decision_function", "several numbers for a row"),
    (LogisticRegression().fit(X, TWO), "predict_proba", "several numbers for a row"),
    (RidgeClassifier().fit(X, np.stack([TWO, 1 - TWO], axis=1)), "predict", "several labels for a row"),
    (make_pipeline(MinMaxScaler(clip=True), Ridge()).fit(X, TARGET), "predict", "a scaler that clips"),
    (Ridge().fit(X, np.stack([TARGET, TARGET], axis=1)), "predict", "several targets"),
    (StandardScaler().fit(X), "transform", "not a linear model"),
]


@pytest.mark.parametrize(("estimator", "method"), TAKEN, ids=str)
def test_bits(estimator, method):
    one = one_row_for(estimator, method)
    assert one is not None
    rows = np.concatenate([X, X * 1e-9, X * 1e12, np.zeros((1, 9)), -X[:5]])
    rows.flags.writeable = False
    for row in rows:
        expected = call(estimator, method, row.reshape(1, -1))[0]
        found = one(row)
        assert type(found) is float
        assert found.hex() == float(expected).hex()


@pytest.mark.parametrize(("estimator", "method"), TAKEN, ids=str)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 8])
def test_what_may_be_refused_is_left_to_the_kernel(estimator, method, value, place):
    row = X[0].copy()
    row[place] = value
    with np.errstate(all="ignore"):
        assert one_row_for(estimator, method)(row) is None


@pytest.mark.parametrize(("estimator", "method", "why"), LEFT, ids=str)
def test_there_is_none(estimator, method, why):
    assert one_row_for(estimator, method) is None, why


def test_a_weight_of_zero_hides_no_infinity():
    estimator = LinearRegression().fit(X, TARGET)
    estimator.coef_[3] = 0.0
    row = X[0].copy()
    row[3] = np.inf
    with np.errstate(all="ignore"):
        assert one_row_for(estimator, "predict")(row) is None


def test_a_model_that_computes_otherwise_has_none():
    class Wrong(LinearRegression):
        def predict(self, X):
            return super().predict(X) + 1e-9

    assert one_row_for(Wrong().fit(X, TARGET), "predict") is None
