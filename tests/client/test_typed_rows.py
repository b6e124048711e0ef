"""Tables of strings and numbers with gaps: every form that a caller may have, against both engines."""

from __future__ import annotations

import math

import both_clients
import contract_tables as tables
import numpy as np
import pandas as pd
import polars as pl
import pytest

from modelx.client import CallError, InvalidRequestError, Prediction

PEOPLE = tables.PEOPLE.drop(columns="note")
RECORDS = PEOPLE.astype(object).to_dict("records")
MARKED = pd.array([pd.NA if math.isnan(age) else int(age * 2) for age in PEOPLE["age"]], dtype="Int64")


@pytest.fixture
def client(kind, server):
    with both_clients.opened(kind, server.grpc) as opened:
        yield opened


@pytest.fixture
def probabilities(models):
    """Give scikit-learn's own."""
    return models[1]["people"].predict_proba(tables.PEOPLE)


def values_of(prediction):
    return prediction.values  # noqa: PD011 - of a Prediction, not of a frame


def close(found, expected):
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "form",
    [
        tables.PEOPLE,
        PEOPLE[PEOPLE.columns[::-1]].assign(extra=pd.Timestamp(0)),
        RECORDS,
        [row | {"note": 5, "extra": object()} for row in RECORDS],
        tables.PEOPLE.to_numpy(dtype=object),
        tables.PEOPLE.to_numpy(dtype=object).tolist(),
    ],
    ids=["frame", "frame in another order", "records", "records with more", "array", "lists"],
)
def test_forms_of_rows(client, probabilities, form):
    close(values_of(client.predict(form, "predict_proba", model="people")), probabilities)


def test_frames_of_polars_and_what_pandas_marks_as_missing(client, models):
    city = ["Oslo", None, "", "Zürich", None, "Paris", "", None, "Rome", "Oslo"]
    estimator = models[1]["people"]
    given = pl.DataFrame({name: PEOPLE[name].tolist() for name in PEOPLE} | {"city": city}, strict=False)
    expected = estimator.predict_proba(tables.PEOPLE.assign(city=pd.Series(city, dtype=object)))
    close(values_of(client.predict(given, "predict_proba", model="people")), expected)
    # pandas' own types of columns have NA, which scikit-learn takes for NaN.
    given = PEOPLE.assign(age=MARKED / 2, city=pd.array(city, dtype="string"))
    gaps = pd.Series([np.nan if text is None else text for text in city], dtype=object)
    expected = estimator.predict_proba(tables.PEOPLE.assign(city=gaps))
    close(values_of(client.predict(given, "predict_proba", model="people")), expected)


def test_one_row_alone_answers_as_among_others(client, probabilities):
    for row in (0, 1, 2, 4):
        close(values_of(client.predict(RECORDS[row : row + 1], "predict_proba", model="people")), probabilities[[row]])


def test_none_nan_and_the_empty_string_are_three_things(client, models):
    rows = [["a", "x"], [None, "x"], [math.nan, "x"], ["", "x"]]
    expected = models[1]["letters"].transform(pd.DataFrame(rows, columns=["first", "second"], dtype=object))
    assert len({str(code) for code in expected[:, 0]}) == 4
    found = values_of(client.predict(rows, "transform", model="letters"))
    assert np.array_equal(found, expected, equal_nan=True)


def test_strings_come_back_with_their_gaps(client, models):
    codes = models[1]["letters"].transform(tables.LETTERS)
    found = values_of(client.predict(codes, "inverse_transform", model="letters"))
    assert found.dtype == object
    assert found[:, 0].tolist() == tables.LETTERS["first"].tolist()
    assert found[:5, 1].tolist() == tables.LETTERS["second"].tolist()[:5]
    assert math.isnan(found[5, 1])
    mixed = values_of(client.predict([[1.0, 2.0], [0.0, 3.0]], "inverse_transform", model="objects"))
    assert mixed.tolist() == models[1]["objects"].inverse_transform([[1.0, 2.0], [0.0, 3.0]]).tolist()
    assert {type(value) for value in mixed[:, 1]} == {float}


def test_strings_and_numbers_side_by_side_in_an_output(client):
    rows = [{"age": 25.0, "city": "Oslo"}, {"age": None, "city": None}]
    found = values_of(client.predict(rows, "transform", model="kept"))
    assert found[0].tolist() == [0.0, "Oslo"]
    assert math.isnan(found[1, 0])
    assert found[1, 1] is None


def test_models_of_numbers_take_names_too(client, models):
    given = tables.SIZES[["b", "a"]]
    expected = models[1]["sizes"].predict(tables.SIZES)
    np.testing.assert_allclose(values_of(client.predict(given, model="sizes")), expected, rtol=1e-12)
    np.testing.assert_allclose(values_of(client.predict(given.to_dict("records"), model="sizes")), expected, rtol=1e-12)


def test_streams_of_tables(client, probabilities):
    batches = [PEOPLE[:3], RECORDS[3:5], [{"age": 1.0}], tables.PEOPLE.to_numpy(dtype=object)[5:]]
    stream = client.predict_stream(iter([batches[0], batches[1], batches[3]]), "predict_proba", model="people")
    close(np.concatenate([values_of(one) for one in stream]), probabilities)
    stream = client.predict_stream(iter(batches[:3]), "predict_proba", model="people")
    assert isinstance(next(stream), Prediction)
    with pytest.raises(InvalidRequestError, match='row 1 has no key "city"'):
        list(stream)


@pytest.mark.parametrize(
    ("rows", "kind_of_error", "message"),
    [
        (PEOPLE.drop(columns="age"), "missing_column", 'no column "age"; expected one for each feature of the model'),
        ([*RECORDS[:1], {"age": 1}], "missing_column", 'row 2 has no key "city"; expected one for each feature'),
        (PEOPLE.assign(age="old"), "not_numeric", "a column is no numbers"),
        (PEOPLE.assign(city=5), "not_text", 'column "city" has 5 in row 1; expected a string, None or NaN'),
        (PEOPLE.assign(city=chr(0xD800)), "not_text", 'column "city" has text that UTF-8 does not have'),
        (PEOPLE.assign(age=pd.Timestamp(0)), "not_numeric", 'column "age" holds times; give numbers or strings'),
        ([["Oslo"]], "wrong_width", "the rows have 1 columns; expected 5"),
        ([["Oslo"], []], "not_numeric", "the rows are no numbers"),
        ([RECORDS[0], [1.0]], "bad_request", "row 2 is a list; expected a mapping"),
        (np.zeros((1, 5)), "not_text", "row 1, feature 2 is a number; expected a string or null"),
        (RECORDS[:1] * 100_001, "too_many_rows", "100001 rows; expected at most 100000"),
    ],
)
def test_rows_that_do_not_suit(client, rows, kind_of_error, message):
    with pytest.raises(InvalidRequestError) as caught:
        client.predict(rows, model="people")
    assert caught.value.kind == kind_of_error
    assert caught.value.message.startswith(message)
    assert isinstance(caught.value, CallError)


def test_what_a_model_takes_is_told(client):
    assert client.info("people").feature_types == ["float64", "string", "float64", "float64", "none"]
    assert client.info("string").feature_types == []
    assert client.info("kept").outputs["transform"].type == "mixed"
