"""Products of features: every result is bit for bit scikit-learn's for dense rows."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import PolynomialFeatures

from cases.case import Cases, Fitted
from cases.data import iris, scaled, some, wine

CASES = Cases("polynomial_features")


@CASES.add
def squares_and_products() -> Fitted:
    """The default: 1, the features, and each product of two of them in scikit-learn's order."""
    x, _ = iris()
    return Fitted(PolynomialFeatures().fit(x), np.concatenate([some(x, 5), some(scaled(x), 5)]))


@CASES.add
def degree_four() -> Fitted:
    """Products of four are built from those of three: (c * b) * a rounds otherwise than c * (b * a)."""
    x = scaled(iris()[0][:, :2])
    return Fitted(PolynomialFeatures(4).fit(x), some(x, 8) * np.pi)


@CASES.add
def interactions() -> Fitted:
    """No feature stands in a product twice, and a degree over the width adds nothing."""
    x = scaled(wine()[0][:, :4])
    return Fitted(PolynomialFeatures(7, interaction_only=True).fit(x), some(x, 4))


@CASES.add
def without_bias() -> Fitted:
    """No column of ones; in Fortran order, which changes the memory and not the numbers."""
    x = scaled(iris()[0][:, :3])
    return Fitted(PolynomialFeatures(3, include_bias=False, order="F").fit(x), some(x, 4))


@CASES.add
def high_degrees_alone() -> Fitted:
    """Degrees 3 to 4 and the bias: products of lower degrees are computed and left out."""
    x = scaled(iris()[0][:, :2])
    return Fitted(PolynomialFeatures((3, 4)).fit(x), some(x, 6))


@CASES.add
def interactions_of_three() -> Fitted:
    """The only degree of products without repetition, and no bias: as many columns as there are triples."""
    x = scaled(wine()[0][:, :5])
    model = PolynomialFeatures((3, 3), interaction_only=True, include_bias=False).fit(x)
    return Fitted(model, some(x, 6))


@CASES.add
def bias_alone() -> Fitted:
    """Degree 0: a column of ones whatever the row is."""
    x, _ = iris()
    return Fitted(PolynomialFeatures(0).fit(x), some(x, 4))


@CASES.add
def powers_of_one_column() -> Fitted:
    """A power is a running product, which is not what pow gives in the last bits; some overflow, some underflow."""
    model = PolynomialFeatures(9, include_bias=False).fit(np.ones((2, 1)))
    return Fitted(model, exact=[[1.1], [-0.7], [1e-40], [1e40], [-1e300], [-0.0], [3e-324], [np.pi]])


@CASES.add
def features_from_degree_one() -> Fitted:
    """A lowest degree of 1 leaves out nothing: the bias has a switch of its own."""
    x, _ = iris()
    return Fitted(PolynomialFeatures((1, 2), include_bias=False).fit(x[:, :2]), some(x[:, :2], 6))
