"""What the planes of several workers tell: each event once, by the supervisor, though all workers meet it."""

from __future__ import annotations

from dataclasses import asdict
from threading import Lock
from traceback import format_exception
from typing import TYPE_CHECKING, Any

from modelx.serving.telemetry import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelx.serving.events import Cause
    from modelx.serving.logs import Log
    from modelx.serving.metrics import Metrics
    from modelx.serving.models import Served
    from modelx.serving.requests import Trigger
    from modelx.serving.telemetry import Journal

Event = tuple[str, list[Any]]


class WorkerEvents:
    """Keeps what happened until the supervisor has asked for it. Implements `Events`.

    Parameters
    ----------
    metrics : Metrics
        Of this worker: it forgets versions that are long out of service.
    log : Log
        For what concerns this worker alone.
    """

    def __init__(self, metrics: Metrics, log: Log) -> None:
        self._metrics = metrics
        self._log = log
        self._lock = Lock()
        self._events: list[Event] = []

    def take(self) -> list[Event]:
        """Give what happened since the last time."""
        with self._lock:
            events, self._events = self._events, []
        return events

    def model_loaded(self, served: Served) -> None:
        self._metrics.enter_service(served.name, served.version)
        self._put("loaded", asdict(Facts.of(served)))

    def model_dropped(self, served: Served) -> None:
        self._metrics.leave_service(served.name, served.version)
        self._put("dropped", asdict(Facts.of(served)))

    def model_reloaded(self, served: Served, *, previous_version: str, trigger: Trigger, seconds: float) -> None:
        self._put("reloaded", asdict(Facts.of(served)), previous_version, trigger, seconds)

    def reload_refused(
        self,
        *,
        model: str,
        path: str,
        version: str,  # noqa: ARG002 - the error's text says what goes on serving
        trigger: Cause,
        kind: str,
        error: str,
        detail: str,
    ) -> None:
        self._put("refused", model, path, trigger, kind, error, detail)

    def kernel_dropped(self, *, model: str, version: str, method: str) -> None:
        self._put("kernel", model, version, method)

    def failed(self, *, model: str, error: BaseException) -> None:
        self._log.error("internal error", model=model, detail="".join(format_exception(error)))

    def _put(self, name: str, *arguments: Any) -> None:
        with self._lock:
            self._events.append((name, list(arguments)))


def tell(events: Iterable[Event], journal: Journal, log: Log) -> None:
    """Bring a worker's events to the log and the metrics."""
    names: dict[str, Callable[..., None]] = {
        "loaded": lambda facts: journal.loaded(Facts(**facts)),
        "dropped": lambda facts: journal.dropped(Facts(**facts)),
        "reloaded": lambda facts, *rest: journal.reloaded(Facts(**facts), *rest),
        "refused": journal.refused,
        "kernel": lambda model, version, method: log.write(
            "warning", "kernel dropped", model=model, model_version=version, method=method
        ),
    }
    for name, arguments in events:
        names[name](*arguments)
