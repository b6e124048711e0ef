"""Bytes that are no whole file: truncated, foreign, compressed wrongly, or far larger than they look."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import zstandard

from defects.defect import Defect, base


def of_bytes() -> Iterator[Defect]:
    """Give files that are cut, or are something else."""
    whole = base("linear_regression").SerializeToString(deterministic=True)
    coefficients = whole.index(b"\x0a\x50")  # The packed list of ten doubles, inside of its message.
    for name, why, end in (
        ("after_first_byte", "a tag and nothing else", 1),
        ("in_the_name", "cut in a string", 8),
        ("in_the_coefficients", "cut in a packed list", coefficients + 30),
        ("in_a_number", "cut in the middle of eight bytes", coefficients + 37),
        ("before_the_end", "the last byte is missing, in the evidence", len(whole) - 1),
    ):
        yield Defect(f"truncated/{name}", why, "malformed", whole[:end])
    over = b"\x0a\x01m" + b"\x1a\x0c" + b"\x0a\xff\xff\xff\xff\x07" + b"\x00" * 6
    yield Defect("bytes/list_over_the_file", "a packed list of 2 GiB in a file of 20 bytes", "malformed", over)
    odd = b"\x0a\x01m" + b"\x1a\x09" + b"\x0a\x07" + b"\x00" * 7
    yield Defect(
        "bytes/list_of_seven_bytes", "a packed list of doubles that ends in the middle of one", "malformed", odd
    )
    yield Defect(
        "bytes/not_utf8",
        "a name that is no UTF-8",
        "malformed",
        b"\x0a\x02\xc3\x28" + whole[18:][:0] + b"\xc2\x01\x02\x08\x03",
    )
    yield Defect("bytes/endless_varint", "a length of eleven bytes", "malformed", b"\x0a" + b"\xff" * 11)
    for name, why, data in (
        ("empty", "nothing at all", b""),
        ("zeros", "a file of zeros, as a full disk leaves it", b"\x00" * 512),
        ("text", "a table of numbers as text", b"1.0,2.0,3.0\n4.0,5.0,6.0\n"),
        ("html", "a page of a proxy in the place of the file", b"<!DOCTYPE html>\n<html><body>404</body></html>\n"),
        ("pickle", "a pickle of protocol 4, which is code", b"\x80\x04\x95\x15\x00\x00\x00\x00\x00\x00\x00}\x94."),
        ("zip", "the first bytes of a ZIP file, such as .npz and .skops are", b"PK\x03\x04\x14\x00\x00\x00\x08\x00"),
        ("numpy", "the first bytes of a .npy file", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'}"),
        ("list", "a JSON list: a document is an object", b"[1, 2, 3]\n"),
        ("elf", "a program", b"\x7fELF\x02\x01\x01" + b"\x00" * 9),
    ):
        yield Defect(f"bytes/{name}", why, "unknown_format", data, suffix=".bin")


def of_compression() -> Iterator[Defect]:
    """Give compressed files that are cut, nested, or bombs."""
    whole = base("linear_regression").SerializeToString(deterministic=True)
    gz, zst = gzip.compress(whole, mtime=0), zstandard.ZstdCompressor(write_checksum=True).compress(whole)

    def gzipped(name: str, why: str, kind: str, data: bytes, limits: dict[str, int] | None = None) -> Defect:
        return Defect(f"gzip/{name}", why, kind, data, suffix=".pb.gz", limits=limits or {})

    def zstd(name: str, why: str, kind: str, data: bytes, limits: dict[str, int] | None = None) -> Defect:
        return Defect(f"zstd/{name}", why, kind, data, suffix=".pb.zst", limits=limits or {})

    yield gzipped("header_only", "cut in the header", "malformed", gz[:6])
    yield gzipped("truncated", "cut in the middle", "malformed", gz[: len(gz) // 2])
    yield gzipped(
        "without_checksum", "the eight bytes at the end are missing: the data may be whole or not", "malformed", gz[:-8]
    )
    yield gzipped(
        "wrong_checksum", "a bit of the checksum is flipped", "malformed", gz[:-8] + bytes([gz[-8] ^ 1]) + gz[-7:]
    )
    yield gzipped("trailing_garbage", "bytes behind the end", "malformed", gz + b"garbage")
    yield gzipped("empty", "gzip of nothing", "unknown_format", gzip.compress(b"", mtime=0))
    yield gzipped("twice", "gzip in gzip: one layer is read", "unknown_format", gzip.compress(gz, mtime=0))
    yield gzipped("around_zstd", "zstd in gzip", "unknown_format", gzip.compress(zst, mtime=0))
    yield zstd("header_only", "cut in the header", "malformed", zst[:5])
    yield zstd("truncated", "cut in the middle", "malformed", zst[: len(zst) // 2])
    yield zstd("wrong_checksum", "a bit of the checksum is flipped", "malformed", zst[:-1] + bytes([zst[-1] ^ 1]))
    yield zstd("trailing_garbage", "bytes behind the end", "malformed", zst + b"garbage")
    yield zstd("around_gzip", "gzip in zstd", "unknown_format", zstandard.compress(gz))
    yield zstd(
        "huge_window", "a frame that asks for a window of 2 TiB", "malformed", b"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00"
    )
    limits = {"expanded_bytes": 100_000}
    bomb = b"\x0a\x80\xda\xc4\x09" + b"a" * 20_000_000  # A name of twenty million letters.
    yield gzipped(
        "bomb", "20 KB that expand to 20 MB, over a limit of 100 KB", "too_large", gzip.compress(bomb, mtime=0), limits
    )
    yield zstd(
        "bomb",
        "some KB that expand to 20 MB, over a limit of 100 KB",
        "too_large",
        zstandard.compress(bomb, 19),
        limits,
    )
    streamed = zstandard.ZstdCompressor(level=19, write_content_size=False).compress(bomb)
    yield zstd(
        "bomb_of_unknown_size", "the same, and the frame does not say how large it is", "too_large", streamed, limits
    )
    yield gzipped(
        "bomb_of_members",
        "two hundred small gzip members, one after the other, over the limit together",
        "too_large",
        gzip.compress(b"\x0a\x03abc" * 200, mtime=0) * 200,
        limits,
    )
    yield Defect(
        "bytes/file_over_the_limit",
        "a sound file, larger than the limit",
        "too_large",
        whole,
        limits={"file_bytes": 500},
    )
