"""Every arm of the oneof has a family, cases, vectors and invalid vectors; coverage grows with the schema."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from cases import BY_FAMILY

from modelx.conversion import MAX_DEPTH, check
from modelx.errors import TooDeepError
from modelx.estimators import FAMILIES
from modelx.v1 import model_pb2

HERE = Path(__file__).parent
ARMS = [field.name for field in model_pb2.ModelProto.DESCRIPTOR.oneofs_by_name["model"].fields]
VALID = json.loads((HERE / "vectors" / "index.json").read_text(encoding="utf-8"))["cases"]
INVALID = json.loads((HERE / "invalid" / "index.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("arm", ARMS)
def test_an_arm_is_complete(arm: str) -> None:
    assert FAMILIES[arm].arm == arm
    module = importlib.import_module(f"cases.{arm}")
    assert BY_FAMILY[arm] is module.CASES
    assert len(module.CASES) > 0
    assert any(case["family"] == arm for case in VALID)
    assert any(case["id"].startswith(f"{arm}/") for case in INVALID)
    assert any(case["kind"] == "evidence_mismatch" and arm in case.get("path", "") for case in INVALID)


def test_no_family_is_without_an_arm() -> None:
    assert set(FAMILIES) == set(BY_FAMILY) == set(ARMS)


def nested(levels: int) -> model_pb2.ModelProto:
    """Give pipelines in pipelines: scikit-learn would take minutes for these, the checks must not."""
    model = model_pb2.ModelProto(name="m", passthrough=model_pb2.PassthroughProto(n_features=2))
    for _ in range(levels - 1):
        outer = model_pb2.ModelProto(name="m")
        outer.pipeline.steps.append(model)
        model = outer
    return model


def test_sixteen_levels_are_taken_and_seventeen_are_not() -> None:
    assert MAX_DEPTH == 16
    check(nested(16))
    with pytest.raises(TooDeepError):
        check(nested(17))
