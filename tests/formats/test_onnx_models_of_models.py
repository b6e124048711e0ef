"""Graphs of models made of models: the members' graphs in one, with scikit-learn's labels and numbers."""

import numpy as np
import pytest
from data import load
from onnx_running import check
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
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

import modelx
from modelx.formats import onnx_graph, onnx_runtime

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


EVERYTHING = [
    ("hist", HistGradientBoostingClassifier(max_iter=2)),
    ("boost", GradientBoostingClassifier(n_estimators=2)),
    ("ada", AdaBoostClassifier(n_estimators=3)),
    ("bag", BaggingClassifier(n_estimators=2, random_state=0)),
    ("line", LOGISTIC),
]


@pytest.mark.parametrize(
    "estimator",
    [
        VotingClassifier(EVERYTHING, voting="soft"),
        StackingClassifier(EVERYTHING, RandomForestClassifier(3, max_depth=3, random_state=0), cv=2, passthrough=True),
        AdaBoostClassifier(RandomForestClassifier(2, max_depth=1, random_state=0), n_estimators=2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_every_family_inside(estimator):
    x, y = load("iris")
    check(estimator.fit(x, y), x)


@pytest.mark.parametrize(
    "estimator",
    [
        BaggingRegressor(Ridge(), 3, max_features=3, random_state=0),
        TransformedTargetRegressor(RandomForestRegressor(3, max_depth=3), transformer=StandardScaler()),
        RandomForestClassifier(3, max_depth=3, random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_several_outputs(estimator):
    x, y = load("iris")
    targets = np.column_stack([y, y > 0]) if "Classifier" in type(estimator).__name__ else x[:, :2] * [2.0, -1.0]
    check(estimator.fit(x, targets), x)


@pytest.mark.parametrize("labels", [[False, True], ["no\0", "no"], [1.0, -2.0], [3, -3, 0]], ids=repr)
def test_labels_of_members_find_their_classes(labels):
    x, y = load("iris")
    kind = object if isinstance(labels[0], str) else None
    check(AdaBoostClassifier(n_estimators=3).fit(x, np.array(labels, dtype=kind)[y % len(labels)]), x)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_opinions_in_the_place_of_votes(n_classes):
    x, y = load("iris")
    x, y = x[y < n_classes], y[y < n_classes]
    fitted = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=3, random_state=0).fit(x, y)
    model = modelx.to_proto(fitted)
    # As scikit-learn 1.5 fits with algorithm='SAMME.R'.
    model.ada_boost.real = True
    built, _ = onnx_graph.build(model)
    found = onnx_runtime.run(built.SerializeToString(), {"X": x})
    eps = np.finfo(float).eps
    logs = [np.log(np.clip(one.predict_proba(x), eps, None)) for one in fitted.estimators_]
    scores = sum((n_classes - 1) * (one - one.mean(axis=1, keepdims=True)) for one in logs) / model.ada_boost.total
    expected = scores if n_classes > 2 else scores[:, 1] - scores[:, 0]
    np.testing.assert_allclose(found["scores"], expected, rtol=1e-12, atol=1e-12)
    assert found["label"].tolist() == scores.argmax(axis=1).tolist()


@pytest.mark.parametrize("final", [DecisionTreeClassifier(max_depth=3), RidgeClassifier()], ids=repr)
def test_stacks_of_several_labels(final):
    x, y = load("iris")
    targets = np.column_stack([y > 0, y > 1]).astype(int)
    members = [("a", DecisionTreeClassifier(max_depth=2)), ("b", RidgeClassifier())]
    found = check(StackingClassifier(members, final, cv=2, passthrough=True).fit(x, targets), x)
    assert found["label"].shape == targets.shape


def test_weighted_medians():
    x, _ = load("iris")
    check(AdaBoostRegressor(LinearRegression(), n_estimators=4, random_state=0).fit(x, x[:, 0] ** 2), x)


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
