"""Rows of several types: what data frames and arrays become, and the frames that estimators are given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

import modelx
from modelx import frames
from modelx.calling import call
from modelx.errors import ColumnTypeError, MissingColumnError, NotNumericError, WrongWidthError
from modelx.v1 import model_pb2

TEXT, NUMBER, UNREAD = (
    model_pb2.DATA_TYPE_STRING,
    model_pb2.DATA_TYPE_FLOAT64,
    model_pb2.DATA_TYPE_UNSPECIFIED,
)


def objects(*rows):
    out = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        out[i] = row
    return out


def same(found, expected):
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    for a, b in zip(found.reshape(-1).tolist(), expected.reshape(-1).tolist(), strict=True):
        assert (a is b is None) or a == b or (a != a and b != b), (a, b)  # noqa: PLR0124 - NaN


PANDAS = pd.DataFrame(
    {
        "text": pd.Series(np.array(["a", "", None, np.nan], dtype=object), dtype=object),
        "count": [1, 2, 3, 4],
        "share": [0.5, np.nan, -0.0, 1e300],
        "flag": [True, False, True, True],
    }
)
EXPECTED = objects(["a", 1, 0.5, True], ["", 2, np.nan, False], [None, 3, -0.0, True], [np.nan, 4, 1e300, True])


def test_frames_of_pandas():
    same(frames.values_of(PANDAS), EXPECTED)
    same(frames.values_of(PANDAS[["count", "share", "flag"]]), EXPECTED[:, 1:].astype(float))


def test_frames_of_polars():
    frame = pl.DataFrame({"text": ["a", "", None], "count": [1, 2, 3], "share": [0.5, None, -0.0]})
    same(frames.values_of(frame), objects(["a", 1, 0.5], ["", 2, np.nan], [None, 3, -0.0]))
    same(frames.values_of(frame[["count", "share"]]), np.array([[1, 0.5], [2, np.nan], [3, -0.0]]))


def test_types_of_pandas_own():
    frame = pd.DataFrame({"kind": pd.Categorical(["b", "a", None]), "whole": pd.array([1, None, 3], dtype="Int64")})
    same(frames.values_of(frame), objects(["b", 1.0], ["a", np.nan], [np.nan, 3.0]))


def test_arrays():
    same(frames.values_of([[1, 2], [3, 4]]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    same(frames.values_of(np.array([["a", "b"]])), objects(["a", "b"]))
    same(frames.values_of(objects([1, None], [True, 2.5])), np.array([[1.0, np.nan], [1.0, 2.5]]))


def test_no_rows():
    assert frames.values_of(PANDAS[:0]).shape == (0, 4)
    assert frames.typed_rows(PANDAS[:0], [TEXT, NUMBER, NUMBER, NUMBER], ()).shape == (0, 4)


@pytest.mark.parametrize("value", [b"bytes", 1j, object(), [1], pd.Timestamp("2026-01-01")])
def test_what_is_no_value(value):
    with pytest.raises((TypeError, ValueError)):
        frames.values_of(objects(["a", value]))


def test_times_are_refused():
    with pytest.raises(TypeError, match="'when' holds times"):
        frames.values_of(pd.DataFrame({"when": pd.to_datetime(["2026-01-01"])}))


def test_rows_of_the_types_that_a_model_takes():
    rows = frames.typed_rows(PANDAS, [TEXT, NUMBER, NUMBER, UNREAD], ())
    assert [type(value) for value in rows[0, :3]] == [str, float, float]
    same(frames.typed_rows(objects(["a", None]), [TEXT, NUMBER], ()), objects(["a", np.nan]))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (["a", "b"], "column 'size' has the string 'b' in row 1; expected a number"),
        ([1, 2], "column 'color' has 1 in row 1; expected a string"),
        ([True, 2], "column 'color' has True in row 1"),
    ],
)
def test_values_of_another_type(row, says):
    with pytest.raises(ColumnTypeError, match=says):
        frames.typed_rows(objects(["x", 1], row), [TEXT, NUMBER], ["color", "size"])


def test_rows_of_another_width():
    with pytest.raises(WrongWidthError, match="expected"):
        frames.typed_rows(objects(["x", 1]), [TEXT], ["color"])


def test_columns_get_their_own_type():
    kinds = [frames.column_of(EXPECTED[:, j]).dtype for j in range(4)]
    assert kinds == [np.dtype(object), np.dtype(np.int64), np.dtype(np.float64), np.dtype(bool)]


def test_frames_that_estimators_are_given():
    chosen = make_column_transformer((OneHotEncoder(), ["text"]), (StandardScaler(), ["share", "count"])).fit(PANDAS)
    given = frames.framed(chosen, EXPECTED)
    assert list(given.columns) == list(PANDAS.columns)
    assert [str(dtype) for dtype in given.dtypes] == ["object", "int64", "float64", "bool"]
    plain = EXPECTED[:, 1:].astype(float)
    assert frames.framed(StandardScaler().fit(PANDAS[["count", "share", "flag"]]), plain) is plain


@pytest.mark.parametrize("encoder", [OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder()])
def test_numbers_that_were_objects_at_fit_are_objects_again(encoder):
    """scikit-learn finds no float64 among categories that are objects."""
    frame = pd.DataFrame({"n": pd.Series([3, 1, 2], dtype=object), "m": [1.5, 2.5, 1.5]})
    for x in (frame, frame.to_numpy(dtype=object)):
        encoder.fit(x)
        expected = encoder.transform(x)
        expected = expected.toarray() if hasattr(expected, "toarray") else expected
        assert call(encoder, "transform", np.array([[3.0, 1.5], [1.0, 2.5], [2.0, 1.5]])).tolist() == expected.tolist()
        modelx.loads(modelx.dumps(encoder))
    inside = make_column_transformer((encoder, ["n"]), remainder="passthrough").fit(frame)
    assert frames.object_columns(inside) == {0}
    modelx.loads(modelx.dumps(inside))


def test_frames_of_polars_where_pandas_is_not():
    given = frames._polars(["text", "share"], [EXPECTED[:, 0], EXPECTED[:, 2].astype(float)])
    assert given.columns == ["text", "share"]
    assert given["text"].to_list()[:3] == ["a", "", None]
    encoder = OneHotEncoder(handle_unknown="ignore").fit(PANDAS[["text"]])
    assert (
        encoder.transform(given[:2][["text"]]).toarray().tolist()
        == encoder.transform(PANDAS[["text"]][:2]).toarray().tolist()
    )


def test_a_sample_of_dicts():
    """As JSON has rows: objects by the names of features, in any order, with more keys than the model has features."""
    fitted = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["text"]), (StandardScaler(), ["count", "share"])
    ).fit(PANDAS)
    given = [
        {"share": None, "text": None, "count": 3, "more": [1]},
        {"text": "a", "count": True, "share": -0.0, "flag": "nobody reads it"},
    ]
    by_dicts = modelx.to_proto(fitted, sample=given)
    frame = pd.DataFrame(
        {
            "text": pd.Series(np.array([None, "a"], dtype=object), dtype=object),
            "count": [3.0, 1.0],
            "share": [np.nan, -0.0],
            "flag": [None, None],
        }
    )
    assert by_dicts.evidence == modelx.to_proto(fitted, sample=frame).evidence
    modelx.from_proto(by_dicts)

    numbers = StandardScaler().fit(PANDAS[["count", "flag"]])
    types = modelx.to_proto(numbers, sample=[{"flag": True, "count": 7}]).signature.feature_types
    assert list(types) == [model_pb2.DATA_TYPE_INT64, model_pb2.DATA_TYPE_BOOL]


@pytest.mark.parametrize(
    ("sample", "error", "says"),
    [
        ([{"count": 1}], MissingColumnError, "row 0 of the sample has no key 'share'; give None for a missing value"),
        ([{"count": 1, "share": 2}, [1, 2]], ColumnTypeError, "row 1 of the sample is a list; expected a dict"),
        ([{"count": 1, "share": "much"}], NotNumericError, "the rows are not numbers"),
    ],
)
def test_dicts_that_are_no_sample(sample, error, says):
    with pytest.raises(error, match=says):
        modelx.to_proto(StandardScaler().fit(PANDAS[["count", "share"]]), sample=sample)


def test_dicts_need_names():
    with pytest.raises(MissingColumnError, match="no names of features"):
        modelx.to_proto(StandardScaler().fit(np.eye(2)), sample=[{"a": 1, "b": 2}])
