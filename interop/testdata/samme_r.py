# ruff: noqa: INP001 - a script, not part of a package
"""Write samme_r.pb: an AdaBoostClassifier of the algorithm SAMME.R, which scikit-learn had up to 1.5.

Run it with that version: ``python interop/testdata/samme_r.py``.
"""

from __future__ import annotations

import warnings
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.ensemble import AdaBoostClassifier
from sklearn.tree import DecisionTreeClassifier

import modelx

x, y = load_iris(return_X_y=True)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)
    model = AdaBoostClassifier(DecisionTreeClassifier(max_depth=2), n_estimators=4, algorithm="SAMME.R", random_state=0)
    model.fit(x, y)
modelx.dump(model, Path(__file__).with_name("samme_r.pb"), sample=x[::9])
