"""Pipelines drawn at random: Python gives the very bits back, and Go computes what scikit-learn does."""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
import zoo

import modelx
from modelx.calling import call

MODELS = 40
ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


def methods(model: modelx.Model) -> list[str]:
    return [output.method for output in model.outputs]


def test_pipelines_drawn_at_random(tmp_path: Path) -> None:
    drawn = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(MODELS):
            drawn[seed] = estimator, frame = zoo.draw(seed)
            path = tmp_path / f"{seed}.pb"
            # The rows that it was fitted on go into the file, so that Go computes them.
            modelx.dump(estimator, path, sample=frame.head(60))
            loaded = modelx.load(path)
            for method in methods(modelx.read(path)):
                expected, found = call(estimator, method, frame), call(loaded, method, frame)
                assert found.dtype == expected.dtype, (seed, method)
                assert found.tolist() == expected.tolist() or np.isnan(found).any(), (seed, method)
    files = [str(tmp_path / f"{seed}.pb") for seed in drawn]
    done = subprocess.run(
        [ROOT / "bin" / "modelx-go", "verify", "--json", *files], capture_output=True, text=True, check=False
    )
    wrong = {Path(one["path"]).stem: one for one in json.loads(done.stdout)["files"] if not one["ok"]}
    assert wrong == {}
    stored = [one["evidence_rows"] for one in json.loads(done.stdout)["files"]]
    assert np.mean(stored) > 30
