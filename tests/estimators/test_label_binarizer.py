"""LabelBinarizer: each row is answered as scikit-learn answers it alone, and comes back the same."""

from __future__ import annotations

import numpy as np
import pytest
import reference
import roundtrip
from scipy.sparse import csr_matrix, issparse
from sklearn.preprocessing import LabelBinarizer

import modelx
from modelx.answering import answer
from modelx.calling import call
from modelx.errors import (
    LabelsError,
    NonFiniteInputError,
    ShapeError,
    SourceError,
    UnknownCategoryError,
    UnsupportedEstimatorError,
)
from modelx.kernels import kernel_for
from modelx.v1 import model_pb2

NUMBERS = {"neg_label": -2, "pos_label": 0}
FITTED = {
    "words": (LabelBinarizer().fit(["b", "a", "", "a"]), ["a", "b", "", "unseen", "a\0"]),
    "two words": (LabelBinarizer(**NUMBERS).fit(["no", "yes"]), ["yes", "no", "perhaps"]),
    "one word": (LabelBinarizer(neg_label=3, pos_label=5).fit(["a"]), ["a", "b"]),
    "objects": (LabelBinarizer(sparse_output=True).fit(np.array(["x", "y", "z"], dtype=object)), ["y", "no"]),
    "ints": (LabelBinarizer(neg_label=np.int16(-7)).fit(np.array([5, -2, 0], dtype=np.int16)), [5.0, -0.0, 9.0]),
    "floats": (LabelBinarizer(sparse_output=True).fit([1.0, 4.0, -(2.0**53)]), [4.0, -(2.0**53), 1 - 2.0**53]),
    "bools": (LabelBinarizer().fit([True, False]), [1.0, 0.0, 2.0]),
}


@pytest.fixture(params=FITTED)
def fitted(request):
    return FITTED[request.param]


def rows(labels):
    return np.array(labels, dtype=object if isinstance(labels[0], str) else np.float64).reshape(-1, 1)


def alone(encoder, label):
    """Give what scikit-learn gives for one label."""
    out = encoder.transform(np.array([label], dtype=object if isinstance(label, str) else None))
    return roundtrip.dense(out)[0].tolist()


def test_every_type(fitted):
    encoder, labels = fitted
    loaded = modelx.loads(modelx.dumps(encoder))
    roundtrip.same_estimator(encoder, loaded)
    assert vars(encoder).keys() == vars(loaded).keys()
    known = encoder.classes_[::-1]
    binarized = encoder.transform(known)
    roundtrip.same_array(binarized, loaded.transform(known))
    roundtrip.same_array(encoder.inverse_transform(binarized), loaded.inverse_transform(binarized))
    found = call(loaded, "transform", rows(labels))
    assert found.tolist() == [alone(encoder, label) for label in labels]
    computed = reference.compute(modelx.to_proto(encoder), rows(labels))
    assert computed["transform"].tolist() == found.tolist()
    back = call(loaded, "inverse_transform", found.astype(float))
    assert back.tolist() == computed["inverse_transform"].tolist()
    assert kernel_for(encoder, "transform") is None


def test_rows_do_not_hang_on_each_other():
    """Of three distinct labels, scikit-learn makes two columns for two classes."""
    encoder = LabelBinarizer().fit(["no", "yes"])
    labels = ["yes", "no", "perhaps"]
    assert encoder.transform(labels).shape == (3, 2)
    assert call(encoder, "transform", rows(labels)).tolist() == [[1], [0], [0]]


@pytest.mark.parametrize("sparse", [False, True])
def test_several_labels(sparse):
    given = np.array([[0, 1, 1], [1, 0, 0]])
    numbers = {"sparse_output": True} if sparse else {"neg_label": -1, "pos_label": 3}
    encoder = LabelBinarizer(**numbers).fit(csr_matrix(given) if sparse else given)
    model = modelx.to_proto(encoder, sample=given)
    loaded = modelx.from_proto(model)
    roundtrip.same_estimator(encoder, loaded)
    roundtrip.same_array(encoder.transform(given), loaded.transform(given))
    back = loaded.inverse_transform(encoder.transform(given))
    assert issparse(back) == sparse
    assert roundtrip.dense(back).tolist() == given.tolist()
    computed = reference.compute(model, given)
    for method in ("transform", "inverse_transform"):
        rows_in = given.astype(float) if method == "transform" else computed["transform"]
        assert call(loaded, method, rows_in).tolist() == computed[method].tolist()
    with pytest.raises(ValueError, match="0s and 1s"):
        call(loaded, "transform", np.array([[0.0, 2.0, 1.0]]))


def test_the_way_back_takes_the_first_of_equals_and_nan():
    encoder = FITTED["words"][0]
    t = np.array([[0.5, 0.7, 0.7], [np.nan, 1.0, np.nan], [-1.0, -1.0, -2.0]])
    assert call(encoder, "inverse_transform", t).ravel().tolist() == ["a", "", ""]
    assert call(
        FITTED["two words"][0], "inverse_transform", np.array([[-1.0], [-0.99], [np.nan]])
    ).ravel().tolist() == [
        "no",
        "yes",
        "no",
    ]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("words", None, UnknownCategoryError),
        ("words", np.nan, UnknownCategoryError),
        ("ints", np.nan, NonFiniteInputError),
        ("ints", 0.5, ValueError),
    ],
)
def test_what_is_no_label_is_refused(name, value, error):
    encoder, labels = FITTED[name]
    x = np.array([[labels[0]], [value]], dtype=object if isinstance(labels[0], str) else float)
    with pytest.raises(error):
        answer(encoder, "transform", x, lambda i: f"row {i}")


def test_models_without_a_source(fitted):
    encoder, labels = fitted
    model = modelx.to_proto(encoder)
    model.ClearField("source")
    loaded = modelx.from_proto(model)
    assert call(loaded, "transform", rows(labels)).tolist() == call(encoder, "transform", rows(labels)).tolist()


@pytest.mark.parametrize("labels", [[5, 2], [9, 2, 5], ["b", "a"], [True, False]])
def test_classes_in_another_order(labels):
    """A file of another writer need not sort them."""
    model = model_pb2.ModelProto()
    model.label_binarizer.pos_label = 1
    known = model.label_binarizer.features.add().categories
    {int: known.ints, str: known.strings, bool: known.bools}[type(labels[0])].extend(labels)
    loaded = modelx.from_proto(model)
    found = call(loaded, "transform", rows(labels))
    assert found.tolist() == reference.compute(model, rows(labels))["transform"].tolist()
    assert call(loaded, "inverse_transform", found.astype(float)).ravel().tolist() == labels


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"neg_label": 1}, "refuses"),
        ({"pos_label": 2**53 + 1}, "within 2\\^53"),
        ({"neg_label": -1, "sparse_output": True}, "refuses"),
    ],
)
def test_numbers_that_scikit_learn_or_a_file_refuses(changes, says):
    encoder = LabelBinarizer().fit([1, 2, 3]).set_params(**changes)
    with pytest.raises(UnsupportedEstimatorError, match=says):
        modelx.to_proto(encoder)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda m: setattr(m.label_binarizer, "pos_label", -1), ShapeError),
        (lambda m: setattr(m.label_binarizer, "indicator", True), LabelsError),
        (lambda m: setattr(m.label_binarizer.features[0].categories, "nan", True), LabelsError),
        (lambda m: setattr(m.source.params["sparse_output"], "bool_value", True), SourceError),
        (lambda m: setattr(m.source.attributes["y_type_"], "string_value", "binary"), SourceError),
    ],
)
def test_models_that_contradict_are_refused(change, error):
    model = modelx.to_proto(LabelBinarizer(neg_label=-1).fit(["a", "b", "c"]))
    change(model)
    with pytest.raises(error):
        modelx.from_proto(model)
