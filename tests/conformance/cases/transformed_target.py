"""Regressors of transformed targets."""

from __future__ import annotations

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from cases.case import Cases, Fitted, with_fitted
from cases.data import diabetes, linnerud, some

CASES = Cases("transformed_target")


@CASES.add
def logarithm() -> Fitted:
    """What is used most: a regression of the logarithm, and exp of what it predicts."""
    x, y = diabetes()
    return Fitted(TransformedTargetRegressor(Ridge(), func=np.log, inverse_func=np.exp).fit(x, y), some(x))


@CASES.add
def logarithm_of_one_more() -> Fitted:
    """log1p and expm1, whose digits near 0 would be lost through exp."""
    x, y = diabetes()
    model = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    return Fitted(model.fit(x, y - y.min()), some(x))


@CASES.add
def square_root() -> Fitted:
    """A function that is rounded once; the square of a prediction below 0 is above it."""
    x, y = diabetes()
    model = TransformedTargetRegressor(Ridge(), func=np.sqrt, inverse_func=np.square, check_inverse=False)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def roots_of_predictions() -> Fitted:
    """sqrt is rounded once; rows whose prediction is below 0, or about it, are left out."""
    x, y = diabetes()
    model = TransformedTargetRegressor(Ridge(alpha=1e-3), func=np.square, inverse_func=np.sqrt)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def transformer() -> Fitted:
    """A fitted transformer, whose inverse_transform ends the model."""
    x, y = diabetes()
    return Fitted(TransformedTargetRegressor(Ridge(), transformer=MinMaxScaler()).fit(x, y), some(x))


@CASES.add
def pipelines_on_both_sides() -> Fitted:
    """A pipeline that predicts, and one that transforms the targets."""
    x, y = diabetes()
    model = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), Ridge()), transformer=make_pipeline(StandardScaler(), MinMaxScaler((1, 2)))
    )
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def several_targets() -> Fitted:
    """Targets of three columns keep them, each with its own scale."""
    x, y = linnerud()
    return Fitted(TransformedTargetRegressor(Ridge(), transformer=StandardScaler()).fit(x, y), some(x))


@CASES.add
def nothing_to_transform() -> Fitted:
    """Without a function and a transformer, predictions are what they are."""
    x, y = diabetes()
    return Fitted(TransformedTargetRegressor(Ridge()).fit(x, y), some(x))


@CASES.add
def powers_of_two() -> Fitted:
    """2^x, exact for whole numbers, and with subnormal results."""
    x, y = diabetes()
    model = TransformedTargetRegressor(LinearRegression(), func=np.log2, inverse_func=np.exp2).fit(x[:, :2], y)
    with_fitted(model.regressor_, 2, coef_=np.array([1.0, -1.0]), intercept_=0.0)
    return Fitted(model, some(x[:, :2]), exact=[[10.0, 0.0], [0.0, 3.0], [0.0, 1074.0], [0.0, 1075.0], [1023.0, 0.0]])
