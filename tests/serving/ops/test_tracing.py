"""Traces, sent to real receivers."""

from __future__ import annotations

import builtins
import os
import sys
import time

import pytest
from opentelemetry.proto.trace.v1 import trace_pb2
from otlp_receivers import GrpcReceiver, HttpReceiver, values_of

import modelx
from modelx.errors import MissingDependencyError
from modelx.serving import tracing
from modelx.serving.logs import Log
from modelx.serving.metrics import Metrics
from modelx.serving.metrics_store import Store
from modelx.serving.settings import SettingsError
from modelx.serving.status import INTERNAL, NOT_FOUND, OK
from modelx.serving.telemetry import Telemetry

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
CARRIER = {"traceparent": f"00-{TRACE}-{PARENT}-01", "other": "x"}
GRPC_NAME = "modelx.v1.ModelService/Predict"
ANSWER = {"request_id": "a", "model": "m", "version": "1", "rows": 3, "seconds": 0.1}


@pytest.fixture
def environment(monkeypatch):
    """Set variables as the SDK reads them, in place of those that this process may have."""

    def put(values):
        for name in [name for name in os.environ if name.startswith("OTEL_")]:
            monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return values

    put({})
    return put


def telemetry(traces):
    return Telemetry(Log(requests="none"), Metrics(Store()), traces)


def answer_grpc(told, status=OK, carrier=CARRIER):
    span = told.grpc_span(GRPC_NAME, carrier)
    told.begin()
    told.end("grpc", "predict", GRPC_NAME, status, span=span, **ANSWER)


def answer_http(told, status=OK, route="/predict"):
    span = told.http_span("POST", route, CARRIER)
    told.begin()
    told.end("http", "predict", f"POST {route}", status, span=span, **ANSWER)


@pytest.mark.parametrize("receiver", [GrpcReceiver, HttpReceiver])
def test_spans_arrive(receiver, environment):
    with receiver() as collector:
        traces = tracing.start(environment(collector.environment))
        told = telemetry(traces)
        answer_grpc(told)
        answer_http(told)
        traces.close()
        (resource, rpc), (_, http) = sorted(
            collector.received.wait(2), key=lambda found: found[1].name == "POST /predict"
        )
    assert resource["service.name"] == "modelx"
    assert resource["service.version"] == modelx.__version__
    assert rpc.name == GRPC_NAME
    assert rpc.kind == http.kind == trace_pb2.Span.SPAN_KIND_SERVER
    assert rpc.trace_id.hex() == http.trace_id.hex() == TRACE
    assert rpc.parent_span_id.hex() == http.parent_span_id.hex() == PARENT
    of_model = {"modelx.model.name": "m", "modelx.model.version": "1", "modelx.rows": 3}
    assert values_of(rpc.attributes) == of_model | {
        "rpc.system": "grpc",
        "rpc.service": "modelx.v1.ModelService",
        "rpc.method": "Predict",
        "rpc.grpc.status_code": 0,
    }
    assert http.name == "POST /predict"
    assert values_of(http.attributes) == of_model | {
        "http.request.method": "POST",
        "http.route": "/predict",
        "http.response.status_code": 200,
    }


def test_only_the_servers_faults_are_errors_of_spans(environment):
    with HttpReceiver() as collector:
        traces = tracing.start(environment(collector.environment))
        told = telemetry(traces)
        for status in (NOT_FOUND, INTERNAL):
            answer_grpc(told, status)
            answer_http(told, status)
        answer_http(told, NOT_FOUND, route="")
        traces.close()
        spans = [span for _, span in collector.received.wait(5)]
    codes = {}
    for span in spans:
        values = values_of(span.attributes)
        code = values.get("rpc.grpc.status_code", values.get("http.response.status_code"))
        codes[span.name, code] = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    assert codes == {
        (GRPC_NAME, 5): False,
        (GRPC_NAME, 13): True,
        ("POST /predict", 404): False,
        ("POST /predict", 500): True,
        ("POST", 404): False,
    }


def test_standard_variables_count(environment):
    with HttpReceiver() as collector:
        values = collector.environment | {
            "OTEL_SERVICE_NAME": "scores",
            "OTEL_RESOURCE_ATTRIBUTES": "deployment.environment=test",
            "OTEL_TRACES_SAMPLER": "parentbased_always_off",
        }
        traces = tracing.start(environment(values))
        told = telemetry(traces)
        answer_grpc(told, carrier={})
        answer_grpc(told)
        traces.close()
        # The caller's trace is sampled; without a caller nothing is.
        ((resource, span),) = collector.received.wait(1)
    assert span.trace_id.hex() == TRACE
    assert resource["service.name"] == "scores"
    assert resource["deployment.environment"] == "test"


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": ""},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_is_traced(values):
    assert tracing.start(values) is None
    told = telemetry(None)
    assert told.grpc_span(GRPC_NAME, CARRIER) is None
    assert told.http_span("POST", "/predict", CARRIER) is None
    answer_grpc(told)


def test_an_unknown_protocol(environment):
    values = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}
    expected = 'environment OTEL_EXPORTER_OTLP_PROTOCOL is "http/json"; expected grpc or http/protobuf'
    with pytest.raises(SettingsError, match=expected):
        tracing.start(environment(values))


def test_without_the_sdk(environment, monkeypatch):
    real = builtins.__import__

    def absent(name, *rest):
        if name.startswith("opentelemetry.sdk"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    for name in [name for name in sys.modules if name.startswith("opentelemetry.sdk")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingDependencyError, match=r"asks for traces: pip install 'modelx\[otel\]'"):
        tracing.start(environment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}))


def test_a_collector_that_is_not_there_keeps_nobody_waiting(environment):
    traces = tracing.start(environment({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}))
    told = telemetry(traces)
    answer_grpc(told)
    begun = time.monotonic()
    traces.close()
    assert time.monotonic() - begun < 10
