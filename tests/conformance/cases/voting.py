"""Means of models' answers, and counts of their votes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cases.case import Cases, Fitted
from cases.data import diabetes, iris, scaled, some, wine

CASES = Cases("voting")


def _classifiers(n: int) -> list[tuple[str, SGDClassifier]]:
    return [(f"member {i}", SGDClassifier(random_state=i, max_iter=5, tol=None, alpha=0.1)) for i in range(n)]


@CASES.add
def soft() -> Fitted:
    """What is used most: the mean of probabilities, of members with and without a scaler."""
    x, y = iris()
    members = [
        ("logistic", LogisticRegression(max_iter=300)),
        ("huber", make_pipeline(StandardScaler(), SGDClassifier(loss="modified_huber", random_state=0))),
    ]
    return Fitted(VotingClassifier(members, voting="soft").fit(x, y), some(x, 12))


@CASES.add
def soft_with_weights_and_strings() -> Fitted:
    """Weights whose sum is no integer, names of features, and string classes over encoded ones."""
    x, y = wine()
    frame = pd.DataFrame(x[:, :4], columns=["a", "b", "c", "d"])
    members = [
        ("one", make_pipeline(StandardScaler(), LogisticRegression())),
        ("two", make_pipeline(RobustScaler(), LogisticRegression(C=0.01))),
        ("three", make_pipeline(RobustScaler(), SGDClassifier(loss="log_loss", random_state=0))),
    ]
    model = VotingClassifier(members, voting="soft", weights=[0.1, 0.7, 0.3], flatten_transform=False)
    return Fitted(model.fit(frame, np.array(["Barolo", "Grignolino", "Barbera"])[y]), some(x[:, :4]))


@CASES.add
def hard() -> Fitted:
    """Each member has one vote; with four members and three classes there are ties."""
    x, y = iris()
    return Fitted(VotingClassifier(_classifiers(4)).fit(x, y), some(x, 30))


@CASES.add
def hard_with_weights_and_dropped() -> Fitted:
    """A dropped member has no vote, nor has its weight; labels are floats."""
    x, y = wine()
    x = scaled(x[:, 4:9])
    members = [
        ("logistic", LogisticRegression()),
        ("off", "drop"),
        ("sgd", SGDClassifier(random_state=0)),
        ("ridge", RidgeClassifier()),
    ]
    return Fitted(VotingClassifier(members, weights=[1.0, 9.0, 0.5, 0.75]).fit(x, y * 2.0), some(x, 16))


@CASES.add
def negative_weights() -> Fitted:
    """Where every vote counts against, classes that nobody could name win only up to the largest named label."""
    x, y = iris()
    return Fitted(VotingClassifier(_classifiers(3), weights=[-1.0, -2.0, -1.5]).fit(x, y), some(x, 16))


@CASES.add
def mean_of_regressors() -> Fitted:
    """The mean of two sums and an exponential: each part brings its own tolerance."""
    x, y = diabetes()
    members = [("linear", LinearRegression()), ("ridge", Ridge()), ("log", PoissonRegressor(alpha=1e-3))]
    return Fitted(VotingRegressor(members).fit(x, y), some(x))


@CASES.add
def vote_among_the_members() -> Fitted:
    """A mean of which one member is a mean itself, and whose transform has a column for each member."""
    x, y = diabetes()
    x = x[:, :6]
    inner = VotingRegressor([("a", Ridge()), ("b", PoissonRegressor())], weights=[2, 1])
    return Fitted(VotingRegressor([("c", inner), ("d", LinearRegression())]).fit(x, y), some(x))


@CASES.add
def soft_trees() -> Fitted:
    """Exact members make exact means, bit for bit and in the order of the members; ties go to the first class."""
    x, y = iris()
    members = [(f"tree {i}", DecisionTreeClassifier(max_depth=1 + i % 3, random_state=i)) for i in range(9)]
    return Fitted(VotingClassifier(members, voting="soft").fit(x, y), some(x, 20))


@CASES.add
def weighted_trees() -> Fitted:
    """Seven trees with weights: products and sums in the order of the members, bit for bit."""
    x, y = diabetes()
    members = [(f"tree {i}", DecisionTreeRegressor(max_depth=3, max_features=3, random_state=i)) for i in range(7)]
    weights = [0.1, 0.2, 0.3, 1e-9, 1e9, 0.7, 1.0 / 3.0]
    return Fitted(VotingRegressor(members, weights=weights).fit(x[:, :5], y), some(x[:, :5]))


@CASES.add
def nine_trees() -> Fitted:
    """From eight members on, numpy adds those of a single row in pairs, so that the mean has a tolerance."""
    x, y = diabetes()
    members = [(f"tree {i}", DecisionTreeRegressor(max_depth=2, max_features=3, random_state=i)) for i in range(9)]
    return Fitted(VotingRegressor(members).fit(x[:, :5], y), some(x[:, :5]))
