"""Histogram gradient boosting: float64 thresholds, categories, missing values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from cases.case import Cases, Fitted, grid
from cases.data import breast_cancer, diabetes, iris, some, wine

CASES = Cases("hist_gradient_boosting")
NAN, INF = np.nan, np.inf


def _regressor(**parameters: Any) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(**{"max_iter": 4, "max_leaf_nodes": 6, "random_state": 0} | parameters)


def _classifier(**parameters: Any) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(**{"max_iter": 3, "max_leaf_nodes": 5, "random_state": 0} | parameters)


def _with_gaps(x: np.ndarray[Any, Any], share: float = 0.2) -> np.ndarray[Any, Any]:
    out = x.copy()
    out[np.random.default_rng(0).random(x.shape) < share] = NAN
    return out


def _mixed(n: int = 300) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give numbers in columns 0 and 2, categories in 1 and 3, of which column 3 has gaps, and a target."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, 4))
    x[:, 1] = rng.choice([-7.0, 0.0, 2.5, 1e9], n)
    x[:, 3] = rng.integers(0, 40, n)
    y = x[:, 0] + np.sin(x[:, 1]) * 2.0 + x[:, 3] % 3
    x[rng.random(n) < 0.15, 3] = NAN
    return x, y


@CASES.add
def squared_error() -> Fitted:
    """A regressor with the identity as its link: the sum of the baseline and of one leaf of each tree, to the bit."""
    x, y = diabetes()
    return Fitted(_regressor().fit(x, y), some(x))


@CASES.add
def absolute_error() -> Fitted:
    """Leaves that were replaced by medians after the trees had grown."""
    x, y = diabetes()
    return Fitted(_regressor(loss="absolute_error").fit(x, y), some(x))


@CASES.add
def quantile() -> Fitted:
    """A loss with a parameter of its own."""
    x, y = diabetes()
    return Fitted(_regressor(loss="quantile", quantile=0.9).fit(x, y), some(x))


@CASES.add
def poisson() -> Fitted:
    """The logarithm as the link: the exponential of the sum."""
    x, y = diabetes()
    return Fitted(_regressor(loss="poisson").fit(x, y), some(x))


@CASES.add
def gamma() -> Fitted:
    """The other loss with the logarithm as its link."""
    x, y = diabetes()
    return Fitted(_regressor(loss="gamma", l2_regularization=1.0).fit(x, y), some(x))


@CASES.add
def binary() -> Fitted:
    """Two classes: one tree in each iteration."""
    x, y = breast_cancer()
    return Fitted(_classifier(max_iter=9).fit(x, y), some(x))


@CASES.add
def multiclass_strings() -> Fitted:
    """Three classes: three trees in each iteration, whose values go to one score each; labels are strings."""
    x, y = iris()
    return Fitted(_classifier().fit(x, np.array(["setosa", "versicolor", "virginica ✓"])[y]), some(x))


@CASES.add
def missing_values() -> Fitted:
    """NaN goes where the split learned it should: to the left at some nodes, to the right at others."""
    x, y = wine()
    x = _with_gaps(x)
    return Fitted(_classifier().fit(x, y > 0), np.concatenate([some(x), grid(NAN, width=x.shape[1])]))


@CASES.add
def split_on_missing() -> Fitted:
    """A threshold of +Inf: all but NaN goes to the left, +Inf too."""
    rng = np.random.default_rng(3)
    x = rng.integers(0, 2, (200, 2)).astype(float)
    x[rng.random(200) < 0.4, 0] = NAN
    model = _regressor(max_iter=2).fit(x, np.where(np.isnan(x[:, 0]), 5.0, x[:, 1]))
    exact = [[INF, 0.0], [-INF, 1.0], [NAN, 0.0], [NAN, INF], [1e300, -INF], [0.0, NAN]]
    return Fitted(model, some(x), exact)


@CASES.add
def infinite_values() -> Fitted:
    """Infinities in the training data: numbers as others, with thresholds of 1e300 and -Inf beside them."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal((200, 2))
    x[::5, 0], x[::7, 1] = -INF, INF
    y = np.where(np.isinf(x[:, 0]), 3.0, 0.0) + np.where(np.isinf(x[:, 1]), -2.0, 0.1 * x[:, 0].clip(-1, 1))
    exact = [[-INF, INF], [INF, -INF], [-1.7e308, 1.7e308], [1e300, 1e300], [NAN, NAN]]
    return Fitted(_regressor().fit(x, y), some(x), exact)


@CASES.add
def categories_by_mask() -> Fitted:
    """Sets of categories: numbers far apart, negative and broken; categories that are unknown are missing values."""
    x, y = _mixed()
    model = _regressor(categorical_features=[False, True, False, True], min_samples_leaf=5).fit(x, y)
    exact = [
        [0.5, -7.0, 0.0, 3.0],
        [0.5, -8.0, 0.0, 40.0],
        [0.5, 2.0, 0.0, 0.5],
        [0.5, NAN, 0.0, NAN],
        [NAN, 1e9, NAN, -1.0],
        [INF, -0.0, -INF, -0.0],
        [-INF, 5e-324, INF, 39.0],
        [0.5, float(np.nextafter(2.5, 3.0)), 0.0, 1e300],
    ]
    return Fitted(model, some(x), exact)


@CASES.add
def categories_of_classes() -> Fitted:
    """A classifier with categories by their places, and several scores."""
    x, y = _mixed()
    model = _classifier(categorical_features=[1, 3], min_samples_leaf=5).fit(x, np.digitize(y, [0.0, 1.5]) * 10)
    return Fitted(model, some(x))


@CASES.add
def categories_alone() -> Fitted:
    """No number at all, ints as the categories, and a feature of which all training values were missing."""
    rng = np.random.default_rng(5)
    x = rng.integers(-3, 9, (250, 3)).astype(float)
    y = np.cos(x[:, 0]) + (x[:, 1] % 2)
    x[:, 2] = NAN
    model = _regressor(categorical_features=[0, 1, 2], min_samples_leaf=3).fit(x, y)
    return Fitted(model, some(x), [[9.0, -4.0, 0.0], [0.0, 1.0, NAN], [NAN, NAN, NAN]])


@CASES.add
def most_categories() -> Fitted:
    """255 categories, as many as there can be: each of the eight words of a set, and its last bit but one."""
    rng = np.random.default_rng(6)
    x = np.repeat(np.arange(255.0), 12)[:, None]
    y = np.sin(x[:, 0] * 2.0) + 0.1 * rng.standard_normal(len(x))
    model = _regressor(categorical_features=[0], max_iter=2).fit(x, y)
    exact = np.concatenate([np.arange(0.0, 255.0, 15.0), [31, 32, 63, 64, 223, 224, 253, 254, 255, 256, -1]])[:, None]
    return Fitted(model, exact=exact)


@CASES.add
def feature_names() -> Fitted:
    """Columns with names, and the categorical one by its name; the data frame has ints for it."""
    import pandas as pd

    x, y = _mixed()
    frame = pd.DataFrame(x[:, :3], columns=["größe", "kind", "c"])
    frame["kind"] = (frame["kind"] * 2).astype("int64").astype("category")
    model = _regressor(categorical_features="from_dtype", max_iter=2, min_samples_leaf=5).fit(frame, y)
    return Fitted(model, [[0.5, -14.0, 0.0], [0.5, 5.0, 1.0], [-1.0, 2e9, 0.5], [0.1, 1.0, NAN]])


@CASES.add
def constraints() -> Fitted:
    """Monotonic and interaction constraints, which the trees have met already."""
    x, y = diabetes()
    model = _regressor(monotonic_cst=[0, 0, 1, -1, 0, 0, 0, 0, 0, 0], interaction_cst=[[0, 2], [3, 4, 5]])
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def early_stopping() -> Fitted:
    """Scores of each iteration are attributes; a fit that stops early has fewer trees than max_iter."""
    x, y = iris()
    model = _classifier(early_stopping=True, n_iter_no_change=2, max_iter=50, scoring="accuracy")
    return Fitted(model.fit(x, y), some(x))


@CASES.add
def leaves_alone() -> Fitted:
    """A constant target: trees that are a leaf each, so that no feature is asked for."""
    x, _ = iris()
    return Fitted(_regressor(max_iter=2).fit(x[:30], np.full(30, 0.1)), some(x), grid(NAN, INF, width=4))


@CASES.add
def deep_and_uneven() -> Fitted:
    """Trees that grow like lists, so that their leaves lie at very different depths."""
    rng = np.random.default_rng(7)
    x = np.sort(rng.standard_exponential(400))[:, None]
    model = _regressor(max_leaf_nodes=None, min_samples_leaf=1, max_iter=1, max_bins=40, learning_rate=1.0)
    return Fitted(model.fit(x, np.exp(3.0 * x[:, 0])), some(x), [[0.0], [-0.0], [-5e-324], [5e-324], [1e300]])


@CASES.add
def thresholds_at_zero() -> Fitted:
    """Thresholds of 0, -0.0 and subnormal numbers: zeros of both signs are equal, and nothing is flushed to zero."""
    x = np.array([-5e-324, -0.0, 0.0, 5e-324, 1e-310, 1.0]).repeat(40)[:, None]
    model = _regressor(min_samples_leaf=1, max_leaf_nodes=None, max_iter=1).fit(x, np.arange(240.0) // 40)
    exact = [[-5e-324], [-0.0], [0.0], [5e-324], [1e-323], [1e-310], [0.5], [1.0], [NAN]]
    return Fitted(model, exact=exact)


@CASES.add
def score_of_zero_is_the_first_class() -> Fitted:
    """A tie: of two classes with a score of exactly 0, and of three with equal scores."""
    x = np.array([[-1.0], [1.0]]).repeat(30, axis=0)
    model = _classifier(max_iter=1).fit(x, np.tile([3, 4, 5], 20))
    model._baseline_prediction[:] = 0.25
    for tree in model._predictors[0]:
        tree.nodes["value"] = 0.0
    return Fitted(model, exact=[[-1.0], [1.0], [NAN]])


@CASES.add
def sums_of_many_sizes() -> Fitted:
    """Leaves of very different sizes: another order of addition gives other bits."""
    x, y = diabetes()
    model = _regressor(max_iter=19, max_leaf_nodes=3).fit(x, y)
    rng = np.random.default_rng(8)
    for [tree] in model._predictors:
        tree.nodes["value"] *= 10.0 ** rng.integers(-12, 6)
    return Fitted(model, some(x))


@CASES.add
def categories_of_words() -> Fitted:
    """Categories of strings beside numbers: None is one of them, NaN is missing, and what is unseen goes as it does."""
    x, y = _mixed()
    names = ["", "b", "a\u0301", "\U0001f600", None, NAN]
    words = ["b" if np.isnan(v) else names[int(v) % 6] for v in x[:, 3]]
    codes = [NAN if np.isnan(v) else f"code {int(v) % 5}" for v in x[:, 3]]
    frame = pd.DataFrame({"number": x[:, 0], "category": x[:, 1]})
    frame["word"], frame["code"] = pd.Series(words, dtype=object), pd.Series(codes, dtype=object)
    model = _regressor(categorical_features=["category", "word", "code"]).fit(frame, y)
    rows = frame[:12].to_numpy(dtype=object)
    rows[:6, 2] = ["unseen", None, NAN, "", "a", "\U0001f600"]
    rows[:3, 3] = ["", None, "code 5"]
    return Fitted(model, rows)


@CASES.add
def words_of_a_frame() -> Fitted:
    """Features that are categorical by their type, in three classes; a category without a row is unknown."""
    x, y = iris()
    kind = pd.Categorical(
        np.where(x[:, 2] < 2, "short", np.where(x[:, 3] > 1.5, "wide", "é")), ["é", "none", "short", "wide"]
    )
    frame = pd.DataFrame({"length": x[:, 0], "kind": kind})
    model = _classifier(categorical_features="from_dtype").fit(frame, y)
    rows = [[5.0, "none"], [5.1, "é"], [NAN, "short"], [6.0, None], [6.0, NAN], [7.0, "Wide"], [7.0, "wide"]]
    return Fitted(model, np.array(rows, dtype=object))
