"""Single trees."""

from __future__ import annotations

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor, ExtraTreeClassifier, ExtraTreeRegressor

from cases.case import Cases, Fitted, grid
from cases.data import diabetes, iris, linnerud, some, wine

CASES = Cases("decision_tree")
# The largest number that float32 rounds to a finite one.
_LARGEST = float(np.nextafter(float(np.finfo(np.float32).max) + 2.0**103, 0.0))


@CASES.add
def iris_flowers() -> Fitted:
    """Three classes; leaves of one class have the probability 0 for others, whose logarithm is -inf."""
    x, y = iris()
    return Fitted(DecisionTreeClassifier(random_state=0).fit(x, y), some(x, 20))


@CASES.add
def impure_leaves() -> Fitted:
    """Leaves of several classes with weights: fractions that are no round numbers, and ties of probabilities."""
    x, y = wine()
    model = DecisionTreeClassifier(max_depth=3, criterion="entropy", class_weight="balanced", random_state=0)
    return Fitted(model.fit(x, y, np.linspace(0.1, 2.0, len(y))), some(x, 20))


@CASES.add
def regression() -> Fitted:
    """A deep tree of numbers, each of which is a value of its own."""
    x, y = diabetes()
    return Fitted(DecisionTreeRegressor(random_state=0, min_samples_leaf=3).fit(x, y), some(x, 20))


@CASES.add
def thresholds_between_float32() -> Fitted:
    """A threshold that no float32 has: rows on it are rounded to one side of it, rows beside it to the other."""
    x = np.array([[0.1], [0.3], [0.30000004], [0.7]])
    model = DecisionTreeRegressor().fit(x, [1.0, 2.0, 3.0, 4.0])
    t = model.tree_.threshold[model.tree_.feature == 0]
    beside = np.concatenate([t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf)])
    single = np.concatenate([np.nextafter(np.float32(t), np.float32(side)) for side in (-np.inf, np.inf)])
    return Fitted(model, np.concatenate([beside, single, np.float32(t), x[:, 0]])[:, None])


@CASES.add
def zero_as_threshold() -> Fitted:
    """-0.0 and subnormal numbers, which float32 rounds to zero, are no larger than a threshold of 0."""
    model = DecisionTreeRegressor().fit([[-1.0], [1.0]], [-0.0, 5.0])
    return Fitted(model, grid(0.0, -0.0, 5e-324, -5e-324, 1e-46, 1.5e-45, -1.5e-45, width=1))


@CASES.add
def largest_numbers() -> Fitted:
    """Thresholds near the largest float32, and rows that only just do not overflow."""
    x = np.array([[-3e38, 1.0], [-1.0, -3e38], [3.4e38, 2.0], [1.0, 3.4e38]])
    model = DecisionTreeClassifier(random_state=1).fit(x, ["low", "left", "high", "right"])
    rows = grid(_LARGEST, -_LARGEST, 3.4028234663852886e38, 1e38, width=2)
    return Fitted(model, np.concatenate([x, rows]))


@CASES.add
def one_leaf() -> Fitted:
    """A tree without a node that asks: an infinity must be refused all the same."""
    x, _ = iris()
    return Fitted(DecisionTreeRegressor().fit(x, np.full(len(x), 0.1)), some(x, 4))


@CASES.add
def one_class() -> Fitted:
    """A classifier that saw one class has one column of probabilities."""
    x, _ = iris()
    return Fitted(DecisionTreeClassifier().fit(x, np.full(len(x), 7)), some(x, 4))


@CASES.add
def missing_values() -> Fitted:
    """NaN goes where fit found it best: to the left at some nodes, to the right at others, alone at one."""
    x, y = wine()
    x = x.copy()
    x[np.random.default_rng(3).random(x.shape) < 0.3] = np.nan
    return Fitted(DecisionTreeClassifier(random_state=0).fit(x, y), some(x, 20))


@CASES.add
def only_missing_goes_right() -> Fitted:
    """A threshold of +Infinity parts NaN from all other values."""
    x = np.array([[np.nan], [np.nan], [1.0], [2.0]])
    return Fitted(DecisionTreeRegressor().fit(x, [5.0, 5.0, 1.0, 1.0]), [[np.nan], [0.0], [_LARGEST], [-_LARGEST]])


@CASES.add
def refuses_missing() -> Fitted:
    """An extremely randomized tree that is to split at the best places takes no NaN."""
    x, y = iris()
    return Fitted(ExtraTreeClassifier(splitter="best", random_state=0).fit(x, y), some(x, 8))


@CASES.add
def random_splits() -> Fitted:
    """Thresholds that are drawn, not halfway between two rows, so that they have all 53 bits."""
    x, y = diabetes()
    return Fitted(ExtraTreeRegressor(max_depth=6, random_state=0).fit(x, y), some(x, 10))


@CASES.add
def best_first() -> Fitted:
    """With max_leaf_nodes, nodes are numbered in another order: children stand side by side."""
    x, y = diabetes()
    return Fitted(DecisionTreeRegressor(max_leaf_nodes=20, random_state=0).fit(x, y), some(x, 10))


@CASES.add
def medians() -> Fitted:
    """Values that are no means: internal nodes are written as they are."""
    x, y = diabetes()
    model = DecisionTreeRegressor(criterion="absolute_error", max_depth=4, random_state=0)
    return Fitted(model.fit(x[:100], y[:100]), some(x, 10))


@CASES.add
def several_outputs() -> Fitted:
    """Three numbers for each row."""
    x, y = linnerud()
    return Fitted(DecisionTreeRegressor(max_depth=3, random_state=0).fit(x, y), some(x, 10))


@CASES.add
def several_labels() -> Fitted:
    """Outputs with two, three and one class: columns side by side, a label for each output."""
    x, y = iris()
    targets = np.column_stack([y > 0, y, np.zeros_like(y)]).astype(np.int64)
    return Fitted(DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, targets), some(x, 10))


@CASES.add
def several_texts() -> Fitted:
    """Labels of several outputs that are strings, which no float64 holds."""
    x, y = iris()
    names = np.array(["a", "bé", ""])[np.column_stack([y, (y + 1) % 3])]
    return Fitted(DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, names), some(x, 10))


@CASES.add
def labels_beyond_float64() -> Fitted:
    """Labels that differ beyond 2^53, in several outputs: each is compared as the int that it is."""
    x, y = iris()
    labels = np.column_stack([y, -y]).astype(np.int64) + 2**60
    return Fitted(DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, labels), some(x, 10))


@CASES.add
def truth_values() -> Fitted:
    """Labels that are bools, of one output."""
    x, y = iris()
    return Fitted(DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, y == 1), some(x, 10))
