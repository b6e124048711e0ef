//go:build !race

// The race detector makes sync.Pool drop values at random, so that models allocate under it.

package modelx

import (
	"math"
	"path/filepath"
	"testing"
)

// ensembleVectors are the models of the conformance vectors that are sums, or rows, of trees.
func ensembleVectors(t *testing.T) map[string]Model {
	t.Helper()
	out := map[string]Model{}
	for _, family := range []string{"gradient_boosting", "isolation_forest", "random_trees_embedding"} {
		paths, err := filepath.Glob(filepath.Join("..", "tests", "conformance", "vectors", family, "*.pb"))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no vectors of %s: %v", family, err)
		}
		for _, path := range paths {
			if matched, _ := filepath.Match("*.expected.pb", filepath.Base(path)); matched {
				continue
			}
			m, err := Load(path)
			if err != nil {
				t.Fatal(err)
			}
			out[family+"/"+filepath.Base(path)] = m
		}
	}
	return out
}

func TestEnsemblesAllocateNothing(t *testing.T) {
	for name, m := range ensembleVectors(t) {
		for _, rows := range []int{1, 20} {
			x := randomValues(rows * m.NumFeatures())
			for _, method := range m.Methods() {
				if m.Type(method) == TypeString {
					continue
				}
				dst := make([]float64, rows*m.Columns(method))
				if n := testing.AllocsPerRun(20, func() { _ = m.Run(method, dst, x) }); n != 0 {
					t.Errorf("%s: %s of %d rows allocates %v times", name, method, rows, n)
				}
			}
			indices := make([]int, rows)
			if m.PredictIndex(indices, x) != nil {
				continue // no classifier
			}
			if n := testing.AllocsPerRun(20, func() { _ = m.PredictIndex(indices, x) }); n != 0 {
				t.Errorf("%s: PredictIndex of %d rows allocates %v times", name, rows, n)
			}
		}
	}
}

// One row walks eight trees at once, a batch eight rows: the bits are the same.
func TestEnsemblesGiveOneRowWhatTheyGiveABatch(t *testing.T) {
	const rows = 700
	for name, m := range ensembleVectors(t) {
		width := m.NumFeatures()
		x := randomValues(rows * width)
		for i := range x {
			x[i] *= 20
		}
		for _, method := range m.Methods() {
			if m.Type(method) == TypeString {
				continue
			}
			columns := m.Columns(method)
			batch, one := make([]float64, rows*columns), make([]float64, columns)
			if err := m.Run(method, batch, x); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i := range rows {
				if err := m.Run(method, one, x[i*width:(i+1)*width]); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				for k, v := range one {
					if math.Float64bits(v) != math.Float64bits(batch[i*columns+k]) {
						t.Fatalf("%s: %s of row %d is %v alone and %v among others", name, method, i, v, batch[i*columns+k])
					}
				}
			}
		}
	}
}
