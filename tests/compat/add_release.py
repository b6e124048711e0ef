"""Keep files of a release for ever: python tests/compat/add_release.py v0.2.0, once, when the release is made.

The files are copies of vectors, and GOB files of the same models that bin/modelx-go writes. A folder that is there is
never written again: later releases must read it as it is.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VECTORS = ROOT / "tests" / "conformance" / "vectors"
KEPT = (
    "affine_scaler/standard",
    "affine_scaler/min_max_clipped",
    "bisecting_kmeans/iris_flowers",
    "kmeans/iris_flowers",
    "linear_regression/feature_names",
    "linear_regression/least_squares",
    "linear_regression/multi_output_fortran_order",
    "linear_regression/poisson_log_link",
    "passthrough/named_columns",
    "pipeline/nested",
    "pipeline/scaler_and_logistic",
    "pipeline/scaler_and_string_classes",
    "sgd_classifier/hinge_binary",
    "sgd_classifier/logistic_multinomial",
    "sgd_classifier/ridge_multilabel",
    "sgd_classifier/string_labels",
    "sgd_one_class_svm/iris_flowers",
)


def main() -> None:
    """Copy the kept vectors into a new folder, with an index."""
    folder = HERE / sys.argv[1]
    folder.mkdir()
    cases = json.loads((VECTORS / "index.json").read_text(encoding="utf-8"))["cases"]
    entries = []
    for case in (case for case in cases if case["id"] in KEPT):
        for name in case["sha256"]:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(VECTORS / name, folder / name)
        gob = f"{case['id']}.gob"
        command = [ROOT / "bin" / "modelx-go", "convert", folder / f"{case['id']}.pb", folder / gob]
        subprocess.run(command, check=True)
        case["go_files"] = [gob]
        case["sha256"][gob] = hashlib.sha256((folder / gob).read_bytes()).hexdigest()
        entries.append(case)
    if len(entries) != len(KEPT):
        raise SystemExit("a kept case is no vector any more; keep another one of its family")
    (folder / "index.json").write_text(
        json.dumps({"cases": entries}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
