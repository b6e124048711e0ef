"""What a file carries of each estimator of scikit-learn: fitted, exported, verified in Go, and written down.

    python tests/matrix/matrix.py --modelx-go bin/modelx-go [--check]

Every class of `sklearn.utils.all_estimators()` is fitted on data that suits it and exported with rows of that data as
evidence, which `modelx-go verify` then computes and compares. The result is a table in docs/estimators.md. With
``--check`` nothing is written: the exit code is 1 when the table is another, as it is when a class is no longer
supported.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from subjects import Subject, subjects

import modelx
from modelx.errors import ModelxError, NonFiniteInputError
from modelx.v1 import evidence_pb2

PAGE = Path(__file__).parents[2] / "docs" / "estimators.md"
BEGIN, END = "<!-- coverage-matrix: begin -->", "<!-- coverage-matrix: end -->"
_SAMPLE = 24


@dataclass(slots=True)
class Row:
    """A line of the table."""

    name: str
    methods: str = ""
    exactness: str = ""
    formats: str = ""
    reason: str = ""

    def line(self) -> str:
        return f"| {self.name} | {self.methods or '-'} | {self.exactness or '-'} | {self.formats or '-'} |"


def export(subject: Subject, folder: Path) -> Row:
    """Write the files of a subject, with rows of its data as evidence where it takes rows; describe them."""
    row = Row(subject.name)
    if subject.estimator is None:
        row.reason = f"not fitted here: {subject.reason}"
        return row
    sample = subject.rows[:_SAMPLE] if getattr(subject.rows, "ndim", 0) == 2 else None
    try:
        sample = _taken(subject, sample)
        modelx.dump(subject.estimator, folder / f"{subject.name}.pb", sample=sample)
    except ModelxError as error:
        row.reason = str(error).splitlines()[0]
        return row
    modelx.dump(subject.estimator, folder / f"{subject.name}.json", sample=sample)
    evidence = modelx.read(folder / f"{subject.name}.pb").proto.evidence
    row.methods = ", ".join(output.method for output in evidence.outputs)
    equal = evidence_pb2.Output.COMPARISON_UNSPECIFIED
    inexact = [output.method for output in evidence.outputs if output.comparison != equal]
    row.exactness = "bits" if not inexact else "1e-12" + _but(evidence, inexact)
    examined = modelx.examine(subject.estimator)
    row.formats = "pb, json" + ("" if examined.formats["onnx"] else ", onnx")
    return row


def _taken(subject: Subject, sample: Any) -> Any:
    """Give the sample without gaps where one of the methods refuses them although fit did not."""
    try:
        modelx.to_proto(subject.estimator, sample=sample)
    except NonFiniteInputError:
        return sample[~np.isnan(sample).any(axis=1)]
    return sample


def _but(evidence: evidence_pb2.Evidence, inexact: list[str]) -> str:
    """Name the methods that agree to the bit although others do not; labels always do."""
    exact = [o.method for o in evidence.outputs if o.method not in inexact and o.method != "predict"]
    return f" ({', '.join(exact)}: bits)" if exact else ""


def verified(program: str, folder: Path) -> dict[str, str]:
    """Verify all files in Go; give the reason for each file that fails."""
    files = sorted(str(path) for path in folder.iterdir())
    done = subprocess.run([program, "verify", "--json", *files], capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)["files"]
    if len(results) != len(files):
        raise SystemExit(f"modelx-go verified {len(results)} of {len(files)} files: {done.stderr}")
    return {Path(one["path"]).name: one.get("error", {}).get("message", "failed") for one in results if not one["ok"]}


def rows(program: str) -> list[Row]:
    """Give the line of each class; those that Go does not verify have a reason and are not supported."""
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        folder = Path(name)
        out = [export(subject, folder) for subject in subjects()]
        wrong = verified(program, folder)
    for row in out:
        for suffix in (".pb", ".json"):
            if row.name + suffix in wrong:
                row.reason = f"Go: {wrong[row.name + suffix]}"
    return out


def table(found: list[Row]) -> str:
    """Write the table, and the classes that are not supported below it."""
    good = [row for row in found if not row.reason]
    lines = [
        f"{len(good)} of the {len(found)} classes of scikit-learn {sklearn.__version__}.",
        "",
        "| class | methods | exactness | formats |",
        "|---|---|---|---|",
        *(row.line() for row in good),
        "",
        f"Not yet: {', '.join(row.name for row in found if row.reason)}.",
    ]
    return "\n".join(lines)


def main() -> int:
    """Write the table, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modelx-go", required=True)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    found = rows(given.modelx_go)
    for row in found:
        if row.reason and "is not supported by this version" not in row.reason:
            sys.stderr.write(f"{row.name}: {row.reason[:200]}\n")
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    old, after = rest.split(END)
    new = f"\n{table(found)}\n"
    if not given.check:
        PAGE.write_text(before + BEGIN + new + END + after, encoding="utf-8")
        sys.stdout.write(new)
        return 0
    return report(old.strip().splitlines(), new.strip().splitlines())


def report(old: list[str], new: list[str]) -> int:
    """Tell in which lines the table is another."""
    for line in old:
        if line not in new:
            sys.stdout.write(f"- {line}\n")
    for line in new:
        if line not in old:
            sys.stdout.write(f"+ {line}\n")
    sys.stdout.write("the table is right\n" if old == new else "docs/estimators.md is another: make coverage-matrix\n")
    return int(old != new)


if __name__ == "__main__":
    sys.exit(main())
