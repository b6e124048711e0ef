"""Rows of numbers from CSV and .npy."""

from __future__ import annotations

import io
import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from modelx import tables
from modelx.errors import MissingColumnError, NotNumericError, WrongWidthError


def read(text, **options):
    return tables.read(io.BytesIO(text.encode() if isinstance(text, str) else text), **options)


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6)))
def test_shortest_decimals_read_back_bit_for_bit(x):
    text = "".join(",".join(map(repr, row)) + "\n" for row in x.tolist())
    found = read(text)
    assert found.shape == x.shape
    same = (found.view(np.int64) == x.view(np.int64)) | (np.isnan(found) & np.isnan(x))
    assert same.all()


def _is_plain(text):
    """Whether text is a number beyond doubt."""
    return bool(re.fullmatch(r" *[+-]?[0-9]+(\.[0-9]*)?(e[+-]?[0-9]{1,2})? *", text))


@given(st.text(alphabet="0123456789eE+-._xinfaNty \u0661", max_size=8))
def test_a_number_is_what_other_runtimes_take_for_one(text):
    try:
        value = tables.number(text)
    except ValueError:
        # Python takes all that we take; what it takes more is refused for a reason.
        refused = True
    else:
        refused = False
    if refused:
        assert not _is_plain(text)
        return
    assert "_" not in text
    assert "x" not in text
    assert text.isascii()
    assert math.isfinite(value) or "inf" in text.lower() or "nan" in text.lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2\n3,4", [[1, 2], [3, 4]]),
        ("1,2\r\n3,4\r\n", [[1, 2], [3, 4]]),
        ("\ufeff1,2\n", [[1, 2]]),
        ('"1", "2"\n', [[1, 2]]),
        ("\n 1 ,\t2\n   \n\n3,4\n\n", [[1, 2], [3, 4]]),
        ("-inf,Infinity\n", [[-np.inf, np.inf]]),
        ("1e308,-5e-324\n", [[1e308, -5e-324]]),
    ],
)
def test_what_csv_may_look_like(text, expected):
    assert np.array_equal(read(text), np.array(expected, dtype=float))


def test_nan_in_any_case_and_gaps():
    assert np.isnan(read("nan,NaN,-nan\n,  ,\n")).all()


def test_bools_are_numbers():
    assert read('True,true,TRUE\nFalse,"false",FALSE\n').tolist() == [[1, 1, 1], [0, 0, 0]]


@pytest.mark.parametrize(
    ("text", "options", "error", "words"),
    [
        ("1,2\n3\n", {}, WrongWidthError, ["line 2 has 1 value", "expected 2"]),
        ("1,2\n", {"n_features": 3}, WrongWidthError, ["line 1 has 2 values", "expected 3", "--header"]),
        ("1;2\n", {"n_features": 2}, WrongWidthError, ["semicolons"]),
        ("1\t2\n", {"n_features": 2}, WrongWidthError, ["tabs"]),
        ("1,2\n3,1_000\n", {}, NotNumericError, ["line 2, column 2", "'1_000'"]),
        ("1,\u0662\n", {}, NotNumericError, ["line 1, column 2"]),
        ("1,0x10\n", {}, NotNumericError, ["line 1, column 2"]),
        ("1,2\x0b\n", {}, NotNumericError, ["line 1, column 2"]),
        ("1,\u00a02\n", {}, NotNumericError, ["line 1, column 2"]),
        ("1,-1e400\n", {}, NotNumericError, ["column 2", "range"]),
        ('1\n""\n', {}, NotNumericError, ["line 2, column 1", "empty"]),
        ('1,"2\n', {}, NotNumericError, ["not CSV"]),
        ("a,b\n1,2\n", {"header": True, "feature_names": ["c"]}, MissingColumnError, ["'c'", "'a', 'b'"]),
        ("a,a\n1,2\n", {"header": True, "feature_names": ["a"]}, MissingColumnError, ["more than once"]),
        ("A,b\n1,2\n", {"header": True, "feature_names": ["Ab"]}, MissingColumnError, ["lacks 'Ab'"]),
        ("a,b\n1,2\n", {"header": True, "n_features": 3}, WrongWidthError, ["names 2 columns", "takes 3"]),
        ("a,b\n1\n", {"header": True, "feature_names": ["a"]}, WrongWidthError, ["line 2", "expected 2"]),
        ("", {"header": True}, MissingColumnError, ["empty"]),
        (b"1,2\n\xff,3\n", {}, NotNumericError, ["UTF-8"]),
        (b"\x93NUMPY", {}, NotNumericError, [".npy"]),
    ],
)
def test_defects_are_typed_and_placed(text, options, error, words):
    with pytest.raises(error) as caught:
        read(text, **options)
    for word in words:
        assert word in str(caught.value)


def test_columns_that_nobody_asks_for_may_hold_anything():
    found = read("id,b,a\nx1,2,1\nx2,4,3\n", header=True, feature_names=["a", "b"], n_features=2)
    assert found.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_near_name_is_suggested():
    with pytest.raises(MissingColumnError, match="did you mean 'petal_width' for 'petal width'"):
        read("petal_width\n1\n", header=True, feature_names=["petal width"])


def test_blocks_have_places():
    text = "a,b\n" + "\n1,2\n" * 5
    found = list(tables.blocks(io.BytesIO(text.encode()), header=True, block_rows=2))
    assert [len(block.x) for block in found] == [2, 2, 1]
    assert [list(block.places) for block in found] == [[3, 5], [7, 9], [11]]
    assert {block.unit for block in found} == {"line"}


def test_an_error_in_a_later_block_has_its_own_line():
    blocks = tables.blocks(io.BytesIO(b"1\n2\n3\nx\n"), block_rows=2)
    assert next(blocks).x.tolist() == [[1.0], [2.0]]
    with pytest.raises(NotNumericError, match=r"line 4, column 1: 'x' is no number$"):
        next(blocks)


def test_npy_from_a_path_and_from_a_pipe(tmp_path):
    x = np.asfortranarray(np.arange(6, dtype=np.int32).reshape(3, 2))
    np.save(tmp_path / "x.npy", x)
    assert tables.read(tmp_path / "x.npy", n_features=2).tolist() == x.tolist()

    class Pipe(io.RawIOBase):
        data = io.BytesIO((tmp_path / "x.npy").read_bytes())

        def readable(self):
            return True

        def readinto(self, buffer):
            return self.data.readinto(buffer)

    found = list(tables.blocks(Pipe(), block_rows=2))
    assert [block.x.tolist() for block in found] == [[[0, 1], [2, 3]], [[4, 5]]]
    assert [list(block.places) for block in found] == [[1, 2], [3]]
    assert all(block.x.flags.c_contiguous and block.x.dtype == np.float64 for block in found)


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.array([["a"]]), NotNumericError),
        (np.array([[1j]]), NotNumericError),
        (np.array([1.0, 2.0]), WrongWidthError),
        (np.ones((2, 3)), WrongWidthError),
        (np.ones((2, 2, 1)), WrongWidthError),
    ],
)
def test_npy_of_other_arrays(tmp_path, array, error):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(error):
        tables.read(tmp_path / "x.npy", n_features=2)


def test_npy_that_claims_more_than_it_has(tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 2)))
    data = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(data.replace(b"(2, 2)", b"(9999999999, 2)", 1))
    with pytest.raises(NotNumericError):
        tables.read(tmp_path / "x.npy")


def test_the_caller_keeps_the_stream():
    stream = io.BytesIO(b"1\n")
    assert read(b"1\n").tolist() == [[1.0]]
    list(tables.blocks(stream))
    assert not stream.closed
