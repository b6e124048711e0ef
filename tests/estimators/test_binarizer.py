"""Thresholds of all kinds, and rows at them."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, StandardScaler

import modelx
from modelx import estimators
from modelx.errors import NonFiniteError, NotFittedError, SourceError, UnsupportedEstimatorError


def rows_around(threshold, width):
    with np.errstate(over="ignore"):
        beside = [np.nextafter(threshold, np.inf), np.nextafter(threshold, -np.inf)]
    near = [threshold, *beside, -0.0, 0.0, 5e-324, -1e300]
    return np.repeat(np.nan_to_num(near)[:, None], width, axis=1)


@pytest.mark.parametrize(
    "threshold", [0.0, 1.4, -3, np.float32(0.1), np.int64(5), 1e-310, -1.7976931348623157e308, True, 2**60 + 2**20]
)
@pytest.mark.parametrize("copy", [True, False])
def test_every_threshold(threshold, copy):
    x, _ = load("iris")
    fitted = Binarizer(threshold=threshold, copy=copy).fit(x)
    roundtrip.check(fitted, np.concatenate([x[::10], rows_around(float(threshold), 4)]))


@pytest.mark.parametrize("threshold", [np.inf, -np.inf, np.nan, 2**60 + 1, Fraction(1, 3), np.longdouble(1) / 3])
def test_what_no_double_holds_is_refused(threshold):
    x, _ = load("iris")
    with pytest.raises((UnsupportedEstimatorError, NonFiniteError), match="expected a finite number"):
        modelx.dumps(Binarizer(threshold=threshold).fit(x))


def test_names_of_columns():
    x, _ = load("iris")
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    loaded = roundtrip.check(Binarizer().fit(frame), x)
    assert list(loaded.get_feature_names_out()) == ["a", "b", "c", "d"]


def test_an_estimator_that_saw_no_rows_has_no_width():
    with pytest.raises(NotFittedError, match=r"call fit\(X, y\)"):
        modelx.dumps(Binarizer())


def test_behind_a_scaler_rows_at_the_threshold_are_no_evidence_of_anything_else():
    x, y = load("iris")
    roundtrip.check(make_pipeline(StandardScaler(), Binarizer(), LogisticRegression()).fit(x, y), x)


def test_rows_behind_what_is_not_exact_are_decided_by_their_distance():
    x, _ = load("iris")
    fitted = Binarizer(threshold=1.0).fit(x)
    model = modelx.to_proto(fitted)
    rows = np.array([[1.0, 5.0, 5.0, 5.0], [1.1, 5.0, 5.0, -5.0]])
    family = estimators.FAMILIES["binarizer"]
    assert family.decided(model, fitted, rows, np.full(rows.shape, 1e-3)).tolist() == [False, True]
    assert family.decided(model, fitted, rows, None).all()


def test_another_threshold_than_the_model_s_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(Binarizer(threshold=1.5).fit(x))
    model.source.params["threshold"].double_value = 2.5
    with pytest.raises(SourceError, match=r"threshold is 2.5; the model has 1.5"):
        modelx.from_proto(model)
