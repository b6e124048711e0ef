package modelx

import (
	"maps"
	"time"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Metadata is what a person wants to know about a model. Nothing is computed with it.
type Metadata struct {
	// Created is when the model was made, in UTC; the zero time when unknown.
	Created time.Time
	// TrainingSamples is the number of rows that the model was trained on; 0 when unknown.
	TrainingSamples int
	// Metrics are scores that the owner measured, by name, such as "r2". It is nil when there are none.
	Metrics map[string]float64
	// Properties are whatever else the owner kept: nil, bool, float64, string, []any and map[string]any. It is nil
	// when there are none.
	Properties map[string]any
}

func newMetadata(p *modelxpb.Metadata) Metadata {
	m := Metadata{TrainingSamples: int(p.GetTrainingSamples())}
	if s := p.GetCreatedTimestamp(); s != 0 {
		m.Created = time.Unix(s, 0).UTC()
	}
	if len(p.GetMetrics()) > 0 {
		m.Metrics = maps.Clone(p.GetMetrics())
	}
	if len(p.GetProperties().GetFields()) > 0 {
		m.Properties = p.GetProperties().AsMap()
	}
	return m
}
