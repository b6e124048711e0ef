"""Graphs of the families that choose or fill columns: scikit-learn's bits, and what predicts from a choice."""

import numpy as np
import pytest
from data import load
from onnx_running import check
from sklearn.feature_selection import RFE, SelectKBest, VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

pytestmark = pytest.mark.filterwarnings("ignore:Skipping features:UserWarning")


def gappy(value=np.nan):
    x, y = load("iris")
    x[::3, 0], x[1::4, 2] = value, value
    return np.insert(x, 1, value, axis=1), y


@pytest.mark.parametrize(
    "imputer",
    [
        SimpleImputer(),
        SimpleImputer(add_indicator=True),
        SimpleImputer(keep_empty_features=True, strategy="median", add_indicator=True),
        SimpleImputer(strategy="constant", fill_value=-2.5),
    ],
    ids=repr,
)
def test_imputers_have_scikit_learns_bits(imputer):
    x, _ = gappy()
    fitted = imputer.fit(x)
    assert check(fitted, x)["transformed"].tobytes() == np.ascontiguousarray(fitted.transform(x)).tobytes()


def test_a_number_that_counts_as_missing():
    x, _ = gappy(0.0)
    x[::5] = -0.0
    fitted = SimpleImputer(missing_values=0, add_indicator=True, strategy="most_frequent").fit(x)
    assert check(fitted, x)["transformed"].tobytes() == np.ascontiguousarray(fitted.transform(x)).tobytes()


@pytest.mark.parametrize("selector", [SelectKBest(k=2), VarianceThreshold(0.3)], ids=repr)
def test_selectors_have_scikit_learns_bits(selector):
    x, y = load("iris")
    fitted = selector.fit(x, y)
    assert check(fitted, x)["transformed"].tobytes() == np.ascontiguousarray(fitted.transform(x)).tobytes()


def test_what_predicts_from_a_selection():
    x, y = load("wine")
    found = check(RFE(LogisticRegression(max_iter=300), n_features_to_select=5).fit(x / x.max(axis=0), y), x)
    assert {"label", "probabilities", "transformed"} <= set(found)
    check(RFE(Ridge(), n_features_to_select=3).fit(x, y), x)


def test_in_pipelines():
    x, y = gappy()
    steps = (SimpleImputer(add_indicator=True), SelectKBest(k=4), StandardScaler(), LogisticRegression())
    check(make_pipeline(*steps).fit(x, y), x)
