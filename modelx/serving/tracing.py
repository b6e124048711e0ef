"""Traces: each request a server span, sent by the OpenTelemetry SDK as the standard OTEL_* variables say."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from modelx.errors import MissingDependencyError
from modelx.serving.messages import quoted
from modelx.serving.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
# A collector that does not answer may not keep a server from ending.
_CLOSE_SECONDS = 5.0


def start(environment: Mapping[str, str]) -> Tracing | None:
    """Begin to trace, if the environment says where traces go.

    Parameters
    ----------
    environment : dict

    Returns
    -------
    Tracing or None

    Raises
    ------
    MissingDependencyError
        The SDK is not installed.
    SettingsError
        The protocol is unknown.
    """
    if (
        not any(environment.get(name) for name in _ENDPOINTS)
        or environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
        or environment.get("OTEL_TRACES_EXPORTER", "").strip() == "none"
    ):
        return None
    source = next((name for name in _PROTOCOLS if environment.get(name)), "")
    protocol = environment[source].strip() if source else "http/protobuf"
    if protocol not in {"grpc", "http/protobuf"}:
        raise SettingsError(f"environment {source} is {quoted(protocol)}; expected grpc or http/protobuf")
    try:
        return Tracing(_provider(protocol, environment))
    except ImportError as error:
        asks = next(name for name in _ENDPOINTS if environment.get(name))
        missing = error.name or "opentelemetry"
        raise MissingDependencyError(
            f"{missing} is not installed, and {asks} asks for traces: pip install 'modelx[otel]'"
        ) from None


def _provider(protocol: str, environment: Mapping[str, str]) -> TracerProvider:
    from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    import modelx

    exporter: SpanExporter
    if protocol == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter

        exporter = GrpcExporter()
    else:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter

        exporter = HttpExporter()
    ours = Resource({SERVICE_NAME: "modelx", SERVICE_VERSION: modelx.__version__})
    # What the environment says goes before ours, save for the name that the SDK makes up where it says none.
    theirs = Resource.create()
    named = environment.get("OTEL_SERVICE_NAME") or "service.name=" in environment.get("OTEL_RESOURCE_ATTRIBUTES", "")
    resource = ours.merge(theirs) if named else theirs.merge(ours)
    # The server ends the provider itself, when its last request is answered.
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class Tracing:
    """Makes spans of requests.

    Parameters
    ----------
    provider : TracerProvider
    """

    def __init__(self, provider: TracerProvider) -> None:
        from opentelemetry import propagate
        from opentelemetry.trace import SpanKind, Status, StatusCode

        import modelx

        self._provider = provider
        self._tracer = provider.get_tracer("modelx", modelx.__version__)
        self._extract = propagate.get_global_textmap().extract
        self._kind = SpanKind.SERVER
        self._failed = Status(StatusCode.ERROR)

    def grpc_span(self, name: str, carrier: Mapping[str, str]) -> Span:
        """Begin the span of an RPC.

        Parameters
        ----------
        name : str
            The RPC's full name, such as "modelx.v1.ModelService/Predict".
        carrier : dict
            The request's metadata, names in lower case.
        """
        service, _, method = name.partition("/")
        return self._begin(name, carrier, {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method})

    def http_span(self, method: str, route: str, carrier: Mapping[str, str]) -> Span:
        """Begin the span of an HTTP request.

        Parameters
        ----------
        method : str
        route : str
            The path as the contract lists it, or empty where there is no such path.
        carrier : dict
            The request's headers, names in lower case.
        """
        attributes = {"http.request.method": method}
        if route:
            attributes["http.route"] = route
        return self._begin(f"{method} {route}" if route else method, carrier, attributes)

    def end(self, span: Span, *, model: str, version: str, rows: int, failed: bool, status: Mapping[str, int]) -> None:
        """End a span.

        Parameters
        ----------
        failed : bool
            Whether the server is to blame.
        status : dict
            ``rpc.grpc.status_code`` or ``http.response.status_code``.
        """
        if span.is_recording():
            span.set_attributes({**status, "modelx.rows": rows} if rows else status)
            if model:
                span.set_attributes({"modelx.model.name": model, "modelx.model.version": version})
            if failed:
                span.set_status(self._failed)
        span.end()

    def close(self) -> None:
        """Send what is left, for as long as that is worth waiting for."""
        closing = threading.Thread(target=self._provider.shutdown, daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)

    def _begin(self, name: str, carrier: Mapping[str, str], attributes: dict[str, Any]) -> Span:
        return self._tracer.start_span(name, self._extract(carrier), self._kind, attributes)
