"""How the supervisor and its workers talk: frames of JSON over a socket, calls and answers both ways.

There is no pickle in it, and nothing but these two ends holds the socket.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from traceback import format_exception
from typing import TYPE_CHECKING, Any

from modelx.serving.status import STATUSES, ServingError

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable, Mapping

    Handler = Callable[..., Awaitable[Any]]

_LENGTH = 4
# Metrics of many models are the largest messages.
LONGEST = 1 << 28


class GoneError(Exception):
    """The other end is closed: its process has ended."""


class Peer:
    """One end of the channel.

    Parameters
    ----------
    handlers : dict
        From the names of calls to coroutine functions, which take the call's arguments by name.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._closed = False

    async def connect(self, sock: socket.socket) -> None:
        """Take one end of a socket pair. `run` must follow."""
        self._reader, self._writer = await asyncio.open_connection(sock=sock)

    async def run(self) -> None:
        """Answer calls until the other end is closed."""
        assert self._reader is not None  # noqa: S101 - connect comes first
        try:
            while True:
                length = int.from_bytes(await self._reader.readexactly(_LENGTH), "big")
                if length > LONGEST:
                    break
                self._take(json.loads(await self._reader.readexactly(length)))
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.close()

    async def call(self, name: str, **arguments: Any) -> Any:
        """Call the other end.

        Raises
        ------
        ServingError
            As the other end raised it; `internal`, with the traceback as its detail, for what else that raised.
        GoneError
            The other end is closed, or closes before it answers.
        ValueError
            The message is too large.
        """
        if self._closed:
            raise GoneError
        number = next(self._numbers)
        frame = _frame({"call": name, "number": number, "arguments": arguments})
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await self._send(frame)
            return await future
        finally:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """Close this end: calls that wait for an answer end with GoneError."""
        self._closed = True
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(GoneError())
        if self._writer is not None:
            with suppress(OSError, RuntimeError):
                self._writer.close()

    def _take(self, message: dict[str, Any]) -> None:
        if "call" in message:
            task = asyncio.create_task(self._answer(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        future = self._waiting.get(message["number"])
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(error_from(message["error"]))
        else:
            future.set_result(message["result"])

    async def _answer(self, message: dict[str, Any]) -> None:
        number = message["number"]
        try:
            result = await self._handlers[message["call"]](**message["arguments"])
            frame = _frame({"number": number, "result": result})
        except ServingError as error:
            frame = _frame({"number": number, "error": error_to(error)})
        except Exception as error:  # noqa: BLE001 - the one who called learns of it
            detail = "".join(format_exception(error))
            failure = ServingError("internal", "an internal error; the server's log tells more", detail=detail)
            frame = _frame({"number": number, "error": error_to(failure)})
        with suppress(GoneError):
            await self._send(frame)

    async def _send(self, frame: bytes) -> None:
        assert self._writer is not None  # noqa: S101 - connect comes first
        try:
            self._writer.write(frame)
            await self._writer.drain()
        except (OSError, RuntimeError):
            raise GoneError from None


def _frame(message: dict[str, Any]) -> bytes:
    """Write a message. Raises ValueError for one that the other end would not take."""
    data = json.dumps(message).encode()
    if len(data) > LONGEST:
        raise ValueError(f"a message of {len(data)} bytes; expected at most {LONGEST}")
    return len(data).to_bytes(_LENGTH, "big") + data


def error_to(error: ServingError) -> dict[str, Any]:
    """Write an error as JSON values."""
    refused = error.kind not in STATUSES or error.status != STATUSES[error.kind]
    return {"kind": error.kind, "message": error.message, "detail": error.detail, "refused": refused}


def error_from(values: dict[str, Any]) -> ServingError:
    """Read what `error_to` wrote."""
    return ServingError(values["kind"], values["message"], detail=values["detail"], refused=values["refused"])
