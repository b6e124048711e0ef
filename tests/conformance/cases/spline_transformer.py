"""B-splines of each feature, and what they are beyond the knots."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from sklearn.preprocessing import SplineTransformer

from cases.case import Cases, Fitted
from cases.data import iris, some, wine

CASES = Cases("spline_transformer")


def around_knots(model: SplineTransformer) -> np.ndarray:
    """Give rows of each knot, of the numbers next to it, and beyond all."""
    t = np.column_stack([spline.t for spline in model.bsplines_])
    return np.concatenate([t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf), t[[0]] * 2 - t[[-1]], t[[-1]] * 1.5])


def fitted(x: np.ndarray, beyond: bool = True, **params: Any) -> Fitted:
    model = SplineTransformer(**params).fit(x)
    rows = np.concatenate([some(x, 6), around_knots(model)]) if beyond else some(x, 12)
    return Fitted(model, rows)


@CASES.add
def cubic() -> Fitted:
    """The default: cubic, evenly spread knots, constant beyond the outermost ones."""
    return fitted(iris()[0][:, :2])


@CASES.add
def linear() -> Fitted:
    """Columns that go on with the slope that they have at the outermost knots."""
    return fitted(iris()[0][:, :2], extrapolation="linear", n_knots=4)


@CASES.add
def linear_of_degree_one() -> Fitted:
    """Here scikit-learn ends the second feature a knot further in than the first, and so do we."""
    return fitted(iris()[0][:, :3], extrapolation="linear", degree=1, n_knots=6)


@CASES.add
def going_on() -> Fitted:
    """The outermost polynomials beyond the knots, where they are large and cancel."""
    return fitted(wine()[0][:, :2], extrapolation="continue", degree=4, knots="quantile")


@CASES.add
def periodic() -> Fitted:
    """A year that begins again: the last splines are the first ones, and the remainder has Python's sign."""
    return fitted(iris()[0][:, :2], extrapolation="periodic", n_knots=7)


@CASES.add
def periodic_with_few_knots() -> Fitted:
    """As few columns as the degree: two splines of one interval meet in a column, and are added."""
    return fitted(iris()[0][:, :2], extrapolation="periodic", n_knots=4, include_bias=False)


@CASES.add
def refused_beyond() -> Fitted:
    """Beyond the knots, rows are refused."""
    return fitted(iris()[0][:, :2], beyond=False, extrapolation="error", include_bias=False)


@CASES.add
def sparse_output() -> Fitted:
    """A sparse matrix in scikit-learn, with the same numbers."""
    return fitted(wine()[0][:, :2], sparse_output=True, degree=2)


@CASES.add
def own_knots() -> Fitted:
    """Knots that somebody chose, in Fortran order; those of each feature have distances of their own."""
    knots = np.array([[4.0, 2.0], [4.5, 2.5], [6.0, 3.5], [8.0, 4.5]])
    return fitted(iris()[0][:, :2], knots=knots, degree=2, order="F", extrapolation="linear")


@CASES.add
def steps() -> Fitted:
    """Degree 0: one column is 1 from its knot on, the knot included."""
    return fitted(iris()[0][:, :2], degree=0, extrapolation="continue", n_knots=4)


@CASES.add
def missing_values() -> Fitted:
    """NaN becomes zeros where the class has the switch for it, as scikit-learn 1.8 and later do."""
    x = iris()[0][:, :2].copy()
    if "handle_missing" not in inspect.signature(SplineTransformer).parameters:
        return fitted(x, knots="quantile")
    x[::9, 1] = np.nan
    case = fitted(x, handle_missing="zeros", knots="quantile")
    return Fitted(case.estimator, np.concatenate([case.rows, x[:2]]))


@CASES.add
def constant_column() -> Fitted:
    """All knots of a column are one, and no spline is anything there."""
    x = iris()[0][:, :2].copy()
    x[:, 1] = 3.0
    return fitted(x, degree=2)
