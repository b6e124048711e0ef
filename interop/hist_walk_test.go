package modelx

import (
	"math/rand/v2"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// randomHistTrees makes trees of 61 nodes over 5 features, with few distinct thresholds, so that rows meet them.
func randomHistTrees(t *testing.T, rng *rand.Rand, trees int) *histTrees {
	t.Helper()
	p := &modelxpb.HistGradientBoostingProto{NFeatures: 5, Baseline: []float64{0}}
	for range trees {
		open, inner := 1, 30
		for open > 0 {
			if inner > 0 && (open == 1 || rng.IntN(2) == 0) {
				p.Features = append(p.Features, rng.Int32N(5))
				p.Thresholds = append(p.Thresholds, float64(rng.IntN(7)-3))
				p.MissingLeft = append(p.MissingLeft, rng.IntN(2) == 0)
				open, inner = open+1, inner-1
			} else {
				p.Features, p.Values = append(p.Features, -1), append(p.Values, rng.NormFloat64())
				open--
			}
		}
	}
	out, err := newHistTrees(p, 1, "trees")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The walks of this machine go where the plain ones go, at every depth.
func TestHistogramWalksAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	trees := randomHistTrees(t, rng, 16)
	row := func() []float64 {
		x := make([]float64, 5)
		for i := range x {
			x[i] = []float64{float64(rng.IntN(9) - 4), rng.NormFloat64() * 3, nan, inf, -inf}[rng.IntN(5)]
		}
		return x
	}
	p := &histGradientBoosting{trees: trees}
	for range 500 {
		cells, keys := make([]cell, trees.slots), make([]uint64, trees.slots)
		for lane := range lanes {
			if err := trees.features.fill(p, cells, lane, row(), 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := trees.features.keys(p, keys, row(), 0); err != nil {
			t.Fatal(err)
		}
		for depth := range uint32(30) {
			var from [lanes]uint32
			for i := range from {
				from[i] = trees.trees[rng.IntN(trees.count)].root
			}
			found, want := from, from
			trees.descendRows(cells, &found, depth)
			trees.plainRows(cells, &want, depth)
			if found != want {
				t.Fatalf("rows at depth %d: %v, want %v", depth, found, want)
			}
			found, want = from, from
			trees.descendTrees(keys, &found, depth)
			trees.plainTrees(keys, &want, depth)
			if found != want {
				t.Fatalf("trees at depth %d: %v, want %v", depth, found, want)
			}
		}
	}
}
