"""The main job on real data: train in scikit-learn, export in each format, predict every row in Go, compare.

Prints a table and exits with 1 when Go disagrees with scikit-learn: a label that differs, or a number that is off by
more than 1e-12 of the sum of the absolute terms that it was added from.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor, RidgeClassifier, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

import modelx
from modelx.conversion import family_of
from modelx.evidence.comparing import agree
from modelx.evidence.recording import write
from modelx.frames import values_of
from modelx.v1 import evidence_pb2

FORMATS = (".pb", ".json", ".onnx", ".pb.zst")


@dataclass
class Case:
    """A fitted estimator, the rows that it is asked about, and the method that answers."""

    name: str
    estimator: Any
    rows: np.ndarray[Any, Any] | pd.DataFrame
    method: str


def cases() -> list[Case]:
    """Train on the data that scikit-learn ships."""
    diabetes, target = load_diabetes(return_X_y=True)
    cancer, tumour = load_breast_cancer(return_X_y=True, as_frame=True)
    digits, digit = load_digits(return_X_y=True)
    wine, cultivar = load_wine(return_X_y=True)
    names = load_breast_cancer().target_names[tumour]
    scaled = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(cancer, names)
    sgd = make_pipeline(MinMaxScaler(), SGDClassifier(loss="log_loss", random_state=0)).fit(digits, digit)
    return [
        Case("diabetes: LinearRegression", LinearRegression().fit(diabetes, target), diabetes, "predict"),
        Case("diabetes: PoissonRegressor", PoissonRegressor(alpha=1e-3).fit(diabetes, target), diabetes, "predict"),
        Case("breast cancer: scaler + LogisticRegression", scaled, cancer, "predict"),
        Case("breast cancer: scaler + LogisticRegression", scaled, cancer, "predict_proba"),
        Case("digits: scaler + SGDClassifier", sgd, digits, "predict"),
        Case("digits: scaler + SGDClassifier", sgd, digits, "predict_proba"),
        Case("digits: RidgeClassifier", RidgeClassifier().fit(digits, digit), digits, "decision_function"),
        Case("digits: KMeans(10)", KMeans(10, n_init=1, random_state=0).fit(digits), digits, "predict"),
        Case("wine: scaler + KMeans(3)", _wine(wine), wine, "transform"),
        Case("wine: scaler + SGDClassifier", _wine_classifier(wine, cultivar), wine, "decision_function"),
        *_patients(target),
        Case("digits: RandomForestClassifier(30)", _digits_forest(digits, digit), digits, "predict_proba"),
        Case("diabetes: HistGradientBoostingRegressor", _diabetes_boost(diabetes, target), diabetes, "predict"),
    ]


def _patients(progression: Any) -> list[Case]:
    """Make what people train: strings beside numbers with gaps, one-hot columns, and boosted trees behind them."""
    x = load_diabetes(as_frame=True, scaled=False).data
    x["sex"] = np.where(x["sex"] == 1, "first", "second").astype(object)
    classes = np.array(["underweight", "normal", "overweight", "obese"], dtype=object)
    x["weight"] = classes[np.digitize(x.pop("bmi"), [18.5, 25.0, 30.0])]
    # As if one in ten had not been measured.
    x.loc[::10, "bp"] = np.nan
    words = ["sex", "weight"]
    numbers = [name for name in x.columns if name not in words]
    columns = ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore"), words),
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        ]
    )
    y = np.where(progression > np.median(progression), "worse", "better")
    boosted = make_pipeline(columns, GradientBoostingClassifier(random_state=0)).fit(x, y)
    name = "patients, strings and gaps: columns + GradientBoosting"
    return [Case(name, boosted, x, "predict"), Case(name, boosted, x, "predict_proba")]


def _digits_forest(digits: Any, digit: Any) -> Any:
    return RandomForestClassifier(30, random_state=0).fit(digits, digit)


def _diabetes_boost(diabetes: Any, target: Any) -> Any:
    return HistGradientBoostingRegressor(random_state=0).fit(diabetes, target)


def _wine(wine: Any) -> Any:
    return make_pipeline(StandardScaler(), KMeans(3, n_init=1, random_state=0)).fit(wine)


def _wine_classifier(wine: Any, cultivar: Any) -> Any:
    return make_pipeline(StandardScaler(), SGDClassifier(random_state=0)).fit(wine, cultivar)


@dataclass
class Outcome:
    """What Go answered, and how long a row took in scikit-learn and in Go, in microseconds."""

    size: int
    difference: float
    flips: int
    disagreements: int
    python: float
    go: float


def run(case: Case, path: Path, command: str) -> Outcome:
    """Export one case into `path`, let Go predict all of its rows, and compare."""
    modelx.dump(case.estimator, path)
    size = path.stat().st_size
    rows = path.with_name("rows.csv")
    arguments = [command, "predict", "--model", str(path), "--method", case.method, "--input", str(rows)]
    if isinstance(case.rows, pd.DataFrame):
        case.rows.to_csv(rows, index=False)
        arguments.append("--header")
    else:
        np.savetxt(rows, case.rows, delimiter=",", fmt="%.17g")
    done = subprocess.run([*arguments, "--time", "--repeat", "20"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{case.name}: {done.stderr.strip()}")
    timing = json.loads(done.stderr.strip().splitlines()[-1])
    lines = [line.split(",") for line in done.stdout.splitlines()]
    expected, python = _python(case)
    found = np.array(lines, dtype=expected.dtype if expected.dtype.kind != "O" else str).reshape(expected.shape)
    wrong = ~agree(found, expected, _expectation(case, expected))
    numeric = expected.dtype.kind == "f"
    return Outcome(
        size=size,
        difference=float(np.abs(found - expected).max()) if numeric else 0.0,
        flips=0 if numeric else int((found != expected).sum()),
        disagreements=int(wrong.sum()),
        python=python,
        go=timing["ns_per_row"] / 1e3,
    )


def _python(case: Case) -> tuple[Any, float]:
    """Give scikit-learn's own output, and its microseconds a row for all rows at once."""
    method = getattr(case.estimator, case.method)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        expected = method(case.rows)
        best = min(best, time.perf_counter() - start)
    return expected, best / len(case.rows) * 1e6


def _expectation(case: Case, expected: Any) -> evidence_pb2.Output:
    """Give the tolerance of each row, as modelx records it in a file."""
    model = modelx.to_proto(case.estimator)
    rows = values_of(case.rows)
    evidence = evidence_pb2.Evidence()
    write({case.method: expected}, family_of(model).tolerances(model, case.estimator, rows, None), evidence, model)
    return evidence.outputs[0]


def main() -> int:
    """Run all cases in all formats and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modelx-go", default="bin/modelx-go", help="the Go command, built by `make build`")
    options = parser.parse_args()
    table = Table(title="Go against scikit-learn, every row of the data", show_lines=False)
    heads = ("model", "method", "format", "bytes", "rows", "largest diff", "label flips")
    for head in (*heads, "sklearn us/row", "Go us/row", "agrees"):
        table.add_column(head, justify="left" if head in ("model", "method", "format") else "right")
    total = 0
    console = Console(width=None if sys.stdout.isatty() else 150)
    trained = cases()
    bar = Progress(console=console, transient=True, disable=not sys.stdout.isatty())
    with tempfile.TemporaryDirectory() as folder, bar:
        task = bar.add_task("predicting in Go", total=len(trained) * len(FORMATS))
        for case in trained:
            for suffix in FORMATS:
                out = run(case, Path(folder) / f"model{suffix}", options.modelx_go)
                total += out.disagreements
                table.add_row(
                    case.name,
                    case.method,
                    suffix,
                    f"{out.size:,}",
                    f"{len(case.rows):,}",
                    f"{out.difference:.1e}" if out.difference else "0",
                    str(out.flips),
                    f"{out.python:.3f}",
                    f"{out.go:.3f}",
                    "yes" if not out.disagreements else f"NO ({out.disagreements})",
                )
                bar.advance(task)
    console.print(table)
    console.print(
        "agrees: labels are equal, numbers within 1e-12 of the sum of the absolute terms, scalers bit for bit."
    )
    if total:
        console.print(f"{total} values disagree")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main())
