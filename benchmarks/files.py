"""Time dump and load of a model with 1,000,000 coefficients, in modelx and in joblib, side by side in one run.

Both write over an existing file, as a nightly training does, and both read it back from the page cache. The modelx file
carries evidence, which is made when it is written and replayed when it is loaded; `without evidence` leaves both out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LinearRegression

import modelx
from modelx import conversion, files, wire
from modelx.formats import large
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

COEFFICIENTS = 1_000_000
ROUNDS = 31


def median(f: Callable[[], Any]) -> float:
    """Give the median of the milliseconds that `f` takes."""
    f()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return sorted(times)[ROUNDS // 2] * 1e3


def big_model() -> LinearRegression:
    """Give a fitted regressor with random coefficients."""
    estimator = LinearRegression()
    estimator.coef_ = np.random.default_rng(0).standard_normal(COEFFICIENTS)
    estimator.intercept_ = np.float64(0.5)
    estimator.n_features_in_ = COEFFICIENTS
    return estimator


def dump_without_evidence(estimator: Any, path: Path) -> None:
    """Write the parameters only."""
    model = model_pb2.ModelProto()
    with wire.sharing() as shared:
        conversion.encode(estimator, model)
        files.write(path, *large.join(model, shared.detached))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    estimator = big_model()
    table = Table(title=f"Milliseconds for {COEFFICIENTS:,} coefficients, median of {ROUNDS}")
    for column in ("", "dump", "load", "dump + load", "times joblib", "MB"):
        table.add_column(column, justify="left" if not column else "right")
    with tempfile.TemporaryDirectory() as folder:
        path = {name: Path(folder) / name for name in ("m.joblib", "m.pb", "bare.pb")}
        runs: list[tuple[str, Path, Callable[[], Any], Callable[[], Any]]] = [
            (
                "joblib",
                path["m.joblib"],
                lambda: joblib.dump(estimator, path["m.joblib"]),
                lambda: joblib.load(path["m.joblib"]),
            ),
            ("modelx", path["m.pb"], lambda: modelx.dump(estimator, path["m.pb"]), lambda: modelx.load(path["m.pb"])),
            (
                "modelx without evidence",
                path["bare.pb"],
                lambda: dump_without_evidence(estimator, path["bare.pb"]),
                lambda: modelx.load(path["bare.pb"]),
            ),
        ]
        base = 0.0
        for name, file, dump, load in runs:
            times = median(dump), median(load)
            base = base or sum(times)
            size = file.stat().st_size / 1e6
            cells = [
                f"{times[0]:.2f}",
                f"{times[1]:.2f}",
                f"{sum(times):.2f}",
                f"{sum(times) / base:.2f}",
                f"{size:.2f}",
            ]
            table.add_row(name, *cells)
    Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
