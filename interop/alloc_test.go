//go:build !race

// The race detector makes sync.Pool drop values at random, so that pipelines allocate under it.

package modelx

import (
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestTheHotPathAllocatesNothing(t *testing.T) {
	for _, c := range sklearnCases(t) {
		m := c.model(t)
		width := m.NumFeatures()
		for _, rows := range []int{1, c.Rows} {
			x := c.X[:rows*width]
			for _, method := range m.Methods() {
				if m.Type(method) == TypeString {
					continue
				}
				dst := make([]float64, rows*m.Columns(method))
				if n := testing.AllocsPerRun(100, func() { _ = m.Run(method, dst, x) }); n != 0 {
					t.Errorf("%s: %s of %d rows allocates %v times", c.Name, method, rows, n)
				}
			}
			indices := make([]int, rows)
			if m.PredictIndex(indices, x) != nil {
				continue // not a classifier or clusterer
			}
			if n := testing.AllocsPerRun(100, func() { _ = m.PredictIndex(indices, x) }); n != 0 {
				t.Errorf("%s: PredictIndex of %d rows allocates %v times", c.Name, rows, n)
			}
		}
	}
}

func TestFunctionsAllocateNothing(t *testing.T) {
	register(t, "tests.allocates_nothing", Function{Inputs: 2, Outputs: 1, Apply: func(dst, x []float64) { dst[0] = x[0] * x[1] }})
	for _, p := range []*modelxpb.AppliedFunction{
		{Function: modelxpb.Function_FUNCTION_SIN}, {Function: modelxpb.Function_FUNCTION_ROUND, Decimals: 2},
		{Name: "tests.allocates_nothing", NOutputs: 1},
	} {
		m := mustNew(t, functionOf(&modelxpb.FunctionProto{NFeatures: 2, Transform: p, FiniteOnly: true}))
		x := []float64{1, 2, 3, 4}
		dst := make([]float64, 2*m.Columns(Transform))
		if n := testing.AllocsPerRun(100, func() { _ = m.Run(Transform, dst, x) }); n != 0 {
			t.Errorf("%v allocates %v times", p, n)
		}
	}
}
