"""The HTTP edge: it listens, and stops without losing what is under way."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from uvicorn.config import Config
from uvicorn.server import ServerState

from modelx.serving.http_app import Application
from modelx.serving.http_protocol import Protocol

if TYPE_CHECKING:
    import socket

    from modelx.serving.services import Services
    from modelx.serving.settings import Settings

# As many connections may wait to be accepted.
_BACKLOG = 2048


class HttpServer:
    """HTTP on one socket, in the running event loop. `start_http` makes it.

    uvicorn's protocol speaks HTTP; its server is left out, as it takes over the process's signals.

    Parameters
    ----------
    state : ServerState
        Connections and tasks.
    ended : asyncio.Event
        Set whenever a connection has ended.
    server : asyncio.Server
    worker : ThreadPoolExecutor
        The application's; it ends with the server.
    """

    def __init__(
        self, state: ServerState, ended: asyncio.Event, server: asyncio.Server, worker: ThreadPoolExecutor
    ) -> None:
        self._state = state
        self._worker = worker
        self._ended = ended
        self._server = server

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self, grace: float) -> None:
        """Take no more connections, let requests under way finish, and end what has not after the grace.

        Parameters
        ----------
        grace : float
            Seconds.
        """
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(grace):
                await self._all_ended()
        except TimeoutError:
            for task in list(self._state.tasks):
                task.cancel()
            for connection in list(self._state.connections):
                connection.transport.abort()
            await asyncio.gather(*self._state.tasks, return_exceptions=True)
        self._worker.shutdown(wait=False, cancel_futures=True)

    async def _all_ended(self) -> None:
        while self._state.connections:
            self._ended.clear()
            await self._ended.wait()
        if self._state.tasks:
            await asyncio.wait(list(self._state.tasks))


async def start_http(services: Services, sock: socket.socket) -> HttpServer:
    """Answer HTTP on a socket that is bound.

    Parameters
    ----------
    services : Services
    sock : socket.socket
        It is the server's from then on.

    Returns
    -------
    HttpServer

    Raises
    ------
    OSError
        A file that the settings of TLS name cannot be read, or has no certificate or key.
    """
    settings = services.settings
    worker = ThreadPoolExecutor(1, thread_name_prefix="http")
    config = _config(settings, Application(services, worker))
    state = ServerState()
    ended = asyncio.Event()

    def connect() -> Protocol:
        return Protocol(config, state, settings.read_timeout, ended.set)

    server = await asyncio.get_running_loop().create_server(
        connect,
        sock=sock,
        ssl=config.ssl,
        ssl_handshake_timeout=settings.read_timeout if config.ssl else None,
        backlog=_BACKLOG,
    )
    return HttpServer(state, ended, server, worker)


def _config(settings: Settings, application: Application) -> Config:
    config = Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=settings.idle_timeout,  # type: ignore[arg-type] # it takes any number
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
        ssl_ca_certs=settings.tls_client_ca or None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if settings.tls_client_ca else ssl.CERT_NONE,
    )
    config.load()
    if config.ssl:
        config.ssl.set_alpn_protocols(["http/1.1"])
    return config
