"""Boosted trees: every link, every kind of beginning, and sums whose order shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.linear_model import HuberRegressor, LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cases.case import Cases, Fitted, grid
from cases.data import breast_cancer, diabetes, iris, scaled, some, wine

CASES = Cases("gradient_boosting")


def _regressor(**params: Any) -> GradientBoostingRegressor:
    return GradientBoostingRegressor(**{"n_estimators": 3, "random_state": 0} | params)


def _classifier(**params: Any) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(**{"n_estimators": 3, "random_state": 0} | params)


def _near_thresholds(model: Any, x: np.ndarray[Any, Any], n: int = 12) -> np.ndarray[Any, Any]:
    """Give rows at some thresholds, and one step of float32 and of float64 to each side of them."""
    out = []
    for tree in model.estimators_.reshape(-1):
        for node in np.flatnonzero(tree.tree_.feature >= 0):
            t = tree.tree_.threshold[node]
            for value in (t, np.nextafter(t, np.inf), np.nextafter(np.float32(t), np.float32(-np.inf))):
                out.append(x[0].copy())
                out[-1][tree.tree_.feature[node]] = value
    return np.array(out[:: max(1, len(out) // n)][:n])


@CASES.add
def squared_error() -> Fitted:
    """The plain regressor: the mean, and then tree after tree, added in this order to the last bit."""
    x, y = diabetes()
    model = _regressor(n_estimators=6, learning_rate=0.3).fit(x, y)
    return Fitted(model, np.concatenate([some(x), _near_thresholds(model, x)]))


@CASES.add
def quantile() -> Fitted:
    """The 90th percentile to begin with, and rows drawn at random for each tree."""
    x, y = diabetes()
    return Fitted(_regressor(loss="quantile", alpha=0.9, subsample=0.5).fit(x, y), some(x, 6))


@CASES.add
def sums_that_cancel() -> Fitted:
    """A large mean and small leaves: each addition rounds, so that another order would show in the last bits."""
    x, y = diabetes()
    return Fitted(_regressor(n_estimators=12, max_depth=2, learning_rate=1 / 3).fit(x, y + 2.0**40), some(x))


@CASES.add
def log_loss_binary() -> Fitted:
    """Two classes: one sum for each row, its logistic function, and labels that are strings."""
    x, y = breast_cancer()
    model = _classifier().fit(x, np.array(["malignant", "benign"])[y])
    return Fitted(model, np.concatenate([some(x), _near_thresholds(model, x, 6)]))


@CASES.add
def log_loss_multiclass() -> Fitted:
    """Three classes: a tree of each class in each stage, and a softmax."""
    x, y = wine()
    model = _classifier(n_estimators=3, max_depth=2).fit(x, y)
    return Fitted(model, np.concatenate([some(x), _near_thresholds(model, x, 6)]))


@CASES.add
def exponential() -> Fitted:
    """Half of the logit to begin with, and twice the sum for the probability."""
    x, y = breast_cancer()
    return Fitted(_classifier(loss="exponential", max_leaf_nodes=4).fit(x, y), some(x))


@CASES.add
def zero_to_begin_with() -> Fitted:
    """init='zero': a sum that no leaf moves is exactly 0, which is the second class, >= here."""
    x, y = np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 1, 0, 1]
    model = _classifier(init="zero", n_estimators=1, max_depth=1, learning_rate=0.0).fit(x, y)
    return Fitted(model, exact=[[0.0], [2.5], [-0.0], [5e-324]])


@CASES.add
def zero_to_begin_with_multiclass() -> Fitted:
    """init='zero' for three classes: the first of equal sums is the label."""
    x, y = iris()
    model = _classifier(init="zero", n_estimators=1, learning_rate=0.0).fit(x, y)
    return Fitted(model, exact=some(x, 4))


@CASES.add
def dummy_regressor() -> Fitted:
    """A constant that the user chose, to begin with."""
    x, y = diabetes()
    init = DummyRegressor(strategy="constant", constant=0.1)
    return Fitted(_regressor(n_estimators=2, init=init).fit(x, y), some(x, 4))


@CASES.add
def dummy_classifier() -> Fitted:
    """A certain class to begin with: its probability 1 is kept a little below, so that the logarithm is finite."""
    x, y = iris()
    init = DummyClassifier(strategy="most_frequent")
    return Fitted(_classifier(n_estimators=2, init=init).fit(x, y), some(x, 4))


@CASES.add
def tree_to_begin_with() -> Fitted:
    """A tree as init: rows are rounded to float32 before it, and all is exact."""
    x, y = diabetes()
    model = _regressor(init=DecisionTreeRegressor(max_depth=3, random_state=0), n_estimators=3).fit(x, y)
    return Fitted(model, some(x))


@CASES.add
def linear_to_begin_with() -> Fitted:
    """A linear regression as init: scikit-learn fits it, and computes it, in float32."""
    x, y = diabetes()
    return Fitted(_regressor(init=LinearRegression(), n_estimators=3).fit(x, y), some(x))


@CASES.add
def linear_in_doubles_to_begin_with() -> Fitted:
    """An init whose coefficients are float64 on rows that were rounded to float32."""
    x, y = diabetes()
    return Fitted(_regressor(init=HuberRegressor(max_iter=1000), n_estimators=3).fit(x * 30, y), some(x * 30))


@CASES.add
def tree_classifier_to_begin_with() -> Fitted:
    """Probabilities of 0 and 1 from a tree: they are clipped before the logarithm."""
    x, y = iris()
    return Fitted(
        _classifier(init=DecisionTreeClassifier(max_depth=2, random_state=0), n_estimators=2).fit(x, y), some(x)
    )


@CASES.add
def binary_tree_to_begin_with() -> Fitted:
    """Two classes of which the init's second probability is all that counts; and half of its logit."""
    x, y = breast_cancer()
    init = DecisionTreeClassifier(max_depth=2, random_state=0)
    return Fitted(_classifier(init=init, n_estimators=2, loss="exponential").fit(x, y), some(x))


@CASES.add
def logistic_to_begin_with() -> Fitted:
    """A linear classifier as init, whose probabilities become sums again."""
    x, y = iris()
    x = scaled(x)
    return Fitted(_classifier(init=LogisticRegression(), n_estimators=2).fit(x, y), some(x))


@CASES.add
def stumps_of_one_leaf() -> Fitted:
    """A target that is constant leaves nothing to split: every tree is one leaf, and any row has the same sum."""
    x, y = diabetes()
    return Fitted(_regressor(n_estimators=2).fit(x, np.full(len(y), 0.1)), grid(0.0, -1e30, 3e38, width=10))


@CASES.add
def early_stopping() -> Fitted:
    """Fewer stages than asked for, of trees that see some of the columns."""
    x, y = breast_cancer()
    model = _classifier(n_estimators=100, n_iter_no_change=2, tol=0.2, max_features="sqrt", max_depth=2).fit(x, y)
    return Fitted(model, some(x, 6))


@CASES.add
def rounding_to_float32() -> Fitted:
    """Rows that float64 tells from a threshold and float32 does not, subnormals, and the largest float32."""
    x = np.array([[0.0], [0.1], [0.2], [1e-40], [1.0], [2.0**24], [2.0**24 + 2]])
    model = _regressor(n_estimators=3, max_depth=3, learning_rate=1.0).fit(x, [1, 2, 3, 4, 5, 6, 7])
    t = model.estimators_[0, 0].tree_.threshold
    rows = [[v] for v in (*t, *np.nextafter(t, 9e9), 0.1, 0.1 + 1e-10, 2.0**24 + 1, 5e-324, -0.0, 1e-46, 3.4028235e38)]
    return Fitted(model, rows)
