package modelx

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// treesProto is a classifier of three classes over small random trees.
func treesProto(rng *rand.Rand, trees int) *modelxpb.ModelProto {
	p := &modelxpb.ForestProto{NFeatures: 4, NOutputs: 1, Classes: []*modelxpb.Labels{{Ints: []int64{7, 8, 9}}}}
	for range trees {
		tree := randomTree(rng, 60, 4)
		var values []float64
		for range tree.Values {
			values = append(values, rng.Float64(), rng.Float64(), rng.Float64())
		}
		tree.Values = values
		p.Trees = append(p.Trees, tree)
	}
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Forest{Forest: p}}
}

func TestWorkersGiveTheSameNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	p := treesProto(rng, 30)
	const rows = 20_000
	x := randomValues(rows * 4)
	alone := mustNew(t, p)
	want, wantIndex := make([]float64, rows*3), make([]int, rows)
	if err := errors.Join(alone.Run(PredictProba, want, x), alone.PredictIndex(wantIndex, x)); err != nil {
		t.Fatal(err)
	}
	for _, workers := range []int{0, 2, 3, 16} {
		m, err := New(p, WithWorkers(workers))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 100, rows - 1, rows} {
			got, gotIndex := make([]float64, n*3), make([]int, n)
			if err := errors.Join(m.Run(PredictProba, got, x[:n*4]), m.PredictIndex(gotIndex, x[:n*4])); err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				if v != want[i] {
					t.Fatalf("%d workers, %d rows: value %d is %v, want %v", workers, n, i, v, want[i])
				}
			}
			for i, k := range gotIndex {
				if k != wantIndex[i] {
					t.Fatalf("%d workers, %d rows: label %d is %d, want %d", workers, n, i, k, wantIndex[i])
				}
			}
		}
	}
}

func TestWorkersNameTheFirstBadRow(t *testing.T) {
	p := treesProto(rand.New(rand.NewPCG(5, 6)), 30)
	m, err := New(p, WithWorkers(4))
	if err != nil {
		t.Fatal(err)
	}
	x := randomValues(20_000 * 4)
	for _, row := range []int{19_999, 7_001, 123} {
		x[row*4+2] = math.Inf(1)
		var e *Error
		err := m.Run(PredictProba, make([]float64, 20_000*3), x)
		if !errors.As(err, &e) || e.Kind != ErrNonFiniteInput {
			t.Fatalf("error is %v", err)
		}
		want := nonFiniteInput("forest", row, 2, math.Inf(1), "").(*Error).Found
		if e.Found != want {
			t.Errorf("found %q, want %q", e.Found, want)
		}
		requireKind(t, m.PredictIndex(make([]int, 20_000), x), ErrNonFiniteInput)
	}
}

func TestWorkersStopWhenTheContextEnds(t *testing.T) {
	m, err := New(treesProto(rand.New(rand.NewPCG(5, 6)), 30), WithWorkers(4))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err = m.RunContext(ctx, PredictProba, make([]float64, 20_000*3), randomValues(20_000*4))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}
