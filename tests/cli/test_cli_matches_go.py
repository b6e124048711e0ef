"""``modelx-go`` answers as ``modelx`` does: output, exit codes, kinds of errors, keys of inspect."""

from __future__ import annotations

import json
import subprocess

import pytest
from cli_running import ROOT

pytestmark = pytest.mark.interop
# Go does not read the source, and leaves out what is null or empty.
ONLY_PYTHON = {"parameters", "hyper_parameters", "attributes", "layouts", "percent"}


@pytest.fixture(scope="module")
def go():
    program = ROOT / "bin" / "modelx-go"
    assert program.exists(), "run `make build` first"

    def go(*args, stdin=""):
        return subprocess.run([program, *map(str, args)], input=stdin, capture_output=True, text=True, check=False)

    return go


def shared(value):
    """Leave out what Go does not know, or does not write."""
    if isinstance(value, list):
        return [shared(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: shared(item) for key, item in value.items() if key not in ONLY_PYTHON}
    return {key: item for key, item in kept.items() if item not in (None, [], {}, 0, "")}


@pytest.mark.parametrize("name", ["ridge.pb", "ridge2.pb", "iris.pb"])
def test_inspect(run, go, files, name):
    there = json.loads(go("inspect", "--json", files[name]).stdout)
    here = run("inspect", "--json", files[name]).json
    assert shared(there) == shared(here)
    assert set(there) <= set(here)


ROW = ",".join(["0.5"] * 10)
NAMES = "age,sex,bmi,bp,s1,s2,s3,s4,s5,s6"


@pytest.mark.parametrize(
    ("stdin", "options"),
    [
        (f"{ROW}\n", []),
        (f"\n{ROW}\r\n   \n{ROW}", []),
        (f"\ufeff{ROW}\n", []),
        (f"{NAMES}\n{ROW}\n", ["--header"]),
        (f"id,{NAMES}\nx,{ROW}\n", ["--header"]),
        ("", []),
        ("", ["--header"]),
        (f"{NAMES[:-3]}\n", ["--header"]),
        (f"{NAMES},age\n", ["--header"]),
        (f"{NAMES}\n", []),
        (f"{ROW},1\n", []),
        (f"{ROW[:-3]}nan\n", []),
        (f"{ROW[:-3]}Infinity\n", []),
        (f"{ROW[:-3]}1e999\n", []),
        (f"{ROW[:-3]}1_0\n", []),
        (f"{ROW[:-3]}0x1p3\n", []),
        (f"{ROW[:-3]}\u0661\n", []),
        (f"{ROW[:-3]}\n", []),
        (ROW, ["--method", "predict_proba"]),
    ],
)
def test_predict_takes_and_refuses_the_same(run, go, files, stdin, options):
    there = go("predict", "--model", files["ridge.pb"], "--json", *options, stdin=stdin)
    here = run("predict", "--model", files["ridge.pb"], "--json", *options, stdin=stdin)
    assert there.returncode == here.code
    assert len(there.stdout.splitlines()) == len(here.out.splitlines())
    if here.code:
        assert json.loads(there.stderr)["error"]["kind"] == here.error["kind"]
    for a, b in zip(there.stdout.split(), here.out.split(), strict=True):
        assert float(a) == pytest.approx(float(b), rel=1e-12)


@pytest.mark.parametrize("args", [["inspect"], ["verify"], ["predict"], ["predict", "--modle", "x"], ["nothing"]])
def test_wrong_command_lines(run, go, args):
    there, here = go(*args, "--json"), run(*args, "--json")
    assert there.returncode == here.code == 2
    assert json.loads(there.stderr)["error"]["kind"] == here.error["kind"] == "usage"


@pytest.mark.parametrize("command", ["inspect", "verify"])
def test_a_broken_file(run, go, files, command):
    there, here = go(command, files["broken.pb"]), run(command, files["broken.pb"])
    assert there.returncode == here.code == (1 if command == "verify" else 3)
