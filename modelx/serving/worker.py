"""One worker process: it serves what its supervisor says, and ends when that does."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from modelx.serving import snapshot, start_errors, tracing
from modelx.serving.control import GoneError, Peer
from modelx.serving.copies import Copies
from modelx.serving.engine import Engine
from modelx.serving.logs import Log, capture_libraries
from modelx.serving.main import run_loop, services_of
from modelx.serving.metrics import Metrics
from modelx.serving.metrics_store import Store
from modelx.serving.plane import Plane
from modelx.serving.settings import Settings
from modelx.serving.telemetry import Telemetry
from modelx.serving.worker_events import WorkerEvents
from modelx.serving.worker_models import WorkerCoordinator, WorkerModels


def main(channel: int) -> None:
    """Serve.

    Parameters
    ----------
    channel : int
        The descriptor of a socket whose other end the supervisor has.
    """
    # Files that changed are for the supervisor to reload, in all workers.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    run_loop(_run(socket.socket(fileno=channel)))


async def _run(channel: socket.socket) -> None:
    stopping = asyncio.Event()
    told = False
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)

    async def stop() -> None:
        nonlocal told
        told = True
        stopping.set()

    async def ping() -> None:
        """Show that the event loop runs."""

    handlers: dict[str, Any] = {"stop": stop, "ping": ping}
    peer = Peer(handlers)
    await peer.connect(channel)
    talking = asyncio.create_task(peer.run())
    # A supervisor that was killed says nothing, but its end of the channel is closed.
    talking.add_done_callback(lambda _: stopping.set())
    folder = None
    with suppress(GoneError):
        hello = await peer.call("hello")
        folder = Path(hello["metrics"])
        await _serve(hello, peer, handlers, stopping)
    orphaned = talking.done() and not told
    if orphaned and folder is not None:
        # Who would have removed what the workers share is no more.
        shutil.rmtree(folder.parent, ignore_errors=True)
    peer.close()
    await talking
    # A file that is still being read for a reload holds no end up.
    os._exit(0)


async def _serve(hello: dict[str, Any], peer: Peer, handlers: dict[str, Any], stopping: asyncio.Event) -> None:
    """Load what the supervisor says, answer requests, and let those under way finish."""
    settings = Settings(**hello["settings"])
    log = Log(settings.log_level, settings.log_format, settings.log_requests)
    capture_libraries(log, settings.log_level)
    metrics = Metrics(Store(Path(hello["metrics"])))
    events = WorkerEvents(metrics, log)
    engine: Engine | None = None
    traces: tracing.Tracing | None = None
    try:
        traces = tracing.start(os.environ)
        copies = Copies(Path(hello["copies"]))
        plane = Plane(settings, events=events, read=copies.read)
        handlers.update(WorkerModels(plane, events).handlers())
        telemetry = Telemetry(log, metrics, traces)
        engine = Engine(services_of(settings, plane, WorkerCoordinator(plane, peer), telemetry), shared=True)
        await asyncio.to_thread(_load, plane, metrics, hello["state"], copies)
        await engine.start()
    except Exception as error:  # noqa: BLE001 - the supervisor tells it
        await peer.call("failed", error=start_errors.to_values(error))
        return
    try:
        await peer.call(
            "joined",
            state=snapshot.dump(plane.states()),
            events=events.take(),
            addresses=[engine.grpc_address, engine.http_address],
        )
        await stopping.wait()
        plane.begin_shutdown()
    finally:
        await engine.stop()
        if traces is not None:
            await asyncio.to_thread(traces.close)


def _load(plane: Plane, metrics: Metrics, state: snapshot.Values | None, copies: Copies) -> None:
    """Load what the settings name, in the first worker, or what the others serve."""
    if state is None:
        plane.start()
        return
    plane.resume(lambda loader: snapshot.restore(state, loader, copies))
    for each in plane.states():
        for version in each.versions:
            metrics.enter_service(each.name, version)
