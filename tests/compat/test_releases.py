"""Real files of every release, never written again, load and answer for ever."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

import modelx
from modelx.estimators import FAMILIES
from modelx.evidence import comparing, table
from modelx.v1 import evidence_pb2

HERE = Path(__file__).resolve().parent
RELEASES = sorted(path.parent for path in HERE.glob("v*/index.json"))


def cases_of(release: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((release / "index.json").read_text(encoding="utf-8"))["cases"]
    return cases


FILES = [(release, case, name) for release in RELEASES for case in cases_of(release) for name in case["files"]]


def test_there_are_releases() -> None:
    assert "v0.1.0" in [release.name for release in RELEASES]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # Rows are there to overflow.
@pytest.mark.parametrize(("release", "case", "name"), FILES, ids=[f"{r.name}/{name}" for r, _, name in FILES])
def test_a_file_of_a_release_answers_as_recorded(release: Path, case: dict[str, Any], name: str) -> None:
    estimator = modelx.load(release / name)
    expected = evidence_pb2.Evidence.FromString((release / case["expected"]).read_bytes())
    assert comparing.compare(estimator, expected, table.read_rows(expected.rows)) is None


def test_the_graph_of_a_release_is_the_one_that_is_built_today() -> None:
    graphs = [release / name for release, _, name in FILES if name.endswith(".onnx")]
    assert graphs
    for path in graphs:
        assert modelx.verify(path).format == "onnx"


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_no_file_of_a_release_has_changed(release: Path) -> None:
    listed = {name: digest for case in cases_of(release) for name, digest in case["sha256"].items()}
    assert {str(p.relative_to(release)) for p in release.rglob("*") if p.is_file()} == {*listed, "index.json"}
    for name, digest in listed.items():
        assert hashlib.sha256((release / name).read_bytes()).hexdigest() == digest, name


def test_every_family_is_in_the_newest_release() -> None:
    assert {case["family"] for case in cases_of(RELEASES[-1])} <= set(FAMILIES)
    assert {case["family"] for case in cases_of(HERE / "v0.1.0")} == {
        "affine_scaler", "bisecting_kmeans", "kmeans", "linear_regression", "passthrough", "pipeline",
        "sgd_classifier", "sgd_one_class_svm",
    }  # fmt: skip
