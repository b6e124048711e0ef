"""Time forests, boosted trees and isolation forests: scikit-learn, onnxruntime, modelx in Go, as predict.py does.

`--check` exits with 1 when a floor of the project is missed: one row 4 times and a batch 3 times faster than
onnxruntime from Go, on one core.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import numpy as np
from predict import ROWS, WIDTH, one_case
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
    RandomForestRegressor,
)

ONE_ROW_FLOOR, BATCH_FLOOR = 4.0, 3.0


def cases() -> list[tuple[str, Any, str, str]]:
    """Give name, fitted estimator, method and ONNX output of each case."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((4_000, WIDTH))
    target = x[:, :5] @ rng.standard_normal(5) + np.sin(3 * x[:, 5]) + 0.1 * rng.standard_normal(len(x))
    # About 320,000 nodes in trees of a depth of 25.
    deep, deep_target = x[:2_550], target[:2_550] + 0.3 * rng.standard_normal(2_550)
    return [
        (
            "RandomForestRegressor(100), deep",
            RandomForestRegressor(random_state=0).fit(deep, deep_target),
            "predict",
            "predictions",
        ),
        (
            "RandomForestClassifier(100)",
            RandomForestClassifier(random_state=0).fit(x, np.digitize(target, [-1.0, 1.0])),
            "predict_proba",
            "probabilities",
        ),
        (
            "GradientBoostingRegressor(100)",
            GradientBoostingRegressor(random_state=0).fit(x, target),
            "predict",
            "predictions",
        ),
        (
            "GradientBoostingClassifier(100)",
            GradientBoostingClassifier(random_state=0).fit(x, target > 0),
            "predict_proba",
            "probabilities",
        ),
        ("IsolationForest(100)", IsolationForest(random_state=0).fit(x), "score_samples", "score_samples"),
    ]


def main(models: list[tuple[str, Any, str, str]]) -> int:
    """Measure, print, and check the floors when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gobench", required=True, help="the command built from benchmarks/go")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a floor is missed")
    parser.add_argument("--only", default="", help="only models whose name begins so")
    options = parser.parse_args()
    table = Table(title=f"Microseconds a row, {WIDTH} features, one thread; in brackets: times modelx in Go")
    for column in (
        "model",
        "rows",
        "scikit-learn",
        "onnxruntime, Python",
        "onnxruntime, Go",
        "modelx, Go",
        "on all cores",
        "difference",
    ):
        table.add_column(column, justify="left" if column == "model" else "right")
    missed = []
    for name, estimator, method, output in models:
        if not name.startswith(options.only):
            continue
        t = one_case(estimator, method, output, options.gobench, options.seconds)
        for label, key, floor in (("1", "one", ONE_ROW_FLOOR), (f"{ROWS:,}", "batch", BATCH_FLOOR)):
            ours = t[f"modelx_{key}_ns"]
            others = [t[f"{other}_{key}_ns"] for other in ("sklearn", "python", "onnxruntime")]
            cells = [f"{ns / 1e3:.3f} ({ns / ours:.1f}x)" for ns in others]
            shared = f"{t['modelx_shared_ns'] / 1e3:.4f}" if key == "batch" else ""
            table.add_row(name, label, *cells, f"{ours / 1e3:.4f}", shared, f"{t['largest_difference']:.1e}")
            if others[2] / ours < floor:
                missed.append(
                    f"{name}, {label} rows: {others[2] / ours:.1f} times faster, below the floor of {floor:g}"
                )
    Console(width=150).print(table)
    for line in missed:
        print("missed:", line)
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main(cases()))
