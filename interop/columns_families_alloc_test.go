//go:build !race

// The race detector makes sync.Pool drop values at random.

package modelx

import (
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestTheFamiliesOfColumnsAllocateNothing(t *testing.T) {
	for name, p := range map[string]*modelxpb.ModelProto{
		"selector":  selectorOf(asItIs),
		"indicator": indicatorOf(nan, true, 1),
		"nearest":   nearestOf(func(*modelxpb.KNNImputerProto) {}),
		"rounds":    roundsOf(func(*modelxpb.IterativeImputerProto) {}),
		"imputer":   imputerOf(func(*modelxpb.SimpleImputerProto) {}),
		"selector with a model": selectorOf(func(p *modelxpb.FeatureSelectorProto) {
			p.Model = twoClasses(func(*modelxpb.SGDClassifierProto) {})
		}),
	} {
		m := mustNew(t, p)
		for _, method := range m.Methods() {
			width := m.NumFeatures()
			if method == InverseTransform {
				width = m.Columns(Transform)
			}
			x, dst := make([]float64, 5*width), make([]float64, 5*m.Columns(method))
			if name == "nearest" || name == "rounds" {
				x[1], x[3] = nan, nan // a gap in each of two rows
			}
			if n := testing.AllocsPerRun(100, func() { _ = m.Run(method, dst, x) }); n != 0 {
				t.Errorf("%s: %s allocates %v times", name, method, n)
			}
		}
	}
}

// TestModelsOfStringsAllocateNothing runs models of the conformance vectors, whose rows are made of columns once.
func TestModelsOfStringsAllocateNothing(t *testing.T) {
	for _, name := range []string{
		"hist_gradient_boosting/categories_of_words.pb", "hist_gradient_boosting/words_of_a_frame.pb",
		"pipeline/words_that_were_missing.pb", "missing_indicator/of_words.pb",
	} {
		m, err := Load("../tests/conformance/vectors/" + name)
		if err != nil {
			t.Fatal(err)
		}
		columns := make([]Column, m.NumFeatures())
		for i, kind := range m.FeatureTypes() {
			if columns[i] = Float64Column("", 1, 2, 3); kind == TypeString {
				columns[i] = StringColumn("", "", "b", "unseen")
			}
		}
		x, err := m.AppendRows(nil, columns...)
		if err != nil {
			t.Fatal(err)
		}
		method := m.Methods()[0]
		dst := make([]float64, 3*m.Columns(method))
		run := func() { err = m.Run(method, dst, x) }
		if m.Type(method) == TypeString {
			indices := make([]int, 3)
			run = func() { err = m.PredictIndex(indices, x) }
		}
		if n := testing.AllocsPerRun(100, run); n != 0 || err != nil {
			t.Errorf("%s: %s allocates %v times: %v", name, method, n, err)
		}
	}
}
