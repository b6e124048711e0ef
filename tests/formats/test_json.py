import json
import math
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import BisectingKMeans, KMeans
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

import modelx
from modelx import errors, formats, wire
from modelx.formats import json as json_format
from modelx.formats import json_mapping, protobuf
from modelx.limits import DEFAULT, Limits
from modelx.v1 import model_pb2, source_pb2

SAMPLES = Path(__file__).parents[1] / "samples"
X, Y = load_iris(return_X_y=True)


def document(**parameters):
    return {
        "model_spec": {"name": "LinearRegression", "format_version": "1.0"},
        "parameters": {"coefficients": [1.0, 2.0], "intercept": 0.5, "n_features": 2} | parameters,
    }


def decode(value):
    return json_format.loads(value if isinstance(value, bytes) else json.dumps(value).encode(), DEFAULT)


def rows():
    return np.loadtxt(SAMPLES / "diabetes_first_20_rows.csv", delimiter=",")


@pytest.mark.parametrize("name", ["scigo_go_export.json", "scigo_sklearn_export.json"])
def test_files_of_the_earlier_system_load_predict_and_survive_a_rewrite(name):
    data = (SAMPLES / name).read_bytes()
    model = decode(data)
    again = decode(json_format.dumps(model))
    assert again == model
    expected = np.loadtxt(SAMPLES / "diabetes_first_20_predictions.csv", delimiter=",")
    for estimator in (modelx.loads(data), modelx.loads(json_format.dumps(model))):
        assert type(estimator) is LinearRegression
        np.testing.assert_allclose(estimator.predict(rows()), expected, rtol=1e-12)
    before, after = json.loads(data), json.loads(json_format.dumps(model))
    assert after["parameters"] == before["parameters"]
    assert after.get("metadata") == before.get("metadata")
    assert before["model_spec"].items() <= after["model_spec"].items()


def test_the_names_of_the_earlier_system_go_where_ours_stand():
    model = decode((SAMPLES / "scigo_go_export.json").read_bytes())
    assert (model.name, model.source.class_name, model.source.library) == ("LinearRegression",) * 2 + ("scigo",)
    assert model.metadata.created_timestamp == 1795167000
    assert model.metadata.training_samples == 442
    assert dict(model.metadata.properties) == {"training_features": 10.0, "training_time_seconds": 0.004}


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_an_earlier_reader_finds_the_keys_that_it_knows(fit_intercept):
    estimator = LinearRegression(fit_intercept=fit_intercept).fit(X, Y)
    written = json.loads(modelx.dumps(estimator, "json"))
    assert list(written) == ["model_spec", "parameters"]
    assert list(written["parameters"]) == ["coefficients", "intercept", "n_features"]
    assert written["parameters"]["intercept"] == estimator.intercept_
    assert written["model_spec"]["name"] == "LinearRegression"
    assert written["model_spec"]["library"] == "scikit-learn"


ESTIMATORS = [
    LinearRegression(),
    LogisticRegression(max_iter=1000),
    RidgeClassifier(),
    KMeans(3, n_init=1, random_state=0),
    BisectingKMeans(3, random_state=0),
    MinMaxScaler(clip=True),
    make_pipeline(StandardScaler(), make_pipeline("passthrough", MinMaxScaler()), LogisticRegression()),
]


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
def test_a_model_comes_back_as_the_same_message(estimator):
    names = np.array(["setosa", "versicolor", "ünïcödé\n\u2028"])
    target = names[Y] if isinstance(estimator, LogisticRegression) else Y
    model = modelx.to_proto(estimator.fit(X, target), metadata={"a": [1, None, {"z": "x", "b": True}]})
    data = json_format.dumps(model)
    assert protobuf.dumps(decode(data)) == protobuf.dumps(model)
    assert formats.detect(data) == "json"
    assert modelx.loads(data).get_params().keys() == estimator.get_params().keys()


def test_equal_models_give_equal_bytes_whatever_the_order_of_insertion():
    one, other = model_pb2.ModelProto(), model_pb2.ModelProto()
    for model, order in ((one, 1), (other, -1)):
        model.linear_regression.n_features = 2
        for key in [f"k{i}" for i in range(40)][::order]:
            model.metadata.metrics[key] = 1.0
            model.metadata.properties[key] = {"b": 1, "a": 2} if order == 1 else {"a": 2, "b": 1}
            model.source.params[key].dict.entries.add().key.string_value = key
    assert one == other
    assert json_format.dumps(one) == json_format.dumps(other)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=True), max_size=40))
def test_doubles_keep_their_bits(values):
    model = model_pb2.ModelProto()
    wire.fill(model.linear_regression, "coefficients", values)
    model.linear_regression.intercept = values[0] if values else -0.0
    back = decode(json_format.dumps(model)).linear_regression
    for found, expected in zip(
        [*back.coefficients, back.intercept], [*values, model.linear_regression.intercept], strict=True
    ):
        same = struct.pack("<d", found) == struct.pack("<d", expected)
        assert same or (math.isnan(found) and math.isnan(expected))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5e-324", 5e-324),
        ("-0", -0.0),
        ("-0.0", -0.0),
        ("1E2", 100.0),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
        ('"-Infinity"', -math.inf),
        ('"1.5e0"', 1.5),
    ],
)
def test_numbers_as_other_writers_spell_them(text, value):
    data = json.dumps(document()).replace("0.5", text).encode()
    found = decode(data).linear_regression.intercept
    assert struct.pack("<d", found) == struct.pack("<d", value)


def test_every_kind_of_field_is_read():
    array = source_pb2.NdArray(dtype="float32", floats=[1.5, math.nan], ints=[-(2**63), 2**63 - 1], bools=[True, False])
    model = model_pb2.ModelProto(name="n", schema_version=1)
    model.linear_regression.n_features = 1
    model.source.attributes["a"].array.CopyFrom(array)
    model.evidence.rows.eighths = bytes(range(256))
    back = decode(json_format.dumps(model))
    assert protobuf.dumps(back) == protobuf.dumps(model)


def test_white_space_and_a_byte_order_mark_may_come_first():
    data = b"\xef\xbb\xbf \r\n\t" + json.dumps(document()).encode()
    assert formats.detect(data) == "json"
    assert list(decode(data).linear_regression.coefficients) == [1.0, 2.0]


@pytest.mark.parametrize("name", ["x" * 123, '{"' + "x" * 30, '{ "' + "x" * 29])
def test_a_protobuf_file_whose_name_begins_like_json_stays_protobuf(name):
    model = model_pb2.ModelProto(name=name)
    model.linear_regression.n_features = 1
    data = protobuf.dumps(model)
    assert formats.detect(data) == "protobuf"
    assert formats.loads(data, DEFAULT)[0] == model
    # The same first bytes with a JSON text behind them are JSON.
    assert formats.detect(b"\n" + json.dumps(document()).encode()) == "json"


def test_unknown_keys_of_model_spec_are_passed_over():
    value = document()
    value["model_spec"]["x"] = 1
    value["model_spec"]["model"] = {
        "later": 1,
        "signature": {"n_features": 2, "outputs": [{"type": "DATA_TYPE_LATER"}]},
    }
    assert decode(value).signature.n_features == 2


def nested(levels):
    return b'{"x": ' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


DEFECTS = {
    "truncated": (json.dumps(document()).encode()[:-3], errors.MalformedError),
    "trailing": (json.dumps(document()).encode() + b" {}", errors.MalformedError),
    "not utf-8": (json.dumps(document()).encode().replace(b"Linear", b"\xff\xfe"), errors.MalformedError),
    "half a surrogate pair": (
        json.dumps(document()).encode().replace(b"Linear", b"\\ud800"),
        errors.MalformedError,
    ),
    "control character": (json.dumps(document()).encode().replace(b"Linear", b"\x01"), errors.MalformedError),
    "NaN": (json.dumps(document(intercept=math.nan)).encode(), errors.MalformedError),
    "Infinity": (json.dumps(document(intercept=math.inf)).encode(), errors.MalformedError),
    "1e999": (json.dumps(document()).replace("0.5", "1e999").encode(), errors.MalformedError),
    "1e999 in an unknown key": (b'{"x": 1e999}', errors.MalformedError),
    "1e999 in quotation marks": (document(intercept="1e999"), errors.MalformedError),
    "int over float64": (json.dumps(document()).replace("0.5", "1" * 400).encode(), errors.MalformedError),
    "huge int": (json.dumps(document()).replace("0.5", "1" * 10000).encode(), errors.MalformedError),
    "int32 overflow": (document(n_features=2**31), errors.MalformedError),
    "int with a fraction": (document(n_features=1.5), errors.MalformedError),
    "bool as int": (document(n_features=True), errors.MalformedError),
    "bool as double": (document(coefficients=[True, 1.0]), errors.MalformedError),
    "underscore": (document(intercept="1_0"), errors.MalformedError),
    "null in a list": (document(coefficients=[None, 1.0]), errors.MalformedError),
    "number for a list": (document(coefficients=1.0), errors.MalformedError),
    "unknown enum": (document(link="LINK_LATER"), errors.MalformedError),
    "unknown field": (document(later=1), errors.MalformedError),
    "two spellings": (document(nFeatures=2), errors.MalformedError),
    "no parameters": ({"model_spec": {}}, errors.MalformedError),
    "parameters are a list": (document() | {"parameters": []}, errors.MalformedError),
    "no model_spec": ({"parameters": {}}, errors.MalformedError),
    "name is no string": (document() | {"model_spec": {"name": 1}}, errors.MalformedError),
    "created_at is no time": (
        document() | {"model_spec": {"created_at": "2026-13-01T00:00:00Z"}},
        errors.MalformedError,
    ),
    "created_at without a zone": (
        document() | {"model_spec": {"created_at": "2026-11-01T00:00:00"}},
        errors.MalformedError,
    ),
    "family in model": (document() | {"model_spec": {"model": {"kmeans": {}}}}, errors.MalformedError),
    "metadata in model": (document() | {"model_spec": {"model": {"metadata": {}}}}, errors.MalformedError),
    "training_samples": (document() | {"metadata": {"training_samples": "x"}}, errors.MalformedError),
    "metrics": (document() | {"metadata": {"metrics": {"r2": "x"}}}, errors.MalformedError),
    "101 levels": (nested(101), errors.TooDeepError),
    "unclosed levels": (b'{"x": ' + b"[" * 100_000, errors.TooDeepError),
    "doubled key": (b'{"model_spec": {}, "model_spec": {}}', errors.DuplicateKeyError),
    "doubled key inside": (b'{"x": [{"a": 1, "\\u0061": 2}]}', errors.DuplicateKeyError),
    "later schema": (
        document(later=1) | {"model_spec": {"model": {"schema_version": 1000}, "family": "later"}},
        errors.SchemaVersionError,
    ),
    "later family": (document() | {"model_spec": {"family": "later"}}, errors.UnknownFamilyError),
    "a field that is no family": (document() | {"model_spec": {"family": "signature"}}, errors.UnknownFamilyError),
}


@pytest.mark.parametrize("case", DEFECTS)
def test_each_defect_has_its_error(case):
    value, error = DEFECTS[case]
    with pytest.raises(errors.ModelFileError) as caught:
        decode(value)
    assert type(caught.value) is error


def test_an_error_names_the_place():
    with pytest.raises(errors.MalformedError) as caught:
        decode(document(coefficients=[1.0, "x"]))
    assert caught.value.path == "linear_regression.coefficients[1]"


def test_two_arms_of_a_oneof_are_refused():
    with pytest.raises(errors.MalformedError, match="kind"):
        json_mapping.read({"bool_value": True, "int_value": 1}, source_pb2.Value(), "value")


def test_a_hundred_levels_are_allowed_and_brackets_in_strings_do_not_count():
    with pytest.raises(errors.MalformedError, match="model_spec"):
        decode(nested(100))
    value = document()
    value["model_spec"]["name"] = '[{\\"' * 1000
    assert decode(value).name == value["model_spec"]["name"]
    with pytest.raises(errors.TooDeepError):
        json_format.loads(json.dumps(value).encode(), Limits(json_depth=1))


def test_a_limit_over_what_python_can_do_is_no_crash():
    for data in (nested(100_000), json.dumps(document()).encode()[:-1] + b', "metadata": ' + nested(900) + b"}"):
        with pytest.raises(errors.TooDeepError):
            json_format.loads(data, Limits(json_depth=1 << 30))


@pytest.mark.parametrize("data", [b'{"a": "' + b'\\"' * 300_000, b'{"a": ' + b'"' * 600_001, b'{"' + b"\\" * 600_001])
def test_an_unclosed_string_costs_no_more_than_its_length(data):
    start = time.process_time()
    with pytest.raises(errors.MalformedError):
        decode(data)
    assert time.process_time() - start < 2.0


def test_more_values_than_any_model_has_are_refused_before_they_take_memory():
    data = b'{"x": [' + b"[]," * (1 << 22) + b"[]]}"
    with pytest.raises(errors.TooLargeError):
        decode(data)


def test_what_json_cannot_hold_is_refused_on_writing():
    model = model_pb2.ModelProto()
    with pytest.raises(errors.UnknownFamilyError):
        json_format.dumps(model)
    model.linear_regression.n_features = 1
    model.metadata.properties["metrics"] = "x"
    with pytest.raises(errors.MalformedError, match="rename"):
        json_format.dumps(model)
    model.metadata.properties.Clear()
    model.metadata.properties["x"] = math.nan
    with pytest.raises(errors.MalformedError, match="JSON cannot hold"):
        json_format.dumps(model)
    model.metadata.Clear()
    model.metadata.created_timestamp = 2**62
    with pytest.raises(errors.MalformedError, match="1970"):
        json_format.dumps(model)


@pytest.mark.parametrize("seconds", [1, -1, 1795167000, 253402300799])
def test_times_come_back(seconds):
    model = model_pb2.ModelProto()
    model.linear_regression.n_features = 1
    model.metadata.created_timestamp = seconds
    assert decode(json_format.dumps(model)).metadata.created_timestamp == seconds


def test_fractions_and_zones_of_times_are_read():
    value = document()
    value["model_spec"]["created_at"] = "2026-11-20T10:30:00.25+01:00"
    assert decode(value).metadata.created_timestamp == 1795167000
