"""Regressors that are affine in their input, with an optional inverse link."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    HuberRegressor,
    Lasso,
    LinearRegression,
    MultiTaskLasso,
    PoissonRegressor,
    RANSACRegressor,
    Ridge,
    SGDRegressor,
    TweedieRegressor,
)
from sklearn.svm import LinearSVR

from cases.case import Cases, Fitted, grid, with_fitted
from cases.data import diabetes, linnerud, scaled, some, wine

CASES = Cases("linear_regression")


@CASES.add
def least_squares() -> Fitted:
    """The plainest model: ten coefficients and an intercept, fitted on real data."""
    x, y = diabetes()
    return Fitted(LinearRegression().fit(x, y), some(x, 20))


@CASES.add
def feature_names() -> Fitted:
    """Fitted on a data frame: names that are no identifiers and not of ASCII alone pass through every format."""
    x, y = diabetes()
    names = ["age", "sex", "body mass", "Blutdruck (Ø)", 's1"', "s2\\", "血糖", "s4,", "s 5", "s6\n"]
    return Fitted(LinearRegression().fit(pd.DataFrame(x, columns=names), y), some(x))


@CASES.add
def multi_output_fortran_order() -> Fitted:
    """scikit-learn keeps these coefficients in Fortran order, and BLAS gives other last bits in the other order."""
    x, y = linnerud()
    return Fitted(LinearRegression().fit(x, y), some(x))


@CASES.add
def multi_output_of_one_column() -> Fitted:
    """A target of shape (rows, 1): predict gives (rows, 1), which is not the same as (rows,)."""
    x, y = diabetes()
    return Fitted(LinearRegression().fit(x, y[:, None]), some(x))


@CASES.add
def multi_output_without_intercept() -> Fitted:
    """One 0.0 stands for the intercepts of all outputs in scikit-learn; the file has one for each output."""
    x, y = linnerud()
    return Fitted(LinearRegression(fit_intercept=False).fit(x, y), some(x))


@CASES.add
def multi_task_with_zeros() -> Fitted:
    """Coefficients that are exactly zero for all outputs, with penalties that couple the outputs."""
    x, y = linnerud()
    return Fitted(MultiTaskLasso(alpha=40.0).fit(x, y), some(x))


@CASES.add
def no_intercept() -> Fitted:
    """An intercept of 0.0 must be written and come back as 0.0, although 0.0 is protobuf's default."""
    x, y = diabetes()
    return Fitted(Ridge(fit_intercept=False).fit(x, y), some(x))


@CASES.add
def float32_coefficients() -> Fitted:
    """Fitted on float32: the coefficients are float32 and rows are float64, so nothing may be cast on the way."""
    x, y = diabetes()
    return Fitted(Ridge(alpha=0.1).fit(x.astype(np.float32), y.astype(np.float32)), some(x))


@CASES.add
def sparse_solution() -> Fitted:
    """A lasso whose coefficients are mostly 0.0, and whose zeros have either sign."""
    x, y = diabetes()
    return Fitted(Lasso(alpha=1.0).fit(x, y), some(x))


@CASES.add
def elastic_net_without_scaling() -> Fitted:
    """Columns of scales from 0.1 to 1000, as data has before anyone scales it."""
    x, _ = wine()
    return Fitted(ElasticNet(alpha=0.01, max_iter=10000).fit(x[:, :-1], x[:, -1]), some(x[:, :-1]))


@CASES.add
def huber() -> Fitted:
    """Another solver with other fitted attributes: scale_ and outliers_."""
    x, y = diabetes()
    return Fitted(HuberRegressor(max_iter=500).fit(x, y), some(x))


@CASES.add
def stochastic_gradient() -> Fitted:
    """SGDRegressor keeps its intercept as an array of one value."""
    x, y = diabetes()
    return Fitted(SGDRegressor(random_state=0, max_iter=50, tol=None).fit(x, y), some(x))


@CASES.add
def support_vectors() -> Fitted:
    """LinearSVR keeps coefficients of shape (n_features,) and an intercept of shape (1,)."""
    x, y = diabetes()
    return Fitted(LinearSVR(random_state=0, C=10.0, max_iter=20000).fit(x, y), some(x))


@CASES.add
def ransac_delegates() -> Fitted:
    """RANSACRegressor has no coefficients: the estimator inside of it has, with hyper-parameters of its own."""
    x, y = diabetes()
    return Fitted(RANSACRegressor(Ridge(alpha=2.0), random_state=0, min_samples=40).fit(x, y), some(x))


@CASES.add
def one_feature() -> Fitted:
    """The narrowest row: three of the four running sums of dot stay empty."""
    x, y = diabetes()
    return Fitted(LinearRegression().fit(x[:, [2]], y), some(x[:, [2]]))


@CASES.add
def seven_features() -> Fitted:
    """A width that no number of lanes divides: the tail of the sums counts."""
    x, y = diabetes()
    return Fitted(LinearRegression().fit(x[:, :7], y), some(x[:, :7]))


@CASES.add
def poisson_log_link() -> Fitted:
    """predict = exp(dot + b), compared relatively."""
    x, y = diabetes()
    return Fitted(PoissonRegressor(alpha=1e-4, max_iter=1000).fit(x, y), some(x, 20))


@CASES.add
def gamma_log_link() -> Fitted:
    """Another loss with the same link: the class and not the computation differs."""
    x, y = diabetes()
    return Fitted(GammaRegressor(alpha=1e-3, max_iter=1000).fit(scaled(x), y), some(scaled(x)))


@CASES.add
def tweedie_identity_link() -> Fitted:
    """power=0 chooses the identity link; a reader that takes every GLM for a log link is wrong by orders."""
    x, y = diabetes()
    return Fitted(TweedieRegressor(power=0, alpha=1e-3).fit(x, y), some(x))


@CASES.add
def log_link_at_both_ends() -> Fitted:
    """exp near the ends of float64's normal range, where a series that is not reduced well loses digits."""
    x, y = diabetes()
    model = PoissonRegressor().fit(x[:, :1], y)
    model.coef_, model.intercept_ = np.array([1.0]), 0.0
    return Fitted(model, grid(-699.5, -350.125, -1.0, -1e-17, 0.0, 1e-17, 1e-8, 0.5, 1.0, 350.1, 699.5, width=1))


@CASES.add
def negative_zeros() -> Fitted:
    """-0.0 as coefficient and intercept keeps its sign in every format, and so does the sign of a zero result."""
    model = with_fitted(LinearRegression(), 3, coef_=np.array([-0.0, 0.0, -0.0]), intercept_=-0.0)
    return Fitted(model, exact=[[0.0, 0.0, 0.0], [-0.0, -0.0, -0.0], [1.0, 2.0, 3.0], [-1.0, 5.0, -0.0]])


@CASES.add
def subnormal_coefficients() -> Fitted:
    """Numbers below 2.2e-308, which flush-to-zero and lossy decimals turn into 0."""
    coefficients = np.array([5e-324, -2.5e-320, 1.0e-308, 2.2250738585072014e-308])
    model = with_fitted(LinearRegression(), 4, coef_=coefficients, intercept_=-5e-324)
    return Fitted(model, [[1.0, 1.0, 1.0, 1.0], [1e300, -1e300, 1e299, 1e300]], exact=[[1, 0, 0, 0], [2, 1, 0, 0]])


@CASES.add
def cancellation() -> Fitted:
    """Large coefficients of opposite sign: the result is far smaller than its terms, and the tolerance knows it."""
    big = np.array([1e15, -1e15, 3.3e15, -3.3e15, 1.0])
    model = with_fitted(LinearRegression(), 5, coef_=big, intercept_=0.1)
    rows = [[1, 1, 1, 1, 1], [1.1, 1.1, 0.3, 0.3, 0.7], [1e-3, 1.000000001e-3, 1, 1, -2], [0.1, 0.2, 0.3, 0.4, 0.5]]
    return Fitted(model, rows)


@CASES.add
def overflow() -> Fitted:
    """1e300 times 1e10 is infinite: so is the result, in every order of summation; it is no NaN and no error."""
    model = with_fitted(LinearRegression(), 4, coef_=np.array([1e300, 1e300, 2e300, 1e300]), intercept_=1e300)
    rows = grid(1.0, 1e-300, 1e-310, -3.0, width=4)
    return Fitted(model, rows, exact=[[1e10, 1e10, 1e11, 1e12], [-1e10, -1e10, -1e11, -1e12], [1e9, 0, 0, 0]])


@CASES.add
def shortest_decimals() -> Fitted:
    """Numbers whose shortest decimals are long, or short but far out: each must be read back to its last bit."""
    hard = [0.1, 1 / 3, 2.2250738585072011e-308, 9007199254740993.0, 1.7976931348623157e308, 5e-324, 1e23, 8.41e21]
    model = with_fitted(LinearRegression(), 8, coef_=np.array(hard), intercept_=2.0**-1074)
    return Fitted(model, exact=np.eye(8)[[0, 1, 2, 3, 4, 6, 7]])
