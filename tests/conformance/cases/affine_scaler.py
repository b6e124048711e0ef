"""Scalers of single features: every result is bit for bit scikit-learn's."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

from cases.case import Cases, Fitted
from cases.data import breast_cancer, iris, some, wine

CASES = Cases("affine_scaler")
_ODD = [-0.0, 0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e300, -1e300, 1.7976931348623157e308]


def odd_rows(width: int) -> np.ndarray:
    """Give rows of NaN, zeros of both signs, subnormal and huge numbers, each at another column in turn."""
    values = np.array([*_ODD, np.nan, 1.0])
    return np.array([np.resize(np.roll(values, -i), width) for i in range(len(values))])


@CASES.add
def standard() -> Fitted:
    """(x - mean) / scale: two roundings, not a multiplication by the reciprocal."""
    x, _ = breast_cancer()
    return Fitted(StandardScaler().fit(x), np.concatenate([some(x, 6), odd_rows(x.shape[1])]))


@CASES.add
def standard_without_mean() -> Fitted:
    """Only the division: mean_ is kept as an attribute, and is no part of the computation."""
    x, _ = iris()
    return Fitted(StandardScaler(with_mean=False).fit(x), np.concatenate([some(x, 6), odd_rows(4)]))


@CASES.add
def standard_without_deviation() -> Fitted:
    """Only the subtraction: scale_ and var_ are None and must come back as None."""
    x, _ = iris()
    return Fitted(StandardScaler(with_std=False).fit(x), np.concatenate([some(x, 6), odd_rows(4)]))


@CASES.add
def standard_without_anything() -> Fitted:
    """A scaler that is switched off gives its input back, -0.0 and NaN included."""
    x, _ = iris()
    return Fitted(StandardScaler(with_mean=False, with_std=False).fit(x), odd_rows(4))


@CASES.add
def constant_column() -> Fitted:
    """A column without deviation has the scale 1.0, so that nothing is divided by 0."""
    x, _ = iris()
    x = np.column_stack([np.full(len(x), 3.0), x[:, :2]])
    return Fitted(StandardScaler().fit(x), np.concatenate([some(x, 4), odd_rows(3)]))


@CASES.add
def column_of_missing_values() -> Fitted:
    """A column that was all NaN has a NaN mean, which is legal, and turns every value into NaN."""
    x, _ = iris()
    x = np.column_stack([x[:, :2], np.full(len(x), np.nan)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # scikit-learn warns of the column
        model = StandardScaler().fit(x)
    return Fitted(model, np.concatenate([some(x, 4), [[1.0, 2.0, 3.0], [np.nan, -0.0, 0.0]]]))


@CASES.add
def min_max() -> Fitted:
    """x * scale + min: the product is rounded before the sum; a fused multiply-add gives other bits."""
    x, _ = wine()
    return Fitted(MinMaxScaler().fit(x), np.concatenate([some(x, 6), odd_rows(x.shape[1])]))


@CASES.add
def min_max_clipped() -> Fitted:
    """The clip bounds transform and not inverse_transform, and NaN passes through it."""
    x, _ = wine()
    model = MinMaxScaler(feature_range=(-0.25, 0.75), clip=True).fit(x[:100])
    return Fitted(model, np.concatenate([some(x, 6), odd_rows(x.shape[1])]))


@CASES.add
def max_abs() -> Fitted:
    """A division alone, by values of very different sizes."""
    x, _ = wine()
    x = x * np.exp2(np.arange(-520, 520, 80))
    return Fitted(MaxAbsScaler().fit(x), np.concatenate([some(x, 6), odd_rows(x.shape[1])]))


@CASES.add
def robust() -> Fitted:
    """Median and quartiles in the place of mean and deviation."""
    x, _ = breast_cancer()
    return Fitted(RobustScaler().fit(x[:, :7]), np.concatenate([some(x[:, :7], 6), odd_rows(7)]))


@CASES.add
def robust_without_centering() -> Fitted:
    """The division alone, and a unit variance that changes the scale."""
    x, _ = iris()
    return Fitted(RobustScaler(with_centering=False, unit_variance=True).fit(x), odd_rows(4))


@CASES.add
def subnormal_scale() -> Fitted:
    """Divisors of 1e-300 and of 5e-324: a multiplication by their reciprocals would overflow, a division does not."""
    model = MaxAbsScaler().fit(np.ones((2, 3)))
    model.scale_ = np.array([1e-300, 5e-324, 1e308])
    return Fitted(model, exact=[[1e-300, 5e-324, 1e308], [1e-310, -0.0, 1.0], [1.0, 1e-17, 5e-324], [-1e7, -1e-20, 0]])
