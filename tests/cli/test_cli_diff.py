"""``modelx diff``: what it prints and how it ends. What it finds is tested in test_differences.py."""

from __future__ import annotations

import pandas as pd
import pytest
from cli_running import write_csv
from sklearn.linear_model import Ridge

import modelx


def test_no_difference(command, files):
    result = command("diff", files["ridge.pb"], files["ridge.pb"])
    assert (result.code, result.out, result.err) == (0, "no difference\n", "")


def test_another_format_is_no_difference(run, files, tmp_path):
    run("convert", files["iris.pb"], tmp_path / "m.json.gz")
    assert run("diff", files["iris.pb"], tmp_path / "m.json.gz").code == 0


def test_a_new_version(run, files):
    result = run("diff", files["ridge.pb"], files["ridge2.pb"])
    assert result.code == 1
    for line in (
        "linear_regression.coefficients: 10 of 10 changed",
        "(feature 'bmi')",
        "source.params[alpha]: the default became 2.0",
        'version: "1" became "2"',
        "metadata.metrics[r2]: 0.5 became nothing",
    ):
        assert line in result.out
    assert "BREAKING" not in result.out


def test_flipped_labels_are_counted(run, files):
    shown = run("diff", files["iris.pb"], files["iris2.pb"], "--data", files["iris.csv"], "--worst", "2", "--json").json
    old, new = (modelx.load(files[name]).predict(files.iris_x) for name in ("iris.pb", "iris2.pb"))
    predict = next(output for output in shown["outputs"] if output["method"] == "predict")
    assert predict["n_changed"] == int((old != new).sum()) > 0
    for flip in predict["flips"]:
        assert flip["count"] == int(((old == flip["before"]) & (new == flip["after"])).sum())
    assert len(predict["worst"]) == 2
    text = run("diff", files["iris.pb"], files["iris2.pb"], "--data", files["iris.csv"]).out
    assert f"predict: {predict['n_changed']} of 150 labels flipped" in text
    assert f"row {predict['worst'][0]['row']}: " in text


def test_named_columns_suit_models_with_other_features(run, files, tmp_path):
    model = modelx.load(files["ridge.pb"])
    names = list(model.feature_names_in_)
    table = pd.DataFrame(files.x, columns=names)
    fewer = Ridge().fit(table[names[::-1][:9]], model.predict(table))
    modelx.dump(fewer, tmp_path / "fewer.pb")
    shown = run(
        "diff", files["ridge.pb"], tmp_path / "fewer.pb", "--data", files["x_shuffled.csv"], "--header", "--json"
    )
    assert shown.code == 1
    assert shown.json["breaking"] is True
    assert shown.json["outputs"][0]["n_rows"] == len(files.x)
    plain = run("diff", files["ridge.pb"], tmp_path / "fewer.pb", "--data", files["x.csv"])
    assert plain.code == 1
    assert "BREAKING  n_features: 10 features became 9" in plain.out
    assert "answers: not compared: the models take 10 and 9 features" in plain.out


def test_parts_can_be_ignored(run, files, tmp_path):
    modelx.dump(files.ridge, tmp_path / "again.pb", metadata={"created_timestamp": 2})
    assert run("diff", files["ridge.pb"], tmp_path / "again.pb").code == 1
    assert run("diff", files["ridge.pb"], tmp_path / "again.pb", "--ignore", "metadata").code == 0


@pytest.mark.parametrize(
    ("args", "code", "kind", "file"),
    [
        (["{ridge.pb}"], 2, "usage", None),
        (["{ridge.pb}", "{ridge.pb}", "--header"], 2, "usage", None),
        (["{ridge.pb}", "{ridge.pb}", "--ignore", "nothing"], 2, "usage", None),
        (["{ridge.pb}", "{broken.pb}"], 3, "malformed", "broken.pb"),
        (["{broken.pb}", "{ridge.pb}"], 3, "malformed", "broken.pb"),
        (["{ridge.pb}", "nowhere.pb"], 6, "io", None),
        (["{ridge.pb}", "{ridge2.pb}", "--data", "{iris.csv}"], 4, "wrong_width", "iris.csv"),
        (["{ridge.pb}", "{ridge2.pb}", "--data", "{x_named.csv}"], 4, "not_numeric", "x_named.csv"),
    ],
)
def test_bad_input(run, files, args, code, kind, file):
    named = [files[arg[1:-1]] if arg.startswith("{") else arg for arg in args]
    result = run("diff", *named, "--json")
    assert (result.code, result.error["kind"]) == (code, kind), result.err
    assert result.error.get("file") == (files[file] if file else None)


def test_rows_that_a_model_refuses(run, files, tmp_path):
    rows = files.x.copy()
    rows[3, 1] = float("nan")
    write_csv(tmp_path / "x.csv", rows)
    result = run("diff", files["ridge.pb"], files["ridge2.pb"], "--data", tmp_path / "x.csv", "--json")
    assert (result.code, result.error["kind"]) == (4, "non_finite_input")
    assert 'line 4, feature 2 ("sex") is nan' in result.error["message"]
