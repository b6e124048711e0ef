"""Files of the earlier system, rewritten by either language, predict the same in the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import modelx

pytestmark = pytest.mark.interop
FOLDER = Path(__file__).resolve().parents[1] / "samples"
NAMES = ("scigo_go_export.json", "scigo_sklearn_export.json", "scigo_model.pb")
ROWS = np.loadtxt(FOLDER / "diabetes_first_20_rows.csv", delimiter=",")
PREDICTIONS = np.loadtxt(FOLDER / "diabetes_first_20_predictions.csv")


def predictions(go: Callable[..., str], path: Path) -> np.ndarray:
    return np.array(go("predict", "--model", path, rows=ROWS).split(), dtype=float)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".pb", ".json", ".onnx", ".json.gz", ".pb.zst"])
def test_python_rewrites_and_go_predicts(go: Callable[..., str], tmp_path: Path, name: str, suffix: str) -> None:
    modelx.dump(modelx.load(FOLDER / name), tmp_path / f"m{suffix}")
    np.testing.assert_allclose(predictions(go, tmp_path / f"m{suffix}"), PREDICTIONS, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("suffix", [".pb", ".json", ".gob", ".json.gz", ".pb.zst"])
def test_go_rewrites_and_both_predict(go: Callable[..., str], tmp_path: Path, name: str, suffix: str) -> None:
    go("convert", FOLDER / name, tmp_path / f"m{suffix}")
    np.testing.assert_allclose(predictions(go, tmp_path / f"m{suffix}"), PREDICTIONS, rtol=1e-12, atol=0.0)
    if suffix == ".gob":
        go("convert", tmp_path / "m.gob", tmp_path / "m.pb")
        suffix = ".pb"
    found = modelx.load(tmp_path / f"m{suffix}").predict(ROWS)
    np.testing.assert_allclose(found, PREDICTIONS, rtol=1e-12, atol=0.0)
