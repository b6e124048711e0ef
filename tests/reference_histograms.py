"""Histogram gradient boosting as the comments of hist_gradient_boosting.proto define it, in plain Python and numpy."""

from __future__ import annotations

import numpy as np


class _Tree:
    """A tree read in preorder: `left` and `right` are trees, or None for a leaf."""

    def __init__(self, lists, categorical):
        feature = next(lists["features"])
        self.feature = feature
        if feature < 0:
            self.value = next(lists["values"])
            return
        self.missing_left = next(lists["missing_left"])
        self.words = self.threshold = None
        if categorical and categorical[feature]:
            self.words = [next(lists["left_categories"]) for _ in range(8)]
        else:
            self.threshold = next(lists["thresholds"])
        self.left, self.right = _Tree(lists, categorical), _Tree(lists, categorical)

    def leaf(self, row):
        if self.feature < 0:
            return self.value
        return (self.left if self.goes_left(row[self.feature]) else self.right).leaf(row)

    def goes_left(self, v):
        if np.isnan(v):
            return self.missing_left
        if self.words is None:
            return v <= self.threshold
        return bool(self.words[int(v) // 32] >> (int(v) % 32) & 1)


def _trees(p):
    lists = {name: iter(getattr(p, name)) for name in ("thresholds", "missing_left", "values", "left_categories")}
    features = list(p.features)
    lists["features"] = iter(features)
    trees, read = [], 0
    while read < len(features):
        trees.append(_Tree(lists, p.categorical))
        read += _size(trees[-1])
    return trees


def _size(tree):
    return 1 if tree.feature < 0 else 1 + _size(tree.left) + _size(tree.right)


def _numbered(p, x):
    """Put the number of its category in the place of each value of a categorical feature, NaN where there is none."""
    z = x.copy()
    features = [j for j, is_categorical in enumerate(p.categorical) if is_categorical]
    for j, known in zip(features, p.categories, strict=True):
        found = known.categories
        values = [*map(float, found.ints or found.doubles), *found.strings, *([None] if found.none else [])]
        numbers = {v: q for q, v in enumerate(values)}
        z[:, j] = [numbers.get(v, np.nan) for v in x[:, j].tolist()]
    return z.astype(np.float64)


def _raw(p, x):
    k = len(p.baseline)
    out = np.tile(np.array(p.baseline), (len(x), 1))
    z = _numbered(p, x)
    for t, tree in enumerate(_trees(p)):
        out[:, t % k] += [tree.leaf(row) for row in z]
    return out


def _compute(p, x):
    s = _raw(p, x)
    if not p.HasField("classes"):
        return {"predict": np.exp(s[:, 0]) if p.link == p.LINK_LOG else s[:, 0]}
    classes = p.classes.strings or p.classes.ints or p.classes.doubles or p.classes.bools
    labels = np.array(classes, dtype=object if p.classes.strings else None)
    if s.shape[1] == 1:
        s = s[:, 0]
        one = 1.0 / (1.0 + np.exp(-s))
        return {
            "predict": labels[(s > 0).astype(int)],
            "predict_proba": np.column_stack([1.0 - one, one]),
            "decision_function": s,
        }
    e = np.exp(s - s.max(axis=1, keepdims=True))
    total = np.zeros(len(s))
    for k in range(s.shape[1]):
        total += e[:, k]
    return {"predict": labels[s.argmax(axis=1)], "predict_proba": e / total[:, None], "decision_function": s}


FAMILIES = {"hist_gradient_boosting": _compute}
