"""gzip and Zstandard: levels, several members, truncation, and what a small file may expand to."""

import gzip

import pytest
import zstandard

from modelx import Limits, errors
from modelx.formats import compression

DATA = bytes(range(256)) * 400


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_what_is_compressed_comes_back(name):
    packed = compression.compress(DATA, name)
    assert compression.detect(packed) == name
    assert compression.expand(packed, name, Limits()) == DATA
    assert compression.compress(DATA, name) == packed


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_levels_reach_from_the_lowest_to_the_highest(name):
    lowest, highest, _ = compression.LEVELS[name]
    sizes = [len(compression.compress(DATA, name, level)) for level in (lowest, highest)]
    assert sizes[0] >= sizes[1]
    for level in (lowest - 1, highest + 1):
        with pytest.raises(ValueError, match=f"{name} has {lowest} to {highest}"):
            compression.compress(DATA, name, level)
    with pytest.raises(TypeError, match=f"level is a str; expected an int from {lowest}"):
        compression.compress(DATA, name, "3")


def test_an_unknown_compression_is_told_what_there_is():
    with pytest.raises(ValueError, match="'bz2'; expected None or one of gzip, zstd"):
        compression.compress(DATA, "bz2")


def test_members_and_frames_follow_one_another():
    twice = gzip.compress(DATA) + gzip.compress(b"more")
    assert compression.expand(twice, "gzip", Limits()) == DATA + b"more"
    twice = zstandard.compress(DATA) + zstandard.compress(b"more")
    assert compression.expand(twice, "zstd", Limits()) == DATA + b"more"


@pytest.mark.parametrize("name", ["gzip", "zstd"])
@pytest.mark.parametrize("keep", [5, 12, 0.5, 0.99])
def test_truncated_data_is_malformed(name, keep):
    packed = compression.compress(DATA, name)
    cut = packed[: keep if isinstance(keep, int) else int(keep * len(packed))]
    with pytest.raises(errors.MalformedError):
        compression.expand(cut, name, Limits())


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_changed_byte_is_malformed(name):
    packed = bytearray(compression.compress(DATA, name))
    packed[-3] ^= 0x40  # in the checksum
    with pytest.raises(errors.MalformedError):
        compression.expand(bytes(packed), name, Limits())


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_bombs_stop_at_the_limit(name):
    bomb = compression.compress(bytes(50_000_000), name)
    assert len(bomb) < 100_000
    with pytest.raises(errors.TooLargeError, match="over 1000000 bytes"):
        compression.expand(bomb, name, Limits(expanded_bytes=1_000_000))
    assert len(compression.expand(bomb, name, Limits(expanded_bytes=50_000_000))) == 50_000_000


def test_rubbish_behind_the_data_is_malformed():
    for name in ("gzip", "zstd"):
        with pytest.raises(errors.MalformedError):
            compression.expand(compression.compress(DATA, name) + b"rubbish", name, Limits())
