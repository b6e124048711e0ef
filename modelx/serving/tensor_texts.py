"""Texts in tensors, and the parameters that tell of gaps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.serving.messages import quoted
from modelx.serving.status import ServingError
from modelx.tables import GAPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

BYTES = "BYTES"
# A text takes much more memory than the request has for it.
MOST_TEXTS = 1_000_000

_PLACES = re.compile(r"(?:[0-9]{1,18}(?:,[0-9]{1,18})*)?")
_KINDS = {bool: "a boolean", int: "a number", float: "a number", list: "an array", dict: "an object"}


def too_many() -> ServingError:
    """Give the error of more than `MOST_TEXTS`."""
    return ServingError("too_large", f"the tensors have more than {MOST_TEXTS} texts")


def cut(raw: bytes | memoryview, name: str, most: int) -> list[bytes]:
    """Take raw contents apart: texts with their lengths in four bytes before them.

    Parameters
    ----------
    raw : bytes-like
    name : str
        Of the input.
    most : int
        How many there may be.

    Raises
    ------
    ServingError
        `bad_request`, or `too_large`.
    """
    data, at, end = bytes(raw), 0, len(raw)
    out: list[bytes] = []
    while at < end:
        start = at + 4
        at = start + int.from_bytes(data[at:start], "little")
        if start > end or at > end:
            raise ServingError(
                "bad_request", f"input {quoted(name)} has raw contents that are no texts with their lengths"
            )
        if len(out) == most:
            raise too_many()
        out.append(data[start:at])
    return out


def joined(texts: Sequence[bytes]) -> bytes:
    """Put texts together as raw contents have them."""
    return b"".join(part for text in texts for part in (len(text).to_bytes(4, "little"), text))


def decoded(values: Sequence[Any], name: str, missing: NDArray[np.bool_], gap: float | None) -> list[Any]:
    """Give texts as str, with `gap` where they are missing.

    Parameters
    ----------
    values : sequence of bytes, or of str and None
        What JSON gives is str already, with None for gaps.
    name : str
        Of the input.
    missing : ndarray of bool
        Which are gaps besides.
    gap : float or None

    Raises
    ------
    ServingError
        `not_text`.
    """
    try:
        out = [value.decode() if type(value) is bytes else value for value in values]
    except UnicodeDecodeError:
        raise ServingError("not_text", f"input {quoted(name)} has text that is not UTF-8") from None
    if gap is not None and None in out:
        out = [gap if text is None else text for text in out]
    for place in np.flatnonzero(missing).tolist():
        out[place] = gap
    return out


def gap(given: Any) -> float | None:
    """Give what a gap among texts is, by the parameter `gaps` of a request. Raises ServingError, `bad_request`."""
    if given is None:
        return None
    if not isinstance(given, str) or given not in GAPS:
        raise ServingError("bad_request", f'parameter "gaps" is {_shown(given)}; expected "none" or "nan"')
    return GAPS[given]


def missing(given: Any, name: str, size: int) -> NDArray[np.int64]:
    """Give the places of the gaps in the flat data of an input, by its parameter `missing`.

    Parameters
    ----------
    given : object
        Digits and commas; None where there is no parameter.
    name : str
        Of the input.
    size : int
        Of its data.

    Raises
    ------
    ServingError
        `bad_request`.
    """
    if given is None:
        return np.empty(0, np.int64)
    # As many as there are values at most, which bounds what is made of them.
    if isinstance(given, str) and given.count(",") <= size and _PLACES.fullmatch(given):
        # Without an object for each.
        places = np.fromstring(given, dtype=np.int64, sep=",")
        if not len(places) or (places[-1] < size and (np.diff(places) > 0).all()):
            return places
    raise ServingError(
        "bad_request",
        f'parameter "missing" of input {quoted(name)} is {_shown(given)}; '
        "expected places in the data, in ascending order",
    )


def _shown(given: Any) -> str:
    return quoted(given) if isinstance(given, str) else _KINDS.get(type(given), "an object")
