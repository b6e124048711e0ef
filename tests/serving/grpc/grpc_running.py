"""The engine of this process on an event loop of its own, and what tests ask it."""

from __future__ import annotations

import asyncio
import json
import os
import queue
import tempfile
import threading
import time
from contextlib import contextmanager

import grpc
import uvloop

from modelx.serving.coordinator import LocalCoordinator
from modelx.serving.engine import Engine
from modelx.serving.logs import Log
from modelx.serving.main import services_of
from modelx.serving.metrics import Metrics
from modelx.serving.metrics_store import Store
from modelx.serving.plane import Plane
from modelx.serving.settings import Settings
from modelx.serving.telemetry import Journal, JournalEvents, Telemetry

# Nothing here takes long; a test machine may be busy with much else.
PATIENCE = 60.0

# Of the models that conftest.py makes.
FEATURES = ["age", "sex", "bmi"]
SLOW_WIDTH = 30


class Running:
    """An engine in a thread."""

    def __init__(self, path, *, shared=False, **settings):
        defaults = {"grpc_port": 0, "http_port": -1, "shutdown_grace": 20.0}
        self.settings = Settings(model=str(path), **{**defaults, **settings})
        self.services = None
        self.engine = None
        self._shared = shared
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._started = threading.Event()
        self._failure = None
        self._thread.start()
        assert self._started.wait(PATIENCE)
        if self._failure is not None:
            self._thread.join()
            self._log.close()
            raise self._failure

    @property
    def address(self):
        return self.engine.grpc_address

    def channel(self, **options):
        return grpc.insecure_channel(self.address, options=[(f"grpc.{name}", value) for name, value in options.items()])

    def call(self, function, *args):
        """Run a function on the event loop."""

        async def run():
            return function(*args)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE)

    def wait_for(self, condition):
        """Wait until a condition, which is looked at on the event loop, holds."""
        until = time.monotonic() + PATIENCE
        while not self.call(condition):
            assert time.monotonic() < until
            time.sleep(0.005)

    def in_flight(self):
        return self.call(lambda: self.services.admission.in_flight)

    def logged(self, **wanted):
        """Give the lines of the log that have these values."""
        size = os.fstat(self._log.fileno()).st_size
        lines = [json.loads(line) for line in os.pread(self._log.fileno(), size, 0).splitlines()]
        return [line for line in lines if all(line.get(key) == value for key, value in wanted.items())]

    def wait_for_log(self, **wanted):
        self.wait_for(lambda: self.logged(**wanted))
        return self.logged(**wanted)

    def metrics(self):
        """Give the numbers of the metrics, by the name and labels as text."""
        text = asyncio.run_coroutine_threadsafe(self.services.coordinator.metrics(), self._loop).result(PATIENCE)
        pairs = (line.rsplit(" ", 1) for line in text.decode().splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def begin_stop(self):
        """Tell the engine to stop; gives a future."""
        return asyncio.run_coroutine_threadsafe(self.engine.stop(), self._loop)

    def stop(self):
        self.begin_stop().result(PATIENCE)
        self._end()

    def _end(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._log.close()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._start())
        except BaseException as error:  # noqa: BLE001 - the test's thread raises it
            self._failure = error
            self._loop.close()
            self._started.set()
            return
        self._started.set()
        self._loop.run_forever()
        self._coordinator.close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _start(self):
        settings = self.settings
        log = Log("debug", requests="all", file=self._log.fileno())
        metrics = Metrics(Store())
        journal = Journal(log, metrics)
        plane = Plane(settings, events=JournalEvents(journal, log))
        plane.start()
        self._coordinator = LocalCoordinator(plane, lambda: journal.text(metrics.snapshot()))
        self.services = services_of(settings, plane, self._coordinator, Telemetry(log, metrics))
        self.engine = Engine(self.services, shared=self._shared)
        await self.engine.start()


@contextmanager
def running(path, **settings):
    server = Running(path, **settings)
    try:
        yield server
    finally:
        server.stop()


class Feed:
    """Requests that are sent when the test says so."""

    def __init__(self):
        self._queue = queue.SimpleQueue()

    def send(self, request):
        self._queue.put(request)

    def end(self):
        self._queue.put(None)

    def __iter__(self):
        return self

    def __next__(self):
        request = self._queue.get()
        if request is None:
            raise StopIteration
        return request


def refused(call, *args, **kwargs):
    """Give the code, text and kind of the error that a call must end with."""
    error = failure(call, *args, **kwargs)
    trailing = dict(error.trailing_metadata() or ())
    return error.code().name, error.details(), trailing.get("modelx-error-kind", "")


def failure(call, *args, **kwargs):
    """Give the error that a call must end with."""
    kwargs.setdefault("timeout", PATIENCE)
    try:
        answer = call(*args, **kwargs)
        if hasattr(answer, "__next__"):
            answer = list(answer)
    except grpc.RpcError as error:
        return error
    raise AssertionError(f"answered: {answer!r}")
