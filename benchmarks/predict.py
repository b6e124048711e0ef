"""Time a row of scikit-learn, onnxruntime in Python, onnxruntime from Go, and modelx in Go, side by side in one run.

Prints microseconds a row, and how many times faster modelx in Go is than each. `--check` exits with 1 when a floor of
the project is missed: one row 20 times faster than onnxruntime from Go, a batch faster than all of them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import modelx

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, WIDTH = 20_000, 30
ONE_ROW_FLOOR = 20.0


def measure(f: Callable[[], Any], rows: int, seconds: float) -> float:
    """Give the nanoseconds that `f` takes for each of its rows, in the best of ten rounds."""
    f()
    best = float("inf")
    for _ in range(10):
        calls, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / 10:
            f()
            calls += 1
        best = min(best, (time.perf_counter() - start) / (calls * rows) * 1e9)
    return best


def cases() -> list[tuple[str, Any, str, str]]:
    """Give name, fitted estimator, method and ONNX output of each case."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2_000, WIDTH))
    target = x @ rng.standard_normal(WIDTH) + rng.standard_normal(len(x))
    return [
        ("LinearRegression", LinearRegression().fit(x, target), "predict", "predictions"),
        (
            "StandardScaler + LogisticRegression",
            make_pipeline(StandardScaler(), LogisticRegression()).fit(x, target > 0),
            "predict_proba",
            "probabilities",
        ),
        ("KMeans(10)", KMeans(10, n_init=1, random_state=0).fit(x), "predict", "label"),
    ]


def one_case(estimator: Any, method: str, output: str, gobench: str, seconds: float) -> dict[str, float]:
    """Measure one estimator everywhere; nanoseconds a row."""
    x = np.random.default_rng(1).standard_normal((ROWS, WIDTH))
    out: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        protobuf, onnx, rows = (Path(folder) / name for name in ("m.pb", "m.onnx", "rows.bin"))
        modelx.dump(estimator, protobuf)
        modelx.dump(estimator, onnx)
        x.tofile(rows)
        predict = getattr(estimator, method)
        with threadpool_limits(1):
            out["sklearn_one_ns"] = measure(lambda: predict(x[:1]), 1, seconds)
            out["sklearn_batch_ns"] = measure(lambda: predict(x), ROWS, seconds)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
        out["python_one_ns"] = measure(lambda: session.run([output], {"X": x[:1]}), 1, seconds)
        out["python_batch_ns"] = measure(lambda: session.run([output], {"X": x}), ROWS, seconds)
        library = next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))
        command = [gobench, "-model", str(protobuf), "-onnx", str(onnx), "-library", str(library), "-rows", str(rows)]
        command += ["-method", method, "-output", output, "-seconds", str(seconds)]
        command += ["-labels"] if output == "label" else []
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return out | json.loads(done.stdout)


def main() -> int:
    """Measure, print, and check the floors when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gobench", required=True, help="the command built from benchmarks/go")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a floor is missed")
    options = parser.parse_args()
    table = Table(title=f"Microseconds a row, {WIDTH} features, one thread; in brackets: times modelx in Go")
    for column in (
        "model",
        "rows",
        "scikit-learn",
        "onnxruntime, Python",
        "onnxruntime, Go",
        "modelx, Go",
        "difference",
    ):
        table.add_column(column, justify="left" if column == "model" else "right")
    missed = []
    for name, estimator, method, output in cases():
        t = one_case(estimator, method, output, options.gobench, options.seconds)
        for label, key in (("1", "one"), (f"{ROWS:,}", "batch")):
            ours = t[f"modelx_{key}_ns"]
            others = [t[f"{other}_{key}_ns"] for other in ("sklearn", "python", "onnxruntime")]
            cells = [f"{ns / 1e3:.3f} ({ns / ours:.1f}x)" for ns in others]
            table.add_row(name, label, *cells, f"{ours / 1e3:.4f}", f"{t['largest_difference']:.1e}")
            floor = ONE_ROW_FLOOR if key == "one" else 1.0
            ratio = others[2] / ours if key == "one" else min(others) / ours
            if ratio < floor:
                missed.append(f"{name}, {label} rows: {ratio:.1f} times faster, below the floor of {floor:g}")
    Console(width=150).print(table)
    for line in missed:
        print("missed:", line)
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
