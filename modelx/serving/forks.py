"""Worker processes as forks of one that has imported all they need, so that one that died is back at once."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress

from modelx.serving.fork_server import ENDED, RECORD, STARTED

# It imports from where the supervisor does, and not from the current folder, which "-m" would put first.
_START = "import sys; sys.path[:] = sys.argv[2:]; from modelx.serving.fork_server import main; main(int(sys.argv[1]))"


class Fork:
    """One forked process.

    Attributes
    ----------
    pid : int
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._end: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def wait(self) -> int | None:
        """Wait for the end, and give the status, the number of a signal below 0, or None when nobody can tell."""
        return await asyncio.shield(self._end)

    def kill(self) -> None:
        """End the process at once."""
        if not self._end.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def told(self, end: int | None) -> None:
        """Note how the process ended."""
        if not self._end.done():
            self._end.set_result(end)


class Forks:
    """Starts the process that forks, and another one should it die: the workers that there are go on."""

    def __init__(self) -> None:
        self._server: _Server | None = None
        # One is started at a time, so that each start has its own answer.
        self._lock = asyncio.Lock()

    async def fork(self, channel: socket.socket) -> Fork:
        """Start a worker.

        Parameters
        ----------
        channel : socket
            Its end of the channel; the caller closes it here.

        Raises
        ------
        OSError
        """
        async with self._lock:
            if self._server is None or self._server.gone:
                self._server = await _Server().start()
            return await self._server.fork(channel)

    async def close(self) -> None:
        """End the process that forks. Workers go on."""
        if self._server is not None:
            await self._server.close()


class _Server:
    def __init__(self) -> None:
        self.gone = False
        self._started: asyncio.Queue[Fork | None] = asyncio.Queue()
        self._forks: dict[int, Fork] = {}

    async def start(self) -> _Server:
        self._control, theirs = socket.socketpair()
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-P", "-c", _START, str(theirs.fileno())),
                *sys.path,
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                # The terminal's signals are for the supervisor.
                process_group=0,
            )
        except BaseException:
            self._control.close()
            raise
        finally:
            theirs.close()
        reader, self._writer = await asyncio.open_connection(sock=self._control.dup())
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def fork(self, channel: socket.socket) -> Fork:
        socket.send_fds(self._control, [b"\0"], [channel.fileno()])
        fork = await self._started.get()
        if fork is None:
            code = await self._process.wait()
            raise OSError(f"the process that starts workers ended with {code}; standard error tells more")
        return fork

    async def _read(self, reader: asyncio.StreamReader) -> None:
        """Hear of starts and ends until the process is gone."""
        try:
            while True:
                kind, pid, code = RECORD.unpack(await reader.readexactly(RECORD.size))
                if kind == STARTED:
                    self._forks[pid] = Fork(pid)
                    self._started.put_nowait(self._forks[pid])
                elif kind == ENDED:
                    self._forks.pop(pid).told(code)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.gone = True
            self._started.put_nowait(None)
            for fork in self._forks.values():
                fork.told(None)

    async def close(self) -> None:
        self._control.close()
        self._writer.close()
        await self._reading
        await self._process.wait()
