"""What a request is called in logs and in errors."""

from __future__ import annotations

import random
import re

HEADER = "x-request-id"

_VALID = re.compile(r"[A-Za-z0-9._-]{1,128}").fullmatch


def request_id(*candidates: str) -> str:
    """Give a request's id: the first candidate that is not empty, if it is a good one, else a new one.

    Parameters
    ----------
    *candidates : str
        What the client calls it, the header first.

    Returns
    -------
    str
        At most 128 letters, digits, dots, underscores and dashes.
    """
    for candidate in candidates:
        if candidate:
            if _VALID(candidate):
                return candidate
            break
    # A name, no secret.
    return f"{random.getrandbits(64):016x}"
