"""The models that both engines serve to the clients, and their estimators."""

from __future__ import annotations

import contract_tables as tables
import numpy as np
import pandas as pd
from data import LABELS, load
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx

KINDS_OF_LABELS = ("int64", "negative", "float64", "string", "unicode", "bool", "huge")


def labelled(kind):
    """Give a classifier of iris with labels of a kind, and the rows."""
    x, y = load("iris")
    labels = {"bool": y == 1, "huge": y.astype(np.int64) + 2**62} | {
        name: LABELS[name](y) for name in ("int64", "string", "unicode", "float64", "negative")
    }
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, labels[kind]), x


def write(root):
    """Write a repository with a model of each kind; give their estimators."""
    made = {}
    for kind in KINDS_OF_LABELS:
        made[kind], _ = labelled(kind)
        modelx.dump(made[kind], root / f"{kind}.pb", version="1", metrics={"accuracy": 0.5})
    x, y = load("diabetes")
    frame = pd.DataFrame(x, columns=[f"f {i}" for i in range(x.shape[1])])
    made["named"] = LinearRegression().fit(frame, np.column_stack([y, -y]))
    made["column"] = LinearRegression().fit(x, y[:, None])
    made["scaler"] = StandardScaler().fit(x)
    made["several"] = RidgeClassifier().fit(x, np.column_stack([y > 100, y > 200]).astype(int))
    made |= {name: tables.fitted()[name].estimator for name in ("people", "letters", "sizes", "objects", "kept")}
    for name in ("named", "column", "scaler", "several", "people", "letters", "sizes", "objects"):
        modelx.dump(made[name], root / f"{name}.pb", version="1")
    # Only a sample tells that what is handed on are strings.
    modelx.dump(made["kept"], root / "kept.pb", version="1", sample=tables.PEOPLE[["age", "city"]])
    return made
