"""Means of members that were fitted on parts of the rows and of the features."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import BaggingClassifier, BaggingRegressor
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cases.case import Cases, Fitted
from cases.data import diabetes, iris, linnerud, scaled, some, wine

CASES = Cases("bagging")


@CASES.add
def logistic() -> Fitted:
    """Probabilities, their logarithms through logaddexp, and scores, as means of five members."""
    x, y = iris()
    return Fitted(BaggingClassifier(LogisticRegression(max_iter=300), 5, random_state=0).fit(x, y), some(x, 12))


@CASES.add
def features_in_parts() -> Fitted:
    """Each member takes some of the features, some of them twice; classes are strings."""
    x, y = wine()
    model = BaggingClassifier(
        make_pipeline(StandardScaler(), LogisticRegression()),
        4,
        max_features=0.5,
        bootstrap_features=True,
        random_state=1,
    )
    return Fitted(model.fit(x[:, :8], np.array(["Barolo", "Grignolino", "Barbera"])[y]), some(x[:, :8]))


@CASES.add
def votes() -> Fitted:
    """Members without probabilities vote: ties go to the first class, and the logarithm of no vote is -Infinity."""
    x, y = iris()
    return Fitted(BaggingClassifier(RidgeClassifier(), 6, max_samples=12, random_state=3).fit(x, y), some(x, 20))


@CASES.add
def classes_that_members_miss() -> Fitted:
    """With few rows each, members know some of the classes only; there is no decision_function then."""
    x, y = iris()
    rare = np.where(np.arange(len(y)) % 29 == 0, 3, y)
    model = BaggingClassifier(make_pipeline(StandardScaler(), LogisticRegression()), 5, max_samples=14, random_state=2)
    return Fitted(model.fit(x, rare), some(x, 12))


@CASES.add
def two_classes() -> Fitted:
    """Scores of two classes have one value for each row; classes are bools."""
    x, y = wine()
    x = scaled(x[:, :5])
    model = BaggingClassifier(SGDClassifier(loss="log_loss", random_state=0), 3, random_state=0)
    return Fitted(model.fit(x, y > 0), some(x))


@CASES.add
def regressors() -> Fitted:
    """A mean of linear regressors over parts of the features."""
    x, y = diabetes()
    return Fitted(BaggingRegressor(Ridge(), 5, max_features=4, random_state=0).fit(x, y), some(x))


@CASES.add
def exponentials() -> Fitted:
    """Members whose tolerance is relative."""
    x, y = diabetes()
    model = BaggingRegressor(PoissonRegressor(alpha=1e-3), 3, bootstrap=False, max_samples=0.5, random_state=0)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def several_outputs() -> Fitted:
    """Members of several outputs, each of which has its mean."""
    x, y = linnerud()
    return Fitted(BaggingRegressor(Ridge(), 4, random_state=0).fit(x, y), some(x))


@CASES.add
def bags_of_bags() -> Fitted:
    """A bag whose members are bags."""
    x, y = diabetes()
    inner = BaggingRegressor(Ridge(), 2, max_features=2, random_state=1)
    return Fitted(BaggingRegressor(inner, 2, max_features=5, random_state=0).fit(x, y), some(x))


@CASES.add
def trees() -> Fitted:
    """What is bagged most, and by default: trees, whose means are exact, with votes that tie."""
    x, y = iris()
    return Fitted(BaggingClassifier(DecisionTreeClassifier(max_depth=2), 6, random_state=0).fit(x, y), some(x, 20))


@CASES.add
def regression_trees() -> Fitted:
    """Trees over parts of the features, added in the order of the members, bit for bit."""
    x, y = diabetes()
    tree = DecisionTreeRegressor(max_depth=3)
    return Fitted(BaggingRegressor(tree, 9, max_features=3, random_state=0).fit(x[:, :6], y), some(x[:, :6], 16))
