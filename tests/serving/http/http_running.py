"""A real HTTP edge of this process, and clients that speak to it."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvloop

from modelx.serving.coordinator import LocalCoordinator
from modelx.serving.http_server import start_http
from modelx.serving.logs import Log
from modelx.serving.main import services_of
from modelx.serving.metrics import Metrics
from modelx.serving.metrics_store import Store
from modelx.serving.plane import Plane
from modelx.serving.services import Services
from modelx.serving.settings import Settings
from modelx.serving.telemetry import Journal, JournalEvents, Telemetry


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A server in a thread. `call` runs a function in its event loop."""

    def __init__(self, settings: Settings, log_file: int) -> None:
        self.settings = settings
        self.port = 0
        self.services: Services
        self._log_file = log_file
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._started = threading.Event()
        self._failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()
        assert self._started.wait(60)
        if self._failure is not None:
            raise self._failure

    def stop(self, grace: float = 5.0) -> None:
        asyncio.run_coroutine_threadsafe(self._server.stop(grace), self._loop).result(grace + 20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        assert not self._thread.is_alive()

    def call(self, function, *args):
        async def run():
            return function(*args)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)

    def begin_stop(self, grace: float):
        """Let the edge stop, and give a future of its end; `stop` may follow."""
        return asyncio.run_coroutine_threadsafe(self._server.stop(grace), self._loop)

    def connections(self) -> int:
        """Count the connections that are open."""
        return self.call(lambda: len(self._server._state.connections))

    def metrics(self) -> str:
        return self.get("/metrics").body.decode()

    def get(self, path, headers=None, method="GET") -> Reply:
        return self.ask(method, path, None, headers)

    def post(self, path, value, headers=None) -> Reply:
        return self.ask("POST", path, json.dumps(value).encode(), headers)

    def ask(self, method, path, body=None, headers=None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            return reply_of(connection)
        finally:
            connection.close()

    @contextmanager
    def raw(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            yield connection

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._start())
        except BaseException as error:  # noqa: BLE001 - the test's thread raises it
            self._failure = error
            self._started.set()
            return
        self._started.set()
        self._loop.run_forever()
        self._coordinator.close()
        self.services.offload.close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _start(self) -> None:
        settings = self.settings
        log = Log("debug", requests="all", file=self._log_file)
        metrics = Metrics(Store())
        journal = Journal(log, metrics)
        plane = Plane(settings, events=JournalEvents(journal, log))
        plane.start()
        self._coordinator = LocalCoordinator(plane, lambda: journal.text(metrics.snapshot()))
        self.services = services_of(settings, plane, self._coordinator, Telemetry(log, metrics))
        sock = socket.create_server(("127.0.0.1", 0))
        self._server = await start_http(self.services, sock)
        self.port = self._server.port


def reply_of(connection: http.client.HTTPConnection) -> Reply:
    response = connection.getresponse()
    body = response.read()
    return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


@contextmanager
def serving(model, log=os.devnull, **settings):
    """Serve a file or a folder for as long as the context lasts."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        running = Running(Settings(model=str(model), **settings), file)
        running.start()
        try:
            yield running
        finally:
            running.stop()
    finally:
        os.close(file)


def everything(connection: socket.socket) -> bytes:
    """Read until the server closes the connection."""
    parts = []
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)
