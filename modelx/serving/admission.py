"""A limit on the predictions at a time: what is too much is refused at once, and nothing queues without end."""

from __future__ import annotations

from modelx.serving.status import ServingError


class Admission:
    """Counts the predictions of one process, those of both transports together.

    It is used from the event loop alone, so that it needs no lock.

    Parameters
    ----------
    limit : int
        Most predictions at a time.

    Attributes
    ----------
    in_flight : int
        How many are let in now.
    """

    __slots__ = ("_message", "in_flight", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.in_flight = 0
        self._message = f"{limit} requests are in flight, the server's limit; try again later"

    def look(self) -> None:
        """Do what `enter` would, and let nothing in: for refusing a request before its body is read.

        Raises
        ------
        ServingError
            `overloaded`.
        """
        if self.in_flight >= self.limit:
            raise ServingError("overloaded", self._message)

    def enter(self) -> None:
        """Let one prediction in, which must `leave`.

        Raises
        ------
        ServingError
            `overloaded`.
        """
        self.look()
        self.in_flight += 1

    def leave(self) -> None:
        """Tell that a prediction which was let in has ended."""
        self.in_flight -= 1
