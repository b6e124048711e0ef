"""``modelx convert``."""

from __future__ import annotations

import numpy as np
import pytest

import modelx


@pytest.mark.parametrize("suffix", [".pb", ".pb.gz", ".pb.zst", ".json", ".json.gz", ".json.zst"])
def test_there_and_back(run, files, tmp_path, suffix):
    there, back = tmp_path / f"there{suffix}", tmp_path / "back.pb"
    assert run("convert", files["iris.pb"], there).code == 0
    assert run("convert", there, back).code == 0
    assert back.read_bytes() == (files.folder / "iris.pb").read_bytes()


def test_in_a_process_of_its_own(command, files, tmp_path):
    result = command("convert", files["ridge.pb"], tmp_path / "m.json.zst", "--level", "19", "--json")
    assert result.code == 0, result.err
    assert (result.json["format"], result.json["compression"]) == ("json", "zstd")
    assert result.json["bytes"] == (tmp_path / "m.json.zst").stat().st_size


def test_onnx_and_back(run, files, tmp_path):
    result = run("convert", files["iris.pb"], tmp_path / "m.onnx")
    assert result.code == 0, result.err
    assert np.array_equal(
        modelx.load(tmp_path / "m.onnx").predict_proba(files.iris_x), files.iris.predict_proba(files.iris_x)
    )


def test_no_estimator_is_built(run, files, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("an estimator was built")

    monkeypatch.setattr("modelx.conversion.decode", refuse)
    assert run("convert", files["iris.pb"], tmp_path / "m.json").code == 0


def test_evidence_can_be_left_out(run, files, tmp_path):
    assert run("convert", files["iris.pb"], tmp_path / "m.pb", "--drop-evidence").code == 0
    model = modelx.read(tmp_path / "m.pb")
    assert model.evidence is None
    assert [step.evidence for step in model.steps] == [None, None]
    assert (tmp_path / "m.pb").stat().st_size < (files.folder / "iris.pb").stat().st_size / 2


@pytest.mark.parametrize(
    ("source", "target", "code", "kind", "word"),
    [
        ("broken.pb", "m.json", 3, "malformed", "truncated"),
        ("x.csv", "m.json", 3, "unknown_format", "no model"),
        ("nowhere.pb", "m.json", 6, "io", "No such file"),
        ("ridge.pb", "m.gob", 2, "usage", "suffix"),
        ("ridge.pb", "no/m.json", 6, "io", "No such file"),
        (".", "m.json", 6, "io", "directory"),
    ],
)
def test_bad_input(run, files, tmp_path, monkeypatch, source, target, code, kind, word):
    monkeypatch.chdir(tmp_path)
    result = run("convert", files[source], target, "--json")
    assert (result.code, result.error["kind"]) == (code, kind), result.err
    assert word in result.error["message"]
    assert list(tmp_path.iterdir()) == []


def test_an_error_names_the_file(run, files, tmp_path):
    result = run("convert", files["broken.pb"], tmp_path / "m.json")
    assert files["broken.pb"] in result.err
    assert run("convert", files["broken.pb"], tmp_path / "m.json", "--json").error["file"] == files["broken.pb"]
