"""MissingIndicator: which columns it tells of, what counts as missing, and which rows it refuses."""

import numpy as np
import pandas as pd
import pytest
import roundtrip
from data import load
from sklearn.base import clone
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.errors import SourceError, UnsupportedEstimatorError
from modelx.estimators.base import DataType
from modelx.v1 import model_pb2

INDICATORS = [
    MissingIndicator(),
    MissingIndicator(features="all"),
    MissingIndicator(error_on_new=False),
    MissingIndicator(features="all", error_on_new=False),
    MissingIndicator(sparse=False),
    MissingIndicator(sparse=True),
]


def gappy(value=np.nan):
    x, y = load("iris")
    x[::3, 0], x[1::4, 2] = value, value
    return x, y


@pytest.mark.parametrize("indicator", INDICATORS, ids=repr)
def test_every_indicator(indicator):
    x, _ = gappy()
    fitted = clone(indicator).fit(x)
    loaded = roundtrip.check(fitted, x)
    assert loaded.get_feature_names_out().tolist() == fitted.get_feature_names_out().tolist()
    (output,) = modelx.to_proto(fitted).signature.outputs
    assert (output.n_columns, output.type) == (len(fitted.features_), DataType.DATA_TYPE_BOOL)


@pytest.mark.parametrize("missing", [0, -1.5, np.float32(0.1), np.int8(-3)])
def test_numbers_that_count_as_missing(missing):
    x, _ = gappy(float(missing))
    roundtrip.check(MissingIndicator(missing_values=missing, features="all").fit(x), x)
    roundtrip.check(MissingIndicator(missing_values=missing).fit(x), x)


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
def test_fits_on_other_types(dtype):
    x, _ = gappy(-1.0)
    fitted = MissingIndicator(missing_values=-1).fit(x.astype(dtype))
    loaded = modelx.loads(modelx.dumps(fitted))
    roundtrip.same_estimator(fitted, loaded)
    roundtrip.same_answers(fitted, loaded, x)


def test_a_gap_in_another_column_is_refused_where_it_was():
    x, _ = gappy()
    row = np.array([[1.0, np.nan, 1.0, 1.0]])
    loaded = modelx.loads(modelx.dumps(MissingIndicator().fit(x)))
    with pytest.raises(ValueError, match="have missing values in transform"):
        loaded.transform(row)
    loaded = modelx.loads(modelx.dumps(MissingIndicator(error_on_new=False).fit(x)))
    assert loaded.transform(row).tolist() == [[False, False]]


def test_bools_are_the_numbers_of_the_next_step():
    x, y = gappy()
    frame = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    roundtrip.check(make_pipeline(MissingIndicator(), LogisticRegression()).fit(x, y), x)
    fitted = make_pipeline(MissingIndicator(features="all"), StandardScaler(), LogisticRegression()).fit(frame, y)
    model = modelx.to_proto(fitted)
    assert len(model.pipeline.steps[0].evidence.outputs[0].bools)
    roundtrip.check(fitted, x)


def test_the_last_step_may_be_the_word():
    """The pipeline then gives the numbers, as every step of modelx gets them."""
    x, _ = gappy()
    model = modelx.to_proto(make_pipeline(MissingIndicator(), "passthrough").fit(x))
    assert len(model.evidence.outputs[0].doubles)
    modelx.from_proto(model)


@pytest.mark.parametrize(
    ("indicator", "x", "reason"),
    [
        (MissingIndicator(), np.zeros((3, 2)), "no value was missing"),
        (MissingIndicator(missing_values="\ud800"), np.array([["\ud800"]], dtype=object), "surrogate pair"),
    ],
    ids=["nothing missing", "half of a pair"],
)
def test_what_no_file_carries(indicator, x, reason):
    with pytest.raises(UnsupportedEstimatorError, match=reason):
        modelx.dumps(indicator.fit(x))


def test_a_source_that_contradicts_the_model():
    model = modelx.to_proto(MissingIndicator().fit(gappy()[0]))
    model.ClearField("evidence")
    model.missing_indicator.refuses_others = False
    with pytest.raises(SourceError, match="gives other columns"):
        modelx.from_proto(model)
    model.source.params["features"].string_value = "some"
    with pytest.raises(SourceError, match="gives other columns"):
        modelx.from_proto(model)
    del model.source.params["features"]
    model.missing_indicator.missing = 2.0
    with pytest.raises(SourceError, match="missing_values is nan, which is not what the computation takes"):
        modelx.from_proto(model)


def test_a_model_that_no_class_is_named_for():
    model = model_pb2.ModelProto()
    model.missing_indicator.n_features, model.missing_indicator.missing = 2**31 - 1, -1.0
    model.missing_indicator.columns.append(7)
    loaded = modelx.from_proto(model)
    assert loaded.features_.tolist() == [7]


WORDS = np.array([["a", "b"], [None, ""], ["", "b"]], dtype=object)


@pytest.mark.parametrize("features", ["all", "missing-only"])
def test_strings_that_count_as_missing(features):
    for missing in (None, ""):
        fitted = MissingIndicator(missing_values=missing, features=features).fit(WORDS)
        rows = [row for row in [[None, "b"], ["x", "y"], ["", "z"]] if not (missing == "" and row[0] == "")]
        loaded = roundtrip.check(fitted, np.array(rows, dtype=object))
        model = modelx.to_proto(fitted)
        assert model.signature.feature_types == [4, 4]
        model.ClearField("source")
        assert modelx.from_proto(model).transform(WORDS).tolist() == loaded.transform(WORDS).tolist()


def test_what_stands_around_says_which_features_are_strings():
    """NaN may be missing among strings and among numbers alike: an imputer beside it, or a sample, tells."""
    x = np.array([["a", "b"], ["a", np.nan], [None, "b"], [np.nan, ""]], dtype=object)
    union = FeatureUnion(
        [("fill", SimpleImputer(strategy="most_frequent")), ("told", MissingIndicator(features="all"))]
    )
    roundtrip.check(union.fit(x), x)
    alone = MissingIndicator(features="all").fit(x)
    assert not modelx.to_proto(alone).signature.feature_types
    assert modelx.to_proto(alone, sample=x).signature.feature_types == [4, 4]
    roundtrip.check(alone, x, sample=x)
    with pytest.raises(UnsupportedEstimatorError, match=r"pandas\.NA"):
        modelx.dumps(MissingIndicator(missing_values=pd.NA).fit(WORDS))
