"""Another Go project takes the library from a checkout with ``replace``, and gets the recorded predictions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

# One build serves all.
pytestmark = pytest.mark.xdist_group("consumer")

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "tests" / "samples"
ROWS = SAMPLES / "diabetes_first_20_rows.csv"
# Whatever flags the caller's Go has, this project is one of its own.
ENVIRONMENT = {**os.environ, "GOFLAGS": "", "GOWORK": "off", "CGO_ENABLED": "0"}


def run(*command, cwd):
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def consumer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere") / "consumer"
    shutil.copytree(ROOT / "tests" / "consumer", folder)
    # What the README tells a user to do.
    replaced = f"github.com/modelx-dev/modelx/interop={ROOT / 'interop'}"
    for command in (
        ["mod", "edit", "-replace", replaced],
        ["mod", "tidy"],
        ["vet", "."],
        ["build", "-o", "consumer", "."],
    ):
        done = run("go", *command, cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("name", ["scigo_model.pb", "scigo_go_export.json", "scigo_sklearn_export.json"])
def test_it_predicts_what_was_recorded(consumer, name):
    done = run("./consumer", SAMPLES / name, ROWS, cwd=consumer)
    assert done.returncode == 0, done.stderr
    found = np.array([float(line) for line in done.stdout.split()])
    expected = np.loadtxt(SAMPLES / "diabetes_first_20_predictions.csv")
    assert found.shape == expected.shape
    parameters = json.loads((SAMPLES / "scigo_sklearn_export.json").read_text())["parameters"]
    terms = np.abs(np.loadtxt(ROWS, delimiter=",") * parameters["coefficients"]).sum(axis=1)
    assert (np.abs(found - expected) <= 1e-12 * (terms + abs(parameters["intercept"]))).all()


def test_it_is_told_what_is_wrong(consumer, tmp_path):
    damaged = tmp_path / "damaged.pb"
    damaged.write_bytes((SAMPLES / "scigo_model.pb").read_bytes()[:-9])
    done = run("./consumer", damaged, ROWS, cwd=consumer)
    assert done.returncode == 1
    assert "malformed" in done.stderr
    assert done.stdout == ""


def test_it_is_built_of_the_library_alone(consumer):
    """The command line's own dependencies don't reach whoever imports the library."""
    done = run("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".", cwd=consumer)
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.split())
    assert "github.com/modelx-dev/modelx/interop" in modules
    assert not [module for module in modules if "spf13" in module]


def test_the_program_of_the_readme_builds(consumer, tmp_path):
    lines = (ROOT / "interop" / "README.md").read_text().splitlines()
    start = lines.index("    package main")
    end = next(i for i in range(start, len(lines)) if lines[i] and not lines[i].startswith("    "))
    folder = tmp_path / "readme"
    shutil.copytree(consumer, folder)
    (folder / "main.go").write_text("\n".join(line[4:] for line in lines[start:end]) + "\n")
    for command in (["vet", "."], ["build", "-o", "readme", "."]):
        done = run("go", *command, cwd=folder)
        assert done.returncode == 0, done.stderr
    done = run("./readme", cwd=folder)
    assert "model.pb" in done.stderr
