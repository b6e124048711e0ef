// Package tracing makes an OpenTelemetry span of each request, where the environment says that traces go somewhere.
package tracing

import (
	"context"
	"fmt"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/modelx-dev/modelx/interop/serving"
)

// Tracing makes spans. A nil *Tracing is what there is when nothing is traced: those who would begin a span ask for that
// first, and pay nothing else.
type Tracing struct {
	provider   *sdk.TracerProvider
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
}

// Lookup finds a variable of the environment, as os.LookupEnv does.
type Lookup func(name string) (string, bool)

// ProtocolError is a protocol for traces that is not known.
type ProtocolError struct{ Variable, Value string }

// Error names the variable.
func (e *ProtocolError) Error() string {
	return fmt.Sprintf("environment %s is %s; expected grpc or http/protobuf", e.Variable, serving.Quoted(e.Value))
}

// Start begins to trace, if the environment says where traces go; else it returns nil. lookup decides whether, and by
// what protocol; all else the OpenTelemetry library takes from the process's own environment. Errors: [*ProtocolError],
// and what the library says of its own variables.
func Start(ctx context.Context, lookup Lookup, version string) (*Tracing, error) {
	if !asked(lookup) {
		return nil, nil
	}
	exporter, err := newExporter(ctx, lookup)
	if err != nil {
		return nil, err
	}
	return newTracing(ctx, sdk.WithBatcher(exporter), version)
}

// asked tells whether the environment wants traces.
func asked(lookup Lookup) bool {
	get := func(name string) string {
		value, _ := lookup(name)
		return strings.TrimSpace(value)
	}
	return (get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || get("OTEL_EXPORTER_OTLP_ENDPOINT") != "") &&
		!strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") && get("OTEL_TRACES_EXPORTER") != "none"
}

// newExporter sends spans by the protocol that the environment names.
func newExporter(ctx context.Context, lookup Lookup) (*otlptrace.Exporter, error) {
	variable, protocol := "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", ""
	for _, name := range []string{variable, "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if value, _ := lookup(name); value != "" {
			variable, protocol = name, strings.TrimSpace(value)
			break
		}
	}
	switch protocol {
	case "grpc":
		return otlptracegrpc.New(ctx)
	case "", "http/protobuf":
		return otlptracehttp.New(ctx)
	default:
		return nil, &ProtocolError{variable, protocol}
	}
}

func newTracing(ctx context.Context, processor sdk.TracerProviderOption, version string) (*Tracing, error) {
	// What the environment says goes before ours.
	r, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "modelx"), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("the environment's OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdk.NewTracerProvider(processor, sdk.WithResource(r))
	return &Tracing{
		provider: provider,
		tracer:   provider.Tracer("modelx", trace.WithInstrumentationVersion(version)),
		propagator: propagation.NewCompositeTextMapPropagator(
			propagation.TraceContext{}, propagation.Baggage{}),
	}, nil
}

// RPC begins the span of a gRPC method, such as "modelx.v1.ModelService/Predict". get finds a key of its metadata.
func (t *Tracing) RPC(ctx context.Context, name string, get func(key string) string) (context.Context, trace.Span) {
	service, method, _ := strings.Cut(name, "/")
	return t.begin(ctx, name, get, attribute.String("rpc.system", "grpc"),
		attribute.String("rpc.service", service), attribute.String("rpc.method", method))
}

// HTTP begins the span of an HTTP request. The route is the path as the contract lists it, or empty where there is no
// such path. get finds a header; the key is in lower case.
func (t *Tracing) HTTP(ctx context.Context, method, route string, get func(key string) string) (context.Context, trace.Span) {
	if route == "" {
		return t.begin(ctx, method, get, attribute.String("http.request.method", method))
	}
	return t.begin(ctx, method+" "+route, get,
		attribute.String("http.request.method", method), attribute.String("http.route", route))
}

func (t *Tracing) begin(
	ctx context.Context, name string, get func(string) string, attributes ...attribute.KeyValue,
) (context.Context, trace.Span) {
	ctx = t.propagator.Extract(ctx, carrier(get))
	return t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attributes...))
}

// carrier reads the caller's traceparent.
type carrier func(key string) string

func (c carrier) Get(key string) string { return c(key) }
func (c carrier) Set(string, string)    {}
func (c carrier) Keys() []string        { return nil }

// Ending is what a span says when it ends.
type Ending struct {
	// Status is rpc.grpc.status_code or http.response.status_code, with its value.
	StatusKey string
	Status    int
	// Failed tells that the server is to blame.
	Failed bool
	// Model and Version are empty where there is none.
	Model, Version string
	// Rows is 0 where they are not known.
	Rows int
}

// End ends a span.
func End(span trace.Span, e Ending) {
	if span.IsRecording() {
		span.SetAttributes(attribute.Int(e.StatusKey, e.Status))
		if e.Rows > 0 {
			span.SetAttributes(attribute.Int("modelx.rows", e.Rows))
		}
		if e.Model != "" {
			span.SetAttributes(attribute.String("modelx.model.name", e.Model), attribute.String("modelx.model.version", e.Version))
		}
		if e.Failed {
			span.SetStatus(codes.Error, "")
		}
	}
	span.End()
}

// Close sends what is left, until the context ends.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}
