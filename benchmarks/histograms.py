"""Time histogram gradient boosting as ensembles.py times other trees: scikit-learn, onnxruntime, modelx in Go.

onnxruntime runs our own float64 graph: what skl2onnx makes compares in float32. `--check` exits with 1 when a floor is
missed: one row 4 times and a batch 3 times faster than onnxruntime from Go, on one core.
"""

from __future__ import annotations

import sys

import numpy as np
from ensembles import FLOORS
from side_by_side import ROWS, WIDTH, Case, report
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def cases() -> list[Case]:
    """Give the cases."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((ROWS, WIDTH))
    target = x @ rng.standard_normal(WIDTH) + np.sin(3 * x[:, 0]) * x[:, 1] + rng.standard_normal(ROWS)
    regressor = HistGradientBoostingRegressor(early_stopping=False, random_state=0).fit(x, target)
    classifier = HistGradientBoostingClassifier(early_stopping=False, random_state=0).fit(x, target > 0)
    # Every third feature is a category of 20, and one value in twenty is missing.
    mixed = x.copy()
    mixed[:, ::3] = rng.integers(0, 20, mixed[:, ::3].shape)
    mixed[rng.random(x.shape) < 0.05] = np.nan
    effect = target + np.nan_to_num(mixed[:, 0] % 7)
    categories = HistGradientBoostingRegressor(
        early_stopping=False, random_state=0, categorical_features=list(range(0, WIDTH, 3))
    ).fit(mixed, effect)
    return [
        Case("HistGradientBoostingRegressor(100)", regressor, "predict", "predictions"),
        Case("HistGradientBoostingClassifier(100)", classifier, "predict_proba", "probabilities"),
        Case("HistGradientBoostingRegressor(100), categories", categories, "predict", "predictions", mixed),
    ]


if __name__ == "__main__":
    sys.exit(report(__doc__, cases, FLOORS))
