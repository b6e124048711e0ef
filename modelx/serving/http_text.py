"""Text in paths, queries and messages."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes


def decoded(raw: bytes) -> str:
    """Undo the percent-encoding; what is no UTF-8 becomes U+FFFD."""
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode("utf-8", "replace")


def parameter(query: bytes, name: str) -> str:
    """Give a parameter of a query: the last one of that name, or nothing."""
    found = ""
    for pair in query.replace(b"+", b" ").split(b"&"):
        key, _, value = pair.partition(b"=")
        if decoded(key) == name:
            found = decoded(value)
    return found
