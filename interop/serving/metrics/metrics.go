// Package metrics counts what the server does, under the names of docs/serving.md.
package metrics

import (
	"net/http"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/serving"
)

// Method is what a request asks for, as the label says it.
type Method string

// The methods.
const (
	Predict       Method = "predict"
	PredictStream Method = "predict_stream"
	Infer         Method = "infer"
	InferStream   Method = "infer_stream"
	Info          Method = "info"
	Reload        Method = "reload"
	Other         Method = "other"
)

// Protocol is how a request came.
type Protocol string

// The protocols.
const (
	GRPC Protocol = "grpc"
	HTTP Protocol = "http"
)

// Metrics are the server's metrics, in a registry of their own. It is a [serving.Events].
type Metrics struct{}

var _ serving.Events = (*Metrics)(nil)

// New makes the metrics, all at zero.
func New() *Metrics { return nil }

// Handler answers GET /metrics with Prometheus text.
func (m *Metrics) Handler() http.Handler { return nil }

// Begin counts a request in flight.
func (m *Metrics) Begin() {}

// End uncounts it.
func (m *Metrics) End() {}

// Answered counts a request. Model and version are empty where the request named none that there is.
func (m *Metrics) Answered(protocol Protocol, method Method, model, version string, code codes.Code) {
}

// Predicted is Answered for predictions and inferences: it counts rows (0 where they are not known) and the time, too.
func (m *Metrics) Predicted(protocol Protocol, method Method, model, version string, code codes.Code, rows int, took time.Duration) {
}

// Loaded is [serving.Events]'s.
func (m *Metrics) Loaded(serving.Loaded) {}

// Refused is [serving.Events]'s.
func (m *Metrics) Refused(serving.Refused) {}

// Reloaded is [serving.Events]'s.
func (m *Metrics) Reloaded(serving.Reloaded) {}

// Removed is [serving.Events]'s.
func (m *Metrics) Removed(model, version string) {}
