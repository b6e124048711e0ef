"""Real data that scikit-learn ships, read once, and labels of every type made from them."""

from __future__ import annotations

from functools import cache

import numpy as np
from sklearn import datasets


@cache
def _read(name):
    return getattr(datasets, f"load_{name}")(return_X_y=True)


def load(name):
    """Give (X, y) as float64 rows and numpy labels, or targets; copies, into which a test may write."""
    x, y = _read(name)
    return np.array(x, dtype=np.float64, order="C"), y.copy()


NAMES = np.array(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
# What scikit-learn takes as classes; each as (how y becomes it, dtype that classes_ then has).
LABELS = {
    "int64": lambda y: y.astype(np.int64),
    "int8": lambda y: y.astype(np.int8),
    "uint16": lambda y: y.astype(np.uint16) * 300,
    "negative": lambda y: y.astype(np.int32) - 1,
    "float64": lambda y: y.astype(np.float64),
    "float32": lambda y: y.astype(np.float32),
    "string": lambda y: NAMES[y],
    "wide string": lambda y: NAMES[y].astype("<U40"),
    "object": lambda y: NAMES[y].astype(object),
    "unicode": lambda y: np.array(["é", "日本", ""])[y],
}
