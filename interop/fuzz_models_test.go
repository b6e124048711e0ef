package modelx

import (
	"errors"
	"math"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// seedTrees are small models of trees, boosts and columns of strings: whoever changes one of their numbers is likely to
// change an index that a walk follows.
func seedTrees() []*modelxpb.ModelProto {
	twig := func(t float64, values ...float64) *modelxpb.TreeProto {
		return &modelxpb.TreeProto{
			Features: []int32{0, -1, 2, -1, -1}, Thresholds: []float64{t, 0}, Left: []uint32{1, 1}, Right: []uint32{2, 2},
			MissingLeft: []bool{true, false}, Values: values, NNodeSamples: []uint64{1, 2, 3},
		}
	}
	classes := []*modelxpb.Labels{{Strings: []string{"no", "yes"}}}
	numbers := []*modelxpb.TreeProto{
		twig(0.5, 0.1, -0.2, 0.3), {Features: []int32{-1}, Values: []float64{0.125}, NNodeSamples: []uint64{6}}, twig(-1, 1, 1e-3, -7),
	}
	tree := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_DecisionTree{DecisionTree: &modelxpb.DecisionTreeProto{
		Tree: twig(0.5, 1, 0, 0.25, 0.75, 0, 1), NFeatures: 3, NOutputs: 1, Classes: classes, AcceptsMissing: true,
	}}}
	forest := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Forest{Forest: &modelxpb.ForestProto{
		Trees: numbers, NFeatures: 3, NOutputs: 1, AcceptsMissing: true,
	}}}
	boost := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_GradientBoosting{GradientBoosting: &modelxpb.GradientBoostingProto{
		Trees: numbers, NFeatures: 3, NOutputs: 3, LearningRate: 0.5, Init: []float64{0.5, 0, -1},
		Link: modelxpb.GradientBoostingProto_LINK_SOFTMAX, Classes: ints(-1, 0, 7),
	}}}
	histograms := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_HistGradientBoosting{
		HistGradientBoosting: &modelxpb.HistGradientBoostingProto{
			NFeatures: 3, Baseline: []float64{0.5}, Categorical: []bool{false, false, true},
			Categories: []*modelxpb.CategoricalFeature{{Categories: &modelxpb.Categories{Doubles: []float64{-1, 0, 2}}}},
			Features:   []int32{0, -1, 2, -1, -1, 1, -1, -1}, Thresholds: []float64{0.25, -1}, MissingLeft: []bool{true, false, true},
			Values: []float64{1, -2, 3, 0.125, -0.25}, LeftCategories: []uint32{5, 0, 0, 0, 0, 0, 0, 0},
		},
	}}
	isolation := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_IsolationForest{IsolationForest: &modelxpb.IsolationForestProto{
		Trees:     []*modelxpb.TreeProto{twig(-2.5, 0, 0, 0), twig(2.75, 0, 0, 0)},
		NFeatures: 3, Sizes: []uint64{1, 2, 3}, Lengths: []float64{0, 1, 1.207392357589623}, Normalizer: 4.65, Offset: -0.55,
	}}}
	for _, t := range isolation.GetIsolationForest().Trees {
		t.MissingLeft = nil
	}
	// A forest over the columns of people, which are strings and numbers.
	people := peopleModel("age", "city", "member", "note")
	over := proto.CloneOf(forest)
	over.Name, over.GetForest().NFeatures = "sum", 7
	people.GetPipeline().Steps[1] = over
	return []*modelxpb.ModelProto{tree, forest, boost, histograms, isolation, people}
}

// Models that the targets begin with are sound: what the fuzzer makes of others teaches nothing.
func TestSeedsAreModels(t *testing.T) {
	for _, p := range seedModels(t) {
		m := mustNew(t, p)
		runRows(t, m)
		runColumns(t, m)
	}
}

// mostFuzzed is how many values a call may have here: a model of nothing may have any width.
const mostFuzzed = 1 << 20

// refusesRow reports whether a model may say so of a row.
func refusesRow(err error) bool {
	for _, kind := range []Kind{ErrStringLabels, ErrNonFiniteInput, ErrRefusedValue, ErrUnknownCategory} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return err == nil
}

// runRows calls all methods with rows of numbers that are at home nowhere, in columns of strings too.
func runRows(t *testing.T, m Model) {
	t.Helper()
	values := []float64{0, math.NaN(), 1e300, -7.5, -1, math.Inf(1), 3, math.MaxFloat32, -2, 0.25, math.Copysign(0, -1)}
	for _, method := range m.Methods() {
		width := m.NumFeatures()
		if method == InverseTransform {
			width = m.Columns(Transform)
		}
		if width > mostFuzzed || m.Columns(method) > mostFuzzed {
			continue
		}
		x, dst := make([]float64, width), make([]float64, m.Columns(method))
		for row := range len(values) + 2 {
			for i := range x {
				switch row {
				case len(values): // Each feature another value.
					x[i] = values[i%len(values)]
				case len(values) + 1:
					x[i] = float64(i % 5)
				default:
					x[i] = values[row]
				}
			}
			if err := m.Run(method, dst, x); !refusesRow(err) {
				t.Errorf("%s of a model that loads, of %v: %v", method, x[:min(width, 9)], err)
			}
		}
	}
	if m.NumFeatures() <= mostFuzzed && m.Classes() != nil {
		labels := make([]string, max(1, len(m.OutputClasses())))
		if err := m.PredictStrings(labels, make([]float64, m.NumFeatures())); !refusesRow(err) && !errors.Is(err, ErrUnsupportedMethod) {
			t.Errorf("labels: %v", err)
		}
	}
}

// runColumns calls all methods with columns of the model's types, in which values are missing and unknown.
func runColumns(t *testing.T, m Model) {
	t.Helper()
	if m.NumFeatures() > 1<<10 {
		return
	}
	columns := make([]Column, 0, m.NumFeatures())
	for _, kind := range m.FeatureTypes() {
		if kind == TypeString {
			columns = append(columns, Column{
				Strings: []string{"Oslo", "", "", "", "b"}, Missing: []Missing{Present, Present, MissingNone, MissingNaN, Present},
			})
			continue
		}
		columns = append(columns, Column{Float64s: []float64{0, 1, 2.5, math.NaN(), -1e30}})
	}
	for _, method := range m.Methods() {
		if method == InverseTransform || m.Columns(method) > mostFuzzed {
			continue
		}
		if _, err := m.ApplyColumns(method, columns...); !refusesRow(err) {
			t.Errorf("%s of columns: %v", method, err)
		}
	}
}
