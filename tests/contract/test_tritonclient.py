"""An existing client of the Open Inference Protocol, unchanged, against both engines.

tritonclient pins protobuf 6, so it has an environment of its own.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import contract_models as models
import contract_tables as tables
import numpy as np
import pytest

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / "build" / "tritonclient" / "bin" / "python"
# Those without gaps, for which this client has no words in JSON.
PEOPLE = tables.frames()["read"].dropna()
ROWS = {"cancer": "cancer[10:40]", "iris": "iris[45:55]", "diabetes": "diabetes[0:7]"}


@pytest.fixture(scope="module")
def told(engine, servers, tmp_path_factory):
    assert PYTHON.exists(), "tritonclient has no environment: run `make tritonclient`"
    path = tmp_path_factory.mktemp("triton") / "rows.npz"
    table = {name: PEOPLE[name].to_numpy() for name in PEOPLE}
    table["city"] = table["city"].astype(str)
    np.savez(path, **{name: models.rows(span) for name, span in ROWS.items()}, **table)
    addresses = [(server.grpc, server.http) for server in (servers.get(engine, n) for n in ("repository", "tables"))]
    command = [PYTHON, HERE / "triton_client.py", *addresses[0], *addresses[1], path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("transport", ["grpc", "http"])
def test_numbers_are_scikit_learns(told, transport):
    got = told[transport]
    for name, method in [("cancer", "predict_proba"), ("cancer", "decision_function"), ("iris", "predict_proba")]:
        x = models.rows(ROWS[name])
        want = models.answer(name, method, x)
        off = np.abs(np.asarray(got[name][method]) - want).reshape(len(x), -1)
        assert (off <= models.tolerance(name, method, x)).all()
    for name, rows in [("cancer", "cancer"), ("iris", "iris"), ("bools", "iris")]:
        assert got[name]["predict"] == models.answer(name, "predict", models.rows(ROWS[rows])).tolist()
    x = models.rows(ROWS["diabetes"])
    off = np.abs(np.asarray(got["version"]["predict"]) - models.answer("diabetes", "predict", x))[:, None]
    assert (off <= models.tolerance("diabetes", "predict", x)).all()


@pytest.mark.parametrize("transport", ["grpc", "http"])
def test_strings_beside_numbers(told, transport):
    want = models.answer("people", "predict_proba", PEOPLE)
    for got in told[transport]["table"]:
        assert got["predict"] == models.answer("people", "predict", PEOPLE).tolist()
        off = np.abs(np.asarray(got["predict_proba"]) - want)
        assert (off <= models.tolerance("people", "predict_proba", PEOPLE)).all()


@pytest.mark.parametrize("transport", ["grpc", "http"])
def test_server_and_models_are_told(told, transport):
    got = told[transport]
    assert [got[key] for key in ("live", "ready", "model_ready", "version_ready")] == [True] * 4
    assert got["none_ready"] is False
    assert (got["unloaded"], got["loaded"]) == (False, True)
    assert got["server"] == "modelx"
    assert {"cancer", "diabetes", "broken"} <= set(got["index"])
    assert [output["name"] for output in got["metadata"]["outputs"]][:2] == ["predict", "predict_proba"]
    assert [int(n) for n in got["metadata"]["inputs"][0]["shape"]] == [-1, 30]


@pytest.mark.parametrize("transport", ["grpc", "http"])
def test_refusals_reach_the_user(told, transport):
    assert told[transport]["no_model"].startswith('no model "none"; expected one of ')
    assert told[transport]["no_width"] == 'input "X" has shape [1,2]; expected [-1,4]'


def test_stream(told):
    assert told["grpc"]["stream"] == models.answer("iris", "predict", models.rows(ROWS["iris"])).tolist()


def test_json_and_compression(told):
    x = models.rows(ROWS["iris"])
    for values in told["http"]["json"]:
        off = np.abs(np.asarray(values) - models.answer("iris", "predict_proba", x))
        assert (off <= models.tolerance("iris", "predict_proba", x)).all()
