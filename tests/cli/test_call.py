"""``modelx call`` against both engines, and the exit code of every way in which it can fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_running import run_command, run_here

import modelx
from modelx.cli import exits

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "contract"), str(TESTS / "client")]

import certificates  # noqa: E402 - of the folder above
import contract_engines  # noqa: E402
import contract_tables as tables  # noqa: E402
import scripted_server  # noqa: E402

ENGINES = ["python", pytest.param("go", marks=pytest.mark.interop)]


@pytest.fixture(scope="module", params=ENGINES)
def server(request, files, tmp_path_factory):
    """Give a repository with tokens, whose address is the first word of each command."""
    root = tmp_path_factory.mktemp("repository")
    for name in ("ridge", "iris"):
        (root / f"{name}.pb").write_bytes((files.folder / f"{name}.pb").read_bytes())
    for name in ("people", "letters"):
        modelx.dump(tables.fitted()[name].estimator, root / f"{name}.pb", name=name, version="1")
    for version in ("1", "2"):
        (root / "other" / version).mkdir(parents=True)
        (root / "other" / version / "model.pb").write_bytes((files.folder / "ridge2.pb").read_bytes())
    (root / "predict.tokens").write_text("reader\n")
    (root / "reload.tokens").write_text("# who may reload\n\nwriter\n")
    flags = {f"{name}-token-file": str(root / f"{name}.tokens") for name in ("predict", "reload")}
    running = contract_engines.start(request.param, root, flags)
    running.root = root
    yield running
    assert running.stop() == 0


@pytest.fixture
def call(server, monkeypatch):
    """Run an action with the token for predictions."""
    monkeypatch.setenv("MODELX_TOKEN", "reader")
    return lambda *words, stdin=None: run_here("call", server.grpc, *words, stdin=stdin)


def numbers(text):
    return np.array([[float(cell) for cell in line.split(",")] for line in text.splitlines()])


def test_rows_of_a_file(call, files):
    result = call("predict", "--model", "ridge", "-i", files["x.csv"])
    assert result.code == 0, result.err
    np.testing.assert_allclose(numbers(result.out)[:, 0], files.ridge.predict(files.x), rtol=1e-12)


@pytest.mark.parametrize("name", ["x_named.csv", "x_shuffled.csv"])
def test_columns_by_their_names(call, files, name):
    result = call("predict", "--model", "ridge", "-i", files[name], "--header")
    assert result.code == 0, result.err
    np.testing.assert_allclose(numbers(result.out)[:, 0], files.ridge.predict(files.x), rtol=1e-12)


def test_npy_files(call, files):
    result = call("predict", "--model", "ridge", "-i", files["x.npy"])
    assert len(result.out.splitlines()) == len(files.x)


def test_many_rows_go_in_blocks(call, files, tmp_path):
    many = np.tile(files.iris_x, (60, 1))
    np.save(tmp_path / "many.npy", many)
    result = call("predict", "--model", "iris", "-i", tmp_path / "many.npy", "--json")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [one["rows"] for one in answers] == [8192, len(many) - 8192]
    assert [label for one in answers for label in one["predictions"]] == files.iris.predict(many).tolist()


def test_rows_of_the_command_line(call):
    result = call("predict", "--model", "iris", "--row", "5.1,3.5,1.4,0.2", "--row", "6.7, 3.0, 5.2, 2.3")
    assert result.out.splitlines() == ["setosa", "virginica"]


@pytest.mark.parametrize(
    "text",
    [
        "[[5.1, 3.5, 1.4, 0.2], [6.7, 3, 5.2, 2.3]]",
        '\ufeff {"features": [[5.1, 3.5, 1.4, 0.2], [6.7, 3, 5.2, 2.3]]}',
    ],
)
def test_json_from_standard_input(call, text):
    result = call("predict", "--model", "iris", stdin=text)
    assert result.out.splitlines() == ["setosa", "virginica"]


def test_one_row_of_json(call):
    assert call("predict", "--model", "iris", stdin="[5.1, 3.5, 1.4, 0.2]").out == "setosa\n"


def test_probabilities_follow_the_label(call, files):
    result = call("predict", "--model", "iris", "--probabilities", stdin="5.1,3.5,1.4,0.2\n")
    label, *probabilities = result.out.strip().split(",")
    assert label == "setosa"
    np.testing.assert_allclose(
        [float(p) for p in probabilities], files.iris.predict_proba([[5.1, 3.5, 1.4, 0.2]])[0], rtol=1e-9
    )


def test_methods(call, files):
    result = call("predict", "--model", "iris", "--method", "decision_function", "-i", files["iris.csv"])
    np.testing.assert_allclose(numbers(result.out), files.iris.decision_function(files.iris_x), rtol=1e-9, atol=1e-9)


def test_json_of_a_prediction(call):
    result = call("predict", "--model", "iris", "--probabilities", "--json", "--row", "5.1,3.5,1.4,0.2")
    found = result.json
    assert found["predictions"] == ["setosa"]
    assert (found["model_name"], found["rows"], found["columns"]) == ("iris", 1, 1)
    assert len(found["probabilities"][0]) == 3
    assert re.fullmatch("[0-9a-f]{12}", found["model_version"])
    assert type(found["timestamp"]) is int


def test_a_named_version(call):
    result = call("predict", "--model", "other", "--version", "1", "--json", "--row", ",".join(["0"] * 10))
    assert result.json["model_version"] == "1"


def test_info(call):
    result = call("info", "--model", "ridge")
    assert result.out.splitlines()[0] == "ridge 1"
    assert "  class: Ridge\n" in result.out
    assert "  metrics: r2 0.5\n" in result.out


def test_info_as_json_is_that_of_http(call, server):
    found = call("info", "--model", "ridge", "--json").json
    request = urllib.request.Request(
        f"http://{server.http}/model-info?model_name=ridge", headers={"authorization": "Bearer reader"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - the server of this test
        expected = json.load(response)
    assert found == expected


def test_reload(call, tmp_path):
    (tmp_path / "token").write_text("\n# mine\n writer \n")
    done = call("reload", "--model", "other", "--version", "1", "--token-file", tmp_path / "token")
    assert done.code == 0, done.err
    assert re.fullmatch(r"other: version 1 serves, version 2 before(, the same file)? \(.* s\)\n", done.out)
    back = call("reload", "--model", "other", "--rollback", "--json", "--token-file", tmp_path / "token")
    assert back.json["model_version"] == "2"
    assert back.json["previous_version"] == "1"
    assert set(back.json) == {
        "model_name", "model_version", "previous_version", "sha256", "changed", "load_seconds"
    }  # fmt: skip


def test_a_file_that_is_refused(call, server, files, tmp_path):
    (server.root / ".broken.pb").write_bytes((files.folder / "broken.pb").read_bytes())
    (tmp_path / "token").write_text("writer")
    words = ("reload", "--model", "ridge", "--path", ".broken.pb", "--token-file", tmp_path / "token")
    told = call(*words)
    assert told.code == exits.REFUSED
    first, *more = told.err.splitlines()
    assert first == ('modelx: error (malformed): file ".broken.pb" is refused (malformed); version "1" goes on serving')
    assert more[-1].startswith("  request id: ")
    assert len(more) > 1, "what the reader found is told too"
    error = call(*words, "--json", "--request-id", "r.1").error
    assert (error["kind"], error["request_id"]) == ("malformed", "r.1")
    assert error["detail"]


def test_ready(call):
    assert (call("ready").code, call("ready").out) == (0, "ready\n")
    assert call("ready", "--json").json == {"ready": True}


@pytest.mark.parametrize(
    ("words", "code", "kind"),
    [
        (("info", "--model", "nobody"), exits.USAGE, "unknown_model"),
        (("predict", "--model", "ridge", "--version", "9", "--row", "1"), exits.USAGE, "unknown_version"),
        (("predict", "--model", "iris", "--method", "foo", "--row", "1,2,3,4"), exits.USAGE, "unsupported_method"),
        (("predict", "--row", "1,2,3,4"), exits.BAD_INPUT, "bad_request"),
        (("predict", "--model", "iris", "--row", "1,2,3"), exits.BAD_INPUT, "wrong_width"),
        (("predict", "--model", "iris", "--row", "1,2,3,x"), exits.BAD_INPUT, "not_numeric"),
        (("predict", "--model", "iris", "--row", "1,2,3,nan"), exits.BAD_INPUT, "non_finite_input"),
        (("reload", "--model", "iris"), exits.REFUSED, "permission_denied"),
        (("predict", "-i", "/nowhere/x.csv"), exits.IO, "io"),
        (("info", "--token-file", "/nowhere/token"), exits.IO, "io"),
        (("info", "--ca", "/nowhere/ca.pem"), exits.IO, "io"),
    ],
)
def test_exit_codes(call, words, code, kind):
    result = call(*words, "--json")
    assert (result.code, result.error["kind"]) == (code, kind), result.err
    assert result.out == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[1, 2, 3, true]]", "row 1, value 4 is a boolean; expected a number"),
        ("[[1, 2, 3, 4], [1, 2, 3]]", "row 2 has 3 values; the first one has 4"),
        ('[[1, 2, "x", 4]]', 'row 1, value 3 is the text "x"; expected a number'),
        ("[[1, 2, 3, 1e999]]", "row 1, value 4 is outside of the range of a float64"),
        ("[[1, 2, 3, NaN]]", "NaN is no JSON; write it in quotes"),
        ("[[1, 2", "not JSON"),
        ('{"rows": 1}', 'the object has other fields than "features"'),
        ('[[1, 2, "NaN", 4]]', "row 1, feature 3 is NaN; expected a finite number"),
        ("[[1, null, 3, 4]]", "row 1, feature 2 is NaN; expected a finite number"),
        ("[]", "no rows; expected at least one"),
        ("[" * 5000, "not JSON"),
    ],
)
def test_json_that_is_no_rows(call, text, message):
    result = call("predict", "--model", "iris", stdin=text)
    assert result.code == exits.BAD_INPUT, result.err
    assert message in result.err


PEOPLE = tables.PEOPLE.drop(columns="note")
OBJECTS = tables.objects(PEOPLE)
LINES = "\n".join(map(json.dumps, OBJECTS))


@pytest.mark.parametrize(
    ("text", "options", "missing"),
    [
        (LINES, [], None),
        (LINES, ["--gaps", "nan"], np.nan),
        (json.dumps(OBJECTS), [], None),
        (json.dumps(tables.arrays(tables.PEOPLE)), [], None),
        (json.dumps({"features": tables.arrays(tables.PEOPLE)}), ["--gaps", "nan"], np.nan),
        (PEOPLE[PEOPLE.columns[::-1]].assign(city=["Oslo", *[None] * 9]).to_csv(index=False), ["--header"], np.nan),
        (tables.PEOPLE.assign(city=["Oslo", *[None] * 9]).to_csv(index=False, header=False), ["--gaps", "none"], None),
    ],
    ids=["lines", "lines with nan", "objects", "arrays", "features", "csv", "csv without names"],
)
def test_rows_of_strings(call, text, options, missing):
    result = call("predict", "--model", "people", "--method", "predict_proba", *options, stdin=text)
    assert result.code == 0, result.err
    is_csv = not text.startswith(("[", "{"))
    # CSV has "Oslo" alone, and gaps.
    city = ["Oslo", *[None] * 9] if is_csv else PEOPLE["city"].tolist()
    city = [value if isinstance(value, str) else missing for value in city]
    frame = tables.PEOPLE.assign(city=pd.Series(city, dtype=object))
    expected = tables.fitted()["people"].estimator.predict_proba(frame)
    np.testing.assert_allclose(numbers(result.out), expected, rtol=0, atol=1e-12)


def test_a_row_of_strings_on_the_command_line(call):
    result = call("predict", "--model", "letters", "--method", "transform", "--row", "a,x", "--row", '"",?')
    assert result.code == 0, result.err
    letters = pd.DataFrame({"first": ["a", ""], "second": ["x", "?"]}, dtype=object)
    assert np.array_equal(numbers(result.out), tables.fitted()["letters"].estimator.transform(letters))


def test_strings_in_answers(call):
    codes = tables.fitted()["letters"].estimator.transform(tables.LETTERS)
    words = [word for row in codes for word in ("--row", ",".join(map(repr, row.tolist())))]
    result = call("predict", "--model", "letters", "--method", "inverse_transform", *words)
    assert result.out.splitlines() == ["a,x", ",y", '"",x', 'é,""', "a,y", "b,"]
    result = call("predict", "--model", "letters", "--method", "inverse_transform", *words, "--json")
    assert json.loads(result.out)["predictions"] == tables.arrays(tables.LETTERS)


@pytest.mark.parametrize(
    ("text", "options", "kind", "message"),
    [
        ('{"age": 1}', [], "missing_column", "has no key 'city'"),
        (LINES + '{"age"', [], "malformed", "is not whole"),
        ('[[1, 2, true, 1, "a"]]', [], "column_type", "row 1, value 2 is a number; expected a string or null"),
        ('[[1, "Oslo"]]', [], "wrong_width", "row 1 has 2 values; expected 5"),
        ("age,member,visits\n1,1,1\n", ["--header"], "missing_column", "city"),
    ],
)
def test_strings_that_do_not_suit(call, text, options, kind, message):
    result = call("predict", "--model", "people", "--json", *options, stdin=text)
    assert (result.code, result.error["kind"]) == (exits.BAD_INPUT, kind)
    assert message in result.error["message"]


def test_csv_is_checked_by_its_lines(call):
    result = call("predict", "--model", "iris", stdin="1,2,3,4\n1,2,3\n")
    assert result.code == exits.BAD_INPUT
    assert "standard input: line 2 has 3 values; expected 4" in result.err


def test_an_unknown_token(server, monkeypatch):
    monkeypatch.setenv("MODELX_TOKEN", "guess")
    result = run_here("call", server.grpc, "info", "--model", "iris", "--json")
    assert (result.code, result.error["kind"]) == (exits.REFUSED, "unauthenticated")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("call",), "Missing argument"),
        (("call", "preditc"), "'preditc' is no action; expected one of predict, info, reload, ready"),
        (("call", "a:1", "b:2", "info"), "there are 3 words"),
        (("call", "info", "--row", "1"), "--row is for predict, not for info"),
        (("call", "predict", "--rollback"), "--rollback is for reload, not for predict"),
        (("call", "ready", "--model", "m"), "--model is for predict, not for ready"),
        (("call", "reload", "--rollback", "--path", "x"), "--rollback and --path exclude each other"),
        (("call", "predict", "--row", "1", "--input", "x"), "--row and --input exclude each other"),
        (("call", "info", "--timeout", "5"), "'5' is no duration; expected one such as 500ms, 30s or 5m"),
        (("call", "info", "--timeout", "0s"), "expected more than 0s"),
        (("call", "info", "--cert", "c.pem"), "cert and key belong together"),
        (("call", "info", "--request-id", "a b"), "expected at most 128 letters"),
    ],
)
def test_usage_errors(words, message, monkeypatch):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    result = run_here(*words)
    assert result.code == exits.USAGE
    assert message in result.err


def test_tokens_that_are_none(tmp_path, monkeypatch):
    (tmp_path / "empty").write_text("# none yet\n\n")
    result = run_here("call", "info", "--token-file", tmp_path / "empty")
    assert result.code == exits.USAGE
    assert "has no token" in result.err
    monkeypatch.setenv("MODELX_TOKEN", "my secret")
    result = run_here("call", "info")
    assert result.code == exits.USAGE
    assert "expected visible ASCII" in result.err
    assert "secret" not in result.err


def test_no_server(monkeypatch):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    with scripted_server.serving() as (_, target):
        pass
    result = run_here("call", target, "info", "--retries", "0", "--json")
    assert (result.code, result.error["kind"]) == (exits.NO_ANSWER, "unavailable")
    result = run_here("call", target, "ready")
    assert (result.code, result.out, result.err) == (exits.FAILED, "", "modelx: not ready\n")
    assert run_here("call", target, "ready", "--wait", "200ms", "--json").json == {"ready": False}


def test_retries_and_overload(monkeypatch):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    with scripted_server.serving() as (scripted, target):
        scripted.scripts["GetModelInfo"] = [scripted_server.overloaded(), scripted_server.info()]
        assert run_here("call", target, "info").code == 0
        scripted.scripts["GetModelInfo"] = [scripted_server.overloaded()]
        result = run_here("call", target, "info", "--retries", "1", "--json")
        assert (result.code, result.error["kind"]) == (exits.NO_ANSWER, "overloaded")
        assert len(scripted.calls) == 4


def test_another_version_on_the_way_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    np.save(tmp_path / "many.npy", np.zeros((8193, 2)))
    with scripted_server.serving() as (scripted, target):
        scripted.scripts["Predict"] = [
            scripted_server.answer([0.0] * 8192),
            scripted_server.answer([0.0], version="2"),
        ]
        scripted.scripts["GetModelInfo"] = [lambda request, _: scripted_server.info(request.model_version or "1")]
        result = run_here("call", target, "predict", "-i", tmp_path / "many.npy")
    assert result.code == 0
    assert "version 2 answers from here on; version 1 did before" in result.err


@pytest.mark.parametrize("engine", ENGINES)
def test_tls(engine, files, tmp_path, monkeypatch):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    folder = certificates.write(tmp_path)
    flags = {"tls-cert": "server.pem", "tls-key": "server.key", "tls-client-ca": "ca.pem"}
    server = contract_engines.start(
        engine, Path(files["iris.pb"]), {name: str(folder / file) for name, file in flags.items()}
    )
    words = ["call", server.grpc, "predict", "--row", "5.1,3.5,1.4,0.2", "--server-name", "models.test"]
    own = ["--ca", folder / "ca.pem", "--cert", folder / "client.pem", "--key", folder / "client.key"]
    try:
        assert run_here(*words, *own).out == "setosa\n"
        assert run_here(*words, "--retries", "0").code == exits.NO_ANSWER
    finally:
        assert server.stop() == 0


def test_the_command_itself(monkeypatch):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    with scripted_server.serving() as (scripted, target):
        scripted.scripts["Predict"] = [scripted_server.answer((0.1, float("inf")))]
        result = run_command("call", target, "predict", "--row", "1,2", "--row", "3,4")
    assert (result.code, result.out, result.err) == (0, "0.1\ninf\n", "")


def test_scikit_learn_is_not_imported(monkeypatch):
    monkeypatch.delenv("MODELX_TOKEN", raising=False)
    code = (
        "import sys\nfrom modelx.cli import main\n"
        "try:\n    main(['call', '127.0.0.1:1', 'predict', '--row', '1', '--retries', '0'])\n"
        "except SystemExit as end:\n    print(end.code, 'sklearn' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{exits.NO_ANSWER} False\n"
