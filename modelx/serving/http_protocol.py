"""HTTP/1.1 on a connection: uvicorn's protocol with limits of time and size on what clients send."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from uvicorn.config import Config
    from uvicorn.server import ServerState

LONGEST_HEAD = 64 * 1024

# How long a connection stays open after its last answer, so that the client reads it before it learns of the end.
LINGER_SECONDS = 0.5

# Clients' mistakes are no warnings, and the application tells of its own.
_SILENT = logging.Logger("modelx.http", logging.CRITICAL + 1)  # noqa: LOG001 - it is nobody else's

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
# What separates a header's name and value, and ends its line.
_HEADER_EXTRA = 4


def _refusal(status: str) -> bytes:
    """Write the answer to what cannot be told to the application."""
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n{status}"
    ).encode()


_BAD_REQUEST = _refusal("400 Bad Request")
_HEAD_TOO_LONG = _refusal("431 Request Header Fields Too Large")


class _Refusal:
    """Stands in the queue of pipelined requests for bytes that are none: they are refused when their turn comes."""

    def __init__(self, refuse: Callable[[], None]) -> None:
        self._refuse = refuse

    async def run_asgi(self, _app: object) -> None:
        self._refuse()


class Protocol(HttpToolsProtocol):
    """One connection.

    A request's head must come within `read_timeout`, counted from the connection's start for the first one and from
    the first byte for others; else the connection is closed, as it is when the client takes nothing of an answer for
    as long. The application limits how long bodies take.

    Parameters
    ----------
    config : uvicorn.Config
    server_state : uvicorn.server.ServerState
    read_timeout : float
        Seconds.
    on_lost : callable
        Called when the connection has ended.
    """

    def __init__(
        self, config: Config, server_state: ServerState, read_timeout: float, on_lost: Callable[[], None]
    ) -> None:
        super().__init__(config, server_state, {})
        self.logger = _SILENT
        self.access_log = False
        self._read_timeout = read_timeout
        self._on_lost = on_lost
        self._timer: asyncio.TimerHandle | None = None
        self._linger: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._unwritten = 0
        # Between a request's first byte and the end of its head.
        self._in_head = False
        # What reads of a head that is not complete brought, and what its parts that are complete take.
        self._read_bytes = self._fresh_bytes = 0
        self._head_bytes = 0
        self._has_host = False
        self._refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        self._forget_writing()
        if self._linger is not None:
            self._linger.cancel()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._on_lost()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unset_keepalive_if_required()
        if self._in_head:
            self._read_bytes += len(data)
        else:
            self._fresh_bytes = len(data) if self._is_idle() else 0
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(_HEAD_TOO_LONG if self._head_bytes > LONGEST_HEAD else _BAD_REQUEST)
            return
        if self._in_head and self._read_bytes > LONGEST_HEAD:
            self._refuse(_HEAD_TOO_LONG)
        elif self._is_idle():
            self._expect_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._has_host = False
        # What came with the first byte belongs to this head, unless another request came before it.
        self._read_bytes, self._fresh_bytes = self._fresh_bytes, 0
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value) + _HEADER_EXTRA)
        super().on_header(name, value)
        if self.headers[-1][0] == b"host":
            self._has_host = True

    def on_headers_complete(self) -> None:
        if not self._has_host and self.parser.get_http_version() == "1.1":
            raise httptools.HttpParserError("no Host header")
        if b"%" in self.url and _BAD_ESCAPE.search(self.url.partition(b"?")[0]):
            raise httptools.HttpParserError("bad escape in the path")
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        self._in_head = False
        self._forget_head()

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_head and self._is_idle():
            self._unset_keepalive_if_required()
            self._expect_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_writing()

    def _watch_writing(self) -> None:
        """End the connection of a client that does not read what it asked for."""
        self._unwritten = self.transport.get_write_buffer_size()
        self._write_timer = self.loop.call_later(self._read_timeout, self._look_at_writing)

    def _look_at_writing(self) -> None:
        if self.transport.get_write_buffer_size() < self._unwritten:
            self._watch_writing()
        else:
            self.transport.abort()

    def _forget_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                data = self._plain_head() + data[upgrade.args[0] :]
            else:
                return

    def _plain_head(self) -> bytes:
        """Write the head again without the wish for another protocol, which nobody must grant.

        The parser takes no body after such a wish, as Java's client has it with its first request.
        """
        method = self.parser.get_method()
        if method == b"CONNECT":
            raise httptools.HttpParserError("this is no proxy")
        lines = [b"%b %b HTTP/%b" % (method, self.url, self.parser.get_http_version().encode())]
        for name, value in self.headers:
            if name == b"connection":
                kept = [each for each in value.split(b",") if each.strip().lower() in {b"close", b"keep-alive"}]
                lines.append(b"connection: " + b",".join(kept))
            elif name != b"upgrade":
                lines.append(name + b": " + value)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > LONGEST_HEAD:
            raise httptools.HttpParserError("the head is too long")

    def _is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _expect_head(self) -> None:
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(self._read_timeout, self.transport.close)

    def _forget_head(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, answer: bytes) -> None:
        """Take no more from this connection: answer what came before, then this, and close."""
        self._refused = True
        self._forget_head()
        if self._is_idle():
            self._end(answer)
            return
        turn = cast("Any", _Refusal(lambda: self._end(answer)))
        if not self.cycle.more_body:
            self.pipeline.appendleft((turn, self.app))
        elif self.pipeline:
            # Its own body is broken, and its turn has not come.
            self.pipeline[0] = (turn, self.app)
        else:
            self._break(self.cycle, answer)

    def _break(self, cycle: RequestResponseCycle, answer: bytes) -> None:
        """End a request whose body is broken while the application reads it."""
        started = cycle.response_started
        cycle.disconnected = True
        cycle.message_event.set()
        if started:
            self.transport.close()
        else:
            self._end(answer)

    def _end(self, answer: bytes) -> None:
        transport = self.transport
        if transport.is_closing():
            return
        transport.write(answer)
        if transport.can_write_eof():
            transport.write_eof()
            self._linger = self.loop.call_later(LINGER_SECONDS, transport.close)
        else:
            transport.close()
