"""LabelEncoder: labels of every type as rows of one label."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
from sklearn.preprocessing import LabelBinarizer, LabelEncoder

import modelx
from modelx import conversion
from modelx.answering import answer
from modelx.calling import call
from modelx.errors import ShapeError, SourceError, UnknownCategoryError
from modelx.kernels import kernel_for

LABELS = {
    "strings": np.array(["b", "a", "", "a", "\U0001f600", "e\u0301"]),
    "objects": np.array(["b", None, "a", np.nan, "b"], dtype=object),
    "numbers of objects": np.array([3, 1.5, True, 3], dtype=object),
    "ints": np.array([5, -2, 0, 5], dtype=np.int16),
    "floats": np.array([0.5, np.nan, -0.0, 5e-324, np.nan]),
    "bools": np.array([True, False]),
}


@pytest.fixture(params=LABELS)
def labels(request):
    return LABELS[request.param]


def rows(labels):
    return labels.reshape(-1, 1).astype(object if labels.dtype.kind in "OU" else np.float64)


def test_every_type(labels):
    encoder = LabelEncoder().fit(labels)
    loaded = modelx.loads(modelx.dumps(encoder))
    roundtrip.same_estimator(encoder, loaded)
    assert vars(encoder).keys() == vars(loaded).keys()
    codes = encoder.transform(labels)
    assert loaded.transform(labels).tolist() == codes.tolist()
    roundtrip.same_array(encoder.inverse_transform(codes), loaded.inverse_transform(codes))


def test_rows_are_labels(labels):
    encoder = LabelEncoder().fit(labels)
    proto = modelx.to_proto(encoder)
    computed = reference.compute(proto, rows(labels).astype(object))
    found = call(encoder, "transform", rows(labels))
    assert found.tolist() == computed["transform"].tolist() == encoder.transform(labels).reshape(-1, 1).tolist()
    back = call(encoder, "inverse_transform", found.astype(float))
    for a, b in zip(back[:, 0].tolist(), computed["inverse_transform"][:, 0].tolist(), strict=True):
        assert a == b or (a != a and b != b)  # noqa: PLR0124 - NaN
    assert kernel_for(encoder, "transform") is None


def test_a_model_without_a_source(labels):
    encoder = LabelEncoder().fit(labels)
    proto = modelx.to_proto(encoder)
    proto.ClearField("source")
    assert modelx.from_proto(proto).transform(labels).tolist() == encoder.transform(labels).tolist()


@pytest.mark.parametrize(
    ("labels", "unseen"),
    [("strings", "ab"), ("strings", None), ("objects", "c"), ("ints", 5.5), ("ints", np.nan), ("bools", 2.0)],
)
def test_what_is_no_label_is_refused(labels, unseen):
    encoder = LabelEncoder().fit(LABELS[labels])
    with pytest.raises(ValueError, match="previously unseen labels"):
        call(encoder, "transform", np.array([[unseen]], dtype=object))
    x = np.array([[rows(LABELS[labels])[0, 0]], [unseen]], dtype=object)
    with pytest.raises(UnknownCategoryError, match="row 1"):
        answer(encoder, "transform", x, lambda i: f"row {i}")


@pytest.mark.parametrize("code", [-1.0, 6.0, 0.5, np.nan])
def test_numbers_of_no_label_are_refused(code):
    with pytest.raises(ValueError, match="previously unseen labels"):
        call(LabelEncoder().fit(LABELS["strings"]), "inverse_transform", np.array([[code]]))


def test_two_labels_in_a_row():
    proto = modelx.to_proto(LabelEncoder().fit(LABELS["ints"]))
    proto.label_encoder.features.append(proto.label_encoder.features[0])
    with pytest.raises(ShapeError, match="expected 1"):
        conversion.check(proto)


def test_an_attribute_that_the_model_has_itself():
    proto = modelx.to_proto(LabelEncoder().fit(LABELS["ints"]))
    proto.source.attributes["classes_"].int_value = 1
    with pytest.raises(SourceError):
        modelx.from_proto(proto)


@pytest.mark.parametrize("given", [["no", "yes", "yes"], np.array([3, 1, 3]), pd.Series(["b", "a"], dtype=object)])
def test_a_sample_is_what_the_encoder_takes(given):
    for encoder in (LabelEncoder().fit(given), LabelBinarizer().fit(given)):
        model = modelx.to_proto(encoder, sample=given)
        assert model.evidence.rows.n_rows >= len(given)
        assert modelx.from_proto(model).transform(given).tolist() == encoder.transform(given).tolist()
