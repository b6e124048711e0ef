"""Isolation forests: thresholds, sizes of leaves, columns drawn for each tree, and rows of no numbers at all."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import IsolationForest

from cases.case import Cases, Fitted, grid
from cases.data import breast_cancer, diabetes, iris, some

CASES = Cases("isolation_forest")


@CASES.add
def iris_flowers() -> Fitted:
    """The offset of the original paper, -0.5, and both labels."""
    x, _ = iris()
    return Fitted(IsolationForest(n_estimators=4, max_samples=40, random_state=0).fit(x), some(x))


@CASES.add
def contamination() -> Fitted:
    """An offset that is a percentile of the training rows' own scores: the row next to it hangs on the last bits."""
    x, _ = diabetes()
    return Fitted(IsolationForest(n_estimators=4, max_samples=30, contamination=0.2, random_state=1).fit(x), some(x))


@CASES.add
def columns_of_each_tree() -> Fitted:
    """Each tree sees four of fifteen columns, in an order of its own."""
    x, _ = breast_cancer()
    return Fitted(IsolationForest(n_estimators=3, max_samples=30, max_features=4, random_state=2).fit(x), some(x))


@CASES.add
def leaves_of_many_rows() -> Fitted:
    """Rows that are equal end in one leaf, whose average path has a logarithm in it."""
    x = np.repeat(np.array([[0.0, 1.0], [1.0, 0.0], [5.0, 5.0]]), [20, 9, 1], axis=0)
    model = IsolationForest(n_estimators=5, max_samples=30, random_state=0, bootstrap=True).fit(x)
    return Fitted(model, [[0.0, 1.0], [1.0, 0.0], [5.0, 5.0], [3.0, 3.0]])


@CASES.add
def one_row_for_each_tree() -> Fitted:
    """Trees of a single leaf: the normalizer is 0, and the score -0.5 by definition, which is the offset."""
    x, _ = iris()
    model = IsolationForest(n_estimators=3, max_samples=1, random_state=0).fit(x)
    return Fitted(model, exact=some(x, 3))


@CASES.add
def two_rows_for_each_tree() -> Fitted:
    """Rows end one split down and have the score -0.5 to the last bit: what equals the offset is no outlier."""
    x, _ = iris()
    return Fitted(IsolationForest(n_estimators=9, max_samples=2, random_state=3).fit(x), exact=some(x, 6))


@CASES.add
def values_beyond_float32() -> Fitted:
    """Values that are infinite as float32 are compared like any other, where the version takes them."""
    x, _ = iris()
    model = IsolationForest(n_estimators=2, max_samples=20, random_state=4).fit(x)
    return Fitted(model, np.concatenate([grid(np.inf, -np.inf, 1e300, -3.5e38, 3.4028235e38, np.nan, width=4)]))


@CASES.add
def fitted_on_missing_values() -> Fitted:
    """Splits that send NaN to the left, or to the right, or that have nothing but NaN on one side."""
    x = np.array(breast_cancer()[0][:, :4])
    x[::3, 1] = np.nan
    x[::5, 2] = np.nan
    model = IsolationForest(n_estimators=3, max_samples=30, random_state=5).fit(x)
    return Fitted(model, some(x, 15))
