"""What a caller may give wrong: each is refused with its name, instead of being changed without a word."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from data import load
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import modelx
from modelx.errors import (
    MissingColumnError,
    ModelxWarning,
    NonFiniteInputError,
    NotNumericError,
    SourceError,
    UnsupportedEstimatorError,
)


@pytest.fixture(scope="module")
def line():
    x, y = load("diabetes")
    return LinearRegression().fit(x, y)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"name": 5}, TypeError, "name is a int, 5; expected a str"),
        ({"name": ""}, None, ""),
        ({"name": "x\ud800"}, ValueError, "no Unicode text"),
        ({"version": 1.2}, TypeError, "version is a float, 1.2; expected a str"),
        ({"level": 3}, ValueError, "level is 3 without a compression"),
        ({"metadata": [1]}, TypeError, "metadata is a list; expected a mapping"),
        ({"metadata": {1: 2}}, TypeError, "a key of metadata is a int, 1"),
        ({"metadata": {"a": {"b": "\ud800"}}}, ValueError, r"metadata\.a\.b is .* no Unicode text"),
        ({"metadata": {"id": 2**53 + 1}}, ValueError, "9007199254740993, which no float64 holds; give it as text"),
        ({"metadata": {"id": np.int64(2**53 + 1)}}, ValueError, "give it as text"),
        ({"metadata": {"id": 2**53}}, None, ""),
        ({"metadata": {"metrics": 3}}, ValueError, "keep for metrics="),
        ({"metadata": {"training_samples": "many"}}, ValueError, "training_samples is 'many'; expected a number"),
        ({"metadata": {"created_timestamp": 1e30}}, ValueError, r"created_timestamp is 1e\+30; expected seconds since"),
        ({"metrics": {"a": "b"}}, ValueError, r"metrics\['a'\] is 'b'"),
        ({"metrics": {"a": None}}, TypeError, r"metrics\['a'\] is None"),
        ({"metrics": {"a": 10**400}}, OverflowError, r"metrics\['a'\] is 1000"),
        (
            {"sample": np.full((2, 10), np.nan)},
            NonFiniteInputError,
            "NaN in row 0, column 0.* LinearRegression refuses",
        ),
        ({"sample": np.ones((2, 10)) * 1j}, NotNumericError, "complex"),
        ({"sample": np.ma.masked_array(np.ones((2, 10)), np.eye(2, 10))}, NotNumericError, "masked"),
    ],
)
def test_options(line, given, error, words):
    if error is None:
        modelx.loads(modelx.dumps(line, **given))
        return
    with pytest.raises(error, match=words):
        modelx.dumps(line, **given)


def test_bytes_of_every_kind_are_read_and_nothing_else(line):
    data = modelx.dumps(line)
    for given in (data, bytearray(data), memoryview(data)):
        assert modelx.loads(given).coef_.tobytes() == line.coef_.tobytes()
    for given in ("model.pb", None):
        with pytest.raises(TypeError, match=r"expected bytes. modelx.load\(path\) reads a file"):
            modelx.loads(given)


def test_a_missing_folder_is_named_and_not_the_temporary_file(line, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        modelx.dump(line, tmp_path / "none" / "m.pb")
    assert caught.value.filename == str(tmp_path / "none" / "m.pb")


def test_rows_of_a_sample_that_are_left_out_are_counted(line):
    x, _ = load("diabetes")
    with pytest.warns(ModelxWarning, match="1 of the 2 rows of the sample are not stored"):
        model = modelx.to_proto(line, sample=np.stack([x[0], np.full(10, 1e308)]))
    assert model.evidence.origin == model.evidence.ORIGIN_SAMPLE_AND_MADE


def test_a_frame_with_the_columns_in_another_order_is_no_sample():
    x, y = load("iris")
    frame = pd.DataFrame(x, columns=list("abcd"))
    fitted = LogisticRegression(max_iter=500).fit(frame, y)
    modelx.dumps(fitted, sample=frame[:3])
    for columns in (list("dcba"), list("abc")):
        with pytest.raises(MissingColumnError, match=r"give sample\[list\(estimator.feature_names_in_\)\]"):
            modelx.dumps(fitted, sample=frame[columns][:3])


def test_labels_with_a_nul_at_the_end_come_back():
    x, y = load("iris")
    labels = np.array(["a\0", "a", "d"], dtype=object)[y]
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, labels)
    assert modelx.loads(modelx.dumps(fitted)).predict(x).tolist() == fitted.predict(x).tolist()


def test_labels_that_are_no_unicode_text_are_refused():
    x, y = load("iris")
    fitted = LogisticRegression(max_iter=500).fit(x, np.array(["a\ud800", "b", "c"], dtype=object)[y])
    with pytest.raises(UnsupportedEstimatorError, match="no Unicode text"):
        modelx.dumps(fitted)


@pytest.mark.parametrize("container", ["default", "pandas", "polars"])
def test_what_set_output_chose_comes_back(container):
    x, _ = load("iris")
    frame = pd.DataFrame(x, columns=list("abcd"))
    fitted = StandardScaler().set_output(transform=container).fit(frame)
    found = modelx.loads(modelx.dumps(fitted)).transform(frame)
    assert type(found) is type(fitted.transform(frame))
    assert np.asarray(found).tobytes() == np.asarray(fitted.transform(frame)).tobytes()


def test_another_container_than_set_output_knows_is_refused():
    x, _ = load("iris")
    model = modelx.to_proto(StandardScaler().fit(x))
    model.source.transform_output = "pickle"
    with pytest.raises(SourceError, match="transform_output is 'pickle'; expected one of default, pandas, polars"):
        modelx.from_proto(model)


def test_threads_leave_the_filters_of_warnings_alone():
    x, y = load("iris")
    data = modelx.dumps(LogisticRegression(max_iter=500).fit(pd.DataFrame(x, columns=list("abcd")), y))
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(modelx.loads, [data] * 200))
    assert warnings.filters == before
