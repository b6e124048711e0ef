"""The server as a process: from the settings to the exit code."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import modelx
from modelx.serving import tracing
from modelx.serving.logs import Log, capture_libraries
from modelx.serving.metrics import Metrics
from modelx.serving.metrics_store import Store
from modelx.serving.ports import reserve
from modelx.serving.signals import Signals
from modelx.serving.status import ServingError
from modelx.serving.telemetry import Journal, JournalEvents, Telemetry
from modelx.serving.workers import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from modelx.serving.plane import Plane
    from modelx.serving.requests import Coordinator, Reloader
    from modelx.serving.services import Services
    from modelx.serving.settings import Settings
    from modelx.serving.watch import Watcher


def run(settings: Settings) -> int:
    """Serve until a signal says to stop.

    Parameters
    ----------
    settings : Settings

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    ModelFileError
        A single file is refused.
    OSError
        A file cannot be read, or a port is taken.
    SettingsError
        A setting names a file of the wrong kind, or the system cannot do what is asked for.
    MissingDependencyError
        Traces are asked for, and their packages are not installed.
    """
    log = Log(settings.log_level, settings.log_format, settings.log_requests)
    _note_exposure(settings, log)
    if settings.workers > 1:
        asyncio.run(_supervise(settings, log))
    else:
        run_loop(_serve(settings, log))
        # A file that is still being read for a reload holds no end up.
        os._exit(0)
    return 0


def run_loop(work: Coroutine[Any, Any, None]) -> None:
    """Run the event loop that answers requests."""
    import numpy as np

    # Numbers that overflow are answers, or are refused by name; a warning for each would only be noise.
    np.seterr(all="ignore")
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Take uvloop, which is faster, where it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _serve(settings: Settings, log: Log) -> None:
    """Be the only process."""
    from modelx.serving.coordinator import LocalCoordinator
    from modelx.serving.engine import Engine
    from modelx.serving.plane import Plane

    signals = Signals()
    capture_libraries(log, settings.log_level)
    metrics = Metrics(Store())
    journal = Journal(log, metrics)
    traces = tracing.start(os.environ)
    plane = Plane(settings, events=JournalEvents(journal, log))
    coordinator = LocalCoordinator(plane, lambda: journal.text(metrics.snapshot()))
    engine = Engine(services_of(settings, plane, coordinator, Telemetry(log, metrics, traces)))
    watcher = _watcher(coordinator, settings)
    try:
        await _load(plane.start, signals, log)
        await engine.start()
        serving(log, engine.grpc_address, engine.http_address)

        async def load_all() -> None:
            for model in await asyncio.to_thread(plane.models):
                try:
                    await coordinator.load(model, "signal")
                except ServingError:
                    # The journal has told it.
                    continue

        signals.on_reload(load_all)
        await _until_stopped(signals, watcher)
        log.info("shutting down", signal=signals.name)
        plane.begin_shutdown()
    finally:
        await engine.stop()
        coordinator.close()
        if traces is not None:
            await asyncio.to_thread(traces.close)
    log.info("stopped", signal=signals.name)


async def _load(start: Callable[[], None], signals: Signals, log: Log) -> None:
    """Load the models; whoever tells the server to stop before it serves does not wait for them."""
    loading = asyncio.ensure_future(asyncio.to_thread(start))
    stopping = asyncio.ensure_future(signals.stopping.wait())
    await asyncio.wait((loading, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not loading.done():
        log.info("stopped", signal=signals.name)
        # A thread that reads a file cannot be told to end.
        os._exit(0)
    stopping.cancel()
    await loading


async def _supervise(settings: Settings, log: Log) -> None:
    """Be the supervisor of several processes."""
    folder = Path(tempfile.mkdtemp(prefix="modelx-serve-"))
    with ExitStack() as held:
        held.callback(shutil.rmtree, folder, ignore_errors=True)
        settings = reserve(settings, held)
        supervisor = Supervisor(settings, log, folder)

        def end_at_once() -> None:
            supervisor.kill()
            shutil.rmtree(folder, ignore_errors=True)

        signals = Signals(end_at_once)
        watcher = _watcher(supervisor, settings)
        starting = asyncio.ensure_future(supervisor.start())
        stopping = asyncio.ensure_future(signals.stopping.wait())
        try:
            await asyncio.wait((starting, stopping), return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                serving(log, *supervisor.addresses)
                signals.on_reload(lambda: supervisor.load_all("signal"))
                await _until_stopped(signals, watcher)
            log.info("shutting down", signal=signals.name)
        finally:
            stopping.cancel()
            starting.cancel()
            await supervisor.stop()
    log.info("stopped", signal=signals.name)


def _watcher(coordinator: Reloader, settings: Settings) -> Watcher | None:
    """Begin to watch, before the models are loaded. What it needs would make a supervisor large that does not watch."""
    if not settings.watch:
        return None
    from modelx.serving.watch import Watcher

    return Watcher(coordinator, settings)


async def _until_stopped(signals: Signals, watcher: Watcher | None) -> None:
    """Wait for the signal, and look for files that change meanwhile; no file that is being read holds the end up."""
    stopping = asyncio.ensure_future(signals.stopping.wait())
    if watcher is None:
        await stopping
        return
    watching = asyncio.ensure_future(watcher.run(signals.stopping))
    await asyncio.wait((stopping, watching), return_when=asyncio.FIRST_COMPLETED)
    if watching.done():
        stopping.cancel()
        await watching
    else:
        watching.cancel()


def services_of(settings: Settings, plane: Plane, coordinator: Coordinator, telemetry: Telemetry) -> Services:
    """Put together what requests need.

    Raises
    ------
    SettingsError, OSError
        Of the token files.
    """
    from modelx.serving.admission import Admission
    from modelx.serving.auth import Authorizer
    from modelx.serving.offload import Offload
    from modelx.serving.services import Services

    admission = Admission(settings.max_in_flight)
    return Services(
        settings=settings,
        plane=plane,
        coordinator=coordinator,
        auth=Authorizer.of(settings),
        admission=admission,
        offload=Offload(admission),
        telemetry=telemetry,
    )


def serving(log: Log, grpc_address: str, http_address: str) -> None:
    """Tell that all ports answer."""
    log.info(
        "serving",
        engine="python",
        version=modelx.__version__,
        grpc_address=grpc_address,
        http_address=http_address,
        pid=os.getpid(),
    )


def _note_exposure(settings: Settings, log: Log) -> None:
    """Say when everybody who reaches the ports may do everything."""
    guarded = settings.predict_token_file or settings.reload_token_file or settings.tls_client_ca
    if not guarded and not _is_loopback(settings.host):
        log.write(
            "warning",
            "listening beyond this machine without tokens: whoever reaches the ports may predict and reload",
            host=settings.host,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
