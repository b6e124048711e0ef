"""What the benchmarks of predictions share: timing, a session of onnxruntime, one table, and floors."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import onnxruntime
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

import modelx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

ROWS, WIDTH = 20_000, 30


class Case(NamedTuple):
    """A fitted estimator, the method that is timed, the output of its graph, and the rows where they are not normal."""

    name: str
    estimator: Any
    method: str
    output: str
    rows: NDArray[np.float64] | None = None


class Floors(NamedTuple):
    """How many times faster than onnxruntime from Go one row and a batch are at least; a batch perhaps than all."""

    one: float
    batch: float
    batch_of_all: bool = False


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


def session(graph: str | bytes) -> onnxruntime.InferenceSession:
    """Open a graph, from a path or of bytes, for one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def one_case(case: Case, gobench: str, seconds: float) -> dict[str, float]:
    """Measure one estimator everywhere; nanoseconds a row."""
    x = np.random.default_rng(1).standard_normal((ROWS, WIDTH)) if case.rows is None else case.rows
    out: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        protobuf, onnx, rows = (Path(folder) / name for name in ("m.pb", "m.onnx", "rows.bin"))
        modelx.dump(case.estimator, protobuf)
        modelx.dump(case.estimator, onnx)
        x.tofile(rows)
        predict = getattr(case.estimator, case.method)
        with threadpool_limits(1):
            out["sklearn_one_ns"] = measure(lambda: predict(x[:1]), 1, seconds)
            out["sklearn_batch_ns"] = measure(lambda: predict(x), ROWS, seconds)
        opened = session(str(onnx))
        out["python_one_ns"] = measure(lambda: opened.run([case.output], {"X": x[:1]}), 1, seconds)
        out["python_batch_ns"] = measure(lambda: opened.run([case.output], {"X": x}), ROWS, seconds)
        library = next((Path(onnxruntime.__file__).parent / "capi").glob("libonnxruntime.so.*"))
        command = [gobench, "-model", str(protobuf), "-onnx", str(onnx), "-library", str(library), "-rows", str(rows)]
        command += ["-method", case.method, "-output", case.output, "-seconds", str(seconds)]
        command += ["-labels"] if case.output == "label" else []
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return out | found


def report(description: str | None, cases: Callable[[], Iterable[Case]], floors: Floors) -> int:
    """Measure each case, print the table, and give 1 when floors are missed and were asked for."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--gobench", required=True, help="the command built from benchmarks/go")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each measurement")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a floor is missed")
    parser.add_argument("--only", default="", help="only models whose name begins so")
    given = parser.parse_args()
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
    for case in cases():
        if not case.name.startswith(given.only):
            continue
        t = one_case(case, given.gobench, given.seconds)
        for label, key, floor in (("1", "one", floors.one), (f"{ROWS:,}", "batch", floors.batch)):
            ours = t[f"modelx_{key}_ns"]
            others = [t[f"{other}_{key}_ns"] for other in ("sklearn", "python", "onnxruntime")]
            cells = [f"{ns / 1e3:.3f} ({ns / ours:.1f}x)" for ns in others]
            shared = f"{t['modelx_shared_ns'] / 1e3:.4f}" if key == "batch" else ""
            table.add_row(case.name, label, *cells, f"{ours / 1e3:.4f}", shared, f"{t['largest_difference']:.1e}")
            ratio = (min(others) if key == "batch" and floors.batch_of_all else others[2]) / ours
            if ratio < floor:
                missed.append(f"{case.name}, {label} rows: {ratio:.1f} times faster, below the floor of {floor:g}")
    Console(width=150).print(table)
    for line in missed:
        print("missed:", line)
    return 1 if missed and given.check else 0
