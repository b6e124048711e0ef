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
    return [
        Case("HistGradientBoostingRegressor(100)", regressor, "predict", "predictions"),
        Case("HistGradientBoostingClassifier(100)", classifier, "predict_proba", "probabilities"),
    ]


if __name__ == "__main__":
    sys.exit(report(__doc__, cases, FLOORS))
