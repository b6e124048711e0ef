"""Weighted votes and weighted medians."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import AdaBoostClassifier, AdaBoostRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, SGDClassifier
from sklearn.tree import DecisionTreeRegressor

from cases.case import Cases, Fitted
from cases.data import breast_cancer, diabetes, iris, scaled, some, wine

CASES = Cases("ada_boost")


@CASES.add
def three_classes() -> Fitted:
    """A score for each class, and a softmax of them."""
    x, y = iris()
    model = AdaBoostClassifier(LogisticRegression(C=0.01, max_iter=300), n_estimators=5, random_state=0)
    return Fitted(model.fit(x, y), some(x, 12))


@CASES.add
def two_classes_of_strings() -> Fitted:
    """Two classes have one score, whose sign decides; the members were fitted on the strings themselves."""
    x, y = breast_cancer()
    x = scaled(x[:, :5])
    model = AdaBoostClassifier(
        SGDClassifier(alpha=0.1, random_state=0, max_iter=5, tol=None), n_estimators=7, random_state=0
    )
    return Fitted(model.fit(x, np.array(["bad", "good"])[y]), some(x))


@CASES.add
def ended_early() -> Fitted:
    """Boosting ends with a member that makes no mistake: the rest of the weights belongs to nobody."""
    x, y = iris()
    x, y = x[y < 2], y[y < 2] * 2.0 - 1.0
    return Fitted(AdaBoostClassifier(LogisticRegression(), n_estimators=9).fit(x, y), some(x))


@CASES.add
def learning_rate() -> Fitted:
    """Weights that are no round numbers, whose sum was rounded by the trainer; four classes."""
    x, y = wine()
    x = scaled(x[:, :6])
    model = AdaBoostClassifier(LogisticRegression(C=0.003), n_estimators=12, learning_rate=0.37, random_state=1)
    return Fitted(model.fit(x, np.where(np.arange(len(y)) % 5 == 0, 7, y)), some(x))


@CASES.add
def median_of_lines() -> Fitted:
    """The weighted median is one of the predictions, with that one's error."""
    x, y = diabetes()
    return Fitted(AdaBoostRegressor(LinearRegression(), n_estimators=6, random_state=0).fit(x, y), some(x))


@CASES.add
def median_of_exponentials() -> Fitted:
    """An even number of members, and a loss that makes other weights."""
    x, y = diabetes()
    model = AdaBoostRegressor(PoissonRegressor(alpha=1e-2), n_estimators=4, loss="square", random_state=0)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def stumps() -> Fitted:
    """What is boosted by default: trees of one decision, whose scores are exact."""
    x, y = breast_cancer()
    return Fitted(AdaBoostClassifier(n_estimators=12, random_state=0).fit(x[:, :6], y), some(x[:, :6], 16))


@CASES.add
def median_of_trees() -> Fitted:
    """Trees that often predict the very same number: equal predictions stand side by side in the median."""
    x, y = diabetes()
    tree = DecisionTreeRegressor(max_depth=2)
    return Fitted(
        AdaBoostRegressor(tree, n_estimators=9, random_state=0).fit(x[:, :5], y.round(-2)), some(x[:, :5], 16)
    )
