"""The metrics that docs/serving.md lists: counted while requests are answered, and written as Prometheus text."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from modelx.serving.metrics_store import Snapshot, Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
REQUESTS = "modelx_requests_total"
DURATIONS = "modelx_request_duration_seconds"
IN_FLIGHT = "modelx_requests_in_flight"
ROWS = "modelx_request_rows"
RELOADS = "modelx_reloads_total"

DURATION_BUCKETS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
ROWS_BUCKETS = (*(float(step * 10**power) for power in range(5) for step in (1, 2, 5)), 100000.0)

PREDICTIONS = frozenset({"predict", "predict_stream", "infer", "infer_stream"})

# Versions that are no longer in service keep their numbers until this many have gone after them, so that a server that
# is given new versions for ever does not grow.
RETIRED = 64


@dataclass(frozen=True, slots=True)
class ModelState:
    """What the gauges tell of one version in service."""

    model: str
    version: str
    type: str
    sha256: str
    load_seconds: float
    engine: str = "python"


class Metrics:
    """The numbers of one process.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = Lock()
        self._counters: dict[tuple[str, ...], int] = {}
        self._durations: dict[tuple[str, str], int] = {}
        self._rows: dict[str, int] = {}
        self._in_flight = store.add((IN_FLIGHT, ()), 1)
        self._loads: dict[tuple[str, str], int] = {}
        self._retired: dict[tuple[str, str], None] = {}

    def begin(self) -> None:
        """Count a request as in flight."""
        with self._lock:
            self.store.values[self._in_flight] += 1.0

    def end(self, protocol: str, method: str, model: str, version: str, code: str, seconds: float, rows: int) -> None:
        """Count a request that is answered.

        Parameters
        ----------
        protocol : str
            "grpc" or "http".
        method : str
            As the contract lists them.
        model, version : str
            Those that answered, or that refused; empty where the request named none that there is.
        code : str
            The name of the gRPC code.
        seconds : float
        rows : int
            0 where they are not known.
        """
        key = (protocol, method, model, version, code)
        with self._lock:
            values = self.store.values
            values[self._in_flight] -= 1.0
            slot = self._counters.get(key)
            if slot is None:
                slot = self._counters[key] = self.store.add((REQUESTS, key), 1)
                values = self.store.values
            values[slot] += 1.0
            if method not in PREDICTIONS:
                return
            slot = self._durations.get((model, version))
            if slot is None:
                slot = self._durations[model, version] = self.store.add(
                    (DURATIONS, (model, version)), _SIZES[DURATIONS]
                )
                values = self.store.values
            values[slot + bisect_left(DURATION_BUCKETS, seconds)] += 1.0
            values[slot + len(DURATION_BUCKETS) + 1] += seconds
            if not rows:
                return
            slot = self._rows.get(model)
            if slot is None:
                slot = self._rows[model] = self.store.add((ROWS, (model,)), _SIZES[ROWS])
                values = self.store.values
            values[slot + bisect_left(ROWS_BUCKETS, rows)] += 1.0
            values[slot + len(ROWS_BUCKETS) + 1] += rows

    def reload(self, model: str, trigger: str, result: str) -> None:
        """Count a reload; `result` is "ok" or the error's kind."""
        with self._lock:
            self.store.values[self.store.add((RELOADS, (model, trigger, result)), 1)] += 1.0

    def enter_service(self, model: str, version: str) -> None:
        """Keep the numbers of a version, of which a load begins to serve."""
        with self._lock:
            self._retired.pop((model, version), None)
            self._loads[model, version] = self._loads.get((model, version), 0) + 1

    def leave_service(self, model: str, version: str) -> None:
        """Forget the numbers of a version, once its last load and enough other versions are out of service."""
        with self._lock:
            self._loads[model, version] = self._loads.get((model, version), 1) - 1
            if self._loads[model, version] > 0:
                return
            del self._loads[model, version]
            self._retired[model, version] = None
            while len(self._retired) > RETIRED:
                oldest = next(iter(self._retired))
                del self._retired[oldest]
                self._forget(*oldest)

    def absorb(self, snapshot: Snapshot) -> None:
        """Go on counting from the numbers of a process that has ended. What it had in flight is no more."""
        with self._lock:
            for (name, labels), values in snapshot.items():
                if name != IN_FLIGHT:
                    slot = self.store.add((name, labels), len(values))
                    for place, value in enumerate(values, slot):
                        self.store.values[place] += value

    def snapshot(self) -> Snapshot:
        """Copy all numbers."""
        with self._lock:
            return self.store.snapshot()

    def _forget(self, model: str, version: str) -> None:
        for name, labels in self.store.series():
            if (name == REQUESTS and labels[2:4] == (model, version)) or (
                name == DURATIONS and labels == (model, version)
            ):
                self.store.remove((name, labels))
        self._counters = {key: slot for key, slot in self._counters.items() if key[2:4] != (model, version)}
        self._durations.pop((model, version), None)


_SIZES = {DURATIONS: len(DURATION_BUCKETS) + 2, ROWS: len(ROWS_BUCKETS) + 2}


def served(snapshot: Snapshot, model: str, version: str) -> int:
    """Count the predictions that a version of a model answered."""
    return round(
        sum(
            values[0]
            for (name, labels), values in snapshot.items()
            if name == REQUESTS and labels[1] in PREDICTIONS and labels[2:4] == (model, version)
        )
    )


def exposition(snapshot: Snapshot, models: Iterable[ModelState], last_reloads: Iterable[tuple[str, bool]]) -> bytes:
    """Write Prometheus text.

    Parameters
    ----------
    snapshot : dict
        The numbers of all processes, added up.
    models : iterable of ModelState
        What is in service.
    last_reloads : iterable of (str, bool)
        Models, and whether their last reload went well.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(snapshot, list(models), list(last_reloads)))
    return generate_latest(registry)


class _Collector:
    def __init__(self, snapshot: Snapshot, models: list[ModelState], last_reloads: list[tuple[str, bool]]) -> None:
        self._snapshot = snapshot
        self._models = models
        self._last_reloads = last_reloads

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily]:
        requests = CounterMetricFamily(
            REQUESTS, "Requests answered.", labels=["protocol", "method", "model", "version", "code"]
        )
        durations = HistogramMetricFamily(
            DURATIONS, "How long predictions and inferences took.", labels=["model", "version"]
        )
        in_flight = GaugeMetricFamily(IN_FLIGHT, "Requests that are being answered.", labels=[])
        rows = HistogramMetricFamily(ROWS, "Rows of predictions and inferences.", labels=["model"])
        reloads = CounterMetricFamily(RELOADS, "Reloads.", labels=["model", "trigger", "result"])
        buckets = {DURATIONS: DURATION_BUCKETS, ROWS: ROWS_BUCKETS}
        histograms = {DURATIONS: durations, ROWS: rows}
        for (name, labels), values in sorted(self._snapshot.items()):
            if name in histograms:
                histograms[name].add_metric(labels, _cumulative(buckets[name], values), values[-1])
            elif name == REQUESTS:
                requests.add_metric(labels, values[0])
            elif name == RELOADS:
                reloads.add_metric(labels, values[0])
            elif name == IN_FLIGHT:
                in_flight.add_metric(labels, values[0])
        yield from (requests, durations, in_flight, rows, reloads)
        yield from self._gauges()

    def _gauges(self) -> Iterator[GaugeMetricFamily]:
        info = GaugeMetricFamily(
            "modelx_model_info", "What is in service.", labels=["model", "version", "type", "sha256", "engine"]
        )
        seconds = GaugeMetricFamily(
            "modelx_model_load_seconds",
            "How long reading, checking and replaying the evidence took.",
            labels=["model", "version"],
        )
        last = GaugeMetricFamily("modelx_last_reload_ok", "Whether the last reload went well.", labels=["model"])
        for each in self._models:
            info.add_metric([each.model, each.version, each.type, each.sha256, each.engine], 1)
            seconds.add_metric([each.model, each.version], each.load_seconds)
        for model, ok in self._last_reloads:
            last.add_metric([model], int(ok))
        yield from (info, seconds, last)


def _cumulative(bounds: tuple[float, ...], values: tuple[float, ...]) -> list[tuple[str, float]]:
    total, buckets = 0.0, []
    for bound, count in zip((*(f"{bound:g}" for bound in bounds), "+Inf"), values, strict=False):
        total += count
        buckets.append((bound, total))
    return buckets
