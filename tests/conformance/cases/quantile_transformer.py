"""Ranks among the training rows, even or as points of the normal distribution."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import QuantileTransformer

from cases.case import Cases, Fitted
from cases.data import breast_cancer, diabetes, iris, some, wine

CASES = Cases("quantile_transformer")


def near_the_ends(model: QuantileTransformer) -> np.ndarray:
    """Give rows of the outermost quantiles, of their neighbours, within the margin, and beyond."""
    ends = np.concatenate([model.quantiles_[[0]], model.quantiles_[[-1]]]).astype(np.float64)
    moved = [ends, np.nextafter(ends, np.inf), np.nextafter(ends, -np.inf), ends + 0.9e-7, ends - 1.1e-7, ends * 3.0]
    return np.concatenate(moved)


@CASES.add
def uniform() -> Fitted:
    """The default output: the mean of two interpolations, up and down; NaN stays NaN."""
    x, _ = diabetes()
    model = QuantileTransformer(n_quantiles=20).fit(x[:, :6])
    rows = some(x[:, :6], 8).copy()
    rows[3, 2] = np.nan
    return Fitted(model, np.concatenate([rows, near_the_ends(model)]))


@CASES.add
def normal() -> Fitted:
    """The normal distribution's points of the ranks, which end at 5.2 on both sides."""
    x, _ = wine()
    model = QuantileTransformer(n_quantiles=25, output_distribution="normal").fit(x[:, :6])
    return Fitted(model, np.concatenate([some(x[:, :6], 8), near_the_ends(model)]))


@CASES.add
def repeated_quantiles() -> Fitted:
    """Many equal values: their rank is the mean of the first and the last of the equal quantiles."""
    x, _ = iris()
    x = np.round(x)
    return Fitted(QuantileTransformer(n_quantiles=30).fit(x), np.concatenate([x[::17], x[::17] + 0.25]))


@CASES.add
def repeated_quantiles_of_normal() -> Fitted:
    """Equal quantiles at the ends, within the margin of which all is the lowest or the highest."""
    x, _ = breast_cancer()
    x = np.where(x[:, :4] < np.median(x[:, :4], axis=0), 0.0, 1.0)
    model = QuantileTransformer(n_quantiles=11, output_distribution="normal").fit(x)
    return Fitted(model, np.concatenate([x[::60], near_the_ends(model), np.full((2, 4), 0.5)]))


@CASES.add
def constant_column() -> Fitted:
    """All quantiles are equal: the value itself has the rank 0, below is 0 and above is 1."""
    x = np.column_stack([np.full(30, 2.0), np.arange(30.0)])
    rows = [[2.0, 3.5], [1.0, 0.0], [3.0, 29.0], [np.nextafter(2.0, 3.0), 14.0], [np.nan, np.nan]]
    return Fitted(QuantileTransformer(n_quantiles=5).fit(x), rows)


@CASES.add
def one_quantile() -> Fitted:
    """One training row: a single quantile with the reference 0, on whose sides there is nothing to go by."""
    model = QuantileTransformer(n_quantiles=1).fit(np.array([[1.0, -2.0]]))
    return Fitted(model, [[1.0, -2.0], [0.5, -1.0], [2.0, -3.0], [np.nan, 0.0]])


@CASES.add
def single_precision() -> Fitted:
    """Fitted on float32: quantiles of fewer digits, compared with the doubles of the rows."""
    x, _ = wine()
    model = QuantileTransformer(n_quantiles=12, output_distribution="normal").fit(x[:, :3].astype(np.float32))
    return Fitted(model, np.concatenate([some(x[:, :3], 8), near_the_ends(model)]))


@CASES.add
def huge_quantiles() -> Fitted:
    """Differences of quantiles that overflow: a slope of 0, whose product with infinity is tried from the other end."""
    x = np.array([[-1.7e308], [-1.0], [0.0], [5e-324], [1.7e308]])
    model = QuantileTransformer(n_quantiles=5).fit(x)
    model.quantiles_ = x
    return Fitted(model, [[-1.7e308], [-1e308], [-0.5], [0.0], [-0.0], [5e-324], [1e308], [1.7e308], [3.0]])
