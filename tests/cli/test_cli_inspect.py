"""``modelx inspect``."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys

import pytest
from cli_running import ROOT, environment
from sklearn.linear_model import Lasso, Ridge

import modelx

KEYS = [
    "path", "format", "compression", "n_bytes", "sha256", "name", "version", "family", "class_name", "library",
    "library_version", "schema_version", "n_features", "feature_names", "feature_types", "outputs", "classes",
    "parameters", "hyper_parameters", "attributes", "layouts", "metadata", "evidence", "steps",
]  # fmt: skip


def test_json_has_the_documented_keys_and_the_truth(command, files):
    result = command("inspect", files["ridge2.pb"], "--json")
    assert result.code == 0, result.err
    shown = result.json
    assert list(shown) == KEYS
    data = (files.folder / "ridge2.pb").read_bytes()
    assert shown["n_bytes"] == len(data)
    assert shown["sha256"] == hashlib.sha256(data).hexdigest()
    assert (shown["class_name"], shown["family"], shown["version"]) == ("Ridge", "linear_regression", "2")
    assert shown["feature_names"][2] == "bmi"
    assert shown["outputs"] == [{"method": "predict", "n_columns": 0, "type": "float64"}]
    assert shown["parameters"]["coefficients"] == {"count": 10}
    assert shown["hyper_parameters"] == {"alpha": 2.0}
    assert shown["metadata"]["created_at"] == "1970-01-01T00:00:01Z"
    assert shown["steps"] == []


def test_evidence_adds_what_is_said(run, files, tmp_path):
    evidence = run("inspect", files["iris.pb"], "--json").json["evidence"]
    run("convert", files["iris.pb"], tmp_path / "bare.pb", "--drop-evidence")
    whole = (files.folder / "iris.pb").stat().st_size
    assert evidence["n_bytes"] == whole - (tmp_path / "bare.pb").stat().st_size
    assert evidence["percent"] == round(100 * evidence["n_bytes"] / whole, 2)
    assert evidence["n_rows"] == modelx.read(files["iris.pb"]).evidence.n_rows
    assert evidence["origin"] == "made"
    assert run("inspect", tmp_path / "bare.pb", "--json").json["evidence"] is None
    assert "none" in run("inspect", tmp_path / "bare.pb").out.split("evidence")[-1]


def test_steps_are_models_too(run, files):
    shown = run("inspect", files["iris.pb"], "--json").json
    assert shown["classes"] == ["setosa", "versicolor", "virginica"]
    assert [step["class_name"] for step in shown["steps"]] == ["StandardScaler", "LogisticRegression"]
    for step in shown["steps"]:
        assert list(step) == KEYS[5:]


def test_the_tree_shows_it_all_and_cuts_nothing(run, files):
    out = run("inspect", files["iris.pb"]).out
    for word in (
        "Pipeline of scikit-learn", "4", "'setosa', 'versicolor', 'virginica'", "predict_proba: 3 columns, float64",
        "0: standardscaler", "1: logisticregression", "made from the parameters", "% of the message",
        hashlib.sha256((files.folder / "iris.pb").read_bytes()).hexdigest(), files["iris.pb"],
    ):  # fmt: skip
        assert word in out, word
    out = run("inspect", files["ridge2.pb"]).out
    assert "10: age, sex, bmi, bp, s1, s2, s3, s4, s5, s6" in out
    assert "alpha: 2.0" in out


def test_what_a_file_says_is_no_markup_and_no_escape(run, tmp_path):
    estimator = Ridge().fit([[0.0], [1.0]], [0.0, 1.0])
    modelx.dump(estimator, tmp_path / "m.pb", name="[red]x[/red]\x1b[2J", metadata={"a\nb": "c\x07"})
    out = run("inspect", tmp_path / "m.pb").out
    assert "[red]x[/red]\\x1b[2J" in out
    assert "\x1b" not in out
    assert "\x07" not in out
    assert "a\\nb" in out


def test_what_json_has_no_number_for(run, tmp_path):
    estimator = Lasso(max_iter=7, selection="random", random_state=3).fit([[0.0], [1.0]], [0.0, 1.0])
    modelx.dump(estimator, tmp_path / "m.pb", metrics={"auc": float("nan")})
    shown = run("inspect", tmp_path / "m.pb", "--json").json
    assert shown["metadata"]["metrics"] == {"auc": "NaN"}
    assert shown["hyper_parameters"] == {
        "max_iter": 7, "random_state": 3, "selection": "random",
    }  # fmt: skip


def test_metadata_that_no_writer_of_ours_makes(run, files, tmp_path):
    proto = modelx.read(files["ridge.pb"]).proto
    proto.metadata.properties["x"] = float("-inf")
    proto.metadata.properties.fields["empty"].SetInParent()
    proto.metadata.properties["deep"] = {"a": [float("nan"), True, None]}
    proto.evidence.origin = 77
    (tmp_path / "m.pb").write_bytes(proto.SerializeToString())
    shown = run("inspect", tmp_path / "m.pb", "--json").json
    assert shown["metadata"]["properties"] == {"x": "-Infinity", "empty": None, "deep": {"a": ["NaN", True, None]}}
    assert shown["evidence"]["origin"] == "unspecified"
    proto.metadata.created_timestamp = 10**17
    (tmp_path / "m.pb").write_bytes(proto.SerializeToString())
    result = run("inspect", tmp_path / "m.pb", "--json")
    assert (result.code, result.error["kind"]) == (3, "malformed")
    assert result.error["path"] == "metadata.created_timestamp"


def test_names_that_the_terminal_cannot_show(tmp_path):
    modelx.dump(Ridge().fit([[0.0], [1.0]], [0.0, 1.0]), tmp_path / "m.pb", name="日本")
    done = subprocess.run(
        [sys.executable, "-m", "modelx", "inspect", str(tmp_path / "m.pb")],
        capture_output=True,
        env=environment() | {"PYTHONIOENCODING": "latin-1"},
        check=True,
    )
    assert done.stdout.startswith(rb"\u65e5\u672c")


def test_the_keys_are_documented():
    page = (ROOT / "docs" / "cli.md").read_text()
    assert [key for key in KEYS if not re.search(rf"^\| `{key}` \|", page, re.MULTILINE)] == []


@pytest.mark.parametrize(
    ("name", "code", "kind"), [("broken.pb", 3, "malformed"), ("nowhere.pb", 6, "io"), ("x.npy", 3, "unknown_format")]
)
def test_bad_input(run, files, name, code, kind):
    result = run("inspect", files[name], "--json")
    assert (result.code, result.error["kind"]) == (code, kind)
    assert result.out == ""
