"""``modelx predict``."""

from __future__ import annotations

import io
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_running import environment, write_csv
from sklearn.cluster import KMeans
from sklearn.linear_model import RidgeClassifier, SGDClassifier
from sklearn.preprocessing import StandardScaler

import modelx


def numbers(text):
    return np.array([[float(cell) for cell in line.split(",")] for line in text.splitlines()])


def test_standard_input_to_standard_output(command, files):
    result = command("predict", "--model", files["ridge.pb"], stdin=(files.folder / "x.csv").read_text())
    assert result.code == 0, result.err
    # Equal, not close: what is written reads back exactly.
    assert np.array_equal(numbers(result.out)[:, 0], files.ridge.predict(files.x))
    assert result.err == ""


@pytest.mark.parametrize("method", ["predict_proba", "predict_log_proba", "decision_function"])
def test_methods_with_columns(run, files, method):
    result = run("predict", "-m", files["iris.pb"], "--method", method, "-i", files["iris.csv"])
    assert np.array_equal(numbers(result.out), getattr(files.iris, method)(files.iris_x))


def test_columns_are_matched_by_name(run, files):
    plain = run("predict", "-m", files["ridge.pb"], "-i", files["x.csv"]).out
    assert plain
    for name in ("x_named.csv", "x_shuffled.csv"):
        assert run("predict", "-m", files["ridge.pb"], "-i", files[name], "--header").out == plain
    assert run("predict", "-m", files["ridge.pb"], "-i", files["x.npy"]).out == plain


def test_blocks_do_not_show(run, files, tmp_path):
    rows = np.tile(files.x, (40, 1))
    write_csv(tmp_path / "many.csv", rows)
    result = run("predict", "-m", files["ridge.pb"], "-i", tmp_path / "many.csv", "-o", tmp_path / "y.csv")
    assert (result.code, result.out) == (0, "")
    once = run("predict", "-m", files["ridge.pb"], "-i", files["x.csv"]).out
    assert len(rows) > 2 * 8192
    # BLAS may round the last bit otherwise at the edge of a block.
    np.testing.assert_allclose(numbers((tmp_path / "y.csv").read_text()), numbers(once * 40), rtol=1e-14)


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (np.array(['a,"b"', "c\nd"]), ['"a,""b"""', '"c\nd"']),
        (np.array([True, False]), ["true", "false"]),
        (np.array([-3, 2**40]), ["-3", "1099511627776"]),
        (np.array([-1.0, 1e16]), ["-1.0", "1e+16"]),
    ],
    ids=["strings", "bools", "ints", "floats"],
)
def test_labels_of_every_type(run, tmp_path, labels, text):
    x = np.array([[-1.0], [-2.0], [1.0], [2.0]])
    modelx.dump(SGDClassifier(random_state=0).fit(x, labels[[0, 0, 1, 1]]), tmp_path / "m.pb")
    result = run("predict", "-m", tmp_path / "m.pb", stdin="-1\n\n2\n")
    assert result.out == "\n".join(text) + "\n"


def test_several_labels_and_clusters(run, tmp_path):
    x = np.array([[-1.0], [-2.0], [1.0], [2.0]])
    modelx.dump(RidgeClassifier().fit(x, [[0, 1], [0, 1], [1, 0], [1, 0]]), tmp_path / "m.pb")
    assert run("predict", "-m", tmp_path / "m.pb", stdin="-1\n2\n").out == "0,1\n1,0\n"
    modelx.dump(KMeans(2, random_state=0, n_init=1).fit(x), tmp_path / "k.pb")
    clusters = run("predict", "-m", tmp_path / "k.pb", stdin="-1\n2\n").out.split()
    assert sorted(clusters) == ["0", "1"]


def test_inverse_transform_and_missing_values(run, files, tmp_path):
    scaler = StandardScaler().fit(files.x)
    modelx.dump(scaler, tmp_path / "m.pb")
    there = run("predict", "-m", tmp_path / "m.pb", "--method", "transform", "-i", files["x.csv"])
    back = run("predict", "-m", tmp_path / "m.pb", "--method", "inverse_transform", stdin=there.out)
    assert np.array_equal(numbers(back.out), scaler.inverse_transform(scaler.transform(files.x)))
    row = ",".join(["nan"] + ["0.5"] * 9) + "\n"
    first = run("predict", "-m", tmp_path / "m.pb", "--method", "transform", stdin=row).out.split(",")[0]
    assert math.isnan(float(first))
    result = run("predict", "-m", tmp_path / "m.pb", stdin=row)
    assert result.code == 2
    assert "has no predict; it has transform, inverse_transform" in result.err


def test_no_rows_give_no_lines(run, files):
    result = run("predict", "-m", files["ridge.pb"], stdin="")
    assert (result.code, result.out) == (0, "")
    assert "no rows" in result.err


ROW = ",".join(["0.5"] * 10)


@pytest.mark.parametrize(
    ("stdin", "options", "kind", "words"),
    [
        (f"{ROW}\n1,2\n", [], "wrong_width", ["line 2", "2 values", "expected 10"]),
        (f"{ROW}\n{ROW[:-3]}x\n", [], "not_numeric", ["line 2, column 10", "'x'"]),
        (f"{ROW}\n{ROW[:-3]}\n", [], "non_finite_input", ["line 2", 'feature 10 ("s6") is nan']),
        (f'{ROW}\n{ROW[:-3]}""\n', [], "not_numeric", ["line 2, column 10 (s6)", "empty"]),
        (f"{ROW}\n\n{ROW[:-3]}nan\n", [], "non_finite_input", ["line 3", 'feature 10 ("s6") is nan', "Ridge"]),
        (f"{ROW[:-3]}-inf\n", [], "non_finite_input", ["line 1", 'feature 10 ("s6") is -inf']),
        (f"{ROW[:-3]}1e999\n", [], "not_numeric", ["line 1, column 10", "range"]),
        (ROW.replace(",", ";"), [], "wrong_width", ["semicolons"]),
        ("age,sex\n", ["--header"], "missing_column", ["'bmi'"]),
        ("", ["--header"], "missing_column", ["empty"]),
        ("age,sex,BMI,bp,s1,s2,s3,s4,s5,s6\n", ["--header"], "missing_column", ["'bmi'", "lacks"]),
        ("age,age,sex,bmi,bp,s1,s2,s3,s4,s5,s6\n", ["--header"], "missing_column", ["'age' more than once"]),
        (b"\xff\xfe1,2\n", [], "not_numeric", ["UTF-8"]),
        (b"\x93NUMPY\x01\x00oops", [], "not_numeric", [".npy"]),
    ],
)
def test_bad_rows(run, files, stdin, options, kind, words):
    result = run("predict", "-m", files["ridge.pb"], "--json", *options, stdin=stdin)
    assert (result.code, result.error["kind"]) == (4, kind), result.err
    assert result.error["file"] == "standard input"
    for word in words:
        assert word in result.error["message"]
    assert result.out == ""


def test_a_pickled_array_is_not_unpickled(run, files, tmp_path):
    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "touched",)

    np.save(tmp_path / "x.npy", np.array([[Bomb()]], dtype=object), allow_pickle=True)
    result = run("predict", "-m", files["ridge.pb"], "-i", tmp_path / "x.npy", "--json")
    assert (result.code, result.error["kind"]) == (4, "not_numeric")
    assert not (tmp_path / "touched").exists()


def test_a_bad_row_leaves_the_old_output_whole(run, files, tmp_path):
    target = tmp_path / "y.csv"
    target.write_text("old")
    result = run("predict", "-m", files["ridge.pb"], "-o", target, stdin=f"{ROW}\nx\n")
    assert result.code == 4
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_output_keeps_its_mode_and_its_link(run, files, tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert run("predict", "-m", files["ridge.pb"], "-o", link, stdin=f"{ROW}\n").code == 0
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert real.read_text() != "old"


def test_a_pipe_as_output_is_written_and_not_replaced(files, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "modelx", "predict", "-m", files["ridge.pb"], "-i", files["x.csv"], "-o", str(pipe)],
        env=environment(),
    )
    text = pipe.read_text()
    assert process.wait() == 0
    assert np.array_equal(numbers(text)[:, 0], files.ridge.predict(files.x))
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("args", "code", "kind"),
    [
        ([], 2, "usage"),
        (["-m", "{broken.pb}"], 3, "malformed"),
        (["-m", "nowhere.pb"], 6, "io"),
        (["-m", "{ridge.pb}", "-i", "nowhere.csv"], 6, "io"),
        (["-m", "{ridge.pb}", "-i", "{x.csv}", "-o", "no/y.csv"], 6, "io"),
        (["-m", "{ridge.pb}", "--method", "fit"], 2, "unsupported_method"),
        (["-m", "{ridge.pb}", "--method", "predict_proba"], 2, "unsupported_method"),
    ],
)
def test_bad_arguments(run, files, args, code, kind):
    named = [files[arg[1:-1]] if arg.startswith("{") else arg for arg in args]
    result = run("predict", *named, "--json")
    assert (result.code, result.error["kind"]) == (code, kind), result.err


def test_what_is_written_reads_back_exactly(run, files):
    awkward = np.array([[5e-324, 1e-300, 0.1, 1 / 3, 1e22, -0.0, 123456789.123456789, 2**53 + 2.0, 1e-5, 1e16]])
    text = io.StringIO()
    text.write(",".join(map(repr, awkward[0].tolist())))
    result = run("predict", "-m", files["ridge.pb"], stdin=text.getvalue())
    assert float(result.out) == files.ridge.predict(awkward)[0]
