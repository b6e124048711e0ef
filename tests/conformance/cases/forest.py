"""Means of trees."""

from __future__ import annotations

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor

from cases.case import Cases, Fitted
from cases.data import breast_cancer, diabetes, iris, linnerud, some, wine

CASES = Cases("forest")


@CASES.add
def iris_flowers() -> Fitted:
    """Eleven trees: more than are walked at once, and not a multiple of it."""
    x, y = iris()
    return Fitted(RandomForestClassifier(11, max_depth=4, random_state=0).fit(x, y), some(x, 20))


@CASES.add
def regression() -> Fitted:
    """Values are added tree by tree, and divided then: another order has other last bits."""
    x, y = diabetes()
    return Fitted(RandomForestRegressor(9, min_samples_leaf=5, random_state=0).fit(x, y), some(x, 20))


@CASES.add
def one_tree() -> Fitted:
    """The mean of one tree, which is divided by 1."""
    x, y = diabetes()
    return Fitted(RandomForestRegressor(1, max_depth=5, random_state=0).fit(x, y), some(x, 10))


@CASES.add
def trees_of_a_leaf() -> Fitted:
    """Trees that never ask, whose tenths do not add up to a whole."""
    x, _ = iris()
    return Fitted(RandomForestRegressor(10, random_state=0).fit(x, np.full(len(x), 0.1)), some(x, 4))


@CASES.add
def negative_zero() -> Fitted:
    """The sum begins with 0, so that a forest of trees that say -0.0 says 0.0."""
    x, _ = iris()
    model = RandomForestRegressor(3, random_state=0).fit(x, np.zeros(len(x)))
    for tree in model.estimators_:
        tree.tree_.value[:] = -0.0
    return Fitted(model, some(x, 4))


@CASES.add
def text_labels() -> Fitted:
    """Labels that are strings; the trees inside count them from 0."""
    x, y = wine()
    names = np.array(["red", "white", "rosé"])[y]
    return Fitted(ExtraTreesClassifier(8, max_depth=4, class_weight="balanced", random_state=0).fit(x, names), some(x))


@CASES.add
def votes_that_tie() -> Fitted:
    """Two trees that contradict each other: of equal probabilities the first class wins."""
    x, y = iris()
    return Fitted(RandomForestClassifier(2, max_depth=2, random_state=3).fit(x, y), some(x, 20))


@CASES.add
def missing_values() -> Fitted:
    """Rows with NaN and without, through the same trees."""
    x, y = wine()
    x = x.copy()
    x[np.random.default_rng(3).random(x.shape) < 0.2] = np.nan
    return Fitted(RandomForestClassifier(7, max_depth=4, random_state=0).fit(x, y), some(x, 16))


@CASES.add
def extremely_randomized() -> Fitted:
    """Thresholds that are drawn, over whole rows without repetition."""
    x, y = breast_cancer()
    return Fitted(ExtraTreesRegressor(5, max_depth=3, random_state=0).fit(x, y), some(x))


@CASES.add
def several_outputs() -> Fitted:
    """Three numbers for each row, each a mean of its own."""
    x, y = linnerud()
    return Fitted(ExtraTreesRegressor(5, random_state=0).fit(x, y), some(x, 10))


@CASES.add
def several_labels() -> Fitted:
    """Outputs with two, three and one class, from several trees."""
    x, y = iris()
    targets = np.column_stack([y > 0, y, np.zeros_like(y)]).astype(np.int64)
    return Fitted(RandomForestClassifier(4, max_depth=2, random_state=0).fit(x, targets), some(x, 10))
