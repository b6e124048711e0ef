"""``modelx predict``, ``export --sample`` and ``diff --data`` for strings and numbers; ``modelx-go`` reads the same."""

from __future__ import annotations

import json
import subprocess

import joblib
import numpy as np
import pandas as pd
import pytest
from cli_running import ROOT
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import modelx

X = pd.DataFrame(
    {
        "age": [25.0, 47.0, np.nan, 31.0, 52.0, 38.0],
        "note": list("abcdef"),
        "city": pd.Series(["Oslo", "", None, np.nan, " Rome", "Oslo"], dtype=object),
        "member": [True, False, True, True, False, False],
    }
)
Y = ["in", "out", "in", "in", "out", "out"]


@pytest.fixture(scope="module")
def estimator():
    columns = ColumnTransformer(
        [
            ("city", OneHotEncoder(handle_unknown="ignore"), ["city"]),
            ("numbers", SimpleImputer(), ["age", "member"]),
        ]
    )
    return make_pipeline(columns, LogisticRegression()).fit(X, Y)


@pytest.fixture(scope="module")
def people(estimator, tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "people.pb"
    modelx.dump(estimator, path)
    return path


@pytest.fixture(scope="module")
def go():
    program = ROOT / "bin" / "modelx-go"
    assert program.exists(), "run `make build` first"

    def go(*args, stdin=""):
        return subprocess.run([program, *map(str, args)], input=stdin, capture_output=True, text=True, check=False)

    return go


def numbers(text):
    return np.array([[float(cell) for cell in line.split(",")] for line in text.splitlines()])


def frame(age, city, *, member=True):
    return pd.DataFrame({"age": [age], "note": [""], "city": pd.Series([city], dtype=object), "member": [member]})


HEADER = "member,city,x,age\n"


@pytest.mark.interop
@pytest.mark.parametrize(
    ("stdin", "options", "row"),
    [
        (f"{HEADER}True,Oslo,?,25\n", ["--header"], frame(25.0, "Oslo")),
        (f"{HEADER}true,,,\n", ["--header"], frame(np.nan, np.nan)),
        (f"{HEADER}1,,,\n", ["--header", "--gaps", "none"], frame(np.nan, None)),
        (f'{HEADER}1,"",,5\n', ["--header"], frame(5.0, "")),
        (f"{HEADER}1, Rome,,5\n", ["--header"], frame(5.0, " Rome")),
        (f'{HEADER}1,"Rome",,5\n', ["--header"], frame(5.0, "Rome")),
        ("25,any,Oslo,0\n", [], frame(25.0, "Oslo", member=False)),
        ('{"age": 25, "city": "Oslo", "member": true}\n', [], frame(25.0, "Oslo")),
        ('[{"age": null, "city": null, "member": 1, "x": [{}]}]', [], frame(np.nan, None)),
        ('{"city": null, "age": "NaN",\n"member": true}', ["--gaps", "nan"], frame(np.nan, np.nan)),
        ('\ufeff [{"age": 25, "city": "\\u004fslo", "member": false}\n]\n', [], frame(25.0, "Oslo", member=False)),
    ],
)
def test_both_commands_read_what_scikit_learn_would_be_given(run, go, estimator, people, stdin, options, row):
    args = ["predict", "--model", people, "--method", "predict_proba", *options]
    here, there = run(*args, stdin=stdin), go(*args, stdin=stdin)
    assert here.code == 0, here.err
    assert np.array_equal(numbers(here.out), estimator.predict_proba(row))
    np.testing.assert_allclose(numbers(there.stdout), numbers(here.out), rtol=1e-12)


GOOD = '{"age": 1, "city": "Oslo", "member": true}'


@pytest.mark.interop
@pytest.mark.parametrize(
    ("stdin", "options", "kind", "words"),
    [
        (f"{HEADER}True,Oslo,?,old\n", ["--header"], "not_numeric", ["line 2, column 4", "(age)", "old"]),
        (f"{HEADER}maybe,Oslo,?,1\n", ["--header"], "not_numeric", ["(member)"]),
        (f"{HEADER}True,Oslo,?,inf\n", ["--header"], "non_finite_input", ["line 2"]),
        ("age,member\n1,1\n", ["--header"], "missing_column", ["city"]),
        ("1,any,Oslo\n", [], "wrong_width", ["line 1"]),
        ('1,any,"Oslo"s,1\n', [], "not_numeric", ["line 1"]),
        (f'{GOOD}\n{{"age": 1, "city": 5, "member": 0}}\n', [], "column_type", ["city", "5 in row 1 (line 2)"]),
        (GOOD.replace("1", '"1"'), [], "column_type", ["age", 'the string "1" in row 0']),
        (GOOD.replace("1", "[1]"), [], "column_type", ["age", "an array"]),
        (f'[{GOOD}, {{"age": 1}}]', [], "missing_column", ["city", "row 1 (line 1)"]),
        (GOOD.replace("{", '{"age": 1, '), [], "duplicate_key", ["age"]),
        (f'{{"x": {"[" * 100}{"]" * 100}}}', [], "too_deep", ["100"]),
        (f"[{GOOD}", [], "malformed", []),
        (f"{GOOD},{GOOD}", [], "malformed", ["line 1, column 43"]),
        (f"[{GOOD}{GOOD}]", [], "malformed", ["line 1, column 44"]),
        (f"[{GOOD},]", [], "malformed", []),
        ("[1]", [], "malformed", ["line 1, column 2"]),
        (GOOD.replace("1", "01"), [], "malformed", []),
        (GOOD.replace("1", "1e999"), [], "malformed", []),
        (GOOD[:-3], [], "malformed", ["line 1"]),
    ],
)
def test_both_commands_refuse_the_same(run, go, people, stdin, options, kind, words):
    args = ["predict", "--json", "--model", people, *options]
    here, there = run(*args, stdin=stdin), go(*args, stdin=stdin)
    assert (here.code, there.returncode) == (4, 4), (here, there)
    error = json.loads(there.stderr)["error"]
    assert (here.error["kind"], error["kind"]) == (kind, kind)
    for word in words:
        assert word in here.error["message"]
        assert word in f"{error['path']} {error['message']}"


@pytest.mark.interop
def test_inspect_shows_the_types(run, go, people):
    types = ["float64", "none", "string", "float64"]
    assert run("inspect", "--json", people).json["feature_types"] == types
    assert json.loads(go("inspect", "--json", people).stdout)["feature_types"] == types
    assert "feature types: float64, none, string, float64" in run("inspect", people).out


@pytest.mark.interop
def test_a_sample_of_mixed_columns(run, go, estimator, people, tmp_path):
    joblib.dump(estimator, tmp_path / "m.joblib")
    X.to_csv(tmp_path / "x.csv", index=False)
    args = ["--trust", "--sample", tmp_path / "x.csv", "--header", "--json"]
    result = run("export", tmp_path / "m.joblib", tmp_path / "m.pb", *args)
    assert result.code == 0, result.err
    assert result.json["sample_rows"] == len(X)
    for verified in (run("verify", tmp_path / "m.pb").code, go("verify", tmp_path / "m.pb").returncode):
        assert verified == 0
    other = run("diff", people, tmp_path / "m.pb", "--data", tmp_path / "x.csv", "--header", "--json").json
    assert other["outputs"] == []


@pytest.mark.interop
def test_strings_are_written_alike(run, go, tmp_path):
    x = np.array([["a", 1.0], ['b "c"', 2.0], ["", 1.0], [None, 2.0]], dtype=object)
    encoder = OneHotEncoder(handle_unknown="ignore").fit(x)
    modelx.dump(encoder, tmp_path / "e.pb")
    rows = "".join(",".join(map(repr, row)) + "\n" for row in encoder.transform(x).toarray().tolist())
    args = ["predict", "-m", tmp_path / "e.pb", "--method", "inverse_transform"]
    here, there = run(*args, stdin=rows).out, go(*args, stdin=rows).stdout
    assert here.replace(".0", "") == there == 'a,1\n"b ""c""",2\n"",1\n,2\n'


def test_objects_need_names(run, tmp_path):
    modelx.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), tmp_path / "m.pb")
    result = run("predict", "--json", "-m", tmp_path / "m.pb", stdin='{"x": 1}')
    assert (result.code, result.error["kind"]) == (4, "missing_column")


def test_arrays_have_no_strings(run, people, tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((1, 4)))
    result = run("predict", "--json", "-m", people, "-i", tmp_path / "x.npy")
    assert (result.code, result.error["kind"]) == (4, "not_numeric")


def test_diff_looks_into_encoders_and_members(run, people, tmp_path):
    other = X.assign(city=X["city"].replace({"Oslo": "Oslo 2"}))
    columns = ColumnTransformer(
        [
            ("city", OneHotEncoder(handle_unknown="ignore"), ["city"]),
            ("numbers", SimpleImputer(strategy="median"), ["age", "member"]),
        ]
    )
    modelx.dump(make_pipeline(columns, LogisticRegression()).fit(other, Y), tmp_path / "m.pb")
    result = run("diff", people, tmp_path / "m.pb", "--json")
    assert result.code == 1, result.err
    changed = {change["path"]: change["message"] for change in result.json["parameters"]}
    assert changed[
        "pipeline.steps[0].column_transformer.members[0].one_hot_encoder.features[0].categories.strings"
    ] == ("'Oslo' became 'Oslo 2'")
    assert any("members[1].simple_imputer" in path for path in changed)
