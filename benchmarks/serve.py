"""Requests a second of both engines, beside bare gRPC servers and MLServer with the same model, in one run.

The model is a pipeline of StandardScaler and LogisticRegression over 30 features; requests hold one row, or 1,000.
Contestants take turns in every round, so that a slow moment of the machine hits all; the medians count.
`--check` exits with 1 when a floor of the project is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from serve_processes import MLSERVER, echo, engine, load, mlserver
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.inference import open_inference_pb2
from modelx.v1 import service_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    from serve_processes import Running

PREDICT = "/modelx.v1.ModelService/Predict"
INFER = "/inference.GRPCInferenceService/ModelInfer"
# What is compared, of what, with what, and how many times as much it must be.
FLOORS = [
    ("Go engine against a bare grpc-go server", "go grpc", "bare grpc-go", 0.85),
    ("Python engine against a bare grpc.aio server", "python grpc", "bare grpc.aio", 0.85),
    ("Python engine against MLServer, gRPC", "python grpc infer", "mlserver grpc", 3.0),
    ("Python engine against MLServer, REST", "python rest infer", "mlserver rest", 3.0),
    ("Go engine against MLServer, gRPC", "go grpc infer", "mlserver grpc", 30.0),
    ("Go engine against MLServer, REST", "go rest infer", "mlserver rest", 30.0),
]
ROWS_FLOOR = 1_000_000


def payloads(folder: Path, x: np.ndarray[Any, Any]) -> dict[str, Path]:
    """Write the requests: Predict with one row and with 1,000, and inferences over gRPC and REST."""
    one = x[:1]
    many = np.resize(x, (1000, x.shape[1]))
    tensor = {"name": "X", "datatype": "FP64", "shape": [1, x.shape[1]]}
    infer = open_inference_pb2.ModelInferRequest(model_name="model", raw_input_contents=[one.tobytes()])
    infer.inputs.add(**tensor)
    texts = {
        "predict": service_pb2.PredictRequest(features=one.ravel()).SerializeToString(),
        "predict_1000": service_pb2.PredictRequest(features=many.ravel()).SerializeToString(),
        "infer": infer.SerializeToString(),
        "infer_json": json.dumps({"inputs": [{**tensor, "data": one.ravel().tolist()}]}).encode(),
        "predict_json": json.dumps({"features": one.tolist()}).encode(),
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    return {name: folder / name for name in texts}


def contestants(started: dict[str, Running], files: dict[str, Path], seconds: float) -> dict[str, Callable[[], Any]]:
    """Give what is measured, by name."""

    def grpc(server: str, method: str, payload: str) -> Callable[[], Any]:
        return lambda: load("grpc", started[server].grpc, files[payload], method=method, seconds=seconds)

    def rest(server: str, path: str, payload: str) -> Callable[[], Any]:
        return lambda: load("http", f"http://{started[server].http}{path}", files[payload], seconds=seconds)

    out = {
        "bare grpc-go": grpc("echo go", PREDICT, "predict"),
        "go grpc": grpc("go", PREDICT, "predict"),
        "bare grpc.aio": grpc("echo aio", PREDICT, "predict"),
        "python grpc": grpc("python", PREDICT, "predict"),
        "bare grpcio, threads": grpc("echo threads", PREDICT, "predict"),
        "go grpc infer": grpc("go", INFER, "infer"),
        "python grpc infer": grpc("python", INFER, "infer"),
        "go rest infer": rest("go", "/v2/models/model/infer", "infer_json"),
        "python rest infer": rest("python", "/v2/models/model/infer", "infer_json"),
        "go http predict": rest("go", "/predict", "predict_json"),
        "python http predict": rest("python", "/predict", "predict_json"),
        "go grpc, 1000 rows": grpc("go", PREDICT, "predict_1000"),
        "python grpc, 1000 rows": grpc("python", PREDICT, "predict_1000"),
        "bare grpc-go, 1000 rows": grpc("echo go", PREDICT, "predict_1000"),
    }
    if "mlserver" in started:
        out["mlserver grpc"] = grpc("mlserver", INFER, "infer")
        out["mlserver rest"] = rest("mlserver", "/v2/models/model/infer", "infer_json")
    return out


def show(console: Console, rates: dict[str, float], latencies: dict[str, tuple[float, float]]) -> list[str]:
    """Print the table and the ratios, and give the floors that are missed."""
    table = Table("", "requests/s", "rows/s", "p50 us", "p99 us", title="16 clients, loopback; medians")
    for name, rate in rates.items():
        rows = 1000 if "1000 rows" in name else 1
        p50, p99 = latencies[name]
        table.add_row(name, f"{rate:,.0f}", f"{rate * rows:,.0f}", f"{p50:,.0f}", f"{p99:,.0f}")
    console.print(table)
    missed = []
    ratios = Table("", "ratio", "floor")
    for what, above, below, floor in FLOORS:
        if below not in rates:
            continue
        ratio = rates[above] / rates[below]
        ratios.add_row(what, f"{ratio:.2f}", f"{floor:g}")
        missed += [f"{what}: {ratio:.2f}, floor {floor:g}"] if ratio < floor else []
    rows = rates["go grpc, 1000 rows"] * 1000
    ratios.add_row("Go engine, rows a second in requests of 1,000", f"{rows:,.0f}", f"{ROWS_FLOOR:,}")
    missed += [f"rows a second: {rows:,.0f}, floor {ROWS_FLOOR:,}"] if rows < ROWS_FLOOR else []
    console.print(ratios)
    return missed


def main() -> int:
    """Measure, print, and with --check compare with the floors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--without-mlserver", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    console = Console()
    x, y = load_breast_cancer(return_X_y=True)
    estimator = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        modelx.dump(estimator, folder / "model.pb", name="model", version="1.0.0")
        joblib.dump(estimator, folder / "model.joblib")
        started = {
            "go": stack.enter_context(engine("go", folder / "model.pb")),
            "python": stack.enter_context(engine("python", folder / "model.pb")),
        }
        for kind in ("go", "aio", "threads"):
            started[f"echo {kind}"] = stack.enter_context(echo(kind))
        if not options.without_mlserver:
            if not MLSERVER.exists():
                console.print(f"{MLSERVER} is missing: run `make bench-serve`, or give --without-mlserver")
                return 2
            started["mlserver"] = stack.enter_context(mlserver(folder / "mlserver", folder / "model.joblib"))
        measured = contestants(started, payloads(folder, x), options.seconds)
        reports: dict[str, list[Any]] = {key: [] for key in measured}
        for _ in track(range(options.rounds), "rounds", console=Console(stderr=True)):
            for key, run in measured.items():
                reports[key].append(run())
    rates = {key: statistics.median(r["per_second"] for r in every) for key, every in reports.items()}
    latencies = {
        key: (statistics.median(r["p50_us"] for r in every), statistics.median(r["p99_us"] for r in every))
        for key, every in reports.items()
    }
    missed = show(console, rates, latencies)
    for line in missed:
        console.print(f"[red]missed: {line}")
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
