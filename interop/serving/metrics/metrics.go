// Package metrics counts what the server does, under the names of docs/serving.md.
package metrics

import (
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/internal/codename"
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

// retired is how many versions that no longer serve keep their numbers: a server that is given new versions for ever does
// not grow.
const retired = 64

var (
	durationBuckets = []float64{
		0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
	}
	rowsBuckets = []float64{
		1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
	}
)

// Metrics are the server's metrics, in a registry of their own. It is a [serving.Events].
type Metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	rows      *prometheus.HistogramVec
	reloads   *prometheus.CounterVec
	inFlight  prometheus.Gauge

	// series are those that were counted before: looking them up in the library would take longer than counting.
	series atomic.Pointer[map[labels]*series]
	mu     sync.Mutex
	// gone are the versions that no longer serve, the longest gone first.
	gone []version
}

type version struct{ model, version string }

type labels struct {
	protocol Protocol
	method   Method
	version
	code codes.Code
}

// series is what a request is counted in.
type series struct {
	requests  prometheus.Counter
	durations prometheus.Observer
	once      sync.Once
	rows      prometheus.Observer
}

var _ serving.Events = (*Metrics)(nil)

// New makes the metrics, all at zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "modelx_requests_total", Help: "Requests answered.",
		}, []string{"protocol", "method", "model", "version", "code"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "modelx_request_duration_seconds", Help: "How long predictions and inferences took.", Buckets: durationBuckets,
		}, []string{"model", "version"}),
		rows: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "modelx_request_rows", Help: "Rows of predictions and inferences.", Buckets: rowsBuckets,
		}, []string{"model"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "modelx_reloads_total", Help: "Reloads.",
		}, []string{"model", "trigger", "result"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "modelx_requests_in_flight", Help: "Requests that are being answered.",
		}),
	}
	m.series.Store(&map[labels]*series{})
	for _, c := range []prometheus.Collector{m.requests, m.durations, m.rows, m.reloads, m.inFlight} {
		m.registry.MustRegister(c) // Names that are written above: two of a kind would show in every test.
	}
	return m
}

// Follow shows what serves in the gauges of models. It is called once.
func (m *Metrics) Follow(plane *serving.Plane) error { return m.registry.Register(&models{plane}) }

// Handler answers GET /metrics with Prometheus text, uncompressed.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
}

// Begin counts a request in flight.
func (m *Metrics) Begin() { m.inFlight.Inc() }

// End uncounts it.
func (m *Metrics) End() { m.inFlight.Dec() }

// Answered counts a request. Model and version are empty where the request named none that there is.
func (m *Metrics) Answered(protocol Protocol, method Method, model, modelVersion string, code codes.Code) {
	m.find(labels{protocol, method, version{model, modelVersion}, code}).requests.Inc()
}

// Predicted is Answered for predictions and inferences: it counts rows (0 where they are not known) and the time, too.
func (m *Metrics) Predicted(
	protocol Protocol, method Method, model, modelVersion string, code codes.Code, rows int, took time.Duration,
) {
	s := m.find(labels{protocol, method, version{model, modelVersion}, code})
	s.requests.Inc()
	if s.durations == nil {
		return
	}
	s.durations.Observe(took.Seconds())
	if rows > 0 {
		// Made when there is something to count: a series of nothing would tell of a model that had no rows.
		s.once.Do(func() { s.rows = m.rows.WithLabelValues(model) })
		s.rows.Observe(float64(rows))
	}
}

func (m *Metrics) find(key labels) *series {
	if s, ok := (*m.series.Load())[key]; ok {
		return s
	}
	return m.add(key)
}

// add makes the series of a request that is the first of its kind. The map is copied, so that find needs no lock.
func (m *Metrics) add(key labels) *series {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := *m.series.Load()
	if s, ok := before[key]; ok {
		return s
	}
	s := &series{requests: m.requests.WithLabelValues(
		string(key.protocol), string(key.method), key.model, key.version.version, codename.Of(key.code),
	)}
	switch key.method {
	case Predict, PredictStream, Infer, InferStream:
		s.durations = m.durations.WithLabelValues(key.model, key.version.version)
	}
	after := maps.Clone(before)
	after[key] = s
	m.series.Store(&after)
	return s
}
