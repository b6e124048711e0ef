"""gzip and Zstandard around any format, with a limit on what they expand to."""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import zstandard

from modelx.errors import MalformedError, TooLargeError

if TYPE_CHECKING:
    from modelx.limits import Limits

SUFFIXES = {".gz": "gzip", ".zst": "zstd"}
LEVELS = {"gzip": (0, 9, 6), "zstd": (1, 22, 3)}
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
# 128 MiB, what zstd itself takes without being asked to: a frame may claim a window of terabytes.
_WINDOW_LOG = 27


def detect(data: bytes) -> str | None:
    """Name the compression by its magic bytes; None for none."""
    if data.startswith(_GZIP_MAGIC):
        return "gzip"
    return "zstd" if data.startswith(_ZSTD_MAGIC) else None


def compress(data: bytes, name: str, level: int | None = None) -> bytes:
    """Compress with gzip (level 0 to 9) or zstd (1 to 22).

    Equal data gives equal bytes: no time stamp is written.
    """
    if name not in LEVELS:
        raise ValueError(f"compression is {name!r}; expected None or one of {', '.join(LEVELS)}")
    lowest, highest, default = LEVELS[name]
    chosen = default if level is None else level
    if not isinstance(chosen, int):
        raise TypeError(f"level is a {type(chosen).__name__}; expected an int from {lowest} to {highest}")
    if not lowest <= chosen <= highest:
        raise ValueError(f"level is {chosen}; {name} has {lowest} to {highest}")
    if name == "gzip":
        return gzip.compress(data, compresslevel=chosen, mtime=0)
    return zstandard.ZstdCompressor(level=chosen, write_checksum=True).compress(data)


def expand(data: bytes, name: str, limits: Limits) -> bytes:
    """Decompress, stopping at the limit.

    Raises
    ------
    MalformedError, TooLargeError
    """
    try:
        out = _gunzip(data, limits) if name == "gzip" else _unzstd(data, limits)
    except (zlib.error, zstandard.ZstdError) as error:
        raise MalformedError(f"not whole {name} data ({error}); write the file again") from error
    return out


def _gunzip(data: bytes, limits: Limits) -> bytes:
    out, rest = bytearray(), data
    while rest:
        # 16: a gzip member; a file may have several, one after the other.
        member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        out += member.decompress(rest, limits.expanded_bytes + 1 - len(out))
        _check_size(len(out), limits)
        if not member.eof:
            raise MalformedError("the gzip data ends early; write the file again")
        rest = member.unused_data
    return bytes(out)


def _unzstd(data: bytes, limits: Limits) -> bytes:
    out, rest = bytearray(), data
    while rest:
        frame = zstandard.ZstdDecompressor(max_window_size=1 << _WINDOW_LOG).decompressobj()
        # Slices bound what one call can expand to before the size is looked at.
        position = 0
        while position < len(rest) and not frame.eof:
            out += frame.decompress(rest[position : position + 4096])
            _check_size(len(out), limits)
            position += 4096
        if not frame.eof:
            raise MalformedError("the zstd data ends early; write the file again")
        rest = frame.unused_data + rest[position:]
    return bytes(out)


def _check_size(size: int, limits: Limits) -> None:
    if size > limits.expanded_bytes:
        raise TooLargeError(
            f"the file expands to over {limits.expanded_bytes} bytes. "
            "Give a higher limit, modelx.Limits(expanded_bytes=...), if you trust it"
        )
