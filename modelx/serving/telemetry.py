"""What the transports and the data plane tell: it goes to the log, the metrics and the traces."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from traceback import format_exception
from typing import TYPE_CHECKING, Self

from modelx.serving.metrics import ModelState, exposition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.trace import Span

    from modelx.serving.events import Cause
    from modelx.serving.logs import Log
    from modelx.serving.metrics import Metrics
    from modelx.serving.metrics_store import Snapshot
    from modelx.serving.models import Served
    from modelx.serving.requests import Trigger
    from modelx.serving.status import Status
    from modelx.serving.tracing import Tracing

_SERVER_ERRORS = frozenset({"INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN", "DATA_LOSS", "UNIMPLEMENTED"})


class Telemetry:
    """Hears of each request, for both transports.

    Parameters
    ----------
    log : Log
    metrics : Metrics
    tracing : Tracing or None
    """

    def __init__(self, log: Log, metrics: Metrics, tracing: Tracing | None = None) -> None:
        self.log = log
        self.metrics = metrics
        self.tracing = tracing
        # Transports call it straight: it is on the path of every request.
        self.begin = metrics.begin

    def grpc_span(self, name: str, carrier: Mapping[str, str]) -> Span | None:
        """Begin the span of an RPC, or give None where nothing is traced; see Tracing.grpc_span."""
        return self.tracing.grpc_span(name, carrier) if self.tracing is not None else None

    def http_span(self, method: str, route: str, carrier: Mapping[str, str]) -> Span | None:
        """Begin the span of an HTTP request, or give None where nothing is traced; see Tracing.http_span."""
        return self.tracing.http_span(method, route, carrier) if self.tracing is not None else None

    def end(
        self,
        protocol: str,
        method: str,
        name: str,
        status: Status,
        *,
        request_id: str,
        model: str,
        version: str,
        rows: int,
        seconds: float,
        error: str = "",
        span: Span | None = None,
    ) -> None:
        """Tell of a request that is answered, after `begin`.

        Parameters
        ----------
        protocol : str
            "grpc" or "http".
        method : str
            The metrics' word: predict, predict_stream, infer, infer_stream, info, reload or other.
        name : str
            The log's: the RPC's full name, or "POST /predict".
        status : Status
        request_id : str
        model, version : str
            Of the model that answered or refused; empty where the request named none that there is: what clients make
            up must not become labels.
        rows : int
            0 where they are not known.
        seconds : float
        error : str
            The contract's text.
        span : Span or None
            What `grpc_span` or `http_span` gave.
        """
        code = status.name
        self.metrics.end(protocol, method, model, version, code, seconds, rows)
        log = self.log
        if log.tells_answers or code != "OK":
            log.request(
                request_id=request_id,
                protocol=protocol,
                method=name,
                code=code,
                model=model,
                version=version,
                rows=rows,
                seconds=seconds,
                error=error,
            )
        if span is not None and self.tracing is not None:
            if protocol == "grpc":
                numbers, failed = {"rpc.grpc.status_code": status.grpc}, code in _SERVER_ERRORS
            else:
                numbers, failed = {"http.response.status_code": status.http}, status.http >= 500
            self.tracing.end(span, model=model, version=version, rows=rows, failed=failed, status=numbers)

    def internal_error(self, request_id: str, error: BaseException) -> None:
        """Tell of a defect of modelx, which the client learns as `internal` only."""
        self.log.error("internal error", request_id=request_id, detail="".join(format_exception(error)))


@dataclass(frozen=True, slots=True)
class Facts:
    """What the log and the metrics tell of one load of a model: `Served` without what computes."""

    model: str
    version: str
    type: str
    path: str
    sha256: str
    load_seconds: float
    evidence_rows: int

    @classmethod
    def of(cls, served: Served) -> Self:
        """Read them off a model."""
        return cls(
            model=served.name,
            version=served.version,
            type=served.type,
            path=served.path,
            sha256=served.sha256,
            load_seconds=served.load_seconds,
            evidence_rows=served.evidence_rows,
        )


class Journal:
    """Keeps what is in service and how reloads went, and tells the log of it."""

    def __init__(self, log: Log, metrics: Metrics) -> None:
        self._log = log
        self._metrics = metrics
        self._lock = Lock()
        # How many loads of a version serve, and the last of them: a new one comes before the old one goes.
        self._models: dict[tuple[str, str], tuple[int, Facts]] = {}
        self._last_ok: dict[str, bool] = {}

    def loaded(self, facts: Facts) -> None:
        """Tell of a model that serves from now on."""
        key = facts.model, facts.version
        with self._lock:
            self._models[key] = self._models.get(key, (0, facts))[0] + 1, facts
        self._metrics.enter_service(*key)
        self._log.info(
            "model loaded",
            model=facts.model,
            model_version=facts.version,
            path=facts.path,
            sha256=facts.sha256,
            seconds=round(facts.load_seconds, 6),
            evidence_rows=facts.evidence_rows,
        )

    def dropped(self, facts: Facts) -> None:
        """Tell of a load of a model that serves no more."""
        key = facts.model, facts.version
        with self._lock:
            count, last = self._models.pop(key, (1, facts))
            if count > 1:
                self._models[key] = count - 1, last
        self._metrics.leave_service(*key)

    def reloaded(self, facts: Facts, previous_version: str, trigger: str, seconds: float) -> None:
        """Tell of a reload that went well."""
        with self._lock:
            self._last_ok[facts.model] = True
        self._metrics.reload(facts.model, trigger, "ok")
        self._log.info(
            "model reloaded",
            model=facts.model,
            model_version=facts.version,
            previous_version=previous_version,
            path=facts.path,
            trigger=trigger,
            seconds=round(seconds, 6),
        )

    def refused(self, model: str, path: str, trigger: str, kind: str, error: str, detail: str) -> None:
        """Tell of a file, or a reload, that is refused; `trigger` is empty at the start, which is no reload."""
        # What clients make up must not become labels.
        known = kind != "unknown_model"
        if trigger:
            self._metrics.reload(model if known else "", trigger, kind)
        if trigger and known:
            with self._lock:
                self._last_ok[model] = False
        self._log.write(
            "warning",
            "reload refused",
            model=model,
            path=path,
            trigger=trigger,
            kind=kind,
            error=error,
            detail=detail or None,
        )

    def text(self, snapshot: Snapshot) -> bytes:
        """Write the metrics: the numbers that are given, and what is in service."""
        with self._lock:
            models = [facts for _, (_, facts) in sorted(self._models.items(), key=lambda item: item[0])]
            last = sorted(self._last_ok.items())
        states = [ModelState(each.model, each.version, each.type, each.sha256, each.load_seconds) for each in models]
        return exposition(snapshot, states, last)


class JournalEvents:
    """What the data plane tells, for a server of one process. Implements `Events`."""

    def __init__(self, journal: Journal, log: Log) -> None:
        self._journal = journal
        self._log = log

    def model_loaded(self, served: Served) -> None:
        self._journal.loaded(Facts.of(served))

    def model_dropped(self, served: Served) -> None:
        self._journal.dropped(Facts.of(served))

    def model_reloaded(self, served: Served, *, previous_version: str, trigger: Trigger, seconds: float) -> None:
        self._journal.reloaded(Facts.of(served), previous_version, trigger, seconds)

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
        self._journal.refused(model, path, trigger, kind, error, detail)

    def kernel_dropped(self, *, model: str, version: str, method: str) -> None:
        self._log.write("warning", "kernel dropped", model=model, model_version=version, method=method)

    def failed(self, *, model: str, error: BaseException) -> None:
        self._log.error("internal error", model=model, detail="".join(format_exception(error)))
