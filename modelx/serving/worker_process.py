"""A worker as the supervisor sees it: a process, and the channel to it."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from modelx.serving.control import GoneError, Peer
from modelx.serving.start_errors import WorkerError, to_values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from modelx.serving.control import Handler
    from modelx.serving.forks import Fork, Forks

# A worker closes the channel when it ends; one that does not end then is of no use.
_LAST_SECONDS = 10.0
# A worker that says nothing for so long hangs. Its event loop answers also while it loads models, of whatever size.
SILENT_SECONDS = 60.0
PULSE_SECONDS = 5.0


class WorkerProcess:
    """A process that serves.

    Attributes
    ----------
    number : int
        Its place among the workers; another process may take it later.
    folder : Path
        Where its metrics are.
    forks : Forks
        What starts it.
    serves : bool
        Whether it has joined.
    shares_gate : bool
        Whether it is joining.
    leaving : bool
        Whether it was told to end by somebody else, so that its models change no more.
    gone : bool
        Whether it has ended, and everybody knows.
    error : dict or None
        Why it could not start, or was ended, as `start_errors.to_values` writes it.
    """

    def __init__(self, number: int, folder: Path, forks: Forks) -> None:
        self.number = number
        self.folder = folder
        self._forks = forks
        self.serves = False
        self.shares_gate = False
        self.leaving = False
        self.gone = False
        self.error: dict[str, Any] | None = None
        self._peer: Peer | None = None
        self._process: Fork | None = None

    async def start(self, handlers: Mapping[str, Handler]) -> Self:
        """Start the process.

        Parameters
        ----------
        handlers : dict
            The calls that it may make.

        Raises
        ------
        OSError
        """
        self.folder.mkdir(mode=0o700)
        self._peer = Peer(handlers)
        ours, theirs = socket.socketpair()
        try:
            await self._peer.connect(ours)
            self._process = await self._forks.fork(theirs)
        except BaseException:
            self._peer.close()
            raise
        finally:
            theirs.close()
        return self

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self._process is not None  # noqa: S101 - start comes first
        return self._process.pid

    async def call(self, name: str, **arguments: Any) -> Any:
        """Call the worker; see Peer.call."""
        assert self._peer is not None  # noqa: S101 - start comes first
        return await self._peer.call(name, **arguments)

    async def ended(self) -> str:
        """Wait for the end, and say how it came: "status 1", or "SIGKILL". A worker that hangs is ended."""
        assert self._peer is not None  # noqa: S101 - start comes first
        assert self._process is not None  # noqa: S101 - start comes first
        listening = asyncio.create_task(self._listen(self._peer))
        try:
            await self._peer.run()
        finally:
            listening.cancel()
        try:
            code = await asyncio.wait_for(self._process.wait(), _LAST_SECONDS)
        except TimeoutError:
            self.kill()
            code = await self._process.wait()
        if code is None:
            return "an unknown status"
        if code >= 0:
            return f"status {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"

    async def _listen(self, peer: Peer) -> None:
        """End a process that hangs: changes of the models would wait for it, and clients too."""
        with suppress(GoneError):
            # How long a start takes is another matter.
            await peer.call("ping")
            while True:
                await asyncio.sleep(PULSE_SECONDS)
                try:
                    await asyncio.wait_for(peer.call("ping"), SILENT_SECONDS)
                except TimeoutError:
                    silent = WorkerError(f"the worker has said nothing for {SILENT_SECONDS:g} seconds")
                    self.error = to_values(silent)
                    self.kill()
                    return

    def kill(self) -> None:
        """End the process at once."""
        if self._process is not None:
            self._process.kill()
