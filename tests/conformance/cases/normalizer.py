"""Rows divided by their norms."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import Normalizer

from cases.case import Cases, Fitted
from cases.data import breast_cancer, iris, some, wine

CASES = Cases("normalizer")
# Rows whose norm is below stay as they are.
SMALLEST = 10 * 2.0**-52


def one_value(width: int, *values: float) -> np.ndarray:
    """Give rows of one value each, among zeros."""
    rows = np.zeros((len(values), width))
    rows[np.arange(len(values)), np.arange(len(values)) % width] = values
    return rows


@CASES.add
def euclidean() -> Fitted:
    """The default, for rows wider than one block of the sums; a row of zeros stays one."""
    x, _ = breast_cancer()
    return Fitted(Normalizer().fit(x), np.concatenate([some(x, 8), np.zeros((1, 15)), -some(x, 2)]))


@CASES.add
def sum_of_magnitudes() -> Fitted:
    """The absolute values are added, those of negative numbers too."""
    x, _ = wine()
    return Fitted(Normalizer(norm="l1").fit(x), np.concatenate([some(x, 8), np.zeros((1, 13)), some(x, 4) - 20.0]))


@CASES.add
def largest() -> Fitted:
    """The largest absolute value: nothing is added, so that the bits are scikit-learn's; rows at the smallest norm."""
    x, _ = iris()
    near = [SMALLEST, -np.nextafter(SMALLEST, 0.0), np.nextafter(SMALLEST, 1.0), 5e-324, -0.0, 1.7976931348623157e308]
    return Fitted(Normalizer(norm="max").fit(x), np.concatenate([some(x, 6), -some(x, 2), one_value(4, *near)]))


@CASES.add
def norms_that_are_too_small() -> Fitted:
    """A norm under 10 * 2^-52 divides nothing, as scikit-learn takes it for the norm of zeros."""
    model = Normalizer().fit(np.ones((2, 3)))
    return Fitted(model, one_value(3, 2e-15, -2e-15, 2.3e-15, -2.3e-15, 1e-200, 5e-324))


@CASES.add
def squares_that_overflow() -> Fitted:
    """The square of 1e155 is infinite, and the results are zeros with the signs of the row; 1e153 is fine."""
    model = Normalizer().fit(np.ones((2, 2)))
    return Fitted(model, exact=[[1e155, -1e155], [-1e300, 1.0], [0.0, -1e200], [3e153, 4e153], [-0.0, 1e-170]])


@CASES.add
def one_column() -> Fitted:
    """Rows of one value become 1 or -1, but for those that are too small."""
    model = Normalizer(norm="l1").fit(np.ones((2, 1)))
    return Fitted(model, exact=[[3.7], [-0.1], [0.0], [-0.0], [1e-16], [-1e308], [5e-324]])
