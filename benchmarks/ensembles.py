"""Time forests, boosted trees and isolation forests: scikit-learn, onnxruntime, modelx in Go, as predict.py does.

`--check` exits with 1 when a floor of the project is missed: one row 4 times and a batch 3 times faster than
onnxruntime from Go, on one core.
"""

from __future__ import annotations

import sys

import numpy as np
from side_by_side import WIDTH, Case, Floors, report
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)

FLOORS = Floors(4.0, 3.0)


def cases() -> list[Case]:
    """Give the cases."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4_000, WIDTH))
    target = x[:, :5] @ rng.standard_normal(5) + np.sin(3 * x[:, 5]) + 0.1 * rng.standard_normal(len(x))
    # About 320,000 nodes in trees of a depth of 25.
    deep, deep_target = x[:2_550], target[:2_550] + 0.3 * rng.standard_normal(2_550)
    return [
        Case(
            "RandomForestRegressor(100), deep",
            RandomForestRegressor(random_state=0).fit(deep, deep_target),
            "predict",
            "predictions",
        ),
        Case(
            "RandomForestClassifier(100)",
            RandomForestClassifier(random_state=0).fit(x, np.digitize(target, [-1.0, 1.0])),
            "predict_proba",
            "probabilities",
        ),
        Case(
            "GradientBoostingRegressor(100)",
            GradientBoostingRegressor(random_state=0).fit(x, target),
            "predict",
            "predictions",
        ),
        Case(
            "GradientBoostingClassifier(100)",
            GradientBoostingClassifier(random_state=0).fit(x, target > 0),
            "predict_proba",
            "probabilities",
        ),
        Case("IsolationForest(100)", IsolationForest(random_state=0).fit(x), "score_samples", "score_samples"),
    ]


if __name__ == "__main__":
    sys.exit(report(__doc__, cases, FLOORS))
