"""Graphs of models made of models: the members' graphs in one, with scikit-learn's labels and numbers."""

import numpy as np
import pytest
from data import load
from onnx_running import check
from sklearn.ensemble import (
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

LOGISTIC, RIDGE = LogisticRegression(max_iter=300), RidgeClassifier()
PROBABLE = [("a", LOGISTIC), ("b", DecisionTreeClassifier(max_depth=2))]
CLASSIFIERS = [("a", LOGISTIC), ("b", RIDGE)]
REGRESSORS = [("a", Ridge()), ("b", DecisionTreeRegressor(max_depth=2))]


@pytest.mark.parametrize(
    "estimator",
    [
        VotingClassifier(PROBABLE, voting="soft"),
        VotingClassifier(PROBABLE, voting="soft", weights=[1, 3]),
        VotingClassifier(CLASSIFIERS),
        VotingClassifier(CLASSIFIERS, weights=[-1, -2]),
        VotingRegressor(REGRESSORS),
        VotingRegressor(REGRESSORS, weights=[0.1, 0.2]),
        BaggingClassifier(n_estimators=4, max_features=0.5, random_state=0),
        BaggingClassifier(RIDGE, 3, random_state=0),
        BaggingClassifier(LOGISTIC, 3, random_state=0),
        BaggingRegressor(Ridge(), 3, max_features=2, random_state=0),
        StackingClassifier(CLASSIFIERS, LOGISTIC, cv=2, passthrough=True),
        StackingClassifier(CLASSIFIERS, LOGISTIC, cv=2, stack_method="predict"),
        StackingRegressor([("a", Ridge()), ("b", LinearRegression())], Ridge(), cv=2),
        GridSearchCV(VotingClassifier(CLASSIFIERS), {"weights": [[1, 1], [1, 2]]}, cv=2),
        make_pipeline(StandardScaler(), VotingClassifier(CLASSIFIERS)),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_graphs(estimator):
    x, y = load("iris")
    check(estimator.fit(x, y), x)


def test_two_classes_and_strings():
    x, y = load("iris")
    x, names = x[y < 2], np.array(["no", "yes"])[y[y < 2]]
    check(StackingClassifier(PROBABLE, LOGISTIC, cv=2).fit(x, names), x)
    check(BaggingClassifier(RIDGE, 3, random_state=0).fit(x, names), x)


def test_members_that_miss_classes():
    x, y = load("iris")
    rare = np.where(np.arange(len(y)) % 29 == 0, 3, y)
    member = make_pipeline(StandardScaler(), LogisticRegression())
    check(BaggingClassifier(member, 5, max_samples=12, random_state=2).fit(x, rare), x)
