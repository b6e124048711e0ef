"""When a call is made again, and how long before that."""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass

from modelx.client.errors import CallError

_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 2.0


@dataclass(slots=True)
class Attempts:
    """The attempts of one call, until its deadline.

    Parameters
    ----------
    retries : int
        How often it may be made again.
    timeout : float
        Seconds for all attempts together; `math.inf` for no deadline.
    """

    retries: int
    timeout: float
    made: int = 0

    def __post_init__(self) -> None:
        self.timeout += time.monotonic()

    def remaining(self) -> float | None:
        """Give the seconds that are left, as grpc takes them."""
        return None if math.isinf(self.timeout) else max(0.0, self.timeout - time.monotonic())

    def pause_after(self, error: CallError, *, safe: bool) -> float:
        """Give the seconds to wait before the next attempt; raise the error when there is none.

        Raises
        ------
        CallError
        """
        again = error.code == "UNAVAILABLE" or error.kind == "overloaded"
        if not (safe and again and self.made < self.retries):
            raise error
        # Clients that were turned away together must not come back together.
        longest: float = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2**self.made)
        pause = longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        self.made += 1
        if time.monotonic() + pause >= self.timeout:
            raise error
        return pause
