"""Kernels: which estimators have one, and what they give; tests/roundtrip.py asks those of every other test too."""

import timeit
import warnings
from concurrent.futures import ThreadPoolExecutor

import kernel_agreement
import numpy as np
import pytest
from cases import BY_ID
from data import load
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, StandardScaler

from modelx.estimators import FAMILIES
from modelx.kernels import BUILDERS, NO_KERNEL, kernel_for, one_row_for


@pytest.mark.parametrize("case", BY_ID.values(), ids=BY_ID.keys())
def test_every_conformance_case(case):
    fitted = case.build()
    if kernel_agreement.lacks_kernel(fitted.estimator):
        # Its rows may have strings.
        kernel_agreement.check(fitted.estimator, None)
        return
    rows = [np.asarray(part, dtype=object) for part in (fitted.rows, fitted.exact) if len(part)]
    kernel_agreement.check(fitted.estimator, np.vstack(rows))


def test_every_family_has_kernels_or_is_known_to_have_none():
    assert set(BUILDERS) == set(FAMILIES) - NO_KERNEL


def scaled_logistic():
    x, y = load("breast_cancer")
    return make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y), x


def many_clusters():
    """Products over what BLAS does in one thread, so that scikit-learn's own routine is asked."""
    x, _ = load("digits")
    return KMeans(80, n_init=1, max_iter=5, random_state=0).fit(x), x


def deep_tree():
    x, _ = load("digits")
    return BisectingKMeans(40, random_state=0).fit(x), x


def multinomial():
    x, y = load("digits")
    return make_pipeline(MinMaxScaler(clip=True), LogisticRegression(max_iter=20)).fit(x, y), x


def huber_labels():
    x, y = load("iris")
    names = np.array(["a", "b", "c"], dtype=object)[y]
    return SGDClassifier(loss="modified_huber", random_state=0).fit(x, names), x


def scaler_that_writes():
    x, _ = load("wine")
    return StandardScaler(copy=False).fit(x.copy()), x


def words_around():
    x, y = load("iris")
    steps = [("a", "passthrough"), ("b", None), ("c", FunctionTransformer()), ("d", Ridge())]
    return Pipeline(steps).fit(x, y), x


MODELS = [scaled_logistic, many_clusters, deep_tree, multinomial, huber_labels, scaler_that_writes, words_around]


@pytest.mark.parametrize("build", MODELS)
def test_bits(build):
    estimator, x = build()
    kernel_agreement.check(estimator, x)


@pytest.mark.parametrize("build", MODELS)
def test_many_threads_at_once(build):
    estimator, x = build()
    method = "predict" if hasattr(estimator, "predict") else "transform"
    kernel = kernel_for(estimator, method)
    batches = [np.ascontiguousarray(x[i : i + 1 + i % 5]) for i in range(100)]
    expected = [kernel(rows).tolist() for rows in batches]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert [out.tolist() for out in pool.map(kernel, batches)] == expected


def test_results_of_earlier_calls_stay_as_they_are():
    estimator, x = scaled_logistic()
    kernel = kernel_for(estimator, "predict_proba")
    first = kernel(x[:3].copy())
    before = first.copy()
    kernel(x[3:6].copy())
    assert first.tobytes() == before.tobytes()


def test_nothing_is_warned_of():
    x, y = load("iris")
    kernel = kernel_for(SGDClassifier(loss="modified_huber", random_state=0).fit(x, y), "predict_log_proba")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (kernel(x) == -np.inf).any()
        kernel(np.full((1, 4), 1e308))


class Subclass(Ridge):
    """Could compute anything."""


def test_others_have_none():
    x, y = load("iris")
    for estimator in (Subclass(), KNeighborsClassifier(), make_pipeline(StandardScaler(), Subclass())):
        assert kernel_for(estimator.fit(x, y), "predict") is None
    ridge = Ridge().fit(x, y)
    assert kernel_for(ridge, "predict_proba") is None
    assert kernel_for(ridge, "fit") is None
    assert kernel_for(FunctionTransformer(np.log).fit(x), "predict") is None
    assert kernel_for(StandardScaler().fit(x).set_output(transform="pandas"), "transform") is None


def test_attributes_of_other_types_have_none():
    x, y = load("iris")
    ridge = Ridge().fit(x, y)
    ridge.coef_ = ridge.coef_.astype(np.longdouble)
    assert kernel_for(ridge, "predict") is None
    kmeans = KMeans(3, n_init=1, random_state=0).fit(x)
    kmeans.cluster_centers_ = np.asfortranarray(kmeans.cluster_centers_)
    assert kernel_for(kmeans, "predict") is None


def test_a_version_that_computes_in_another_way_has_none(monkeypatch):
    """What a later scikit-learn may change is found out when the kernel is made."""
    x, y = load("breast_cancer")
    fitted = LogisticRegression(max_iter=10).fit(x, y)
    assert kernel_for(fitted, "predict_proba") is not None
    monkeypatch.setattr(
        LogisticRegression, "predict_proba", lambda self, rows: self._predict_proba_lr(rows) * (1 - 1e-16)
    )
    assert kernel_for(fitted, "predict_proba") is None


def test_one_row_is_fast():
    """The method itself takes some hundred microseconds, the kernel about ten: even a busy machine sees that."""
    estimator, x = scaled_logistic()
    row = x[:1].copy()
    kernel = kernel_for(estimator, "predict")
    fast = min(timeit.repeat(lambda: kernel(row), number=200, repeat=7))
    slow = min(timeit.repeat(lambda: estimator.predict(row), number=200, repeat=3))
    assert fast * 8 < slow


def test_a_model_that_refuses_ordinary_rows_has_a_kernel_that_does():
    """What is scaled up until it overflows is refused by the last step."""
    x = np.array([[1e-200], [2e-200], [4e-200]])
    tiny = make_pipeline(StandardScaler(), LinearRegression()).fit(x, x[:, 0])
    tiny[0].scale_ = np.array([1e-305])
    rows = np.array([[1e6]])
    with pytest.raises(ValueError, match="infinity"), np.errstate(all="ignore"):
        tiny.predict(rows)
    with pytest.raises(ValueError, match="infinity"):
        kernel_for(tiny, "predict")(rows)
    assert kernel_for(tiny, "predict")(x).tobytes() == tiny.predict(x).tobytes()
    one = one_row_for(tiny, "predict")
    assert one is None or one(rows[0]) is None
