"""OneHotEncoder: every form, the private state that its methods read, and what is refused."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
import sklearn
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder
from sklearn.tree import DecisionTreeClassifier

import modelx
from modelx import conversion
from modelx.calling import call
from modelx.errors import LabelsError, ModelxWarning, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.v1 import model_pb2

PRIVATE = (
    "_infrequent_enabled",
    "_infrequent_indices",
    "_default_to_infrequent_mappings",
    "_drop_idx_after_grouping",
    "_n_features_outs",
)


def objects(*rows):
    out = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        out[i] = row
    return out


WORDS = objects(*[[w, n] for w, n in zip("aaaabbbcdde", [1, 2, 1, 1, 3, 2, 1, 1, 2, 1, 5], strict=True)])
FRAME = pd.DataFrame(
    {
        "word": pd.Series(
            np.array(["a", "", None, "a", "e\u0301", np.nan, "", "\U0001f600"], dtype=object), dtype=object
        ),
        "count": [1, 2, 3, 1, 2, 3, 1, 1],
        "share": [0.5, np.nan, -0.0, 1.5, 0.5, np.nan, 0.0, 1.5],
        "flag": [True, False, True, True, False, True, False, True],
    }
)
FORMS = [
    {},
    {"handle_unknown": "ignore"},
    {"handle_unknown": "ignore", "sparse_output": False, "dtype": np.float32},
    {"dtype": int, "drop": "first"},
    {"dtype": "float32", "drop": "if_binary", "handle_unknown": "ignore"},
    {"dtype": np.dtype(np.uint8)},
    {"min_frequency": 2},
    {"min_frequency": 0.3, "handle_unknown": "infrequent_if_exist"},
    {"max_categories": 2, "handle_unknown": "infrequent_if_exist", "drop": "first"},
    {"max_categories": 1, "handle_unknown": "ignore"},
    {"max_categories": 3, "min_frequency": 2, "drop": "if_binary", "handle_unknown": "ignore"},
    {"min_frequency": 1},
]


def check(encoder, x):
    """Compare everything, the private state and the formula of inverse_transform too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        loaded = roundtrip.check(encoder, x)
    assert vars(encoder).keys() == vars(loaded).keys()
    for name in PRIVATE:
        assert hasattr(encoder, name) == hasattr(loaded, name)
        roundtrip.same_value(plain(getattr(encoder, name, None)), plain(getattr(loaded, name, None)))
    assert encoder.get_feature_names_out().tolist() == loaded.get_feature_names_out().tolist()
    if hasattr(encoder, "infrequent_categories_"):
        roundtrip.same_value(encoder.infrequent_categories_, loaded.infrequent_categories_)
    model = modelx.to_proto(encoder)
    if any(output.method == "inverse_transform" for output in model.signature.outputs):
        given = reference.compute(model, np.asarray(x).astype(object))
        found = call(encoder, "inverse_transform", given["transform"])
        for a, b in zip(found.reshape(-1), given["inverse_transform"].reshape(-1), strict=True):
            assert a == b or (a is None and b != b) or (a != a and b != b)  # noqa: PLR0124 - NaN
    return loaded


def plain(value):
    """Take numpy's own types from single numbers: fit has Python's in some places."""
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [None if item is None else int(item) for item in value]
    return (
        [int(item) if isinstance(item, int | np.integer) else item for item in value]
        if isinstance(value, list)
        else value
    )


@pytest.mark.parametrize("params", FORMS, ids=str)
def test_frames_of_mixed_columns(params):
    check(OneHotEncoder(**params).fit(FRAME), FRAME.astype(object))


@pytest.mark.parametrize("params", FORMS, ids=str)
def test_arrays_of_objects(params):
    check(OneHotEncoder(**params).fit(WORDS), WORDS)


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.float16, np.float32, np.float64, bool])
def test_arrays_of_numbers(dtype):
    x = np.array([[0, 1], [1, 0], [1, 1]]).astype(dtype)
    loaded = check(OneHotEncoder(handle_unknown="ignore").fit(x), np.array([[0.0, 1.0], [-0.0, 2.0], [np.nan, 1e300]]))
    assert [one.dtype for one in loaded.categories_] == [np.dtype(dtype)] * 2


def test_arrays_of_strings():
    x = np.array([["a", "xx"], ["bbb", "y"], ["", "\U0001f600"]])
    loaded = check(OneHotEncoder(handle_unknown="ignore").fit(x), objects(*x, ["bbbb", None], [np.nan, "x"]))
    assert [one.dtype.str for one in loaded.categories_] == ["<U3", "<U3"]


def test_numbers_among_objects_keep_their_types():
    x = objects([1, True], [2.5, False], [np.int64(3), np.True_], [np.float32(0.5), True])
    loaded = check(OneHotEncoder(handle_unknown="ignore").fit(x), x)
    assert [type(value) for value in loaded.categories_[0]] == [np.float32, int, float, np.int64]


def test_dropped_by_value():
    check(OneHotEncoder(drop=["a", 2, np.nan, True]).fit(FRAME.fillna({"word": "a"})), FRAME.fillna({"word": "a"}))
    check(OneHotEncoder(drop=np.array(["b", 1], dtype=object), max_categories=3).fit(WORDS), WORDS)


def test_categories_in_the_users_order():
    encoder = OneHotEncoder(categories=[["d", None, "c", "never", "a", "b", "e"], [5, 2, 1, 3]]).fit(WORDS)
    loaded = check(encoder, objects(*WORDS.tolist(), [None, 2], ["never", 1]))
    assert loaded.categories_[0].tolist() == ["d", None, "c", "never", "a", "b", "e"]


def test_that_warns_of_unknown():
    # scikit-learn 1.5 has no such way; there, unknown values are infrequent without a word.
    warns = hasattr(sklearn.utils, "get_tags")
    encoder = OneHotEncoder(handle_unknown="warn" if warns else "infrequent_if_exist", min_frequency=3).fit(
        WORDS[:, :1]
    )
    loaded = check(encoder, objects(["a"], ["b"], ["zzz"]))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        loaded.transform(objects(["new"]))
    assert any("unknown" in str(one.message) for one in told) == warns


def test_nobody_is_warned_at_export():
    encoder = OneHotEncoder(drop="first", handle_unknown="ignore").fit(FRAME)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        modelx.loads(modelx.dumps(encoder))


def test_a_function_for_names_is_left_out():
    encoder = OneHotEncoder(feature_name_combiner=lambda name, value: f"{name}={value}").fit(WORDS)
    data = modelx.dumps(encoder)
    with pytest.warns(ModelxWarning, match="feature_name_combiner"):
        assert modelx.loads(data).get_feature_names_out()[0] == "x0_a"


def test_that_fit_works_again():
    encoder = OneHotEncoder(max_categories=3, drop="first").fit(WORDS)
    again = modelx.loads(modelx.dumps(encoder)).fit(WORDS[:5])
    roundtrip.same_estimator(OneHotEncoder(max_categories=3, drop="first").fit(WORDS[:5]), again)


def test_in_front_of_a_classifier():
    y = np.array([0, 1, 0, 1, 1, 0, 1, 0])
    pipe = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(FRAME, y)
    model = modelx.to_proto(pipe)
    assert [model_pb2.DataType.Name(t) for t in model.signature.feature_types] == [
        "DATA_TYPE_STRING",
        *["DATA_TYPE_FLOAT64"] * 3,
    ]
    loaded = modelx.loads(modelx.dumps(pipe))
    assert loaded.predict_proba(FRAME).tobytes() == pipe.predict_proba(FRAME).tobytes()


def test_float32_in_front_of_what_would_compute_in_it():
    y = np.array([0, 1, 0, 1, 1, 0, 1, 0])
    single = OneHotEncoder(dtype=np.float32)
    with pytest.raises(UnsupportedEstimatorError, match=r"onehotencoder: dtype is .*float32"):
        modelx.dumps(make_pipeline(single, LogisticRegression()).fit(FRAME, y))
    side_by_side = make_column_transformer((single, ["word"]), (OrdinalEncoder(dtype=np.float32), ["count"]))
    with pytest.raises(UnsupportedEstimatorError, match="columntransformer: all of its columns are float32"):
        modelx.dumps(make_pipeline(side_by_side, LogisticRegression()).fit(FRAME, y))
    for last in (DecisionTreeClassifier(), "passthrough"):
        modelx.loads(modelx.dumps(make_pipeline(single, last).fit(FRAME, y)))
    wide = make_column_transformer((single, ["word"]), (OrdinalEncoder(), ["count"]))
    modelx.loads(modelx.dumps(make_pipeline(wide, LogisticRegression()).fit(FRAME, y)))


@pytest.mark.parametrize(
    ("x", "says"),
    [
        (objects([1], [None], [2]), "None among numbers"),
        (objects([float("inf")], [1.0]), "infinity"),
        (objects([2**53 + 1], [1]), "over 2\\^53"),
        (np.array([[2**60], [1]]), "over 2\\^53"),
        (objects(["a\ud800"], ["b"]), "surrogate"),
        (objects([b"a"], [b"b"]), "types bytes"),
        (np.array([["2026-01-01"], ["2026-01-02"]], dtype="datetime64[D]"), "dtype datetime64"),
    ],
)
def test_categories_that_no_file_carries(x, says):
    with pytest.raises(UnsupportedEstimatorError, match=says):
        modelx.dumps(OneHotEncoder().fit(x))


def test_features_are_named_in_errors():
    frame = pd.DataFrame({"fine": ["a", "b"], "big": [2**60, 1]})
    with pytest.raises(UnsupportedEstimatorError, match="feature 'big'"):
        modelx.dumps(OneHotEncoder().fit(frame))


def test_an_encoder_without_columns_is_refused():
    with pytest.raises(UnsupportedEstimatorError, match="no output column"):
        modelx.dumps(OneHotEncoder(drop="first").fit(objects(["a"], ["a"])))


def test_a_type_that_is_none_of_ours_is_refused():
    with pytest.raises(UnsupportedEstimatorError, match="dtype"):
        modelx.dumps(OneHotEncoder(dtype=np.complex128).fit(WORDS))


def model(**params):
    return modelx.to_proto(OneHotEncoder(**params).fit(WORDS))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("handle_unknown", "error"),
        ("handle_unknown", "sometimes"),
        ("drop", None),
        ("max_categories", "three"),
        ("max_categories", None),
        ("sparse_output", "yes"),
        ("dtype", "complex128"),
    ],
)
def test_a_source_that_contradicts_the_model(name, value):
    proto = model(max_categories=3, drop="first", handle_unknown="ignore")
    proto.source.params[name].Clear()
    if value is None:
        proto.source.params[name].none = True
    else:
        proto.source.params[name].string_value = value
    with pytest.raises(SourceError):
        modelx.from_proto(proto)


def test_numbers_of_objects_that_are_others():
    proto = model()
    proto.source.attributes["categories_"].list.items[1].array.items[0].int_value = 7
    with pytest.raises(SourceError, match="stands for"):
        modelx.from_proto(proto)


def test_a_dtype_that_does_not_hold_the_categories():
    proto = modelx.to_proto(OneHotEncoder().fit(np.array([[300], [1]])))
    proto.one_hot_encoder.features[0].dtype = "int8"
    with pytest.raises(SourceError, match="int8"):
        modelx.from_proto(proto)


def test_a_model_without_a_source():
    for params in FORMS:
        proto = model(**{**params, "dtype": np.float64, "sparse_output": False})
        proto.ClearField("source")
        loaded = modelx.from_proto(proto)
        encoder = OneHotEncoder(**params).fit(WORDS)
        np.testing.assert_array_equal(call(loaded, "transform", WORDS), call(encoder, "transform", WORDS))


def test_defects_of_the_message():
    proto = model()
    proto.one_hot_encoder.features[0].categories.strings.append("a")
    with pytest.raises(LabelsError):
        conversion.check(proto)
    proto = model()
    proto.one_hot_encoder.dropped.append(9)
    with pytest.raises(ShapeError):
        conversion.check(proto)
