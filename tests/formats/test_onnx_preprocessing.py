"""Graphs of transformers of single rows in onnxruntime: scikit-learn's bits, or its numbers within the tolerance."""

import warnings

import numpy as np
import pytest
from data import load
from onnx_running import check
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, KBinsDiscretizer, Normalizer, PolynomialFeatures, StandardScaler

RNG = np.random.default_rng(7)
EXACT = [
    Binarizer(threshold=2.0),
    Normalizer("max"),
    PolynomialFeatures(3),
    PolynomialFeatures((0, 1), include_bias=False),
    PolynomialFeatures((2, 4), interaction_only=True),
    PolynomialFeatures((14, 15), interaction_only=True),
    PolynomialFeatures(0),
    KBinsDiscretizer(strategy="uniform", encode="ordinal"),
    KBinsDiscretizer(n_bins=3, strategy="kmeans"),
    KBinsDiscretizer(n_bins=2, strategy="uniform", encode="onehot-dense"),
]


def rows_of(x):
    """Give rows of all sizes, and rows at what the transformers ask about."""
    return np.concatenate([x, x * 1e-300, -x, RNG.standard_normal((33, x.shape[1])), np.full((2, x.shape[1]), 2.0)])


def fit(estimator, x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return estimator.fit(x)


@pytest.mark.parametrize("estimator", EXACT, ids=repr)
def test_bits(estimator):
    x, _ = load("wine")
    fitted = fit(estimator, x)
    rows = rows_of(x)
    expected = fitted.transform(rows)
    expected = expected.toarray() if hasattr(expected, "toarray") else expected
    found = check(fitted, rows)["transformed"]
    assert found.tobytes() == np.ascontiguousarray(expected).tobytes()


@pytest.mark.parametrize("norm", ["l1", "l2"])
def test_norms_agree_within_the_tolerance(norm):
    x, _ = load("wine")
    check(Normalizer(norm).fit(x), rows_of(x))


def test_a_column_of_one_bin():
    x, _ = load("wine")
    check(fit(KBinsDiscretizer(encode="ordinal"), np.where([True] + [False] * 12, 1.0, x)), x)
    check(fit(KBinsDiscretizer(encode="ordinal"), np.ones((9, 2))), x[:, :2])


def test_between_other_steps():
    x, y = load("wine")
    steps = [StandardScaler(), PolynomialFeatures(2, include_bias=False), Normalizer(), LogisticRegression(max_iter=50)]
    check(make_pipeline(*steps).fit(x, y), x)
