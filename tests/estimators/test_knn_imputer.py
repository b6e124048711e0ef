"""KNNImputer: numbers of neighbours, weights, ties, gaps on both sides, and columns without values."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.impute import KNNImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx import conversion, estimators
from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.v1 import model_pb2

FAMILY = estimators.FAMILIES["knn_imputer"]
IMPUTERS = [
    KNNImputer(),
    KNNImputer(n_neighbors=1),
    KNNImputer(n_neighbors=10_000),
    KNNImputer(weights="distance", n_neighbors=3),
    KNNImputer(weights="distance", n_neighbors=500),
    KNNImputer(add_indicator=True, copy=False),
    KNNImputer(keep_empty_features=True, add_indicator=True),
]


def gappy(value=np.nan, *, empty=False):
    """Iris, moved a little so that distances differ, with gaps; its rows are moved once more where they are asked."""
    rng = np.random.default_rng(3)
    x, y = load("iris")
    x += 0.01 * rng.standard_normal(x.shape)
    x[rng.random(x.shape) < 0.3] = value
    x[7] = value
    return (np.insert(x, [0, 3], value, axis=1) if empty else x), y


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("imputer", IMPUTERS, ids=repr)
def test_every_imputer(imputer, empty):
    x, _ = gappy(empty=empty)
    fitted = clone(imputer).fit(x.copy())
    loaded = roundtrip.check(fitted, x)
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    roundtrip.same_array(fitted._fit_X, loaded._fit_X)
    roundtrip.same_array(fitted._mask_fit_X, loaded._mask_fit_X)
    # Up to scikit-learn 1.5, donors without a distance count where they are taken, so that all of them never do.
    least = 0.9 if imputer.n_neighbors < 10_000 else 0.2
    assert FAMILY.decided(modelx.to_proto(fitted), fitted, x, None).mean() > least


@pytest.mark.parametrize("missing", [0, -1.5, np.float32(7.25)])
def test_numbers_that_count_as_missing(missing):
    x, _ = gappy(float(missing))
    roundtrip.check(KNNImputer(missing_values=missing, add_indicator=True).fit(x), x)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_types_and_memory_orders(dtype, order):
    x, _ = gappy()
    fitted = KNNImputer(weights="distance").fit(np.asarray(x, dtype=dtype, order=order))
    try:
        loaded = modelx.loads(modelx.dumps(fitted))
    except UnsupportedEstimatorError:
        assert dtype == np.float32
        return
    roundtrip.same_estimator(fitted, loaded)
    roundtrip.same_array(fitted._fit_X, loaded._fit_X)
    roundtrip.same_answers(fitted, loaded, x)
    roundtrip.same_answers(fitted, loaded, x.astype(dtype))


def test_ties_are_left_open():
    """Which of two donors at one distance is taken hangs on a partial sort: no runtime is held to it."""
    x = np.array([[0.0, 1.0], [2.0, 5.0], [8.0, 3.0]])
    fitted = KNNImputer(n_neighbors=1).fit(x)
    model = modelx.to_proto(fitted)
    rows = np.array([[1.0, np.nan], [1.1, np.nan], [np.nan, np.nan], [0.0, 0.0], [8.0, np.nan]])
    assert FAMILY.decided(model, fitted, rows, None).tolist() == [False, True, True, True, True]
    # By their distances, a donor at nearly none has nearly any weight.
    fitted = KNNImputer(n_neighbors=2, weights="distance").fit(x)
    assert FAMILY.decided(modelx.to_proto(fitted), fitted, rows, None).tolist() == [True, True, True, True, False]


def test_in_pipelines():
    x, y = gappy()
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    fitted = make_pipeline(StandardScaler(), KNNImputer(n_neighbors=3), LogisticRegression()).fit(frame, y)
    roundtrip.check(fitted, x)


def test_behind_an_inexact_step():
    x, _ = load("iris")
    rows = x.copy()
    rows[::3] += 0.1
    fitted = make_pipeline(KMeans(5, n_init=1, random_state=0), KNNImputer(missing_values=0.0)).fit(rows)
    roundtrip.check(fitted, rows)


@pytest.mark.parametrize(
    ("imputer", "reason"),
    [
        (KNNImputer(weights=lambda distances: distances), "weights is a function"),
        (KNNImputer(metric=lambda a, b, missing_values: np.nansum(np.abs(a - b))), "metric is a function"),  # noqa: ARG005
    ],
    ids=["weights", "metric"],
)
def test_what_no_file_carries(imputer, reason):
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        modelx.dumps(imputer.fit(gappy()[0]))


def test_half_precision_and_columns_without_values():
    with pytest.raises(UnsupportedEstimatorError, match="fitted on float16"):
        modelx.dumps(KNNImputer().fit(gappy()[0].astype(np.float16)))
    with pytest.raises(UnsupportedEstimatorError, match="every column was empty"):
        modelx.dumps(KNNImputer().fit(np.full((3, 2), np.nan)))


def edited(edit):
    model = modelx.to_proto(KNNImputer(add_indicator=True).fit(gappy()[0]))
    model.ClearField("evidence")
    edit(model)
    return model


def other_layout(model):
    form = model.source.layouts["_fit_X"]
    form.shape[:] = [300, 2]
    form.ClearField("strides")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda m: setattr(m.knn_imputer, "n_neighbors", 4), "which is not what the model computes"),
        (lambda m: setattr(m.knn_imputer, "weights", 1), "which is not what the model computes"),
        (
            lambda m: setattr(m.source.params["weights"], "string_value", "others"),
            "which is not what the model computes",
        ),
        (
            lambda m: setattr(m.source.params["n_neighbors"], "string_value", "5"),
            "which is not what the model computes",
        ),
        (
            lambda m: setattr(m.source.params["metric"], "string_value", "cosine"),
            "which is not what the model computes",
        ),
        (other_layout, "the rows are not of shape"),
    ],
)
def test_a_source_that_contradicts_the_model(edit, message):
    with pytest.raises(SourceError, match=message):
        modelx.from_proto(edited(edit))


@pytest.mark.parametrize(
    ("edit", "error", "path"),
    [
        (lambda p: setattr(p, "n_rows", 0), ShapeError, "n_rows"),
        (lambda p: setattr(p, "n_neighbors", -1), ShapeError, "n_neighbors"),
        (lambda p: setattr(p, "n_rows", 2**31 - 1), ShapeError, "rows"),
        (lambda p: p.rows.__setitem__(5, np.inf), NonFiniteError, "rows"),
        (lambda p: p.means.append(1.0), ShapeError, "means"),
        (lambda p: p.means.__setitem__(0, np.inf), NonFiniteError, "means"),
        (lambda p: setattr(p, "weights", 9), ShapeError, "weights"),
        (lambda p: p.indicator.columns.append(1), ShapeError, "indicator.columns[4]"),
    ],
)
def test_hostile_messages(edit, error, path):
    with pytest.raises(error) as caught:
        conversion.check(edited(lambda m: edit(m.knn_imputer)))
    assert caught.value.path == f"knn_imputer.{path}"


def test_a_model_that_no_class_is_named_for():
    model = model_pb2.ModelProto()
    proto = model.knn_imputer
    proto.n_features, proto.n_rows, proto.missing, proto.n_neighbors, proto.weights = 2, 2, np.nan, 1, 1
    proto.rows.extend([0.0, 1.0, 5.0, 3.0])
    proto.means.extend([2.5, 2.0])
    loaded = modelx.from_proto(model)
    assert loaded.transform([[4.0, np.nan], [np.nan, np.nan]]).tolist() == [[4.0, 3.0], [2.5, 2.0]]
