"""What the operator's signals do."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_STOP = (signal.SIGTERM, signal.SIGINT)


class Signals:
    """Turns signals into events of the running event loop.

    Parameters
    ----------
    at_once : callable or None
        Called before a second signal ends the process.

    Attributes
    ----------
    stopping : asyncio.Event
        Set by the first SIGTERM or SIGINT.
    name : str
        Which of them it was.
    """

    def __init__(self, at_once: Callable[[], None] | None = None) -> None:
        self.stopping = asyncio.Event()
        self.name = ""
        self._at_once = at_once
        self._reload: Callable[[], Awaitable[None]] | None = None
        self._reloading: asyncio.Task[None] | None = None
        self._again = False
        loop = asyncio.get_running_loop()
        for number in _STOP:
            loop.add_signal_handler(number, self._stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)

    def on_reload(self, reload: Callable[[], Awaitable[None]]) -> None:
        """Let SIGHUP do something: also one that came before."""
        self._reload = reload
        if self._again:
            self._hang_up()

    def _stop(self, number: signal.Signals) -> None:
        if self.stopping.is_set():
            if self._at_once is not None:
                self._at_once()
            os._exit(128 + number)
        self.name = signal.Signals(number).name
        self.stopping.set()

    def _hang_up(self) -> None:
        # A signal that comes during a reload may be for a file that is newer than what was read.
        if self._reloading is not None or self._reload is None:
            self._again = True
        elif not self.stopping.is_set():
            self._reloading = asyncio.ensure_future(self._run())

    async def _run(self) -> None:
        assert self._reload is not None  # noqa: S101 - _hang_up looked
        try:
            self._again = True
            while self._again and not self.stopping.is_set():
                self._again = False
                await self._reload()
        finally:
            self._reloading = None
