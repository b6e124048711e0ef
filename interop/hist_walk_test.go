package modelx

import (
	"math/rand/v2"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// randomHistTrees makes trees of 61 nodes over 5 features, with few distinct thresholds, so that rows meet them. With
// categories, the last two features are categorical.
func randomHistTrees(t *testing.T, rng *rand.Rand, trees int, categories []int64) *histTrees {
	t.Helper()
	p := &modelxpb.HistGradientBoostingProto{NFeatures: 5, Baseline: []float64{0}}
	if categories != nil {
		p.Categorical = []bool{false, false, false, true, true}
		one := &modelxpb.CategoricalFeature{Categories: &modelxpb.Categories{Ints: categories}}
		p.Categories = []*modelxpb.CategoricalFeature{one, one}
	}
	for range trees {
		open, inner := 1, 30
		for open > 0 {
			if inner > 0 && (open == 1 || rng.IntN(2) == 0) {
				feature := rng.Int32N(5)
				p.Features = append(p.Features, feature)
				if isCategorical(p, feature) {
					for range setWords {
						p.LeftCategories = append(p.LeftCategories, rng.Uint32())
					}
				} else {
					p.Thresholds = append(p.Thresholds, float64(rng.IntN(7)-3))
				}
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
	known := make([]*categoryLookup, 5)
	for i := range p.GetCategories() {
		values, err := histCategories(p.GetCategories()[i].GetCategories(), "categories")
		if err != nil {
			t.Fatal(err)
		}
		known[3+i] = histNumbers(values)
	}
	out.features.setCategories(known)
	return out
}

// The walks of this machine go where the plain ones go, at every depth.
func TestHistogramWalksAgree(t *testing.T) {
	for _, categories := range [][]int64{nil, {0, 1, 2, 5, 900}, {-7, 0, 3}} {
		rng := rand.New(rand.NewPCG(1, 5))
		walksAgree(t, rng, randomHistTrees(t, rng, 16, categories))
	}
}

func walksAgree(t *testing.T, rng *rand.Rand, trees *histTrees) {
	t.Helper()
	row := func() []float64 {
		x := make([]float64, 5)
		for i := range x {
			x[i] = []float64{float64(rng.IntN(9) - 4), rng.NormFloat64() * 3, nan, 900, inf, -inf}[rng.IntN(6-2*int(bit(i > 2)))]
		}
		return x
	}
	p := &histGradientBoosting{trees: trees}
	for range 200 {
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

// Sets of categories in one word send rows where sets of 256 bits send them.
func TestFewCategoriesAsMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 5))
	few := make([]int64, fewCategories)
	for i := range few {
		few[i] = int64(i)
	}
	narrow := randomHistTrees(t, rand.New(rand.NewPCG(3, 5)), 16, few)
	wide := randomHistTrees(t, rand.New(rand.NewPCG(3, 5)), 16, append(few, fewCategories))
	if narrow.outside == nil || wide.outside != nil {
		t.Fatalf("narrow: %t, wide: %t", narrow.outside != nil, wide.outside != nil)
	}
	for range 500 {
		x := []float64{rng.NormFloat64(), nan, rng.NormFloat64(), float64(rng.IntN(fewCategories)), nan}
		var sums [2]float64
		for i, trees := range []*histTrees{narrow, wide} {
			keys := make([]uint64, trees.slots)
			if err := trees.features.keys(&histGradientBoosting{}, keys, x, 0); err != nil {
				t.Fatal(err)
			}
			trees.addRow(keys, sums[i:i+1])
		}
		if sums[0] != sums[1] {
			t.Fatalf("%v: %v", x, sums)
		}
	}
}
