"""MultiLabelBinarizer: sets of labels as rows, in evidence, in samples, and back."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
from sklearn.preprocessing import MultiLabelBinarizer

import modelx
from modelx.calling import call
from modelx.errors import LabelsError, NotNumericError, SourceError, UnsupportedEstimatorError
from modelx.kernels import kernel_for

NAN = float("nan")
FITTED = {
    "words": (MultiLabelBinarizer().fit([{"b", "a"}, {""}]), [["b", "a", None], ["b", "b", "zz"], [None] * 3]),
    "an order": (MultiLabelBinarizer(classes=["z", "a"], sparse_output=True).fit([]), [["a", "z"], [np.nan, "a"]]),
    "ints": (MultiLabelBinarizer(classes=(3, 1, 2)).fit([]), [[1.0, 2.0, NAN], [-0.0, 3.0, 3.0], [NAN] * 3]),
    "floats": (MultiLabelBinarizer().fit([{0.5, 2}, {-1e300}]), [[2.0, 0.5, NAN], [np.inf, 0.25, -1e300]]),
    "one": (MultiLabelBinarizer().fit([{"only"}]), [["only"], [None]]),
}


@pytest.fixture(params=FITTED)
def fitted(request):
    binarizer, rows = FITTED[request.param]
    return binarizer, np.array(rows, dtype=object if binarizer.classes_.dtype == object else float)


def sets(binarizer, rows):
    return [{value for value in row if value in binarizer.classes_.tolist()} for row in rows.tolist()]


def test_every_type(fitted):
    binarizer, rows = fitted
    loaded = modelx.loads(modelx.dumps(binarizer))
    roundtrip.same_estimator(binarizer, loaded)
    assert vars(binarizer).keys() == vars(loaded).keys()
    given = sets(binarizer, rows)
    indicators = binarizer.transform(given)
    roundtrip.same_array(indicators, loaded.transform(given))
    assert binarizer.inverse_transform(indicators) == loaded.inverse_transform(indicators)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = call(loaded, "transform", rows)
    assert found.tolist() == roundtrip.dense(indicators).tolist()
    computed = reference.compute(modelx.to_proto(binarizer), rows.astype(object))
    assert computed["transform"].tolist() == found.tolist()
    back = call(loaded, "inverse_transform", found.astype(float))
    assert repr(back.tolist()) == repr(computed["inverse_transform"].tolist())
    assert kernel_for(binarizer, "transform") is None


def test_the_loaded_one_fits_again():
    loaded = modelx.loads(modelx.dumps(FITTED["words"][0]))
    assert loaded.fit_transform([{"x"}, {"y", "x"}]).tolist() == [[1, 0], [1, 1]]


def test_what_comes_back_is_padded():
    binarizer = FITTED["words"][0]
    back = call(binarizer, "inverse_transform", np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]))
    assert back.tolist() == [["b", None, None], [None, None, None]]
    with pytest.raises(ValueError, match="0s and 1s"):
        call(binarizer, "inverse_transform", np.array([[0.5, 0.0, 0.0]]))


def kept(model, n):
    """Give the first rows of the evidence of a model of strings."""
    columns = model.evidence.rows.columns
    return [[None if i in column.none_rows else column.strings[i] for column in columns] for i in range(n)]


def test_samples_of_sets():
    binarizer = FITTED["words"][0]
    model = modelx.to_proto(binarizer, sample=[{"b"}, ["a", "zz", "a"], (), ["a", "b", "", "zz", "yy"]])
    assert kept(model, 4) == [["b", None, None], ["a", "zz", None], [None] * 3, ["a", "b", ""]]
    rows = np.array([["a", None, "b"]], dtype=object)
    assert kept(modelx.to_proto(binarizer, sample=rows), 1) == rows.tolist()
    assert kept(modelx.to_proto(binarizer, sample=pd.DataFrame(rows)), 1) == rows.tolist()
    numbers = modelx.to_proto(FITTED["ints"][0], sample=[{3}, {1, 2, 9}])
    again = modelx.from_proto(numbers)
    assert again.transform([{3}, {1, 2}]).tolist() == [[1, 0, 0], [0, 1, 1]]
    assert numbers.evidence.origin == numbers.evidence.ORIGIN_SAMPLE_AND_MADE


@pytest.mark.parametrize("row", ["ab", 7])
def test_samples_of_something_else(row):
    with pytest.raises(NotNumericError, match="expected a set"):
        modelx.to_proto(FITTED["words"][0], sample=[{"a"}, row])


@pytest.mark.parametrize(
    ("binarizer", "says"),
    [
        (MultiLabelBinarizer().fit([set()]), "no classes"),
        (MultiLabelBinarizer(classes=["a", None]).fit([]), "end of a set"),
        (MultiLabelBinarizer(classes=[0.5, NAN]).fit([]), "end of a set"),
        (MultiLabelBinarizer().fit([{(1, 2)}]), "tuple"),
        (MultiLabelBinarizer(classes=["a", 1]).fit([]), "numbers alone"),
    ],
)
def test_what_no_file_carries(binarizer, says):
    with pytest.raises(UnsupportedEstimatorError, match=says):
        modelx.to_proto(binarizer)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda m: setattr(m.multi_label_binarizer.features[0].categories, "none", True), LabelsError),
        (lambda m: setattr(m.source, "class_name", "LabelEncoder"), SourceError),
        (lambda m: setattr(m.source.attributes["classes_"], "int_value", 1), SourceError),
    ],
)
def test_models_that_contradict_are_refused(change, error):
    model = modelx.to_proto(FITTED["words"][0])
    change(model)
    with pytest.raises(error):
        modelx.from_proto(model)


def test_a_model_without_a_source(fitted):
    binarizer, rows = fitted
    model = modelx.to_proto(binarizer)
    model.ClearField("source")
    found = call(modelx.from_proto(model), "transform", rows)
    assert found.tolist() == call(binarizer, "transform", rows).tolist()
