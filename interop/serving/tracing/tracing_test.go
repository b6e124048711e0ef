package tracing

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

const patience = 20 * time.Second

// exports are what a collector was sent.
type exports chan *collector.ExportTraceServiceRequest

type grpcCollector struct {
	collector.UnimplementedTraceServiceServer
	received exports
}

func (c grpcCollector) Export(
	_ context.Context, request *collector.ExportTraceServiceRequest,
) (*collector.ExportTraceServiceResponse, error) {
	c.received <- request
	return new(collector.ExportTraceServiceResponse), nil
}

// overGRPC starts a collector that speaks gRPC, and returns its URL.
func overGRPC(t *testing.T, received exports) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, grpcCollector{received: received})
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-served; err != nil {
			t.Errorf("the collector: %v", err)
		}
	})
	return "http://" + listener.Addr().String()
}

// overHTTP starts a collector that speaks HTTP, and returns its URL.
func overHTTP(t *testing.T, received exports) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		request := new(collector.ExportTraceServiceRequest)
		if err == nil {
			err = proto.Unmarshal(body, request)
		}
		if err != nil || r.URL.Path != "/v1/traces" {
			http.Error(w, "no traces", http.StatusBadRequest)
			return
		}
		received <- request
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func environment(values map[string]string) Lookup {
	return func(name string) (string, bool) {
		value, ok := values[name]
		return value, ok
	}
}

func TestAsked(t *testing.T) {
	const endpoint, traces = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	for _, c := range []struct {
		values map[string]string
		want   bool
	}{
		{nil, false}, {map[string]string{endpoint: ""}, false}, {map[string]string{endpoint: "http://x"}, true},
		{map[string]string{traces: "http://x"}, true}, {map[string]string{traces: "http://x", "OTEL_SDK_DISABLED": "TRUE"}, false},
		{map[string]string{traces: "http://x", "OTEL_SDK_DISABLED": "false"}, true},
		{map[string]string{endpoint: "http://x", "OTEL_TRACES_EXPORTER": "none"}, false},
		{map[string]string{endpoint: "http://x", "OTEL_TRACES_EXPORTER": "otlp"}, true},
	} {
		if got := asked(environment(c.values)); got != c.want {
			t.Errorf("%v: %v", c.values, got)
		}
	}
	if traces, err := Start(t.Context(), environment(nil), "1"); traces != nil || err != nil {
		t.Errorf("nothing is asked for, and there is %v, %v", traces, err)
	}
	if err := (*Tracing)(nil).Close(t.Context()); err != nil {
		t.Error(err)
	}
	_, err := Start(t.Context(), environment(map[string]string{endpoint: "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json"}), "1")
	if wrong := (*ProtocolError)(nil); !errors.As(err, &wrong) ||
		err.Error() != `environment OTEL_EXPORTER_OTLP_PROTOCOL is "http/json"; expected grpc or http/protobuf` {
		t.Errorf("the error is %v", err)
	}
}

func TestSpans(t *testing.T) {
	const (
		traceID = "0af7651916cd43dd8448eb211c80319c"
		parent  = "00-" + traceID + "-b7ad6b7169203331-01"
	)
	for protocol, begin := range map[string]func(*testing.T, exports) string{"grpc": overGRPC, "http/protobuf": overHTTP} {
		t.Run(protocol, func(t *testing.T) {
			received := make(exports, 10)
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", begin(t, received))
			t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "team=a")
			t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
			values := map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "x", "OTEL_EXPORTER_OTLP_PROTOCOL": protocol}
			tracing, err := Start(t.Context(), environment(values), "1.2")
			if err != nil {
				t.Fatal(err)
			}
			caller := func(key string) string { return map[string]string{"traceparent": parent}[key] }
			nobody := func(string) string { return "" }
			_, rpc := tracing.RPC(t.Context(), "modelx.v1.ModelService/Predict", caller)
			End(rpc, Ending{StatusKey: "rpc.grpc.status_code", Status: 13, Failed: true, Model: "m", Version: "1", Rows: 3})
			_, post := tracing.HTTP(t.Context(), "POST", "/predict", nobody)
			End(post, Ending{StatusKey: "http.response.status_code", Status: 200})
			_, lost := tracing.HTTP(t.Context(), "GET", "", nobody)
			End(lost, Ending{StatusKey: "http.response.status_code", Status: 404})
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			if err := tracing.Close(ctx); err != nil {
				t.Fatal(err)
			}
			resource, spans := sent(t, received)
			if resource["service.name"] != "modelx" || resource["service.version"] != "1.2" || resource["team"] != "a" {
				t.Errorf("the resource is %v", resource)
			}
			requireSpan(t, spans["modelx.v1.ModelService/Predict"], map[string]any{
				"rpc.system": "grpc", "rpc.service": "modelx.v1.ModelService", "rpc.method": "Predict", "rpc.grpc.status_code": int64(13),
				"modelx.model.name": "m", "modelx.model.version": "1", "modelx.rows": int64(3),
			}, otlp.Status_STATUS_CODE_ERROR)
			requireSpan(t, spans["POST /predict"], map[string]any{
				"http.request.method": "POST", "http.route": "/predict", "http.response.status_code": int64(200),
			}, otlp.Status_STATUS_CODE_UNSET)
			requireSpan(t, spans["GET"], map[string]any{
				"http.request.method": "GET", "http.response.status_code": int64(404),
			}, otlp.Status_STATUS_CODE_UNSET)
			if got := spans["modelx.v1.ModelService/Predict"].GetTraceId(); string(got) != unhex(traceID) {
				t.Errorf("the trace is %x", got)
			}
		})
	}
}

// sent collects what the collector has got.
func sent(t *testing.T, received exports) (map[string]any, map[string]*otlp.Span) {
	t.Helper()
	close(received)
	resource, spans := map[string]any{}, map[string]*otlp.Span{}
	for request := range received {
		for _, r := range request.GetResourceSpans() {
			for _, a := range r.GetResource().GetAttributes() {
				resource[a.GetKey()] = a.GetValue().GetStringValue()
			}
			for _, s := range r.GetScopeSpans() {
				for _, span := range s.GetSpans() {
					spans[span.GetName()] = span
				}
			}
		}
	}
	return resource, spans
}

func requireSpan(t *testing.T, span *otlp.Span, attributes map[string]any, status otlp.Status_StatusCode) {
	t.Helper()
	if span.GetKind() != otlp.Span_SPAN_KIND_SERVER || span.GetStatus().GetCode() != status || len(span.GetAttributes()) != len(attributes) {
		t.Errorf("the span is %v", span)
	}
	for _, a := range span.GetAttributes() {
		var got any = a.GetValue().GetStringValue()
		if _, number := attributes[a.GetKey()].(int64); number {
			got = a.GetValue().GetIntValue()
		}
		if got != attributes[a.GetKey()] {
			t.Errorf("%s is %v, expected %v", a.GetKey(), got, attributes[a.GetKey()])
		}
	}
}

func unhex(text string) string {
	b, err := hex.DecodeString(text)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
