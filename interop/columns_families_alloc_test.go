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
