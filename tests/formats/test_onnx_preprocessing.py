"""Graphs of transformers of single rows in onnxruntime: scikit-learn's bits, or its numbers within the tolerance."""

import warnings

import numpy as np
import pytest
from data import load
from onnx_running import check
from sklearn.impute import KNNImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    Binarizer,
    KBinsDiscretizer,
    Normalizer,
    PolynomialFeatures,
    PowerTransformer,
    SplineTransformer,
    StandardScaler,
)

import modelx
from modelx.formats import onnx_graph
from modelx.v1 import model_pb2

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


def test_gaps_filled_bent_and_splined():
    # Of iris, many rows are equally near.
    x, y = load("wine")
    x[::7, 1] = np.nan
    # Without ranks: these jump where values repeat, and tell the last bits of what comes before.
    steps = [KNNImputer(), PowerTransformer(), SplineTransformer(3)]
    check(make_pipeline(*steps, LogisticRegression(max_iter=50)).fit(x, y), x)


def test_what_would_be_too_large_for_a_graph_is_refused():
    x = np.arange(30.0)[:, None]
    model = modelx.to_proto(SplineTransformer(degree=21, n_knots=25).fit(x))
    assert "degree over 20" in onnx_graph.lacking(model)[0][1]
    wide = model_pb2.ModelProto()
    wide.k_bins_discretizer.encoding = wide.k_bins_discretizer.ENCODING_ORDINAL
    wide.k_bins_discretizer.n_bins.extend([2] * 2000)
    assert "too much for ONNX" in onnx_graph.lacking(wide)[0][1]
