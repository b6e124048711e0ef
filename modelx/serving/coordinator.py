"""The coordinator of a server that is one process."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from modelx.serving.plane import Plane
    from modelx.serving.requests import Info, ReloadReport, ReloadRequest, Trigger

_T = TypeVar("_T")

# Models that are read at the same time: more would only take each other's processor and memory.
_READERS = 2


def no_metrics() -> bytes:
    """Give the text of no metrics."""
    return b""


@dataclass(slots=True)
class _Turn:
    """The changes of one model, one after the other; `takers` are those that wait and the one that is made."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    takers: int = 0


class LocalCoordinator:
    """Changes the models of one plane; files are read in threads of its own, so that the event loop never waits.

    A change that has begun is finished also when whoever asked for it went away, so that it is told in the log.

    Parameters
    ----------
    plane : Plane
    metrics : callable
        Gives the Prometheus text.
    """

    def __init__(self, plane: Plane, metrics: Callable[[], bytes] = no_metrics) -> None:
        self._plane = plane
        self._metrics = metrics
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="modelx-load")
        # Changes of one model wait here for each other, so that they do not wait in the threads.
        self._turns: dict[str, _Turn] = {}
        # The event loop itself keeps no task alive.
        self._running: set[asyncio.Future[Any]] = set()

    async def reload(self, request: ReloadRequest) -> ReloadReport:
        """Change a model. Raises ServingError."""

        async def change() -> ReloadReport:
            return self._plane.commit(await self._in_thread(lambda: self._plane.prepare(request)))

        return await self._in_turn(request.model, change)

    async def load(self, model: str, trigger: Trigger = "rpc") -> None:
        """Read all versions of a model again. Raises ServingError."""

        async def change() -> None:
            prepared = await self._in_thread(lambda: self._plane.prepare_load(model, trigger))
            refusal = prepared.refusal
            self._plane.commit(prepared)
            if refusal is not None:
                raise refusal

        await self._in_turn(model, change)

    async def unload(self, model: str) -> None:
        """Take a model out of service. Raises ServingError."""

        async def change() -> None:
            await self._in_thread(lambda: self._plane.unload(model))

        await self._in_turn(model, change)

    async def info(self, model: str, version: str) -> Info:
        """Describe a model. Raises ServingError."""
        return self._plane.info(model, version)

    async def metrics(self) -> bytes:
        """Give the Prometheus text."""
        return self._metrics()

    def close(self) -> None:
        """Let the threads end; a file that is being read is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_turn(self, model: str, change: Callable[[], Awaitable[_T]]) -> _T:
        """Make a change once those before it are done. Who goes away while it waits gives its turn up."""
        turn = self._turns.setdefault(model, _Turn())
        turn.takers += 1
        begun = False

        async def run() -> _T:
            nonlocal begun
            async with turn.lock:
                begun = True
                return await change()

        def end(done: asyncio.Future[_T]) -> None:
            self._running.discard(done)
            turn.takers -= 1
            if not turn.takers:
                del self._turns[model]
            if not done.cancelled():
                # Whoever asked may have gone away; the plane has told the log.
                done.exception()

        running = asyncio.ensure_future(run())
        self._running.add(running)
        running.add_done_callback(end)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if not begun:
                running.cancel()
            raise

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
