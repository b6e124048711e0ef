"""Nearest centers: classes, bits, the schema's formula, and training that goes on."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.cluster import KMeans, MiniBatchKMeans

import modelx
from modelx import estimators
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError
from modelx.v1 import source_pb2

CLASSES = list(estimators.FAMILIES["kmeans"].classes.values())


def test_classes():
    assert {cls.__name__ for cls in CLASSES} == {"KMeans", "MiniBatchKMeans"}


@pytest.mark.parametrize("k", [1, 2, 3, 8, 40])
@pytest.mark.parametrize("name", ["iris", "wine", "diabetes"])
@pytest.mark.parametrize("cls", CLASSES)
def test_every_class(cls, name, k):
    x, _ = load(name)
    roundtrip.check(cls(k, random_state=0, n_init=1).fit(x), x)


@pytest.mark.parametrize("algorithm", ["lloyd", "elkan"])
@pytest.mark.parametrize("init", ["k-means++", "random", "array"])
def test_hyper_parameters(algorithm, init):
    x, _ = load("iris")
    start = x[[0, 60, 120]] if init == "array" else init
    loaded = roundtrip.check(KMeans(3, algorithm=algorithm, init=start, n_init=1, random_state=0).fit(x), x)
    if init == "array":
        assert loaded.init.tobytes() == x[[0, 60, 120]].tobytes()


def test_wide_rows():
    x, _ = load("digits")
    roundtrip.check(KMeans(10, random_state=0, n_init=1).fit(x), x[:300])


def test_names_of_columns_and_of_outputs():
    x, _ = load("iris")
    frame = pd.DataFrame(x, columns=list("abcd"))
    fitted = KMeans(3, random_state=0).fit(frame)
    loaded = roundtrip.check(fitted, x)
    assert list(loaded.get_feature_names_out()) == list(fitted.get_feature_names_out())
    assert loaded.set_output(transform="pandas").transform(frame).shape == (150, 3)


def test_partial_fit_goes_on_as_the_original_would():
    x, _ = load("iris")
    fitted = MiniBatchKMeans(4, random_state=0, batch_size=20).fit(x)
    loaded = modelx.loads(modelx.dumps(fitted))
    for rows in (x[:50], x[50:100], x[:9]):
        fitted.partial_fit(rows)
        loaded.partial_fit(rows)
        assert loaded.cluster_centers_.tobytes() == fitted.cluster_centers_.tobytes()


@pytest.mark.parametrize("cls", CLASSES)
def test_refits_to_the_same(cls):
    x, _ = load("wine")
    fitted = cls(3, random_state=0, n_init=1).fit(x)
    loaded = modelx.loads(modelx.dumps(fitted))
    assert loaded.fit(x).cluster_centers_.tobytes() == fitted.fit(x).cluster_centers_.tobytes()


@pytest.mark.parametrize("cls", CLASSES)
def test_a_fit_on_float32_is_refused_with_what_to_do(cls):
    x, _ = load("iris")
    with pytest.raises(UnsupportedEstimatorError, match=r"refit it on X.astype\('float64'\)"):
        modelx.dumps(cls(3, random_state=0, n_init=1).fit(x.astype(np.float32)))


@pytest.mark.parametrize(
    "value",
    [
        source_pb2.Value(int_value=3),
        source_pb2.Value(array=source_pb2.NdArray(dtype="float64", shape=[2], doubles=[1, 1])),
        source_pb2.Value(array=source_pb2.NdArray(dtype="float32", shape=[3], floats=[1, 1, 1])),
        source_pb2.Value(array=source_pb2.NdArray(dtype="float64", shape=[3], doubles=[1, 1, float("nan")])),
        source_pb2.Value(array=source_pb2.NdArray(dtype="float64", shape=[3], doubles=[1, -1, 1])),
        source_pb2.Value(array=source_pb2.NdArray(dtype="float64", shape=[3], doubles=[1, 1, 1], strides=[2])),
    ],
)
def test_counts_that_would_mislead_compiled_code_are_refused(value):
    x, _ = load("iris")
    model = modelx.to_proto(MiniBatchKMeans(3, random_state=0).fit(x))
    model.source.attributes["_counts"].CopyFrom(value)
    with pytest.raises(SourceError, match="_counts must be 3 finite float64 values"):
        modelx.from_proto(model)


def test_a_count_of_rows_that_is_none_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(MiniBatchKMeans(3, random_state=0).fit(x))
    model.source.attributes["_batch_size"].int_value = -1
    with pytest.raises(SourceError, match="_batch_size is -1"):
        modelx.from_proto(model)


def test_other_width_than_centers_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(KMeans(3, random_state=0).fit(x))
    model.kmeans.n_features = 5
    with pytest.raises(ShapeError, match="there are 12 values; expected 15") as caught:
        modelx.from_proto(model)
    assert caught.value.path == "kmeans.centers"
