"""Time a pipeline over mixed columns: scikit-learn on data frames, onnxruntime in Python and from Go, modelx in Go.

onnxruntime runs modelx's own float64 graph: what skl2onnx makes of this pipeline runs in float32 alone. Prints
microseconds a row, and how many times faster modelx in Go is. `--check` exits with 1 when a floor is missed: one row
within 20 microseconds, 4 times faster than onnxruntime from Go, and a batch 3 times.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd
from rich.console import Console
from rich.table import Table
from side_by_side import ROWS, measure, session
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

import modelx

NUMBERS, WORDS = 22, 8
FLOOR_US = 20.0
ONE_ROW_FLOOR, BATCH_FLOOR = 4.0, 3.0


def frame(n: int, seed: int) -> pd.DataFrame:
    """Make a table of numbers with gaps, and of strings with few and with many values."""
    rng = np.random.default_rng(seed)
    numbers = rng.standard_normal((n, NUMBERS))
    numbers[rng.random(numbers.shape) < 0.05] = np.nan
    out = pd.DataFrame(numbers, columns=[f"number_{i}" for i in range(NUMBERS)])
    for i in range(WORDS):
        values = np.array([f"value {k} of {i}" for k in range(4 * 2**i)], dtype=object)
        out[f"word_{i}"] = pd.Series(rng.choice(values, n), dtype=object)
    return out


def fit() -> Any:
    """Fit what most people would: medians and scales for numbers, one column for each value of a string."""
    x = frame(5_000, 0)
    y = x["number_0"].fillna(0) + (x["word_0"] == "value 1 of 0") > 0
    numbers, words = list(x.columns[:NUMBERS]), list(x.columns[NUMBERS:])
    prepare = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("words", OneHotEncoder(handle_unknown="ignore", min_frequency=5), words),
        ]
    )
    return make_pipeline(prepare, LogisticRegression(max_iter=500)).fit(x, y)


def feeds(x: pd.DataFrame) -> dict[str, Any]:
    """Give a tensor for each column."""
    return {name: x[[name]].to_numpy(dtype=float if name.startswith("number") else object) for name in x.columns}


def main() -> int:
    """Measure, print, and check the floor when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", required=True, help="the command built from benchmarks/go/columns")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--check", action="store_true", help="exit with 1 when the floor is missed")
    given = parser.parse_args()
    model, x = fit(), frame(ROWS, 1)
    one, theirs = x.head(1), {}
    with threadpool_limits(1):
        theirs["scikit-learn"] = (
            measure(lambda: model.predict_proba(one), 1, given.seconds),
            measure(lambda: model.predict_proba(x), ROWS, given.seconds),
        )
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / "m.onnx"
        modelx.dump(model, graph)
        opened, small, large = session(str(graph)), feeds(one), feeds(x)
        theirs["onnxruntime, Python"] = (
            measure(lambda: opened.run(["probabilities"], small), 1, given.seconds),
            measure(lambda: opened.run(["probabilities"], large), ROWS, given.seconds),
        )
        ours = in_go(model, x, Path(folder), given)
    theirs["onnxruntime, Go"] = ours["onnxruntime_one_ns"], ours["onnxruntime_batch_ns"]
    off = np.abs(np.array(ours["predictions"]).reshape(ROWS, 2) - model.predict_proba(x)).max()
    table = Table(title=f"A pipeline over {NUMBERS} numbers and {WORDS} strings, microseconds a row, one thread")
    for name in ("", "1 row", f"{ROWS:,} rows"):
        table.add_column(name, justify="right" if name else "left")
    for name, (single, batch) in theirs.items():
        cells = (f"{ns / 1e3:.2f} ({ns / ours[key]:.1f}x)" for ns, key in ((single, "one_ns"), (batch, "batch_ns")))
        table.add_row(name, *cells)
    table.add_row("modelx, Go", f"{ours['one_ns'] / 1e3:.2f}", f"{ours['batch_ns'] / 1e3:.2f}")
    Console(width=110).print(table)
    print(f"largest difference from scikit-learn: {off:.1e}")
    missed = missed_floors(ours)
    for line in missed:
        print("missed:", line)
    return int(bool(missed) and given.check)


def missed_floors(ours: dict[str, Any]) -> list[str]:
    """Say which floors are missed."""
    out = [] if ours["one_ns"] / 1e3 <= FLOOR_US else [f"one row takes over {FLOOR_US:g} microseconds"]
    for what, floor in (("one", ONE_ROW_FLOOR), ("batch", BATCH_FLOOR)):
        ratio = ours[f"onnxruntime_{what}_ns"] / ours[f"{what}_ns"]
        if ratio < floor:
            out.append(f"{what}: {ratio:.1f} times faster than onnxruntime from Go, below the floor of {floor:g}")
    return out


def in_go(model: Any, x: pd.DataFrame, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Measure modelx, and onnxruntime on the graph that is in the folder, in Go on the same rows."""
    path, rows = folder / "m.pb", folder / "rows.json"
    modelx.dump(model, path)
    columns = []
    for name in x.columns:
        values = x[name]
        if name.startswith("number"):
            columns.append({"name": name, "numbers": [None if np.isnan(v) else v for v in values.tolist()]})
        else:
            columns.append({"name": name, "strings": values.tolist()})
    rows.write_text(json.dumps(columns))
    library = next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))
    command = [given.columns, "-model", str(path), "-onnx", str(folder / "m.onnx"), "-library", str(library)]
    command += ["-rows", str(rows), "-seconds", str(given.seconds)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
