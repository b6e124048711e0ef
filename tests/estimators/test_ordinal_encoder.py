"""OrdinalEncoder: every form, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import reference
import roundtrip
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

import modelx
from modelx import conversion
from modelx.calling import call
from modelx.errors import ShapeError, SourceError, UnsupportedEstimatorError


def objects(*rows):
    out = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        out[i] = row
    return out


CODED = {"handle_unknown": "use_encoded_value"}
WORDS = objects(*[[w, n] for w, n in zip("aaaabbbcdde", [1, 2, 1, 1, 3, 2, 1, 1, 2, 1, 5], strict=True)])
GAPS = objects(["a", 1.5], ["b", np.nan], [None, 2.5], ["a", 1.5], [np.nan, 0.0], ["e\u0301", -0.0], ["", 2.5])
FORMS = [
    {},
    {"dtype": np.int16},
    {**CODED, "unknown_value": -1},
    {**CODED, "unknown_value": np.nan, "encoded_missing_value": 77},
    {**CODED, "unknown_value": 99, "dtype": "float32"},
    {"min_frequency": 2},
    {**CODED, "max_categories": 2, "unknown_value": -7},
    {**CODED, "min_frequency": 0.25, "unknown_value": 1000, "dtype": int},
    {"max_categories": 1},
]


def check(encoder, x):
    loaded = roundtrip.check(encoder, x)
    assert vars(encoder).keys() == vars(loaded).keys()
    for name in ("_missing_indices", "_infrequent_enabled", "_infrequent_indices", "_default_to_infrequent_mappings"):
        roundtrip.same_value(getattr(encoder, name, None), getattr(loaded, name, None))
    assert encoder.get_feature_names_out().tolist() == loaded.get_feature_names_out().tolist()
    model = modelx.to_proto(encoder)
    if any(output.method == "inverse_transform" for output in model.signature.outputs):
        given = reference.compute(model, np.asarray(x).astype(object))
        found = call(encoder, "inverse_transform", given["transform"])
        for a, b in zip(found.reshape(-1), given["inverse_transform"].reshape(-1), strict=True):
            assert a == b or (a is None and b != b) or (a != a and b != b)  # noqa: PLR0124 - NaN
    return loaded


@pytest.mark.parametrize("params", FORMS, ids=str)
def test_arrays_of_objects(params):
    check(OrdinalEncoder(**params).fit(WORDS), WORDS)


@pytest.mark.parametrize(
    "params",
    [{}, {**CODED, "unknown_value": -1, "encoded_missing_value": -2}, {**CODED, "unknown_value": np.nan}],
    ids=str,
)
def test_missing_values(params):
    check(OrdinalEncoder(**params).fit(GAPS), GAPS)
    frame = pd.DataFrame({"word": pd.Series(GAPS[:, 0], dtype=object), "size": GAPS[:, 1].astype(float)})
    check(OrdinalEncoder(**params).fit(frame), frame.astype(object))


def test_unknown_values():
    encoder = OrdinalEncoder(**CODED, unknown_value=-1).fit(GAPS)
    check(encoder, objects(["zzz", 9.0], ["a\0", 2.5], ["A", np.nan]))


def test_arrays_of_numbers_and_of_strings():
    check(OrdinalEncoder().fit(np.array([[1, 5], [3, 5], [-2, 7]])), np.array([[1.0, 7.0], [-2.0, 5.0]]))
    loaded = check(OrdinalEncoder().fit(np.array([["a"], ["bb"]])), np.array([["a"], ["bb"]]))
    assert loaded.categories_[0].dtype.str == "<U2"


def test_what_is_given_to_the_way_back_stays_as_it_is():
    encoder = OrdinalEncoder().fit(GAPS)
    codes = call(encoder, "transform", GAPS)
    before = codes.tobytes()
    call(encoder, "inverse_transform", codes)
    assert codes.tobytes() == before


def test_nan_beside_infrequent_categories_has_no_way_back():
    encoder = OrdinalEncoder(max_categories=2).fit(GAPS[:, :1])
    assert [output.method for output in modelx.to_proto(encoder).signature.outputs] == ["transform"]
    loaded = modelx.loads(modelx.dumps(encoder))
    roundtrip.same_estimator(encoder, loaded)
    roundtrip.same_array(encoder.transform(GAPS[:, :1]), loaded.transform(GAPS[:, :1]))


def test_in_front_of_a_regressor():
    pipe = make_pipeline(OrdinalEncoder(**CODED, unknown_value=-1), Ridge()).fit(WORDS, np.arange(len(WORDS)))
    loaded = modelx.loads(modelx.dumps(pipe))
    assert loaded.predict(WORDS).tobytes() == pipe.predict(WORDS).tobytes()


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"dtype": bool}, "does not hold"),
        ({**CODED, "unknown_value": -1, "dtype": np.uint8}, "does not hold"),
        ({**CODED, "unknown_value": 2**60}, "no float64 holds"),
    ],
)
def test_numbers_that_the_type_does_not_hold(params, says):
    with pytest.raises(UnsupportedEstimatorError, match=says):
        modelx.dumps(OrdinalEncoder(**params).fit(WORDS))


@pytest.mark.parametrize("name", ["handle_unknown", "unknown_value", "encoded_missing_value"])
def test_a_source_that_contradicts_the_model(name):
    proto = modelx.to_proto(OrdinalEncoder(**CODED, unknown_value=-1, encoded_missing_value=-3).fit(WORDS))
    proto.source.params[name].string_value = "error"
    with pytest.raises(SourceError, match=name):
        modelx.from_proto(proto)


@pytest.mark.parametrize("params", FORMS, ids=str)
def test_a_model_without_a_source(params):
    encoder = OrdinalEncoder(**params).fit(WORDS)
    proto = modelx.to_proto(encoder)
    proto.ClearField("source")
    assert call(modelx.from_proto(proto), "transform", WORDS).tolist() == call(encoder, "transform", WORDS).tolist()


def test_a_number_between_two_is_refused():
    proto = modelx.to_proto(OrdinalEncoder().fit(WORDS))
    proto.ordinal_encoder.missing = 0.5
    with pytest.raises(ShapeError):
        conversion.check(proto)
