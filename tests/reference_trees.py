"""The computations of trees and forests as the comments of proto/modelx/v1 define them, node by node."""

from __future__ import annotations

import numpy as np


def leaf(tree, row):
    """Give the leaf of a row, as its place among the leaves."""
    inner = np.cumsum(np.array(tree.features) >= 0) - 1
    node = 0
    while tree.features[node] >= 0:
        k = inner[node]
        value = np.float32(row[tree.features[node]])
        if np.isnan(value):
            goes_left = bool(tree.missing_left) and tree.missing_left[k]
        else:
            goes_left = float(value) <= tree.thresholds[k]
        node += tree.left[k] if goes_left else tree.right[k]
    return node - (inner[node] + 1)


def values(tree, x, width):
    """Give the values of each row's leaf."""
    table = np.array(tree.values).reshape(-1, width)
    return table[[leaf(tree, row) for row in x]]


def _labels(classes):
    if classes.strings:
        return np.array(classes.strings, dtype=object)
    return np.array(classes.ints or classes.doubles or classes.bools)


def _outputs(p, v):
    if not p.classes:
        return {"predict": v if p.n_outputs > 1 else v[:, 0]}
    chosen, start = [], 0
    for classes in map(_labels, p.classes):
        chosen.append(classes[v[:, start : start + len(classes)].argmax(axis=1)])
        start += len(classes)
    label = np.stack(chosen, axis=1) if p.n_outputs > 1 else chosen[0]
    return {"predict": label, "predict_proba": v, "predict_log_proba": np.log(v)}


def _width(p):
    return sum(len(_labels(classes)) for classes in p.classes) or p.n_outputs


def decision_tree(p, x):
    """Give every method's output of one tree."""
    return _outputs(p, values(p.tree, x, _width(p)))


def forest(p, x):
    """Give every method's output of the mean of trees."""
    total = np.zeros((len(x), _width(p)))
    for tree in p.trees:
        total = total + values(tree, x, _width(p))
    return _outputs(p, total / len(p.trees))


FAMILIES = {"decision_tree": decision_tree, "forest": forest}
