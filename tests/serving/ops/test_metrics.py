"""Metrics: names, labels and buckets are the contract's, and numbers outlive their process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from modelx.serving import metrics_store
from modelx.serving.metrics import (
    DURATION_BUCKETS,
    RETIRED,
    ROWS_BUCKETS,
    Metrics,
    ModelState,
    exposition,
    served,
)
from modelx.serving.metrics_store import Store, merged, read

ROOT = Path(__file__).parents[3]
DOCUMENTATION = ROOT / "docs" / "serving.md"


def samples(text):
    """Give each sample's value by its name and labels."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def value(text, name, **labels):
    return samples(text)[name, tuple(sorted(labels.items()))]


def answered(metrics, *, model="m", version="1", method="predict", code="OK", seconds=0.003, rows=3):
    metrics.begin()
    metrics.end("grpc", method, model, version, code, seconds, rows)


def everything():
    metrics = Metrics(Store())
    answered(metrics)
    metrics.reload("m", "http", "ok")
    return exposition(metrics.snapshot(), [ModelState("m", "1", "pipeline", "ab", 0.5)], [("m", True)])


def test_names_types_and_labels_are_those_of_the_documentation():
    section = DOCUMENTATION.read_text(encoding="utf-8").split("## Metrics")[1].split("\n## ")[0]
    documented = {}
    for line in section.splitlines():
        if line.startswith("| `modelx_"):
            name, kind, labels = (cell.strip() for cell in line.strip("|").split("|"))
            documented[name.strip("`")] = (kind.split(",")[0], set(re.findall(r"`([a-z0-9]+)`", labels)) - {"ok"})
    found = {}
    for family in text_string_to_metric_families(everything().decode()):
        name = family.name + "_total" if family.type == "counter" else family.name
        found[name] = (family.type, {label for sample in family.samples for label in sample.labels} - {"le"})
    assert found == documented


def test_buckets_are_those_of_the_documentation():
    text = everything().decode()
    bounds = {
        name: re.findall(rf'{name}_bucket{{le="([^"]+)"', text)
        for name in ("modelx_request_duration_seconds", "modelx_request_rows")
    }
    seconds = ["0.0001", "0.00025", "0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5"]
    assert bounds["modelx_request_duration_seconds"] == [*seconds, "1", "2.5", "5", "10", "+Inf"]
    rows = [str(step * 10**power) for power in range(5) for step in (1, 2, 5)]
    assert bounds["modelx_request_rows"] == [*rows, "100000", "+Inf"]
    assert f"{', '.join(f'{bound:g}' for bound in DURATION_BUCKETS[:-1])} and 10" in DOCUMENTATION.read_text("utf-8")


@pytest.mark.parametrize(("seconds", "bound"), [(0.0, "0.0001"), (0.0001, "0.0001"), (0.00011, "0.00025"), (10, "10")])
def test_a_bucket_holds_its_bound(seconds, bound):
    metrics = Metrics(Store())
    answered(metrics, seconds=seconds)
    text = exposition(metrics.snapshot(), [], [])
    place = [f"{each:g}" for each in DURATION_BUCKETS].index(bound)
    for index, each in enumerate(DURATION_BUCKETS):
        counted = value(text, "modelx_request_duration_seconds_bucket", le=f"{each:g}", model="m", version="1")
        assert counted == float(index >= place)


def test_what_is_over_the_last_bucket_is_counted():
    metrics = Metrics(Store())
    answered(metrics, seconds=11.0, rows=200_000)
    text = exposition(metrics.snapshot(), [], [])
    assert value(text, "modelx_request_duration_seconds_bucket", le="10", model="m", version="1") == 0
    assert value(text, "modelx_request_duration_seconds_bucket", le="+Inf", model="m", version="1") == 1
    assert value(text, "modelx_request_duration_seconds_sum", model="m", version="1") == 11
    assert value(text, "modelx_request_rows_count", model="m") == 1
    assert value(text, "modelx_request_rows_sum", model="m") == 200_000


def test_requests_by_code_and_in_flight():
    metrics = Metrics(Store())
    metrics.begin()
    answered(metrics)
    answered(metrics)
    answered(metrics, code="INVALID_ARGUMENT", rows=0)
    answered(metrics, method="info")
    text = exposition(metrics.snapshot(), [], [])
    labels = {"protocol": "grpc", "model": "m", "version": "1"}
    assert value(text, "modelx_requests_total", method="predict", code="OK", **labels) == 2
    assert value(text, "modelx_requests_total", method="predict", code="INVALID_ARGUMENT", **labels) == 1
    assert value(text, "modelx_requests_total", method="info", code="OK", **labels) == 1
    assert value(text, "modelx_requests_in_flight") == 1
    # Only predictions have a duration, and only those whose rows are known count in their histogram.
    assert value(text, "modelx_request_duration_seconds_count", model="m", version="1") == 3
    assert value(text, "modelx_request_rows_count", model="m") == 2
    assert served(metrics.snapshot(), "m", "1") == 3


def test_labels_may_hold_anything():
    metrics = Metrics(Store())
    answered(metrics, model='a"b\\c\nd', version="ü")
    text = exposition(metrics.snapshot(), [], [])
    assert value(text, "modelx_request_rows_count", model='a"b\\c\nd') == 1


def test_threads_lose_nothing():
    metrics = Metrics(Store())

    def many():
        for _ in range(2000):
            answered(metrics)

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served(metrics.snapshot(), "m", "1") == 8000
    assert metrics.snapshot()["modelx_requests_in_flight", ()] == (0.0,)


@pytest.mark.parametrize("in_file", [False, True])
def test_a_store_grows(in_file, tmp_path):
    store = Store(tmp_path if in_file else None)
    keys = [("series", (str(number),)) for number in range(3000)]
    for number, key in enumerate(keys):
        slot = store.add(key, 3)
        store.values[slot + 1] += number
    assert store.snapshot() == {key: (0.0, float(number), 0.0) for number, key in enumerate(keys)}
    if in_file:
        assert read(tmp_path) == store.snapshot()
    store.close()


def test_a_series_that_was_dropped_is_gone_and_its_place_is_used_again(tmp_path, monkeypatch):
    monkeypatch.setattr(metrics_store, "_QUARANTINE_SECONDS", -1.0)
    monkeypatch.setattr(metrics_store, "_LEAST_LINES", 50)
    store = Store(tmp_path)
    kept = store.add(("kept", ()), 1)
    store.values[kept] = 7.0
    for number in range(1000):
        slot = store.add(("series", (str(number),)), 2)
        assert store.values[slot] == 0.0
        store.values[slot] = 1.0
        store.remove(("series", (str(number),)))
    assert store.snapshot() == read(tmp_path) == {("kept", ()): (7.0,)}
    assert len((tmp_path / "keys").read_bytes()) < 10_000
    assert (tmp_path / "values").stat().st_size == 8 * 4096
    store.close()


def test_a_line_that_is_not_whole_is_passed_over(tmp_path):
    store = Store(tmp_path)
    store.add(("a", ()), 1)
    with (tmp_path / "keys").open("ab") as file:
        file.write(b'["b", [], 1')
    assert read(tmp_path) == {("a", ()): (0.0,)}
    store.close()


def test_no_store_is_an_empty_one(tmp_path):
    assert read(tmp_path) == {}


def test_series_are_added_up():
    a, b = {("x", ("1",)): (1.0, 2.0)}, {("x", ("1",)): (10.0, 20.0), ("y", ()): (5.0,)}
    assert merged([a, b]) == {("x", ("1",)): (11.0, 22.0), ("y", ()): (5.0,)}


def test_the_numbers_of_a_process_that_was_killed_are_there(tmp_path):
    code = (
        "import sys, pathlib, signal\n"
        "from modelx.serving.metrics import Metrics\nfrom modelx.serving.metrics_store import Store\n"
        "metrics = Metrics(Store(pathlib.Path(sys.argv[1])))\n"
        "for _ in range(5):\n    metrics.begin()\n    metrics.end('grpc', 'predict', 'm', '1', 'OK', 0.1, 2)\n"
        "metrics.begin()\nprint('done', flush=True)\nsignal.pause()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == "done\n"
        process.send_signal(signal.SIGKILL)
    found = read(tmp_path)
    assert served(found, "m", "1") == 5
    assert found["modelx_requests_in_flight", ()] == (1.0,)
    # Another process goes on from there, without what was in flight.
    metrics = Metrics(Store())
    answered(metrics)
    metrics.absorb(found)
    assert served(metrics.snapshot(), "m", "1") == 6
    assert metrics.snapshot()["modelx_requests_in_flight", ()] == (0.0,)


def test_versions_that_are_long_out_of_service_are_forgotten():
    metrics = Metrics(Store())
    for number in range(RETIRED + 10):
        metrics.enter_service("m", str(number))
        answered(metrics, version=str(number))
        metrics.leave_service("m", str(number))
    kept = [number for number in range(RETIRED + 10) if served(metrics.snapshot(), "m", str(number))]
    assert kept == list(range(10, RETIRED + 10))
    assert served(metrics.snapshot(), "m", str(RETIRED + 9)) == 1


def test_a_version_in_service_is_not_forgotten():
    metrics = Metrics(Store())
    metrics.enter_service("m", "kept")
    # Loaded again: the new load comes before the old one goes.
    metrics.enter_service("m", "kept")
    metrics.leave_service("m", "kept")
    answered(metrics, version="kept")
    for number in range(RETIRED + 10):
        metrics.enter_service("m", str(number))
        metrics.leave_service("m", str(number))
    assert served(metrics.snapshot(), "m", "kept") == 1
    answered(metrics, version="kept")
    assert served(metrics.snapshot(), "m", "kept") == 2


def test_gauges_tell_what_is_in_service():
    states = [ModelState("m", "1", "pipeline", "ab", 0.5), ModelState("m", "2", "kmeans", "cd", 0.25)]
    text = exposition({}, states, [("m", False), ("n", True)])
    labels = {"model": "m", "version": "2", "type": "kmeans", "sha256": "cd", "engine": "python"}
    assert value(text, "modelx_model_info", **labels) == 1
    assert value(text, "modelx_model_load_seconds", model="m", version="1") == 0.5
    assert value(text, "modelx_last_reload_ok", model="m") == 0
    assert value(text, "modelx_last_reload_ok", model="n") == 1


def test_rows_buckets_are_whole_numbers():
    assert json.dumps([int(bound) for bound in ROWS_BUCKETS[:4]]) == "[1, 2, 5, 10]"
