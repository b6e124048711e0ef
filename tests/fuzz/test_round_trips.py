"""Random models go through every format and come back with their bits."""

import numpy as np
import pytest
import roundtrip
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import modelx

FINITE = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=True)
# Numbers whose sums don't overflow, so that scikit-learn answers at all.
TAME = st.floats(-1e100, 1e100, allow_subnormal=True)
FORMATS = [(format_, compression) for format_ in ("protobuf", "json") for compression in (None, "gzip", "zstd")]
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
LABELS = st.one_of(
    st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, min_size=2, max_size=5).map(np.array),
    st.lists(FINITE, unique=True, min_size=2, max_size=5).map(np.array),
    st.lists(TEXT, unique=True, min_size=2, max_size=5).map(np.array),
    st.lists(TEXT, unique=True, min_size=2, max_size=5).map(lambda given: np.array(given, dtype=object)),
    st.just(np.array([False, True])),
)


def matrix(shape, elements=TAME):
    return arrays.arrays(np.float64, shape, elements=elements)


@st.composite
def regressors(draw, d, elements=TAME):
    m = draw(st.integers(0, 3))
    fitted = LinearRegression(positive=draw(st.booleans()), copy_X=draw(st.booleans()))
    coef = draw(matrix((m, d) if m else d, elements))
    fitted.coef_ = np.array(coef, order=draw(st.sampled_from("CF")))
    fitted.intercept_ = draw(matrix(m, elements)) if m else np.float64(draw(elements))
    fitted.n_features_in_ = d
    return fitted


@st.composite
def classifiers(draw, d):
    classes = draw(LABELS)
    m = 1 if len(classes) == 2 else len(classes)
    fitted = draw(
        st.sampled_from([LogisticRegression(), SGDClassifier(), SGDClassifier(loss="log_loss")])
        | TAME.map(lambda alpha: SGDClassifier(loss="modified_huber", alpha=alpha))
    )
    fitted = type(fitted)(**fitted.get_params())
    fitted.classes_, fitted.n_features_in_ = classes, d
    fitted.coef_ = np.array(draw(matrix((m, d))), order=draw(st.sampled_from("CF")))
    fitted.intercept_ = draw(matrix(m))
    return fitted


@st.composite
def clusterers(draw, d):
    k = draw(st.integers(1, 4))
    fitted = KMeans(k)
    fitted.cluster_centers_ = draw(matrix((k, d)))
    fitted.n_features_in_, fitted._n_features_out, fitted._n_threads = d, k, 1
    return fitted


@st.composite
def scalers(draw, d):
    fitted = draw(st.sampled_from([StandardScaler(), MinMaxScaler(), MinMaxScaler((-1, 3), clip=True)]))
    fitted = type(fitted)(**fitted.get_params())
    fitted.n_features_in_ = d
    positive = st.floats(1e-50, 1e50)
    fitted.scale_ = draw(matrix(d, positive))
    if isinstance(fitted, StandardScaler):
        fitted.mean_, fitted.var_ = draw(matrix(d)), fitted.scale_**2
    else:
        fitted.min_ = draw(matrix(d, st.floats(-1e50, 1e50)))
    return fitted


def models(d):
    last = st.one_of(regressors(d), classifiers(d), clusterers(d), scalers(d))
    return st.recursive(
        last,
        lambda inner: st.builds(
            lambda steps, end: Pipeline([(f"step {i}", step) for i, step in enumerate([*steps, end])]),
            st.lists(scalers(d) | st.just("passthrough"), max_size=3),
            inner,
        ),
        max_leaves=4,
    )


@pytest.mark.parametrize(("format_", "compression"), FORMATS)
@given(fitted=st.integers(1, 6).flatmap(models), names=st.booleans())
def test_random_models(format_, compression, fitted, names):
    inner = fitted
    while isinstance(inner, Pipeline):
        inner = inner.steps[0][1]
    if names and hasattr(inner, "n_features_in_"):
        inner.feature_names_in_ = np.array([f"é{i}" for i in range(inner.n_features_in_)], dtype=object)
    with np.errstate(all="ignore"):
        loaded = modelx.loads(modelx.dumps(fitted, format_, compression=compression))
    roundtrip.same_estimator(fitted, loaded)


@pytest.mark.parametrize("format_", ["protobuf", "json"])
@given(fitted=st.integers(1, 8).flatmap(lambda d: regressors(d, FINITE)))
def test_every_finite_number(format_, fitted):
    """Huge numbers overflow in every row, so that there may be nothing to replay; the numbers are kept all the same."""
    with np.errstate(all="ignore"):
        loaded = modelx.loads(modelx.dumps(fitted, format_))
    roundtrip.same_estimator(fitted, loaded)


# Rows that are not stored are told of.
@pytest.mark.filterwarnings("ignore::modelx.errors.ModelxWarning")
@pytest.mark.parametrize("format_", ["protobuf", "json"])
@given(rows=matrix((3, 2), FINITE), coef=matrix((3, 2)), intercept=matrix(3))
def test_any_finite_sample(format_, rows, coef, intercept):
    """A sample of huge numbers is no reason to write a file that is refused."""
    fitted = LogisticRegression()
    fitted.classes_, fitted.n_features_in_ = np.arange(3), 2
    fitted.coef_, fitted.intercept_ = coef, intercept
    with np.errstate(all="ignore"):
        loaded = modelx.loads(modelx.dumps(fitted, format_, sample=rows))
    roundtrip.same_estimator(fitted, loaded)
