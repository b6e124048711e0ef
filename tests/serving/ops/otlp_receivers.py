"""Collectors of traces, as any that speaks OTLP: over gRPC and over HTTP."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

PATIENCE_SECONDS = 30


class Received:
    """The spans that came, each with its resource."""

    def __init__(self):
        self._spans = []
        self._changed = threading.Condition()

    def take(self, request):
        with self._changed:
            for resource in request.resource_spans:
                attributes = values_of(resource.resource.attributes)
                self._spans += [(attributes, span) for scope in resource.scope_spans for span in scope.spans]
            self._changed.notify_all()

    def wait(self, count):
        """Give the spans once there are as many."""
        end = monotonic() + PATIENCE_SECONDS
        with self._changed:
            while len(self._spans) < count:
                assert self._changed.wait(end - monotonic()), f"{len(self._spans)} of {count} spans came"
            return list(self._spans)


def values_of(attributes):
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


class _Service(trace_service_pb2_grpc.TraceServiceServicer):
    def __init__(self, received):
        self._received = received

    def Export(self, request, context):  # noqa: ARG002, N802
        self._received.take(request)
        return trace_service_pb2.ExportTraceServiceResponse()


class GrpcReceiver:
    def __enter__(self):
        self.received = Received()
        self._server = grpc.server(ThreadPoolExecutor(2))
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(_Service(self.received), self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        }
        return self

    def __exit__(self, *_):
        self._server.stop(None).wait()


class HttpReceiver:
    def __enter__(self):
        received = self.received = Received()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.path == "/v1/traces"
                received.take(trace_service_pb2.ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self._server.server_port}"}
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
