"""Norms of all kinds, and rows whose norm is tiny, huge or nothing."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

import modelx
from modelx.errors import NotFittedError, ShapeError, SourceError

NORMS = ["l1", "l2", "max"]
SMALLEST = 10 * 2.0**-52


def strange_rows(width):
    values = [0.0, -0.0, SMALLEST, np.nextafter(SMALLEST, 0.0), -1e-15, 1e-170, 5e-324, 1e153, -1e155, 1e308]
    rows = np.zeros((len(values), width))
    rows[np.arange(len(values)), np.arange(len(values)) % width] = values
    return rows


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_every_norm(norm, copy, name):
    x, _ = load(name)
    fitted = Normalizer(norm=norm, copy=copy).fit(x)
    roundtrip.check(fitted, np.concatenate([x[::10], -x[:3], strange_rows(x.shape[1])]))


def test_a_sum_that_overflows_in_some_orders_is_not_decided():
    x = np.full((1, 4), 1.3407807929942596e154 / 2)  # Four squares that are together just 2^1022 * 4.
    fitted = Normalizer().fit(x)
    model = modelx.to_proto(fitted)
    family = modelx.estimators.FAMILIES["normalizer"]
    given = np.concatenate([x * (1 - 1e-9), x * 4.0, x / 2.0])
    assert family.decided(model, fitted, given, None).tolist() == [False, True, True]


def test_names_of_columns():
    x, _ = load("iris")
    loaded = roundtrip.check(Normalizer().fit(pd.DataFrame(x, columns=["a", "b", "c", "d"])), x)
    assert list(loaded.get_feature_names_out()) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("norm", NORMS)
def test_between_other_steps(norm):
    x, y = load("wine")
    roundtrip.check(make_pipeline(StandardScaler(), Normalizer(norm), LogisticRegression()).fit(x, y), x)


def test_an_estimator_that_saw_no_rows_has_no_width():
    with pytest.raises(NotFittedError, match=r"call fit\(X, y\)"):
        modelx.dumps(Normalizer())


def test_what_contradicts_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(Normalizer("max").fit(x))
    model.source.params["norm"].string_value = "l1"
    with pytest.raises(SourceError, match="norm is 'l1'; the model has 'max'"):
        modelx.from_proto(model)
    model.normalizer.norm = 0
    with pytest.raises(ShapeError, match=r"normalizer.norm: norm is 0"):
        modelx.from_proto(model)
