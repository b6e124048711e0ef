"""The Python engine: both edges in one event loop, from their ports to their end."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import TYPE_CHECKING

from modelx.serving import ports
from modelx.serving.grpc_server import GrpcServer
from modelx.serving.http_server import HttpServer, start_http

if TYPE_CHECKING:
    from modelx.serving.services import Services


class Engine:
    """Both servers of one process.

    Parameters
    ----------
    services : Services
    shared : bool
        Whether other processes listen on the same ports, which somebody has made sure are free.

    Attributes
    ----------
    grpc_address, http_address : str
        Where they answer, with the ports that were chosen; empty for what is turned off.
    """

    def __init__(self, services: Services, *, shared: bool = False) -> None:
        self._services = services
        self._shared = shared
        self._grpc: GrpcServer | None = None
        self._http: list[HttpServer] = []
        self.grpc_address = ""
        self.http_address = ""

    async def start(self) -> None:
        """Listen, and answer. When that fails, nothing listens any more.

        Raises
        ------
        OSError
            A port is taken, or a file cannot be read; `filename` says which.
        SettingsError
            The certificates do not fit.
        """
        settings = self._services.settings
        try:
            if settings.http_port >= 0:
                await self._start_http()
            if settings.grpc_port >= 0:
                server = GrpcServer(self._services, shared=self._shared)
                port = await server.start()
                self._grpc = server
                self.grpc_address = ports.address(settings.host, port)
        except BaseException:
            await self._stop_servers(0)
            raise

    async def _start_http(self) -> None:
        settings = self._services.settings
        port = settings.http_port
        # A name may stand for several addresses; they get the same port.
        for family, kind, protocol, _, where in await asyncio.get_running_loop().getaddrinfo(
            settings.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            sock = socket.socket(family, kind, protocol)
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if self._shared else socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                sock.bind((where[0], port, *where[2:]))
                server = await start_http(self._services, sock)
            except OSError as error:
                sock.close()
                if error.errno == errno.EADDRINUSE or error.filename is None:
                    raise OSError(error.errno, error.strerror, ports.address(settings.host, port)) from None
                raise
            self._http.append(server)
            port = server.port
        self.http_address = ports.address(settings.host, port)

    async def stop(self) -> None:
        """Be ready no more, take no more connections, and let what is under way finish within the settings' grace."""
        services = self._services
        services.shutting_down = True
        services.plane.begin_shutdown()
        await self._stop_servers(services.settings.shutdown_grace)
        services.offload.close()

    async def _stop_servers(self, grace: float) -> None:
        stops = [server.stop(grace) for server in self._http]
        if self._grpc is not None:
            stops.append(self._grpc.stop(grace))
        await asyncio.gather(*stops)
