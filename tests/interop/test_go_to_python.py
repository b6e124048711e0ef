"""Go writes, Python loads it as an estimator and predicts the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.conversion import family_of
from modelx.evidence import comparing, recording, table
from modelx.v1 import evidence_pb2, model_pb2

pytestmark = pytest.mark.interop
SUFFIXES = (".pb", ".json", ".gob.pb", ".pb.zst", ".json.gz")


def names(folder: Path) -> list[str]:
    return sorted(path.name.removesuffix(".expected") for path in folder.glob("*.expected"))


def test_models_built_in_go_load_as_estimators(built_in_go: Path) -> None:
    for name in names(built_in_go):
        expected = evidence_pb2.Evidence.FromString((built_in_go / f"{name}.expected").read_bytes())
        x = table.read_rows(expected.rows)
        for suffix in SUFFIXES:
            model = modelx.read(built_in_go / f"{name}{suffix}").proto
            assert model.version == "from Go"
            estimator = modelx.load(built_in_go / f"{name}{suffix}")
            _assert_answers(estimator, model, expected, x, f"{name}{suffix}")


def _assert_answers(estimator: Any, model: Any, expected: evidence_pb2.Evidence, x: Any, what: str) -> None:
    # Go says which rows: those whose labels do not hang on the order of a sum must be nearly all.
    decided = family_of(model).decided(model, estimator, x, None)
    assert decided.mean() > 0.9, what
    tolerances = family_of(model).tolerances(model, estimator, x, None)
    answers = recording.answers(estimator, model, x)
    assert list(answers) == [output.method for output in expected.outputs], what
    recorded = evidence_pb2.Evidence()
    recording.write(answers, tolerances, recorded, model)
    for output, ours in zip(expected.outputs, recorded.outputs, strict=True):
        values = answers[output.method]
        if output.strings:
            texts = [str(value).lower() if values.dtype == bool else _text(value) for value in values.tolist()]
            assert texts == list(output.strings), f"{what} {output.method}"
        else:
            found = np.array(output.doubles).reshape(values.shape).astype(values.dtype)
            assert comparing.agree(found, values, ours)[decided].all(), f"{what} {output.method}"


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)


def test_every_family_is_built_in_go(built_in_go: Path) -> None:
    arms = {field.name for field in model_pb2.ModelProto.DESCRIPTOR.oneofs_by_name["model"].fields}
    assert {name.split("-")[0] for name in names(built_in_go)} == arms


@pytest.mark.parametrize("suffix", [".json", ".pb.zst", ".json.gz", ".pb"])
def test_what_go_converts_is_the_same_estimator(go: Callable[..., str], tmp_path: Path, suffix: str) -> None:
    """From Python through GOB and another format, back with every bit: source and evidence are carried along."""
    x, y = load_wine(return_X_y=True)
    estimator = make_pipeline(StandardScaler(), LogisticRegression(max_iter=300)).fit(x, y)
    modelx.dump(estimator, tmp_path / "m.pb", metadata={"purpose": "test", "deep": {"list": [1, None, "é"]}})
    go("convert", tmp_path / "m.pb", tmp_path / "m.gob")
    go("convert", tmp_path / "m.gob", tmp_path / f"again{suffix}")
    model = modelx.verify(tmp_path / f"again{suffix}")
    assert model.proto == modelx.read(tmp_path / "m.pb").proto
    loaded = modelx.load(tmp_path / f"again{suffix}")
    assert type(loaded) is type(estimator)
    assert loaded.get_params()["logisticregression__max_iter"] == 300
    assert loaded.predict_proba(x).tobytes() == estimator.predict_proba(x).tobytes()


def test_equal_models_are_equal_bytes_in_both_languages(go: Callable[..., str], tmp_path: Path) -> None:
    x, y = load_iris(return_X_y=True)
    modelx.dump(LogisticRegression(max_iter=300).fit(x, y), tmp_path / "m.pb")
    go("convert", tmp_path / "m.pb", tmp_path / "m.json")
    modelx.loads((tmp_path / "m.json").read_bytes())
    go("convert", tmp_path / "m.json", tmp_path / "again.pb")
    assert modelx.read(tmp_path / "again.pb").proto == modelx.read(tmp_path / "m.pb").proto


def test_a_failed_conversion_leaves_the_old_file(go: Callable[..., str], tmp_path: Path) -> None:
    x, y = load_iris(return_X_y=True)
    modelx.dump(LogisticRegression(max_iter=300).fit(x, y), tmp_path / "m.pb")
    (tmp_path / "old.json").write_text("old")
    (tmp_path / "m.pb").write_bytes((tmp_path / "m.pb").read_bytes()[:-3])
    with pytest.raises(AssertionError, match="malformed"):
        go("convert", tmp_path / "m.pb", tmp_path / "old.json")
    assert (tmp_path / "old.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.pb", "old.json"]
