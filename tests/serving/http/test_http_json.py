"""What is valid JSON, and what its values are."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modelx.plain import plain
from modelx.serving.http_json import OUT_OF_RANGE, dumps, is_integer, kind_of, loads, plain_array
from modelx.serving.status import ServingError

INVALID = {
    "nothing": b"",
    "blanks": b" \n",
    "a byte order mark": b"\xef\xbb\xbf1",
    "UTF-16": "1".encode("utf-16"),
    "invalid UTF-8": b'"\xff"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "half of a pair": rb'"\ud800"',
    "halves in the wrong order": rb'"\udc00\ud800"',
    "NaN": b"[NaN]",
    "Infinity": b"[-Infinity]",
    "a leading zero": b"[01]",
    "no digit after the point": b"[1.]",
    "no digit before the point": b"[.5]",
    "a plus": b"[+1]",
    "a trailing comma": b"[1,]",
    "two documents": b"1 2",
    "a control character": b'"a\tb"',
    "a bad escape": rb'"\x41"',
    "single quotes": b"['a']",
    "a vertical tab": b"\x0b1",
    "a zero byte": b"1\x00",
    "101 arrays": b"[" * 101 + b"]" * 101,
    "101 objects": b'{"a":' * 101 + b"1" + b"}" * 101,
    "5,000 arrays": b"[" * 5000 + b"]" * 5000,
    "arrays without end": b"[" * 100_000,
    "101 arrays that a doubled key hides": b'{"a":' + b"[" * 100 + b"]" * 100 + b',"a":1}',
    "101 arrays beside brackets in text": b'["]]]",' + b"[" * 100 + b"]" * 100 + b"]",
    "beyond doubles, and half of a pair": rb'[1e400,"\ud800"]',
    "beyond doubles, and NaN": b"[1e400,NaN]",
    "beyond doubles, and two signs": b"[--1e400]",
    "beyond doubles, and a leading zero": b"[01e400]",
    "beyond doubles, and two points": b"[1e400.5]",
    "beyond doubles, and too deep": b"[1e400," + b"[" * 100 + b"]" * 101,
    "beyond doubles, and no end": b"[1e400",
    "beyond doubles, as a key": b"{1e400:1}",
    "beyond doubles, and two exponents": b"[1e4e400]",
    "beyond doubles, and letters": b"[true1e400]",
    "beyond doubles, and a sign in the exponent": b"[1e400,1e--" + b"9" * 300 + b"]",
}


@pytest.mark.parametrize("body", INVALID.values(), ids=INVALID.keys())
def test_invalid(body):
    with pytest.raises(ServingError) as caught:
        loads(body)
    assert (caught.value.kind, str(caught.value)) == ("bad_request", "the body is not valid JSON")


VALID = {
    "100 arrays": (b"[" * 100 + b"]" * 100, json.loads("[" * 100 + "]" * 100)),
    "brackets in text": (b'["' + b"[" * 200 + b'"]', ["[" * 200]),
    "a quote and brackets in text": (b'["\\"' + b"[" * 200 + b'"]', ['"' + "[" * 200]),
    "the last of two keys, in the place of the first": (b'{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}),
    "a pair of surrogates": (rb'"\ud83d\ude00"', "\U0001f600"),
    "a zero in text": (rb'"\u0000"', "\x00"),
    "beyond 64 bits": (b"18446744073709551616", 2.0**64),
    "a long integer": (b"123456789012345678901234567890", 1.2345678901234568e29),
    "rounded to even": (b"9007199254740993.0", 9007199254740992.0),
    "the largest double": (b"1.7976931348623157e308", 1.7976931348623157e308),
    "underflow": (b"1e-400", 0.0),
    "many digits": (b"1" * 1000 + b"e-990", float("1" * 1000 + "e-990")),
    "text that looks like a number": (b'["1e400", 1e-1]', ["1e400", 0.1]),
}


@pytest.mark.parametrize(("body", "value"), VALID.values(), ids=VALID.keys())
def test_valid(body, value):
    found = loads(body)
    assert found == value
    if isinstance(value, dict):
        assert list(found) == list(value)


@pytest.mark.parametrize("body", [b"[-0, -0.0]", b'["-0", -0, -0.0]'])
def test_zeros_keep_their_sign(body):
    *text, first, second = loads(body)
    assert math.copysign(1, first) == math.copysign(1, second) == -1
    assert text in ([], ["-0"])


def test_numbers_beyond_doubles_are_told_apart():
    body = (
        b'{"a": [1e400, -1e400, ' + b"9" * 400 + b', 1.5, 7, 12345678901234567890123], "b": "1e400", "a": [1e400, 2]}'
    )
    found = loads(body)
    assert found == {"a": [OUT_OF_RANGE, 2], "b": "1e400"}
    assert kind_of(OUT_OF_RANGE) == "a number"


@pytest.mark.parametrize("size", [10**6, 2 * 10**7])
def test_a_number_of_millions_of_digits_takes_no_time_worth_telling(size):
    assert loads(b"[" + b"7" * size + b"]") == [OUT_OF_RANGE]


def test_numbers_that_only_look_beyond_doubles():
    tail = b"1." + b"7" * 400 + b", 1e-" + b"7" * 400 + b", 0." + b"0" * 400 + b"1e400, " + b"7" * 250 + b"e-200"
    found = loads(b'[1e400, "1e400 ' + b"7" * 400 + b'\\"", ' + tail + b"]")
    assert found == [OUT_OF_RANGE, "1e400 " + "7" * 400 + '"', *json.loads(b"[" + tail + b"]")]


def test_integers_are_those_of_64_bits():
    assert [is_integer(value) for value in loads(b"[1, -9223372036854775808, 9223372036854775807]")] == [True] * 3
    assert not any(map(is_integer, loads(b"[1.0, 1e2, 9223372036854775808, 1e400, true, null]")))


NUMBERS = st.floats() | st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_doubles_read_back_exactly(values):
    text = dumps(plain_array(np.array(values, dtype=np.float64)))
    assert np.array_equal(np.array(loads(text), dtype=np.float64).view(np.int64), np.array(values).view(np.int64))


@given(VALUES)
def test_python_reads_what_is_written(value):
    assert json.loads(dumps(plain(value))) == json.loads(json.dumps(plain(value)))


@given(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()))
@example(b"-")
def test_agrees_with_python_on_what_is_valid(body):
    """Python's own reader takes more than JSON: the literals, and halves of pairs."""
    try:
        text = body.decode()
        wanted = json.loads(text, parse_constant=lambda _: 1 / 0)
        json.dumps(wanted, ensure_ascii=False).encode()
        valid = not text.startswith("\ufeff")
    except (ValueError, ZeroDivisionError):
        valid = False
    try:
        loads(body)
    except ServingError:
        assert not valid
    else:
        assert valid


def test_arrays_of_every_type():
    arrays = {
        "nan": np.array([[1.5, np.nan], [np.inf, -np.inf]]),
        "ints": np.array([2**53 + 1, -(2**63)]),
        "bools": np.array([True, False]),
        "text": np.array(["x", "é"], dtype=object),
        "columns": np.arange(6.0).reshape(2, 3).T,
    }
    assert json.loads(dumps({name: plain_array(values) for name, values in arrays.items()})) == {
        "nan": [[1.5, "NaN"], ["Infinity", "-Infinity"]],
        "ints": [2**53 + 1, -(2**63)],
        "bools": [True, False],
        "text": ["x", "é"],
        "columns": [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]],
    }
