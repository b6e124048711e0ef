"""Streams of requests, which may never end: each is answered by itself, and all are ended when the server stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import grpc

from modelx.serving.grpc_rpc import Hold, Rpc
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from modelx.serving.grpc_rpc import Method
    from modelx.serving.services import Services


class Streams:
    """The streams that are open. Used from the event loop alone.

    Attributes
    ----------
    hold : Hold
        What keeps calls that are no streams.
    """

    def __init__(self) -> None:
        self.hold = Hold()
        self._ending = asyncio.Event()
        # Of those that wait for a request: others are ended once they have answered theirs.
        self._idle: set[asyncio.Task[Any]] = set()

    def end(self) -> None:
        """End all streams with `shutting_down`, and those that come later."""
        self._ending.set()
        for task in self._idle:
            task.cancel()

    async def ending(self) -> None:
        """Wait until streams are to be ended."""
        await self._ending.wait()

    async def read(self, rpc: Rpc) -> bytes | None:
        """Give the next message of a stream, or None after the last one.

        Raises
        ------
        ServingError
            `shutting_down`, or what `Rpc.read` says.
        """
        if self._ending.is_set():
            raise shutting_down()
        task = asyncio.current_task()
        if task is None:  # pragma: no cover - the library runs each call in a task
            return rpc.expand(await rpc.context.read())
        self._idle.add(task)
        try:
            return rpc.expand(await rpc.context.read())
        except asyncio.CancelledError:
            if self._ending.is_set():
                # It was `end`, or else the client, which does not hear this then.
                task.uncancel()
                raise shutting_down() from None
            raise
        finally:
            self._idle.discard(task)


def shutting_down() -> ServingError:
    """Give the error of what ends because the server does."""
    return ServingError("shutting_down", "the server is shutting down")


def stream(
    services: Services,
    method: Method,
    serve: Callable[[Rpc], Awaitable[None]],
) -> grpc.RpcMethodHandler[Any, Any]:
    """Make the library's handler of a method whose requests and answers are streams.

    The call counts as a request only when it is refused as a whole.

    Parameters
    ----------
    services : Services
    method : Method
    serve : callable
        Reads and writes until the stream ends; raises ServingError to end it so.
    """

    async def handle(_requests: Any, context: Any) -> None:
        rpc = Rpc(services, context, method)
        try:
            rpc.admit()
            await serve(rpc)
            await rpc.greet()
        except grpc.aio.BaseError:
            # The library says that the call is over.
            raise asyncio.CancelledError from None
        except Exception as error:  # noqa: BLE001 - told, and answered as internal
            rpc.begin()
            try:
                await rpc.refuse(error)
            finally:
                rpc.end()

    return grpc.stream_stream_rpc_method_handler(handle)


def each(
    services: Services,
    streams: Streams,
    method: Method,
    answer: Callable[[Rpc, bytes], Awaitable[bytes]],
    refusal: Callable[[Rpc, ServingError], bytes],
) -> grpc.RpcMethodHandler[Any, Any]:
    """Make the library's handler of a method that answers each request of a stream by itself.

    Parameters
    ----------
    services : Services
    streams : Streams
    method : Method
    answer : callable
        From a request's bytes to the answer's; raises ServingError.
    refusal : callable
        From an error to the message that stands for the answer.
    """

    async def one(call: Rpc, raw: bytes) -> bytes:
        rpc = Rpc(services, call.context, method)
        rpc.begin()
        try:
            services.admission.look()
            return await answer(rpc, raw)
        except Exception as error:
            refused = rpc.refused(error)
            if refused is None:
                raise
            return refusal(rpc, refused)
        except asyncio.CancelledError as error:
            rpc.refused(error)
            raise
        finally:
            rpc.end()

    async def serve(call: Rpc) -> None:
        while (raw := await streams.read(call)) is not None:
            message = await one(call, raw)
            await call.greet()
            await call.context.write(message)
            # A stream that never ends holds neither its last request nor the answer.
            del raw, message

    return stream(services, method, serve)
