// Package telemetry is what both transports tell of each request: it goes to the metrics, the log and the traces.
package telemetry

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/internal/codename"
	"github.com/modelx-dev/modelx/interop/serving/logs"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/tracing"
)

// Telemetry hears of each request.
type Telemetry struct {
	Metrics *metrics.Metrics
	Log     *slog.Logger
	// Tracing is nil unless the environment asks for traces.
	Tracing *tracing.Tracing

	tellsOK, tellsRefused, tellsFailed bool
}

// New makes a Telemetry. requests is the setting --log-requests: all, errors or none. traces may be nil.
func New(m *metrics.Metrics, log *slog.Logger, requests string, traces *tracing.Tracing) *Telemetry {
	tells := func(level slog.Level) bool { return log.Enabled(context.Background(), level) }
	return &Telemetry{
		Metrics: m, Log: log, Tracing: traces,
		tellsOK:      requests == "all" && tells(slog.LevelInfo),
		tellsRefused: requests != "none" && tells(slog.LevelWarn),
		tellsFailed:  requests != "none" && tells(slog.LevelError),
	}
}

// Logs reports whether the log tells of a request that ends with this code, so that nothing is made for it otherwise.
func (t *Telemetry) Logs(code codes.Code) bool {
	switch code {
	case codes.OK:
		return t.tellsOK
	case codes.Internal:
		return t.tellsFailed
	default:
		return t.tellsRefused
	}
}

// Answer is how a request ended.
type Answer struct {
	Protocol metrics.Protocol
	Method   metrics.Method
	// Name is the RPC's full name, or "POST /predict".
	Name string
	// RequestID may be empty where [Telemetry.Logs] says that the log does not tell of the request.
	RequestID string
	Code      codes.Code
	// HTTPStatus is that of the response, for HTTP alone.
	HTTPStatus int
	// Model and Version are those that answered or refused; empty where the request named none that there is.
	Model, Version string
	// Rows is 0 where they are not known.
	Rows int
	Took time.Duration
	// Error is the contract's text.
	Error string
	// Span is what the tracing gave, or nil.
	Span trace.Span
}

// Answered tells of a request.
func (t *Telemetry) Answered(a *Answer) {
	switch a.Method {
	case metrics.Predict, metrics.PredictStream, metrics.Infer, metrics.InferStream:
		t.Metrics.Predicted(a.Protocol, a.Method, a.Model, a.Version, a.Code, a.Rows, a.Took)
	default:
		t.Metrics.Answered(a.Protocol, a.Method, a.Model, a.Version, a.Code)
	}
	if t.Logs(a.Code) {
		t.log(a)
	}
	if a.Span != nil {
		tracing.End(a.Span, ending(a))
	}
}

func (t *Telemetry) log(a *Answer) {
	level := slog.LevelWarn
	switch a.Code {
	case codes.OK:
		level = slog.LevelInfo
	case codes.Internal:
		level = slog.LevelError
	}
	attributes := [9]slog.Attr{
		slog.String("request_id", a.RequestID), slog.String("protocol", string(a.Protocol)),
		slog.String("method", a.Name), slog.String("code", codename.Of(a.Code)), slog.String("model", a.Model),
		slog.String("model_version", a.Version), slog.Int("rows", a.Rows), slog.Float64("seconds", logs.Seconds(a.Took)),
	}
	n := len(attributes) - 1
	if a.Error != "" {
		attributes[n] = slog.String("error", a.Error)
		n++
	}
	t.Log.LogAttrs(context.Background(), level, "request", attributes[:n]...)
}

func ending(a *Answer) tracing.Ending {
	e := tracing.Ending{Model: a.Model, Version: a.Version, Rows: a.Rows}
	if a.Protocol == metrics.HTTP {
		e.StatusKey, e.Status, e.Failed = "http.response.status_code", a.HTTPStatus, a.HTTPStatus >= 500
		return e
	}
	e.StatusKey, e.Status = "rpc.grpc.status_code", int(a.Code)
	switch a.Code {
	case codes.Internal, codes.Unavailable, codes.DeadlineExceeded, codes.Unknown, codes.DataLoss, codes.Unimplemented:
		e.Failed = true
	}
	return e
}

// InternalError tells of a defect of modelx, which the client learns as "internal" only. cause may be what recover
// returned; the goroutine's stack is told too.
func (t *Telemetry) InternalError(requestID string, cause any) {
	t.Log.Error("internal error", "request_id", requestID, "cause", cause, "stack", string(debug.Stack()))
}
