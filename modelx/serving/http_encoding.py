"""Content encodings of bodies, both ways."""

from __future__ import annotations

import gzip
import re
import zlib

from modelx.serving.messages import quoted
from modelx.serving.status import ServingError

SMALLEST = 1024

_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_ITEM = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*q\s*=\s*([0-9.]*)\s*)?$")


def too_large(limit: int) -> ServingError:
    """Make the error of a body over the limit."""
    return ServingError("too_large", f"the body has more than {limit} bytes")


def _not_encoded() -> ServingError:
    return ServingError("bad_request", "the body is not what its content-encoding says")


def encoding_of(header: str) -> str:
    """Read a Content-Encoding header.

    Returns
    -------
    str
        "gzip", "deflate", or "" for neither.

    Raises
    ------
    ServingError
        `bad_encoding`.
    """
    name = header.strip().lower()
    if name in _WINDOWS:
        return name
    if name in {"", "identity"}:
        return ""
    raise ServingError(
        "bad_encoding", f"content-encoding {quoted(header.strip())} is unknown; expected gzip, deflate or identity"
    )


def decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    """Undo a content encoding, never making more than `limit` bytes (and one, which tells that there are more).

    Raises
    ------
    ServingError
        `too_large`, or `bad_request` for what is not one whole stream of the encoding.
    """
    if not encoding:
        return body
    stream = zlib.decompressobj(_WINDOWS[encoding])
    try:
        plain = stream.decompress(body, limit + 1)
    except zlib.error:
        raise _not_encoded() from None
    if len(plain) > limit:
        raise too_large(limit)
    if not stream.eof or stream.unused_data:
        raise _not_encoded()
    return plain


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header lets gzip come: by its name, or else by ``*``, of a weight above 0."""
    weights: dict[str, bool] = {}
    for item in header.split(","):
        found = _ITEM.match(item)
        if found:
            weights[found[1].lower()] = found[2] is None or any(digit in "123456789" for digit in found[2])
    return weights.get("gzip", weights.get("*", False))


def compressed(body: bytes) -> bytes:
    """Write a body as gzip, as fast as it goes; the same bytes always give the same."""
    return gzip.compress(body, compresslevel=1, mtime=0)
