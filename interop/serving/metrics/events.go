package metrics

import (
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/modelx-dev/modelx/interop/serving"
)

// Loaded is [serving.Events]'s.
func (m *Metrics) Loaded(e serving.Loaded) { m.revive(version{e.Model, e.Version}) }

// Refused is [serving.Events]'s.
func (m *Metrics) Refused(e serving.Refused) {
	if e.Trigger != "" { // At the start nothing is reloaded.
		m.reloads.WithLabelValues(e.Model, string(e.Trigger), string(e.Err.Kind)).Inc()
	}
}

// Reloaded is [serving.Events]'s.
func (m *Metrics) Reloaded(e serving.Reloaded) {
	m.reloads.WithLabelValues(e.Model, string(e.Trigger), "ok").Inc()
}

// Removed is [serving.Events]'s.
func (m *Metrics) Removed(model, modelVersion string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	removed := version{model, modelVersion}
	m.gone = append(slices.DeleteFunc(m.gone, func(v version) bool { return v == removed }), removed)
	if len(m.gone) > retired {
		m.forget(m.gone[0])
		m.gone = slices.Delete(m.gone, 0, 1)
	}
}

// revive keeps the numbers of a version that serves again.
func (m *Metrics) revive(v version) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gone = slices.DeleteFunc(m.gone, func(gone version) bool { return gone == v })
}

// forget takes the numbers of a version away. mu is held.
func (m *Metrics) forget(v version) {
	both := prometheus.Labels{"model": v.model, "version": v.version}
	m.requests.DeletePartialMatch(both)
	m.durations.DeletePartialMatch(both)
	after := maps.Clone(*m.series.Load())
	maps.DeleteFunc(after, func(key labels, _ *series) bool { return key.version == v })
	m.series.Store(&after)
}

// models are the gauges that tell what serves when they are asked for.
type models struct{ plane *serving.Plane }

var (
	modelInfo = prometheus.NewDesc("modelx_model_info", "What is in service.", []string{"model", "version", "type", "sha256", "engine"}, nil)
	modelLoad = prometheus.NewDesc(
		"modelx_model_load_seconds", "How long reading, checking and replaying the evidence took.", []string{"model", "version"}, nil,
	)
	lastReload = prometheus.NewDesc("modelx_last_reload_ok", "Whether the last reload went well.", []string{"model"}, nil)
)

// Describe is [prometheus.Collector]'s.
func (*models) Describe(out chan<- *prometheus.Desc) {
	out <- modelInfo
	out <- modelLoad
	out <- lastReload
}

// Collect is [prometheus.Collector]'s.
func (m *models) Collect(out chan<- prometheus.Metric) {
	for _, s := range m.plane.States() {
		out <- gauge(modelInfo, 1, s.Model, s.Version, s.Type, s.SHA256, "go")
		out <- gauge(modelLoad, s.LoadSeconds, s.Model, s.Version)
	}
	for model, ok := range m.plane.LastReloads() {
		value := 0.0
		if ok {
			value = 1
		}
		out <- gauge(lastReload, value, model)
	}
}

func gauge(desc *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	m, err := prometheus.NewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	if err != nil {
		return prometheus.NewInvalidMetric(desc, err)
	}
	return m
}
