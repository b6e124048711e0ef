"""Content encodings: bounded on the way in, asked for on the way out."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from modelx.serving.http_encoding import accepts_gzip, compressed, decompressed, encoding_of
from modelx.serving.status import ServingError

PLAIN = b"0123456789" * 10


@pytest.mark.parametrize(("encoding", "write"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_both_encodings(encoding, write):
    assert decompressed(write(PLAIN), encoding, 100) == PLAIN
    with pytest.raises(ServingError, match="the body has more than 99 bytes"):
        decompressed(write(PLAIN), encoding, 99)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.parametrize("damage", ["cut", "plain", "more", "twice", "other"])
def test_what_is_not_one_whole_stream(encoding, damage):
    write, other = (gzip.compress, zlib.compress) if encoding == "gzip" else (zlib.compress, gzip.compress)
    body = {
        "cut": write(PLAIN)[:-1],
        "plain": PLAIN,
        "more": write(PLAIN) + b"x",
        "twice": write(PLAIN) * 2,
        "other": other(PLAIN),
    }[damage]
    with pytest.raises(ServingError, match="the body is not what its content-encoding says"):
        decompressed(body, encoding, 1000)


def test_a_bomb_takes_no_more_than_the_limit():
    bomb = gzip.compress(bytes(50_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(ServingError, match="more than 1000000 bytes"):
            decompressed(bomb, "gzip", 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("header", "encoding"),
    [("", ""), ("identity", ""), (" GZIP ", "gzip"), ("gzip", "gzip"), ("Deflate", "deflate")],
)
def test_known_encodings(header, encoding):
    assert encoding_of(header) == encoding


@pytest.mark.parametrize("header", ["br", "gzip, gzip", "x-gzip"])
def test_unknown_encodings(header):
    with pytest.raises(ServingError) as caught:
        encoding_of(header)
    assert str(caught.value) == f'content-encoding "{header}" is unknown; expected gzip, deflate or identity'
    assert caught.value.status.http == 415


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("gzip ; q = 0.001", True),
        ("*", True),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0, gzip", True),
        ("br, deflate", False),
        ("gzipped", False),
    ],
)
def test_accepted(header, accepted):
    assert accepts_gzip(header) is accepted


def test_the_same_bytes_for_the_same_body():
    assert compressed(PLAIN) == compressed(PLAIN)
    assert gzip.decompress(compressed(PLAIN)) == PLAIN
