"""Models whose answers are the features of one more model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier, StackingClassifier, StackingRegressor
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    PoissonRegressor,
    Ridge,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cases.case import Cases, Fitted
from cases.data import breast_cancer, diabetes, iris, scaled, some, wine

CASES = Cases("stacking")


@CASES.add
def classifiers() -> Fitted:
    """Probabilities of one member and scores of another, in front of a logistic regression."""
    x, y = iris()
    inside = [("logistic", LogisticRegression(max_iter=300)), ("ridge", RidgeClassifier())]
    return Fitted(StackingClassifier(inside, LogisticRegression(), cv=2).fit(x, y), some(x, 12))


@CASES.add
def two_classes_of_strings() -> Fitted:
    """Of two probabilities the second one is taken; labels come back as strings, and a dropped member is no column."""
    x, y = breast_cancer()
    frame = pd.DataFrame(scaled(x[:, :4]), columns=["a", "b", "c", "d"])
    inside = [
        ("one", LogisticRegression()),
        ("off", "drop"),
        ("two", make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", alpha=0.1, random_state=0))),
    ]
    model = StackingClassifier(inside, LogisticRegression(), cv=2, stack_method="predict_proba")
    return Fitted(model.fit(frame, np.array(["bad", "good"])[y]), some(frame.to_numpy()))


@CASES.add
def labels_as_features() -> Fitted:
    """What the members predict is a feature, as a number; the rows themselves are features too."""
    x, y = wine()
    x = scaled(x[:, :5])
    inside = [("ridge", RidgeClassifier()), ("logistic", LogisticRegression(C=0.01))]
    model = StackingClassifier(inside, RidgeClassifier(), cv=2, stack_method="predict", passthrough=True)
    return Fitted(model.fit(x, y * 10), some(x))


@CASES.add
def fitted_before() -> Fitted:
    """Members that were fitted on their own are the hyper-parameters themselves."""
    x, y = iris()
    inside = [("a", LogisticRegression(max_iter=300).fit(x, y)), ("b", RidgeClassifier().fit(x, y))]
    return Fitted(StackingClassifier(inside, LogisticRegression(), cv="prefit").fit(x, y), some(x))


@CASES.add
def several_labels() -> Fitted:
    """Three labels, one of them the same for all rows: of each, probabilities but the first one's, and predictions."""
    x, _ = iris()
    y = np.column_stack([x[:, 0] > 5.8, np.ones(len(x), dtype=bool), x[:, 2] > 3.0])
    inside = [("forest", RandomForestClassifier(2, max_depth=2, random_state=0)), ("ridge", RidgeClassifier())]
    model = StackingClassifier(inside, DecisionTreeClassifier(max_depth=2, random_state=0), cv=2, passthrough=True)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def several_labels_of_scores() -> Fitted:
    """Scores of several labels in front of a linear model of them, which has no probabilities."""
    x, _ = iris()
    y = np.column_stack([x[:, 0] > 5.8, x[:, 2] > 3.0]).astype(int)
    model = StackingClassifier([("a", RidgeClassifier()), ("b", RidgeClassifier(alpha=50.0))], RidgeClassifier(), cv=2)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def regressors() -> Fitted:
    """Predictions as features; the last model is a pipeline."""
    x, y = diabetes()
    inside = [("linear", LinearRegression()), ("log", PoissonRegressor(alpha=1e-2))]
    model = StackingRegressor(inside, make_pipeline(MinMaxScaler(), Ridge()), cv=2)
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def regressors_and_rows() -> Fitted:
    """The rows behind the predictions, and a stack inside of the stack."""
    x, y = diabetes()
    x = x[:, :4]
    inner = StackingRegressor([("a", Ridge()), ("b", LinearRegression())], Ridge(), cv=2)
    model = StackingRegressor([("stack", inner), ("ridge", Ridge(alpha=0.1))], Ridge(), cv=2, passthrough=True)
    return Fitted(model.fit(x, y), some(x))
