"""Time a row of scikit-learn, onnxruntime in Python, onnxruntime from Go, and modelx in Go, side by side in one run.

Prints microseconds a row, and how many times faster modelx in Go is than each. `--check` exits with 1 when a floor of
the project is missed: one row 20 times faster than onnxruntime from Go, a batch faster than all of them.
"""

from __future__ import annotations

import sys

import numpy as np
from side_by_side import WIDTH, Case, Floors, report
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def cases() -> list[Case]:
    """Give the cases."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2_000, WIDTH))
    target = x @ rng.standard_normal(WIDTH) + rng.standard_normal(len(x))
    return [
        Case("LinearRegression", LinearRegression().fit(x, target), "predict", "predictions"),
        Case(
            "StandardScaler + LogisticRegression",
            make_pipeline(StandardScaler(), LogisticRegression()).fit(x, target > 0),
            "predict_proba",
            "probabilities",
        ),
        Case("KMeans(10)", KMeans(10, n_init=1, random_state=0).fit(x), "predict", "label"),
    ]


if __name__ == "__main__":
    sys.exit(report(__doc__, cases, Floors(20.0, 1.0, batch_of_all=True)))
