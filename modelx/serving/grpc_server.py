"""The gRPC server: its methods, its limits and its port."""

from __future__ import annotations

import asyncio
import errno
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc

from modelx.serving import grpc_inference, grpc_model_service
from modelx.serving.auth import Right
from modelx.serving.grpc_health import HealthService
from modelx.serving.grpc_reflection import ReflectionService
from modelx.serving.grpc_rpc import Method, Rpc
from modelx.serving.grpc_streams import Streams
from modelx.serving.messages import quoted
from modelx.serving.ports import address, check_free
from modelx.serving.settings import SettingsError
from modelx.serving.status import ServingError
from modelx.v1 import service_pb2

if TYPE_CHECKING:
    from modelx.serving.services import Services
    from modelx.serving.settings import Settings

_MOST_STREAMS = 1000
# A peer that is gone without a word is noticed after a minute and a quarter.
_KEEPALIVE_MS = 60_000
_KEEPALIVE_TIMEOUT_MS = 15_000
# Clients may ask as often as this whether the server is there.
_MOST_PINGS_MS = 10_000
# Clients that never wait for an answer are not waited for longer than this.
_LONGEST_HOLD = 0.5
_IDENTITY_AND_GZIP = 1 << 0 | 1 << 2


class GrpcServer:
    """Answers gRPC on one port.

    Parameters
    ----------
    services : Services
    shared : bool
        Whether other processes listen on the same port.
    """

    def __init__(self, services: Services, *, shared: bool) -> None:
        self._services = services
        self._streams = Streams()
        self._server = grpc.aio.server(options=_options(services.settings, shared=shared))
        self._server.add_generic_rpc_handlers((_Methods(services, self._streams),))

    async def start(self) -> int:
        """Listen, and answer.

        Returns
        -------
        int
            The port.

        Raises
        ------
        OSError
            The port is taken, or the address is not this machine's.
        SettingsError
            The certificates are no good.
        """
        settings = self._services.settings
        where = address(settings.host, settings.grpc_port)
        credentials = _credentials(settings)
        try:
            if credentials is None:
                port = self._server.add_insecure_port(where)
            else:
                port = self._server.add_secure_port(where, credentials)
        except RuntimeError as error:
            if settings.grpc_port:
                # The library does not say why; this does.
                check_free(settings.host, settings.grpc_port)
            raise OSError(errno.EADDRNOTAVAIL, str(error), where) from None
        await self._server.start()
        return port

    async def stop(self, grace: float) -> None:
        """Take no more calls, end streams, and wait `grace` seconds at most until all other calls are answered."""
        self._streams.end()
        await self._streams.hold.quiet(min(_LONGEST_HOLD, grace / 2))
        stopping = asyncio.ensure_future(self._server.stop(grace))
        # Its first step tells the clients.
        await asyncio.sleep(0)
        self._streams.hold.release()
        await stopping


class _Methods(grpc.GenericRpcHandler):
    """Finds the handler of a method, by its name. There is one for methods that there are not, too."""

    def __init__(self, services: Services, streams: Streams) -> None:
        self._services = services
        groups = (
            grpc_model_service.ModelService(services, streams),
            grpc_inference.InferenceService(services, streams),
            HealthService(services, streams, [grpc_model_service.NAME, grpc_inference.NAME]),
            ReflectionService(services, streams),
        )
        self._handlers = {f"/{name}": handler for group in groups for name, handler in group.handlers().items()}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any]:
        name: str = handler_call_details.method
        return self._handlers.get(name) or self._unknown(name)

    def _unknown(self, name: str) -> grpc.RpcMethodHandler[Any, Any]:
        method = Method(name.removeprefix("/"), "other", Right.OPEN, service_pb2.PredictRequest)

        async def handle(_requests: Any, context: Any) -> None:
            rpc = Rpc(self._services, context, method)
            rpc.begin()
            try:
                error = ServingError("no_method", f"no method {quoted(name)}; reflection lists those there are")
                await rpc.refuse(error)
            finally:
                rpc.end()

        return grpc.stream_stream_rpc_method_handler(handle)


def _options(settings: Settings, *, shared: bool) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        # What an answer may have follows from the limits of requests.
        ("grpc.max_send_message_length", -1),
        ("grpc.max_concurrent_streams", _MOST_STREAMS),
        ("grpc.server_handshake_timeout_ms", round(settings.read_timeout * 1000)),
        ("grpc.keepalive_time_ms", _KEEPALIVE_MS),
        ("grpc.keepalive_timeout_ms", _KEEPALIVE_TIMEOUT_MS),
        ("grpc.http2.min_ping_interval_without_data_ms", _MOST_PINGS_MS),
        ("grpc.so_reuseport", int(shared)),
        # Expanding messages ourselves is how we learn that they are gzipped, and the answers must be.
        ("grpc.per_message_decompression", 0),
        ("grpc.compression_enabled_algorithms_bitset", _IDENTITY_AND_GZIP),
    ]


def _credentials(settings: Settings) -> grpc.ServerCredentials | None:
    """Read the certificates, or give None where none are named.

    Raises
    ------
    OSError
        A file cannot be read.
    SettingsError
        A file is no certificate or key, or they do not belong together.
    """
    if not settings.tls_cert:
        return None
    try:
        # The library would only say that it cannot listen.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
        if settings.tls_client_ca:
            context.load_verify_locations(settings.tls_client_ca)
    except ssl.SSLError as error:
        files = ", ".join(filter(None, (settings.tls_cert, settings.tls_key, settings.tls_client_ca)))
        raise SettingsError(f"{files}: {error.reason or error}; expected PEM files that belong together") from None
    key, certificate = Path(settings.tls_key).read_bytes(), Path(settings.tls_cert).read_bytes()
    authority = Path(settings.tls_client_ca).read_bytes() if settings.tls_client_ca else None
    return grpc.ssl_server_credentials([(key, certificate)], authority, authority is not None)
