"""The client for asyncio."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self

from modelx.client import connection, plans, streams
from modelx.client.connection import Connection
from modelx.client.errors import CallError, TimedOutError, UnavailableError
from modelx.client.retrying import Attempts

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping

    from modelx.client.results import ModelInfo, Prediction, Reload
    from modelx.v1 import service_pb2


class AsyncClient:
    """As `modelx.client.Client`, which describes the parameters, for one event loop.

    The connection is opened with the first call, by the loop that runs then.
    """

    def __init__(
        self,
        target: str = "127.0.0.1:8081",
        *,
        token: str | None = None,
        tls: bool = False,
        ca: str | os.PathLike[str] | None = None,
        cert: str | os.PathLike[str] | None = None,
        key: str | os.PathLike[str] | None = None,
        server_name: str | None = None,
        gzip: bool = False,
        timeout: float = 10.0,
        retries: int = 3,
    ) -> None:
        self._connection = Connection(target, token, tls, ca, cert, key, server_name, gzip, timeout, retries)
        self._grpc = connection.require_grpc()
        self._channel: Any = None
        self._stub: Any = None
        self._known = plans.Known()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection; calls under way end with `CancelledError`."""
        if self._channel is not None:
            await self._channel.close()

    async def predict(
        self,
        X: Any,
        method: str = "predict",
        *,
        model: str = "",
        version: str = "",
        probabilities: bool = False,
        metadata: Mapping[str, str] | None = None,
        request_id: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - it goes to the server, which gives up too
    ) -> Prediction:
        """Apply a method of a model to rows, as `Client.predict` does.

        Raises
        ------
        CallError
        """
        wanted = plans.Wanted(method, model, version, probabilities, metadata)
        prediction: Prediction = await self._drive(plans.predict(self._known, X, wanted), request_id, timeout)
        return prediction

    async def predict_stream(
        self,
        batches: AsyncIterable[Any] | Iterable[Any],
        method: str = "predict",
        *,
        model: str = "",
        version: str = "",
        probabilities: bool = False,
        metadata: Mapping[str, str] | None = None,
        request_id: str | None = None,
        timeout: float = connection.FOREVER,  # noqa: ASYNC109 - it goes to the server, which gives up too
    ) -> AsyncIterator[Prediction | CallError]:
        """Apply a method to rows that keep coming, as `Client.predict_stream` does.

        Yields
        ------
        Prediction or CallError

        Raises
        ------
        CallError
        """
        wanted = plans.Wanted(method, model, version, probabilities, metadata)
        name = connection.request_name(request_id)
        # What `batches` raises in grpc's task.
        raised: list[Exception] = []

        async def requests() -> AsyncIterator[service_pb2.PredictRequest]:
            try:
                async for X in _each(batches):
                    yield await self._drive(streams.request(self._known, X, wanted), name, None)
            except Exception as error:  # noqa: BLE001 - told to the caller below
                raised.append(error)

        self._open()
        stream = self._stub.PredictStream(
            requests(), timeout=Attempts(0, timeout).remaining(), metadata=self._connection.metadata(name)
        )
        try:
            async for item in stream:
                if item.HasField("error"):
                    yield streams.error_of(self._grpc, item.error, name)
                else:
                    yield await self._drive(plans.typed(self._known, wanted, item.response), name, None)
        except self._grpc.RpcError as error:
            raise connection.error_from(error, name) from None
        finally:
            stream.cancel()
        if raised:
            raise raised[0]

    async def info(
        self,
        model: str = "",
        version: str = "",
        *,
        request_id: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - it goes to the server, which gives up too
    ) -> ModelInfo:
        """Describe a model that serves.

        Raises
        ------
        CallError
        """
        found: ModelInfo = await self._drive(plans.info(self._known, model, version), request_id, timeout)
        return found

    async def reload(
        self,
        path: str = "",
        *,
        version: str = "",
        model: str = "",
        rollback: bool = False,
        request_id: str | None = None,
        timeout: float = connection.RELOAD_SECONDS,  # noqa: ASYNC109 - it goes to the server, which gives up too
    ) -> Reload:
        """Bring another file, or another version, into service, as `Client.reload` does: it is sent once.

        Raises
        ------
        CallError
        """
        plan = plans.reload(self._known, path=path, version=version, model=model, rollback=rollback)
        done: Reload = await self._drive(plan, request_id, timeout)
        return done

    async def ready(self, *, wait: float = 0.0, timeout: float | None = None) -> bool:  # noqa: ASYNC109 - as above
        """Tell whether the server answers and takes requests, as `Client.ready` does.

        Raises
        ------
        CallError
            When something else answers than a server of models.
        """
        until = time.monotonic() + wait
        while not (answer := await self._is_ready(timeout)) and time.monotonic() < until:  # noqa: ASYNC110 - it is far
            await asyncio.sleep(min(connection.ASK_AGAIN_SECONDS, max(0.0, until - time.monotonic())))
        return answer

    async def _is_ready(self, seconds: float | None) -> bool:
        self._open()
        attempts = Attempts(0, self._connection.seconds(seconds))
        health = self._channel.unary_unary(connection.HEALTH)
        try:
            answer: bytes = await self._call(health, connection.HEALTH_REQUEST, attempts, connection.request_name(None))
        except (UnavailableError, TimedOutError):
            return False
        return answer == connection.HEALTH_SERVING

    def _open(self) -> None:
        if self._channel is None:
            from modelx.v1 import service_pb2_grpc

            self._channel = self._connection.channel(self._grpc, self._grpc.aio)
            self._stub = service_pb2_grpc.ModelServiceStub(self._channel)  # type: ignore[no-untyped-call]

    async def _drive(self, plan: plans.Plan, request_id: str | None, seconds: float | None) -> Any:
        """Make the calls of a plan; all of them have one deadline and one name."""
        self._open()
        attempts = Attempts(self._connection.retries, self._connection.seconds(seconds))
        name = connection.request_name(request_id)
        try:
            call = next(plan)
            while True:
                try:
                    answer = await self._repeat(call, attempts, name)
                except CallError as error:
                    call = plan.throw(error)
                else:
                    call = plan.send(answer)
        except StopIteration as stop:
            return stop.value

    async def _repeat(self, call: plans.Call, attempts: Attempts, name: str) -> Any:
        rpc = getattr(self._stub, call.rpc)
        while True:
            try:
                return await self._call(rpc, call.request, attempts, name)
            except CallError as error:
                await asyncio.sleep(attempts.pause_after(error, safe=call.safe))

    async def _call(self, rpc: Any, request: Any, attempts: Attempts, name: str) -> Any:
        try:
            return await rpc(request, timeout=attempts.remaining(), metadata=self._connection.metadata(name))
        except self._grpc.RpcError as error:
            raise connection.error_from(error, name) from None


async def _each(batches: AsyncIterable[Any] | Iterable[Any]) -> AsyncIterator[Any]:
    if hasattr(batches, "__aiter__"):
        async for batch in batches:
            yield batch
    else:
        for batch in batches:
            yield batch
