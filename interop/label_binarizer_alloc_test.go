//go:build !race

// The race detector makes sync.Pool drop values at random.

package modelx

import (
	"path/filepath"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestBinarizersThresholdsAndStacksOfSeveralLabelsAllocateNothing(t *testing.T) {
	several, err := Load(filepath.Join("..", "tests", "conformance", "vectors", "stacking", "several_labels.pb"))
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]Model{
		"labels":    mustNew(t, labelBinarizerOf(&modelxpb.Categories{Ints: []int64{0, 1, 2}}, asTheyAre)),
		"sets":      mustNew(t, setsOf(&modelxpb.Categories{Ints: []int64{0, 1, 2}})),
		"threshold": mustNew(t, thresholdOf(twoClasses(func(*modelxpb.SGDClassifierProto) {}))),
		"several":   several,
	} {
		for _, method := range m.Methods() {
			width := m.NumFeatures()
			if method == InverseTransform {
				width = m.Columns(Transform)
			}
			x, dst := make([]float64, 5*width), make([]float64, 5*m.Columns(method))
			if n := testing.AllocsPerRun(50, func() { _ = m.Run(method, dst, x) }); n != 0 {
				t.Errorf("%s: %s allocates %v times", name, method, n)
			}
		}
		if name == "several" || name == "threshold" {
			x, indices := make([]float64, 5*m.NumFeatures()), make([]int, 5*len(m.OutputClasses()))
			if err := m.PredictIndex(indices, x); err != nil {
				t.Fatal(err)
			}
			if n := testing.AllocsPerRun(50, func() { _ = m.PredictIndex(indices, x) }); n != 0 {
				t.Errorf("%s: PredictIndex allocates %v times", name, n)
			}
		}
	}
}
