"""JSON that is broken, ambiguous, too deep, or not the document."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import modelx
from defects.defect import Defect, base


def _document() -> dict[str, Any]:
    data = modelx.api.encode(base("linear_regression"), modelx.formats.Encoding("json"))
    document: dict[str, Any] = json.loads(data)
    # The evidence is not what these are about.
    del document["model_spec"]["model"]["evidence"]
    return document


def _text(document: Any) -> str:
    return json.dumps(document)


def _changed(*steps: Any) -> str:
    """Give the document with the value at a path (all but the last of `steps`) replaced by the last."""
    document = _document()
    *way, key, value = steps
    place = document
    for step in way:
        place = place[step]
    if value is None:
        del place[key]
    else:
        place[key] = value
    return _text(document)


def _raw(marker: str, text: str, *way: Any) -> str:
    """Give the document with raw text, which json.dumps would not write, in the place of a value."""
    return _changed(*way, marker).replace(json.dumps(marker), text)


def of_syntax() -> Iterator[Defect]:
    """Give text that is no JSON, or whose meaning readers differ in."""

    def defect(name: str, why: str, text: str | bytes, kind: str = "malformed") -> Defect:
        return Defect(f"json/{name}", why, kind, text.encode() if isinstance(text, str) else text, suffix=".json")

    whole = _text(_document())
    yield defect("truncated", "cut in the middle of a number", whole[: whole.index("coefficients") + 40])
    yield defect("without_end", "the last brace is missing", whole.rstrip()[:-1])
    yield defect("trailing_garbage", "a second document behind the first", whole + "{}")
    yield defect("trailing_comma", "a comma behind the last element", '{"model_spec": {},}')
    yield defect("comment", "a comment, which JSON has not", "{// hello\n" + whole[1:])
    yield defect("single_quotes", "quotes of another language", "{'model_spec': {}}")
    yield defect("bare_nan", "NaN without quotes is no JSON", _raw("@", "NaN", "parameters", "intercept"))
    yield defect(
        "bare_infinity", "Infinity without quotes is no JSON", _raw("@", "-Infinity", "parameters", "intercept")
    )
    yield defect("leading_zero", "a number that begins with 0", _raw("@", "01", "parameters", "intercept"))
    yield defect("hexadecimal", "a number in another base", _raw("@", "0x10", "parameters", "intercept"))
    yield defect("underscore", "a number as Python writes it", _raw("@", "1_000", "parameters", "intercept"))
    yield defect("lonely_point", "no digit behind the point", _raw("@", "1.", "parameters", "intercept"))
    yield defect("too_large_number", "1e999 is no float64", _raw("@", "1e999", "parameters", "intercept"))
    yield defect(
        "too_large_number_in_a_list", "-1e400 is no float64", _raw("@", "[-1e400]", "parameters", "coefficients")
    )
    long = _raw("@", "9" * 100_000, "parameters", "intercept").encode()
    yield Defect(
        "json/long_number", "a number of 100,000 digits", "malformed", gzip.compress(long, mtime=0), ".json.gz"
    )
    yield defect(
        "long_exponent", "an exponent of 10,000 digits", _raw("@", "1e" + "9" * 10_000, "parameters", "intercept")
    )
    yield defect("control_character", "a line feed in a string", _raw("@", '"a\nb"', "model_spec", "name"))
    yield defect("lone_surrogate", "half of a pair stands for nothing", _raw("@", r'"\ud800"', "model_spec", "name"))
    yield defect("unknown_escape", "an escape that JSON has not", _raw("@", r'"\x41"', "model_spec", "name"))
    yield defect("not_utf8", "a string that is no UTF-8", _raw("@", '"\u00ff"', "model_spec", "name").encode("latin-1"))
    yield defect("utf16", "another encoding", b"{\x00" + whole[1:].encode("utf-16-le"))

    def deep(levels: int) -> str:
        # The document, its metadata, and as many lists as are missing.
        return _raw("@", "[" * (levels - 2) + "]" * (levels - 2), "metadata", "list")

    yield defect("depth_101", "101 levels, where 100 are the limit", deep(101), "too_deep")
    yield Defect(
        "json/depth_1000000",
        "a million levels: a recursive reader ends its process",
        "too_deep",
        gzip.compress(deep(1_000_000).encode(), mtime=0),
        suffix=".json.gz",
    )
    yield Defect(
        "json/depth_of_an_open_bomb",
        "a million opening brackets and no closing one",
        "too_deep",
        gzip.compress(b'{"a":' * 1_000_000, mtime=0),
        suffix=".json.gz",
    )
    yield Defect(
        "json/depth_over_a_lower_limit",
        "a sound depth, over a limit that the reader set",
        "too_deep",
        whole.encode(),
        suffix=".json",
        limits={"json_depth": 2},
    )


def of_keys() -> Iterator[Defect]:
    """Give doubled keys: readers differ in which of the two they take."""

    def defect(name: str, why: str, text: str, kind: str = "duplicate_key") -> Defect:
        return Defect(f"json/{name}", why, kind, text.encode(), suffix=".json")

    whole = _text(_document())
    yield defect("doubled_top", "two sets of parameters", whole.rstrip()[:-1] + ', "parameters": {}}')
    yield defect(
        "doubled_parameter", "two intercepts", whole.replace('"intercept":', '"intercept": 1.5, "intercept":', 1)
    )
    twice = _raw("@", '{"r2": 0.5, "r2": 0.6}', "metadata", "metrics")
    yield defect("doubled_metric", "one metric of two values", twice)
    yield defect(
        "doubled_property",
        "deep inside of what the owner noted",
        _raw("@", '{"a": [{"b": 1, "b": 1}]}', "metadata", "note"),
    )
    yield defect(
        "doubled_in_unknown",
        "in a key of model_spec that is ignored",
        _raw("@", '{"a": 1, "a": 2}', "model_spec", "later"),
    )
    escaped = whole.replace('"intercept":', '"\\u0069ntercept": 1.5, "intercept":', 1)
    yield defect("doubled_by_an_escape", "the same key, once with an escape", escaped)
    camel = whole.replace('"n_features":', '"nFeatures": 10, "n_features":', 1).replace(
        '"nFeatures": 10, "n_features": 10,\n', '"n_features": 10,\n', 0
    )
    yield defect("both_names_of_a_field", "protobuf's mapping takes nFeatures for n_features too", camel, "malformed")


def of_content() -> Iterator[Defect]:
    """Give JSON that is not the document of docs/formats.md."""

    def defect(name: str, why: str, text: str, kind: str = "malformed", path: str = "") -> Defect:
        return Defect(f"json/{name}", why, kind, text.encode(), suffix=".json", path=path)

    yield defect("empty_object", "none of the keys", "{}")
    yield defect("no_parameters", "a model without its numbers", _changed("parameters", None))
    yield defect("no_model_spec", "numbers without their meaning", _changed("model_spec", None))
    yield defect("parameters_list", "a list in the place of the parameters", _changed("parameters", [1, 2]))
    yield defect("model_spec_text", "a text in the place of model_spec", _changed("model_spec", "LinearRegression"))
    yield defect("metadata_list", "a list in the place of the metadata", _changed("metadata", []))
    yield defect("name_is_a_number", "a name that is no text", _changed("model_spec", "name", 5))
    yield defect("family_is_a_number", "a family that is no text", _changed("model_spec", "family", 3))
    yield defect("time", "a time that is none", _changed("model_spec", "created_at", "yesterday"))
    yield defect("unknown_parameter", "a field that this schema version has not", _changed("parameters", "slope", 1.0))
    yield defect("parameter_of_another_family", "centers of a regressor", _changed("parameters", "centers", [1.0]))
    yield defect("text_for_a_number", "an intercept of letters", _changed("parameters", "intercept", "abc"))
    yield defect("number_for_a_list", "one coefficient without its list", _changed("parameters", "coefficients", 1.0))
    yield defect("list_in_a_list", "coefficients as a matrix", _changed("parameters", "coefficients", [[1.0] * 10]))
    yield defect("null_in_a_list", "a coefficient that is null", _raw("@", "[1.0, null]", "parameters", "coefficients"))
    yield defect("bool_for_a_number", "true for 1.0", _changed("parameters", "intercept", True))
    yield defect("fraction_for_a_count", "ten and a half features", _changed("parameters", "n_features", 10.5))
    yield defect("count_over_32_bits", "2^40 features", _changed("parameters", "n_features", 2**40))
    yield defect(
        "family_in_model",
        "a second family beside the parameters",
        _changed("model_spec", "model", "kmeans", {"n_clusters": 1}),
    )
    yield defect(
        "unknown_family",
        "a family of a later schema",
        _changed("model_spec", "family", "gaussian_process"),
        "unknown_family",
    )
    yield defect("no_family_name", "a family of no name", _changed("model_spec", "family", ""), "unknown_family")
    yield defect(
        "field_that_is_no_family",
        "a field of the message that is no arm",
        _changed("model_spec", "family", "metadata"),
        "unknown_family",
    )
    newer = _document()
    newer["model_spec"]["model"]["schema_version"] = 1000
    newer["parameters"]["slope"] = 1.0
    yield defect(
        "newer_schema", "the version is named before the field that it explains", _text(newer), "schema_version"
    )
    yield defect(
        "infinite_coefficient",
        "an infinity, as the mapping writes it",
        _changed("parameters", "coefficients", ["Infinity"] + [1.0] * 9),
        "non_finite",
        "linear_regression.coefficients",
    )
    yield defect(
        "wrong_count",
        "nine coefficients for ten features",
        _changed("parameters", "coefficients", [1.0] * 9),
        "shape",
        "linear_regression.coefficients",
    )
