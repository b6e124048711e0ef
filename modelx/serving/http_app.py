"""The ASGI application: every request's way from its path to its answer, errors included."""

from __future__ import annotations

import time
from email.utils import formatdate
from time import perf_counter
from typing import TYPE_CHECKING, Any

from modelx.serving import request_ids
from modelx.serving.http_encoding import SMALLEST, accepts_gzip, compressed
from modelx.serving.http_exchange import Answer, Exchange
from modelx.serving.http_json import dumps
from modelx.serving.http_routes import Route, find
from modelx.serving.messages import quoted
from modelx.serving.status import OK, STATUSES, ServingError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from opentelemetry.trace import Span

    from modelx.serving.http_exchange import Receive, Send
    from modelx.serving.services import Services

_ID_HEADER = request_ids.HEADER.encode()
# How much of a path that there is not the log has.
_LONGEST_PATH = 128
# Headers that go with errors of a kind.
_HEADERS = {
    "overloaded": [(b"retry-after", b"1")],
    "unauthenticated": [(b"www-authenticate", b"Bearer")],
}


class Application:
    """Answers HTTP requests with what both edges share.

    Parameters
    ----------
    services : Services
    worker : Executor
        One thread for large bodies.
    """

    def __init__(self, services: Services, worker: Executor) -> None:
        self._services = services
        self._worker = worker
        self._second = 0
        self._date = b""

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI asks."""
        began = perf_counter()
        telemetry = self._services.telemetry
        exchange = Exchange(self._services, self._worker, scope, receive)
        method: str = scope["method"]
        found = find(scope["raw_path"])
        route = None
        if found is not None:
            route, exchange.names = found
        telemetry.begin()
        span = self._span(method, route, exchange)
        # Unless it is said otherwise, the server ends before the answer is there.
        error: ServingError | None = ServingError("shutting_down", "the server is shutting down")
        status = STATUSES["shutting_down"]
        try:
            try:
                answer = await self._handle(exchange, route, method, scope["raw_path"])
                error, status = None, OK._replace(http=answer.status)
            except Exception as caught:  # noqa: BLE001 - whatever it is, the client gets an answer and the server goes on
                error = self._refusal(exchange, caught)
                status = error.status
                answer = _written(exchange, error, route)
            await _compress(exchange, answer)
        finally:
            telemetry.end(
                "http",
                route.measured if route else "other",
                f"{method} {route.path if route else _sent(scope['raw_path'])[:_LONGEST_PATH]}",
                status,
                request_id=exchange.request_id,
                model=exchange.model,
                version=exchange.version,
                rows=exchange.rows,
                seconds=perf_counter() - began,
                error=str(error) if error else "",
                span=span,
            )
        await self._send(exchange, answer, send)

    def _span(self, method: str, route: Route | None, exchange: Exchange) -> Span | None:
        telemetry = self._services.telemetry
        if telemetry.tracing is None:
            return None
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in exchange.headers.items()}
        return telemetry.http_span(method, route.path if route else "", carrier)

    async def _handle(self, exchange: Exchange, route: Route | None, method: str, raw_path: bytes) -> Answer:
        if route is None:
            raise ServingError("no_path", f"no path {quoted(_sent(raw_path))}; docs/serving.md lists those there are")
        if not route.allows(method):
            raise ServingError(
                "no_method", f"method {quoted(method)} is not allowed here; expected {' or '.join(route.methods)}"
            )
        services = self._services
        if route.admitted:
            services.admission.look()
        if services.auth.guards(route.right):
            services.auth.check(exchange.headers.get(b"authorization"), route.right)
        return await route.handler(exchange)

    def _refusal(self, exchange: Exchange, caught: Exception) -> ServingError:
        if isinstance(caught, ServingError):
            return caught
        self._services.telemetry.internal_error(exchange.request_id, caught)
        return ServingError("internal", "an internal error; the server's log tells more")

    async def _send(self, exchange: Exchange, answer: Answer, send: Send) -> None:
        headers = [
            (b"date", self._now()),
            (b"content-length", str(len(answer.body)).encode()),
            (_ID_HEADER, exchange.request_id.encode()),
            *answer.headers,
        ]
        if answer.body:
            headers.append((b"content-type", answer.content_type))
        if exchange.closes():
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if not exchange.left:
            await send({"type": "http.response.body", "body": answer.body})
            return
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        if await exchange.discard() or exchange.closes():
            await send({"type": "http.response.body"})
        # Else the answer stays without its end, which closes the connection.

    def _now(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second = second
            self._date = formatdate(second, usegmt=True).encode()
        return self._date


def _sent(raw_path: bytes) -> str:
    """Give a path as the client sent it."""
    return raw_path.decode("utf-8", "replace")


async def _compress(exchange: Exchange, answer: Answer) -> None:
    if len(answer.body) < SMALLEST:
        return
    answer.headers.append((b"vary", b"Accept-Encoding"))
    if accepts_gzip(exchange.header(b"accept-encoding")):
        answer.body = await exchange.work(len(answer.body), compressed, answer.body)
        answer.headers.append((b"content-encoding", b"gzip"))


def _written(exchange: Exchange, error: ServingError, route: Route | None) -> Answer:
    """Write an error."""
    fields = {
        "error": str(error),
        "code": error.status.name,
        "kind": error.kind,
        "request_id": exchange.request_id,
    }
    if error.detail:
        fields["detail"] = error.detail
    headers = list(_HEADERS.get(error.kind, ()))
    if error.kind == "no_method" and route is not None:
        headers.append((b"allow", ", ".join(route.methods).encode()))
    return Answer(dumps(fields), error.status.http, headers=headers)
