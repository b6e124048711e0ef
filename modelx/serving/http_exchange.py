"""One HTTP request and what is answered to it, on top of ASGI."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from modelx.serving import request_ids
from modelx.serving.http_encoding import decompressed, encoding_of, too_large
from modelx.serving.status import ServingError

_T = TypeVar("_T")

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable
    from concurrent.futures import Executor

    from modelx.serving.models import Served
    from modelx.serving.requests import Request, Response
    from modelx.serving.services import Services

    Receive = Callable[[], Awaitable[Any]]
    Send = Callable[[Any], Awaitable[None]]
    # Answers one route, or raises ServingError.
    Handler = Callable[["Exchange"], Awaitable["Answer"]]

JSON = b"application/json"

_ID_HEADER = request_ids.HEADER.encode()

# What is left of a body after the answer is read for as long, and at most to this size, to keep the connection.
_LEFT_SECONDS = 0.5
_LEFT_BYTES = 256 * 1024

# Bytes whose reading or writing would hold the event loop up.
_LONG = 512 * 1024

# How much larger a body may become when it is decompressed: not at the worst, but more than bodies do.
_EXPANSION = 100

# Values of a prediction that is over before it is worth while to look whether the client is still there.
_AT_ONCE = 2048


@dataclass(slots=True)
class Answer:
    """What is sent back."""

    body: bytes = b""
    status: int = 200
    content_type: bytes = JSON
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


class Exchange:
    """A request while it is answered.

    Parameters
    ----------
    services : Services
    worker : Executor
        One thread for large bodies, so that they take their memory one after the other.
    scope : dict
        ASGI's.
    receive : callable
        ASGI's.

    Attributes
    ----------
    headers : dict
        Values by lower-case names; those of headers that are there several times are joined.
    names : dict of str to str
        What stands in the path for `name` and `version` of the route.
    called : str
        What the body calls the request, unless the header does.
    model, version : str
        Of the model that answers, once it is found.
    rows : int
        Of a prediction, once they are known.
    left : bool
        Whether some of the body has not been read.
    """

    __slots__ = (
        "_late",
        "_length",
        "_receive",
        "_request_id",
        "_worker",
        "called",
        "headers",
        "left",
        "model",
        "names",
        "query",
        "rows",
        "services",
        "version",
    )

    def __init__(self, services: Services, worker: Executor, scope: Any, receive: Receive) -> None:
        self._worker = worker
        self.services = services
        self.headers = _joined(scope["headers"])
        self.query: bytes = scope["query_string"]
        self.names: dict[str, str] = {}
        self.called = ""
        self.model = ""
        self.version = ""
        self.rows = 0
        self._receive = receive
        self._request_id = ""
        self._late = False
        length = self.headers.get(b"content-length")
        # -1: in chunks, of a length that is not known.
        self._length = -1 if b"transfer-encoding" in self.headers else int(length) if length else 0
        self.left = self._length != 0

    @property
    def request_id(self) -> str:
        """What the request is called."""
        if not self._request_id:
            self._request_id = request_ids.request_id(self.header(_ID_HEADER), self.called)
        return self._request_id

    def header(self, name: bytes) -> str:
        """Give a header's value; empty where it is not there."""
        return self.headers.get(name, b"").decode("latin-1")

    def find(self, model: str, version: str) -> Served:
        """Find the model that answers, and note it for the log and the metrics. Raises ServingError."""
        served = self.services.plane.find(model, version)
        self.model, self.version = served.name, served.version
        return served

    async def compute(self, served: Served, request: Request, values: int) -> Response:
        """Compute a prediction of so many values, unless the client goes away before it is done.

        Raises
        ------
        ServingError
        """
        work = self.services.offload.respond(served, request, values)
        response = await (work if values <= _AT_ONCE else self._unless_gone(work))
        self.rows = response.rows
        return response

    async def work(self, size: int, function: Callable[..., _T], *arguments: Any) -> _T:
        """Call a function that takes time in proportion to a size: in a thread where that is long."""
        if size < _LONG:
            return function(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)

    async def _unless_gone(self, work: Coroutine[Any, Any, Response]) -> Response:
        computing = asyncio.create_task(work)
        watching = asyncio.create_task(self._until_gone())
        try:
            await asyncio.wait((computing, watching), return_when=asyncio.FIRST_COMPLETED)
            if not computing.done():
                raise gone_away()
            return computing.result()
        finally:
            computing.cancel()
            watching.cancel()

    async def body(self) -> bytes:
        """Read the body to its end, without its content encoding.

        Raises
        ------
        ServingError
            `bad_encoding`, `too_large`, `slow_body`, `bad_request`, or `cancelled`.
        """
        encoding = encoding_of(self.header(b"content-encoding"))
        limit = self.services.settings.max_message_bytes
        if self._length > limit:
            raise too_large(limit)
        if not self.left:
            return b""
        seconds = self.services.settings.read_timeout
        try:
            async with asyncio.timeout(seconds):
                body = await self._read(limit)
        except TimeoutError:
            self._late = True
            raise ServingError("slow_body", f"the body did not arrive within {_plain(seconds)} seconds") from None
        if not encoding or not body:
            return body
        return await self.work(_EXPANSION * len(body), decompressed, body, encoding, limit)

    async def _read(self, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        while self.left:
            part = await self._next()
            size += len(part)
            if size > limit:
                raise too_large(limit)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise gone_away()
        self.left = message["more_body"]
        return bytes(message["body"])

    async def _until_gone(self) -> None:
        """Return when the client has closed the connection, once the body was read."""
        while (await self._receive())["type"] == "http.request":
            pass

    def closes(self) -> bool:
        """Whether so much of the body is left that the connection has to end with the answer."""
        return self.left and (self._late or not 0 <= self._length <= _LEFT_BYTES or b"expect" in self.headers)

    async def discard(self) -> bool:
        """Read what is left of the body, for a short while: a client that still sends would not see the answer.

        Returns
        -------
        bool
            Whether the body has ended.
        """
        if b"expect" in self.headers:
            # Reading would ask for the body.
            return not self.left
        try:
            async with asyncio.timeout(_LEFT_SECONDS):
                while self.left:
                    await self._next()
        except (TimeoutError, ServingError):
            return False
        return True


def _plain(seconds: float) -> str:
    return f"{seconds:.9f}".rstrip("0").rstrip(".")


def gone_away() -> ServingError:
    """Make the error of a client that closed its connection."""
    return ServingError("cancelled", "the client went away")


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined
