"""Every invalid vector is refused with just the kind that its index names."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

import modelx
from modelx.errors import ModelFileError
from modelx.limits import Limits

FOLDER = Path(__file__).parent / "invalid"
CASES = json.loads((FOLDER / "index.json").read_text(encoding="utf-8"))["cases"]
DOCS = Path(__file__).parents[2] / "docs" / "errors.md"


# A hyper-parameter that the class has not is left out with a warning; then the defect is found.
@pytest.mark.filterwarnings("ignore:.*has no such hyper-parameter:modelx.errors.ModelxWarning")
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_defect_has_its_kind(case: dict[str, Any]) -> None:
    limits = Limits(**case.get("limits", {}))
    with pytest.raises(ModelFileError) as caught:
        modelx.load(FOLDER / case["file"], limits=limits)
    assert caught.value.kind == case["kind"], caught.value
    assert caught.value.path.startswith(case.get("path", "")), caught.value
    assert case.get("says", "") in str(caught.value)
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_reading_as_data_refuses_what_needs_no_estimator(case: dict[str, Any]) -> None:
    limits = Limits(**case.get("limits", {}))
    if case["kind"] in ("source", "evidence_mismatch", "unregistered_function"):
        # Nothing is rebuilt or replayed.
        assert modelx.read(FOLDER / case["file"], limits=limits).family
        return
    with pytest.raises(ModelFileError) as caught:
        modelx.read(FOLDER / case["file"], limits=limits)
    assert caught.value.kind == case["kind"], caught.value


def test_the_index_and_the_files_match() -> None:
    found = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()} - {"index.json"}
    assert found == {case["file"] for case in CASES}
    for case in CASES:
        assert hashlib.sha256((FOLDER / case["file"]).read_bytes()).hexdigest() == case["sha256"], case["id"]
        assert len(case["why"]) > 8, case["id"]
    assert len({case["id"] for case in CASES}) == len(CASES)


def test_only_source_defects_are_for_python_alone() -> None:
    for case in CASES:
        assert case.get("python_only", False) == (case["kind"] == "source"), case["id"]


def test_every_kind_that_a_file_can_cause_has_a_vector() -> None:
    section = DOCS.read_text(encoding="utf-8").split("## A file")[1].split("\n## ")[0]
    kinds = set(re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE))
    assert kinds == {case["kind"] for case in CASES}
