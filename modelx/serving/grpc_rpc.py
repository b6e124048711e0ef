"""One RPC, from its first header to its status: rights, ids, errors, and what is told of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import grpc

from modelx.serving import grpc_wire, request_ids
from modelx.serving.auth import Right
from modelx.serving.status import CANCELLED, OK, STATUSES, ServingError, Status

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from google.protobuf.message import Message
    from opentelemetry.trace import Span

    from modelx.serving.models import Served
    from modelx.serving.services import Services

_CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
# Headers are bounded: what the reader says of a file may be long.
_LONGEST_DETAIL = 2048
# When no call has come for so long, the clients that there are wait for those that they have.
_QUIET_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Method:
    """What is known of an RPC method before it is called.

    Attributes
    ----------
    name : str
        In full, such as "modelx.v1.ModelService/Predict".
    word : str
        The metrics' word for it; empty where neither log nor metrics hear of it: probes are many.
    right : Right
    request : type
        Of its messages.
    gated : bool
        Whether its messages take places among those in flight.
    """

    name: str
    word: str
    right: Right
    request: type[Message]
    gated: bool = False


class Rpc:
    """One call, or one message of a stream."""

    __slots__ = (
        "_began",
        "_metadata",
        "_request_id",
        "_services",
        "_span",
        "context",
        "error",
        "greeted",
        "header_id",
        "message_id",
        "method",
        "model",
        "rows",
        "status",
        "version",
        "zipped",
    )

    def __init__(self, services: Services, context: Any, method: Method) -> None:
        self._began = perf_counter()
        self._services = services
        self._request_id = ""
        self._span: Span | None = None
        # Whether the headers of the answer are fixed.
        self.greeted = False
        # Whether the client has gzipped a message.
        self.zipped = False
        self.context = context
        self.method = method
        self.status: Status = OK
        self.error = ""
        self.model = self.version = ""
        self.rows = 0
        # What the message calls the request.
        self.message_id = ""
        self._metadata = metadata = context.invocation_metadata()
        self.header_id = ""
        for key, value in metadata:
            if key == request_ids.HEADER:
                self.header_id = value
                break

    def begin(self) -> None:
        """Tell that a request is being answered; `end` must follow."""
        if not self.method.word:
            return
        telemetry = self._services.telemetry
        telemetry.begin()
        if telemetry.tracing is not None:
            carrier = {key: value for key, value in self._metadata if isinstance(value, str)}
            self._span = telemetry.grpc_span(self.method.name, carrier)

    @property
    def request_id(self) -> str:
        """What the request is called."""
        if not self._request_id:
            self._request_id = request_ids.request_id(self.header_id, self.message_id)
        return self._request_id

    def admit(self) -> None:
        """Refuse what is too much, and what has no right. Raises ServingError."""
        services = self._services
        method = self.method
        if method.gated:
            services.admission.look()
        if services.auth.guards(method.right):
            header = next((value for key, value in self._metadata if key == "authorization"), None)
            services.auth.check(header, method.right)

    def expand(self, raw: Any) -> bytes | None:
        """Give a message that the library has read as it is meant, or None where it was the end.

        Raises
        ------
        ServingError
            `bad_request` or `too_large`.
        """
        if raw is grpc.aio.EOF:
            return None
        if grpc_wire.is_gzipped(raw):
            if not self.greeted:
                self.zipped = True
                self.context.set_compression(grpc.Compression.Gzip)
            raw = grpc_wire.gunzip(raw, self._services.settings.max_message_bytes)
            if raw is None:
                raise grpc_wire.not_a(self.method.request)
        return raw  # type: ignore[no-any-return] # the library has no types

    def expand_one(self, raw: Any) -> bytes:
        """Give the only message as `expand` does. Raises ServingError."""
        data = self.expand(raw)
        if data is None:
            raise grpc_wire.not_a(self.method.request)
        return data

    async def greet(self) -> None:
        """Before the first answer, send the request's id back, if the client named it. It costs a round of its own.

        The library takes compression from the headers that are sent so, and from no others.
        """
        if not self.greeted:
            self.greeted = True
            if self.header_id or self.zipped:
                headers = ((request_ids.HEADER, self.request_id),) if self.header_id else ()
                await self.context.send_initial_metadata(headers)

    def check_deadline(self) -> None:
        """Begin no work that nobody waits for. Raises ServingError, `deadline_exceeded`."""
        if self.context.time_remaining() == 0:
            raise ServingError("deadline_exceeded", "the deadline passed before the answer was ready")

    def answered_by(self, served: Served) -> None:
        """Tell log and metrics which model it is."""
        self.model = served.name
        self.version = served.version

    def refused(self, error: BaseException) -> ServingError | None:
        """Keep what ended the call. Gives None where nobody listens any more."""
        if isinstance(error, ServingError):
            self.status = error.status
            self.error = str(error)
            return error
        if isinstance(error, asyncio.CancelledError | grpc.aio.BaseError):
            # The library's own errors say that the call is over.
            late = self.context.time_remaining() == 0
            self.status = STATUSES["deadline_exceeded"] if late else CANCELLED
            self.error = "the deadline passed before the answer was ready" if late else "the client went away"
            return None
        self._services.telemetry.internal_error(self.request_id, error)
        internal = ServingError("internal", "an internal error; the server's log tells more")
        self.status = internal.status
        self.error = str(internal)
        return internal

    async def refuse(self, error: Exception) -> None:
        """End the call with what ended its work. Raises what the library expects."""
        refused = self.refused(error)
        if refused is None:
            raise asyncio.CancelledError from None
        await self.abort(refused)

    async def abort(self, error: ServingError) -> None:
        """End the call with an error's status. Raises the library's error, which it expects back."""
        trailing: list[tuple[str, str | bytes]] = [
            ("modelx-error-kind", error.kind),
            (request_ids.HEADER, self.request_id),
        ]
        if error.detail:
            detail = error.detail.encode("utf-8", "replace")[:_LONGEST_DETAIL].decode("utf-8", "ignore")
            trailing.append(("modelx-error-detail-bin", detail.encode()))
        text = str(error).encode("utf-8", "backslashreplace").decode()
        try:
            await self.greet()
            await self.context.abort(_CODES[error.status.grpc], text, tuple(trailing))
        except grpc.aio.AbortError:
            raise
        except grpc.aio.BaseError:
            # The call is over already, so that there is nobody to tell.
            raise asyncio.CancelledError from None

    def end(self) -> None:
        """Tell log, metrics and traces."""
        if not self.method.word:
            return
        telemetry = self._services.telemetry
        status = self.status
        telemetry.end(
            "grpc",
            self.method.word,
            self.method.name,
            status,
            request_id=self.request_id if status is not OK or telemetry.log.tells_answers else "",
            model=self.model,
            version=self.version,
            rows=self.rows,
            seconds=perf_counter() - self._began,
            error=self.error,
            span=self._span,
        )


class Hold:
    """Keeps calls that come while the server is about to stop, until their clients know that it does.

    A call that the library has taken in but not handed over when the server stops is cancelled, and its client cannot
    know that nothing was done for it. Once clients wait for calls that are kept, there is no such call. These are
    answered as all others, after the clients were told to go elsewhere. Used from the event loop alone.
    """

    def __init__(self) -> None:
        self.on = False
        self._count = 0
        self._released = asyncio.Event()

    async def keep(self) -> None:
        """Wait until calls go on."""
        self._count += 1
        await self._released.wait()

    async def quiet(self, longest: float) -> None:
        """Keep calls from now on, and wait until no more of them come, but no longer than that many seconds."""
        self.on = True
        loop = asyncio.get_running_loop()
        until = loop.time() + longest
        count = -1
        while count != self._count and loop.time() < until:
            count = self._count
            await asyncio.sleep(min(_QUIET_SECONDS, longest))

    def release(self) -> None:
        """Let calls go on."""
        self.on = False
        self._released.set()


def unary(
    services: Services, hold: Hold, method: Method, work: Callable[[Rpc, bytes], Awaitable[bytes]]
) -> grpc.RpcMethodHandler[Any, Any]:
    """Make the library's handler of a method with one request and one answer.

    Parameters
    ----------
    services : Services
    hold : Hold
    method : Method
    work : callable
        From the request's bytes to the answer's; raises ServingError.
    """

    # For the library the requests are a stream: so a call without a message is noticed, and rights are looked at before
    # the message is there.
    async def handle(_requests: Any, context: Any) -> bytes:
        rpc = Rpc(services, context, method)
        rpc.begin()
        try:
            if hold.on:
                await hold.keep()
            rpc.admit()
            answer = await work(rpc, rpc.expand_one(await context.read()))
            if rpc.header_id or rpc.zipped:
                await rpc.greet()
        except grpc.aio.AbortError:
            raise
        except Exception as error:
            await rpc.refuse(error)
            raise
        except asyncio.CancelledError as error:
            rpc.refused(error)
            raise
        else:
            return answer
        finally:
            rpc.end()

    return grpc.stream_unary_rpc_method_handler(handle)
