"""``modelx export``."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.cluster import BisectingKMeans
from sklearn.datasets import load_iris
from sklearn.linear_model import Ridge, TweedieRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

import modelx


class Bomb:
    """A pickle that creates a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_a_joblib_file_becomes_data_in_a_process_of_its_own(command, files, tmp_path):
    target = tmp_path / "m.pb"
    result = command(
        "export", files["ridge.joblib"], target, "--trust", "--name", "sugar", "--version", "3",
        "--metric", "r2=0.51", "--metadata", "owner=ann", "--metadata", 'tags:=["eu", 1]',
        "--metadata", "training_samples=442",
    )  # fmt: skip
    assert result.code == 0, result.err
    assert f"{target}: Ridge, {target.stat().st_size:,} bytes" in result.out
    model = modelx.read(target)
    assert (model.name, model.version) == ("sugar", "3")
    assert model.metadata.metrics == {"r2": 0.51}
    assert model.metadata.properties == {"owner": "ann", "tags": ["eu", 1.0]}
    assert model.metadata.training_samples == 442
    assert np.array_equal(modelx.load(target).predict(files.x), files.ridge.predict(files.x))


@pytest.mark.parametrize("dump", [joblib.dump, lambda bomb, path: path.write_bytes(pickle.dumps(bomb))])
@pytest.mark.parametrize("suffix", [".joblib", ".pkl", ".skops", ".pb", ""])
def test_a_pickle_is_never_loaded_without_trust(run, tmp_path, dump, suffix):
    touched, source = tmp_path / "touched", tmp_path / f"bomb{suffix}"
    dump(Bomb(touched), source)
    result = run("export", source, tmp_path / "m.pb")
    # A pickle that calls itself .skops is no .skops file: it is refused as such.
    assert result.code == (3 if suffix == ".skops" else 5)
    assert not touched.exists()
    assert not (tmp_path / "m.pb").exists()
    # With --trust the test's own bomb goes off, so that the test above means something.
    if suffix in (".joblib", ".pkl", ""):
        assert "--trust" in result.err
        assert "a pickle is code" in result.err
        run("export", source, tmp_path / "m.pb", "--trust")
        assert touched.exists()


def test_the_refusal_as_json(run, files, tmp_path):
    result = run("export", files["ridge.joblib"], tmp_path / "m.pb", "--json")
    assert result.code == 5
    assert result.error["kind"] == "untrusted"
    assert result.out == ""


def test_skops_needs_no_trust(run, files, tmp_path):
    result = run("export", files["ridge.skops"], tmp_path / "m.json.gz", "--json", "--level", "9")
    assert result.code == 0, result.err
    data = (tmp_path / "m.json.gz").read_bytes()
    assert result.json == {
        "path": str(tmp_path / "m.json.gz"),
        "format": "json",
        "compression": "gzip",
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "class_name": "Ridge",
        "sample_rows": 0,
    }
    assert np.array_equal(modelx.load(tmp_path / "m.json.gz").predict(files.x), files.ridge.predict(files.x))


@pytest.mark.parametrize(
    "estimator", [TweedieRegressor(power=0), TweedieRegressor(power=1.5), BisectingKMeans(3)], ids=repr
)
def test_what_scikit_learn_keeps_inside_is_trusted_in_skops(run, files, tmp_path, estimator):
    estimator.fit(files.iris_x, np.arange(1.0, 151.0))
    skops.io.dump(estimator, tmp_path / "m.skops")
    assert run("export", tmp_path / "m.skops", tmp_path / "m.pb").code == 0


class Own(Ridge):
    """A type that skops does not know."""


def test_other_types_in_skops_are_listed(run, tmp_path):
    skops.io.dump(Own().fit([[0.0], [1.0]], [0.0, 1.0]), tmp_path / "own.skops")
    result = run("export", tmp_path / "own.skops", tmp_path / "m.pb", "--json")
    assert result.code == 5
    assert result.error["kind"] == "untrusted"
    assert f"{Own.__module__}.Own" in result.error["message"]
    trusted = run("export", tmp_path / "own.skops", tmp_path / "m.pb", "--json", "--trust")
    assert trusted.error["kind"] == "unsupported_estimator"


def test_without_skops_the_message_has_the_command(run, files, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "skops", None)
    result = run("export", files["ridge.skops"], tmp_path / "m.pb", "--json")
    assert result.code == 5
    assert result.error["kind"] == "missing_dependency"
    assert "pip install 'modelx[skops]'" in result.error["message"]


@pytest.mark.parametrize(("name", "header"), [("x.csv", False), ("x_shuffled.csv", True), ("x.npy", False)])
def test_a_sample_is_stored_as_evidence(run, files, tmp_path, name, header):
    options = ["--sample", files[name]] + (["--header"] if header else [])
    result = run("export", files["ridge.joblib"], tmp_path / "m.pb", "--trust", *options)
    assert result.code == 0, result.err
    assert "442 rows" in result.err
    evidence = modelx.read(tmp_path / "m.pb").proto.evidence
    assert list(evidence.rows.values[: files.x.size]) == files.x.reshape(-1).tolist()


def test_unsupported_and_unfitted_estimators_are_refused_by_name(run, tmp_path):
    pipeline = make_pipeline(KNeighborsClassifier()).fit([[0.0], [1.0]] * 5, [0, 1] * 5)
    for estimator, kind, word in (
        (pipeline, "unsupported_estimator", "KNeighborsClassifier"),
        (Ridge(), "not_fitted", "Ridge"),
        ({"model": 1}, "unsupported_estimator", "dict"),
    ):
        joblib.dump(estimator, tmp_path / "e.joblib")
        result = run("export", tmp_path / "e.joblib", tmp_path / "m.pb", "--trust", "--json")
        assert (result.code, result.error["kind"]) == (5, kind)
        assert word in result.error["message"]


@pytest.mark.parametrize(
    ("args", "code", "kind", "word"),
    [
        (["m.xyz"], 2, "usage", "suffix"),
        (["m.pb", "--level", "3"], 2, "usage", ".gz"),
        (["m.pb.gz", "--level", "10"], 2, "usage", "0 to 9"),
        (["m.pb", "--metric", "r2=good"], 2, "usage", "NAME=NUMBER"),
        (["m.pb", "--metric", "=1"], 2, "usage", "name"),
        (["m.pb", "--metadata", "owner"], 2, "usage", "KEY=TEXT"),
        (["m.pb", "--metadata", "a:={"], 2, "usage", "a:={"),
        (["m.pb", "--metadata", "a:=[1e999]"], 2, "usage", "a:=[1e999]"),
        (["m.pb", "--name", "\udcff"], 2, "usage", "UTF-8"),
        (["m.pb", "--metadata", "a=1", "--metadata", "a:=2"], 2, "usage", "twice"),
        (["m.pb", "--metadata", "training_samples=many"], 2, "usage", "many"),
        (["m.pb", "--metadata", "created_timestamp=-1"], 2, "usage", "range"),
        (["m.pb", "--header"], 2, "usage", "--sample"),
        (["m.pb", "--sample", "{iris.csv}"], 4, "wrong_width", "line 1 has 4 values; expected 10"),
        (["m.pb", "--sample", "{x_named.csv}"], 4, "not_numeric", "--header"),
        (["m.pb", "--sample", "nowhere.csv"], 6, "io", "No such file"),
        (["no/such/folder/m.pb"], 6, "io", "No such file"),
    ],
)
def test_bad_input(run, files, tmp_path, monkeypatch, args, code, kind, word):
    monkeypatch.chdir(tmp_path)
    named = [files[arg[1:-1]] if arg.startswith("{") else arg for arg in args]
    result = run("export", files["ridge.joblib"], *named, "--trust", "--json")
    assert (result.code, result.error["kind"]) == (code, kind), result.err
    assert word in result.error["message"]
    assert list(tmp_path.iterdir()) == []


def test_damaged_files_are_told_and_leave_the_old_target_whole(run, files, tmp_path):
    target = tmp_path / "m.pb"
    target.write_bytes(b"old")
    whole = Path(files["ridge.joblib"]).read_bytes()
    (tmp_path / "half.joblib").write_bytes(whole[: len(whole) // 2])
    result = run("export", tmp_path / "half.joblib", target, "--trust", "--json")
    assert (result.code, result.error["kind"]) == (3, "malformed")
    result = run("export", tmp_path / "missing.joblib", target, "--json")
    assert (result.code, result.error) == (
        6,
        {"kind": "io", "message": "No such file or directory", "path": str(tmp_path / "missing.joblib")},
    )
    assert target.read_bytes() == b"old"


def test_a_module_that_is_not_installed_is_named(run, tmp_path):
    (tmp_path / "m.pkl").write_bytes(b"cno_such_module\nThing\n.")
    result = run("export", tmp_path / "m.pkl", tmp_path / "m.pb", "--trust", "--json")
    assert (result.code, result.error["kind"]) == (5, "missing_dependency")
    assert "no_such_module" in result.error["message"]


def test_words_that_look_like_numbers_stay_words(run, files, tmp_path):
    run("export", files["ridge.skops"], tmp_path / "m.pb", "--metadata", "release=1.10")
    assert modelx.read(tmp_path / "m.pb").metadata.properties == {"release": "1.10"}
    assert json.loads(run("inspect", tmp_path / "m.pb", "--json").out)["metadata"]["properties"] == {"release": "1.10"}


def test_a_graph_without_a_model_stores_no_sample_and_says_none(run, files, tmp_path):
    neighbours = KNeighborsClassifier(3).fit(files.iris_x, load_iris().target)
    joblib.dump(neighbours, tmp_path / "neighbours.joblib")
    np.save(tmp_path / "x.npy", files.iris_x.astype(np.float32).astype(np.float64))
    sample = ["--sample", tmp_path / "x.npy", "--json"]
    result = run("export", tmp_path / "neighbours.joblib", tmp_path / "m.onnx", "--trust", *sample)
    assert result.code == 0, result.err
    assert json.loads(result.out)["sample_rows"] == 0


def test_a_sample_that_the_estimator_refuses_is_no_sample(run, files, tmp_path):
    (tmp_path / "x.csv").write_text(",".join(["nan"] * 10))
    result = run("export", files["ridge.joblib"], tmp_path / "m.pb", "--trust", "--sample", tmp_path / "x.csv")
    assert result.code == 4
    assert "NaN in row 0, column 0" in result.err
    assert not (tmp_path / "m.pb").exists()


def test_an_error_of_the_temporary_file_names_the_target(run, files, tmp_path):
    target = tmp_path / "none" / "m.pb"
    result = run("export", files["ridge.joblib"], target, "--trust", "--json")
    assert result.code == 6
    assert json.loads(result.err)["error"]["path"] == str(target)
