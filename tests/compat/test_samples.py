"""Files of the earlier system load, predict as it did, and survive a rewrite."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import modelx
from modelx.formats import Encoding

FOLDER = Path(__file__).resolve().parents[1] / "samples"
NAMES = ("scigo_go_export.json", "scigo_sklearn_export.json", "scigo_model.pb")
ROWS = np.loadtxt(FOLDER / "diabetes_first_20_rows.csv", delimiter=",")
PREDICTIONS = np.loadtxt(FOLDER / "diabetes_first_20_predictions.csv")
ENCODINGS = [Encoding(name, packed) for name in ("protobuf", "json") for packed in (None, "gzip", "zstd")]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_predicts_as_the_earlier_system_did(name: str) -> None:
    estimator = modelx.load(FOLDER / name)
    assert type(estimator) is LinearRegression
    assert ROWS.shape == (20, 10)
    np.testing.assert_allclose(estimator.predict(ROWS), PREDICTIONS, rtol=1e-12, atol=0.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("encoding", ENCODINGS, ids=str)
def test_a_sample_survives_a_rewrite(name: str, encoding: Encoding) -> None:
    before = modelx.read(FOLDER / name)
    data = modelx.api.encode(before.proto, encoding)
    estimator = modelx.loads(data)
    assert estimator.predict(ROWS).tobytes() == modelx.load(FOLDER / name).predict(ROWS).tobytes()
    after, _ = modelx.formats.loads(data, modelx.limits.DEFAULT)
    assert after == before.proto


def test_the_samples_say_what_they_are() -> None:
    first = modelx.read(FOLDER / NAMES[0])
    assert (first.library, first.metadata.training_samples) == ("scigo", 442)
    assert modelx.read(FOLDER / NAMES[1]).library_version == "1.9.1"
    assert modelx.read(FOLDER / NAMES[2]).version == "1.0"
    assert [modelx.read(FOLDER / name).evidence for name in NAMES] == [None] * 3
