"""grpc.health.v1.Health."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2 as pb

from modelx.serving import grpc_wire
from modelx.serving.auth import Right
from modelx.serving.grpc_rpc import Method, unary
from modelx.serving.grpc_streams import shutting_down, stream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from google.protobuf.message import Message

    from modelx.serving.grpc_rpc import Rpc
    from modelx.serving.grpc_streams import Streams
    from modelx.serving.services import Services

NAME = "grpc.health.v1.Health"


class HealthService:
    """Tells whether the server takes requests.

    Parameters
    ----------
    services : Services
    streams : Streams
    names : iterable of str
        The services that it knows beside the server itself.
    """

    def __init__(self, services: Services, streams: Streams, names: Iterable[str]) -> None:
        self._services = services
        self._streams = streams
        self._names = ["", *names]

    def handlers(self) -> dict[str, grpc.RpcMethodHandler[Any, Any]]:
        """Give the library's handlers by the methods' full names."""
        services = self._services
        check = Method(f"{NAME}/Check", "", Right.OPEN, pb.HealthCheckRequest)
        every = Method(f"{NAME}/List", "", Right.OPEN, pb.HealthListRequest)
        watch = Method(f"{NAME}/Watch", "", Right.OPEN, pb.HealthCheckRequest)
        return {
            check.name: unary(services, self._streams.hold, check, self._check),
            every.name: unary(services, self._streams.hold, every, self._list),
            watch.name: stream(services, watch, self._watch),
        }

    def _status(self) -> pb.HealthCheckResponse:
        ready = not self._services.shutting_down and self._services.plane.readiness().ready
        status = pb.HealthCheckResponse.SERVING if ready else pb.HealthCheckResponse.NOT_SERVING
        return pb.HealthCheckResponse(status=status)

    async def _check(self, rpc: Rpc, raw: bytes) -> bytes:
        if grpc_wire.parse(pb.HealthCheckRequest, raw).service not in self._names:
            await rpc.context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
        return _bytes(self._status())

    async def _list(self, _rpc: Rpc, raw: bytes) -> bytes:
        grpc_wire.parse(pb.HealthListRequest, raw)
        return _bytes(pb.HealthListResponse(statuses={name: self._status() for name in self._names}))

    async def _watch(self, rpc: Rpc) -> None:
        raw = await self._streams.read(rpc)
        if raw is None:
            raise grpc_wire.not_a(pb.HealthCheckRequest)
        known = grpc_wire.parse(pb.HealthCheckRequest, raw).service in self._names
        unknown = pb.HealthCheckResponse(status=pb.HealthCheckResponse.SERVICE_UNKNOWN)
        await rpc.greet()
        await rpc.context.write(_bytes(self._status() if known else unknown))
        await self._streams.ending()
        if known:
            await rpc.context.write(_bytes(self._status()))
        raise shutting_down()


def _bytes(message: Message) -> bytes:
    return message.SerializeToString()
