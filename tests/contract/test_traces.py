"""Traces of both engines, as a collector receives them."""

from __future__ import annotations

import http.server
import queue
import threading

import contract_calls as calls
import contract_engines as engines
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

DEADLINE = 60
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALLS = [
    {"rpc": "modelx.v1.ModelService/Predict", "request": {"model_name": "iris", "features": [1, 2, 3, 4]}},
    {"rpc": "modelx.v1.ModelService/Predict", "request": {"model_name": "iris", "features": [1]}},
    {"http": "POST /predict", "json": {"model_name": "iris", "features": [[1, 2, 3, 4]] * 2}},
    {"http": "POST /v2/models/iris/infer", "json": {"inputs": []}},
]


@pytest.fixture
def collector():
    """Receive spans over OTLP/HTTP."""
    spans: queue.Queue = queue.Queue()

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                names = {a.key: a.value.string_value for a in resource.resource.attributes}
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        spans.put((names, span))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", spans
        server.shutdown()
        thread.join()


def value(any_value):
    kind = any_value.WhichOneof("value")
    return getattr(any_value, kind)


def test_spans(engine, files, collector):
    endpoint, spans = collector
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    server = engines.start(engine, files / "repository", environment=environment)
    try:
        for call in CALLS:
            calls.call(server.grpc, server.http, {**call, "headers": {"traceparent": PARENT}})
        received = [spans.get(timeout=DEADLINE) for _ in CALLS]
    finally:
        assert server.stop() == 0
    assert {names["service.name"] for names, _ in received} == {"modelx"}
    assert {span.trace_id.hex() for _, span in received} == {PARENT.split("-")[1]}
    assert {span.parent_span_id.hex() for _, span in received} == {PARENT.split("-")[2]}
    assert {span.kind for _, span in received} == {2}, "server spans"
    told = sorted((span.name, sorted((a.key, value(a.value)) for a in span.attributes)) for _, span in received)
    rpc = [("rpc.method", "Predict"), ("rpc.service", "modelx.v1.ModelService"), ("rpc.system", "grpc")]
    model = [("modelx.model.name", "iris"), ("modelx.model.version", "1.0.0")]
    route = ("http.route", "/v2/models/{name}/infer")
    ok = ("http.response.status_code", 200)
    post = ("http.request.method", "POST")
    assert told == sorted([
        ("modelx.v1.ModelService/Predict", sorted([*model, ("modelx.rows", 1), ("rpc.grpc.status_code", 0), *rpc])),
        ("modelx.v1.ModelService/Predict", sorted([*model, ("rpc.grpc.status_code", 3), *rpc])),
        ("POST /predict", sorted([*model, ("modelx.rows", 2), post, ok, ("http.route", "/predict")])),
        ("POST /v2/models/{name}/infer", sorted([post, ("http.response.status_code", 400), route])),
    ])  # fmt: skip


def test_no_endpoint_no_traces(engine, files, collector):
    endpoint, spans = collector
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SDK_DISABLED": "true"}
    server = engines.start(engine, files / "repository", environment=environment)
    calls.call(server.grpc, server.http, CALLS[0])
    # A server that stops sends what it has.
    assert server.stop() == 0
    assert spans.empty()
