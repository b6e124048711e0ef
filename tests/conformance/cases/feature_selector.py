"""Selectors of columns, and the models over them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.feature_selection import (
    RFE,
    RFECV,
    SelectFdr,
    SelectFromModel,
    SelectKBest,
    SelectPercentile,
    SequentialFeatureSelector,
    VarianceThreshold,
    chi2,
    f_regression,
)
from sklearn.linear_model import Lasso, LinearRegression, LogisticRegression, PoissonRegressor, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from cases.affine_scaler import odd_rows
from cases.case import Cases, Fitted, with_fitted
from cases.data import breast_cancer, diabetes, iris, scaled, some, wine

CASES = Cases("feature_selector")
_NAN, _INF = np.nan, np.inf


@CASES.add
def variance() -> Fitted:
    """What is left out may be NaN or infinite where scikit-learn says so; zeros of both signs and subnormals pass."""
    x, _ = iris()
    x = np.column_stack([x, np.ones(len(x))])
    rows = [[-0.0, 5e-324, 1e300, 0.0, _NAN], [1.0, 2.0, 3.0, 4.0, _INF], [1.0, 2.0, 3.0, 4.0, -_INF]]
    return Fitted(VarianceThreshold().fit(x), np.concatenate([some(x, 4), rows, odd_rows(5)]))


@CASES.add
def k_best() -> Fitted:
    """The last columns, with names: the order of the columns stays, whatever their scores."""
    x, y = wine()
    frame = pd.DataFrame(x, columns=[f"column {i}" for i in range(x.shape[1])])
    return Fitted(SelectKBest(k=3).fit(frame, y), np.concatenate([some(x, 4), odd_rows(x.shape[1])]))


@CASES.add
def percentile_of_chi2() -> Fitted:
    """A score function of its own, which stands in the source by name; a single column is kept."""
    x, y = iris()
    return Fitted(SelectPercentile(chi2, percentile=25).fit(x, y), some(x, 4))


@CASES.add
def false_discoveries() -> Fitted:
    """All columns are kept: transform gives its input back, but refuses NaN."""
    x, y = breast_cancer()
    return Fitted(SelectFdr(f_regression, alpha=0.9).fit(x[:, :5], y), some(x[:, :5], 4))


@CASES.add
def from_a_model() -> Fitted:
    """The model that chose is in the file for the rebuilding, over all columns; it has no say in what is computed."""
    x, y = diabetes()
    return Fitted(SelectFromModel(Lasso(0.5), threshold="0.3*mean").fit(x, y), some(x, 4))


@CASES.add
def sequential() -> Fitted:
    """Chosen by cross-validation: the support is all that remains of it."""
    x, y = wine()
    selector = SequentialFeatureSelector(RidgeClassifier(), n_features_to_select=2, cv=2)
    return Fitted(selector.fit(scaled(x[:, :6]), y), some(x[:, :6], 4))


@CASES.add
def elimination() -> Fitted:
    """A classifier over the columns that remain: labels, probabilities and scores, beside the columns themselves."""
    x, y = wine()
    x = scaled(x)
    names = np.array(["Barolo", "Grignolino", "Barbera"])[y]
    return Fitted(RFE(LogisticRegression(max_iter=300), n_features_to_select=4).fit(x, names), some(x, 8))


@CASES.add
def elimination_by_cross_validation() -> Fitted:
    """A regressor over the columns that remain: one output, and the tolerance of its sum over these alone."""
    x, y = diabetes()
    return Fitted(RFECV(LinearRegression(), min_features_to_select=2, cv=3).fit(x, y), some(x, 6))


@CASES.add
def elimination_with_an_exponential() -> Fitted:
    """What predicts may compare by another rule, here relative to an exponential."""
    x, y = diabetes()
    return Fitted(RFE(PoissonRegressor(max_iter=300), n_features_to_select=3).fit(x * 10, y), some(x * 10, 6))


@CASES.add
def selectors_in_a_selector() -> Fitted:
    """Models nest in the model that predicts: a pipeline whose first step selects once more."""
    x, y = breast_cancer()
    x = scaled(x)[:, :8]
    inner = make_pipeline(SelectKBest(k="all"), StandardScaler(), LogisticRegression())
    over = RFE(inner, n_features_to_select=5, importance_getter="named_steps.logisticregression.coef_")
    return Fitted(over.fit(x, y), some(x, 6))


@CASES.add
def exact_scores() -> Fitted:
    """A score of exactly 0 behind a selection, and huge values in the column that is left out."""
    inner = with_fitted(LogisticRegression(), 2, coef_=np.array([[1.0, -1.0]]), intercept_=np.zeros(1))
    inner.classes_ = np.array([3, 7])
    model = with_fitted(RFE(LogisticRegression(), n_features_to_select=2), 3, estimator_=inner)
    model.support_, model.ranking_, model.n_features_ = np.array([True, False, True]), np.array([1, 2, 1]), np.int64(2)
    return Fitted(model, exact=[[1, 1e300, 1], [1, -1e300, 1 + 2**-52], [1 + 2**-52, 5e-324, 1], [0, 0, -0.0]])
