package admission

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/modelx-dev/modelx/interop/serving"
)

func TestGate(t *testing.T) {
	g := New(2)
	for range 2 {
		if g.Look() != nil || g.Enter() != nil {
			t.Fatal("a free place is refused")
		}
	}
	for _, refused := range []*serving.Error{g.Look(), g.Enter()} {
		if refused == nil || refused.Kind != serving.Overloaded ||
			refused.Message != "2 requests are in flight, the server's limit; try again later" {
			t.Fatalf("the error is %v", refused)
		}
	}
	if g.Leave(); g.InFlight() != 1 || g.Enter() != nil {
		t.Fatal("the place is not free again")
	}
}

func TestGateNeverHoldsMoreThanItsLimit(t *testing.T) {
	const limit = 3
	g := New(limit)
	var now, most atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 2000 {
				if g.Enter() != nil {
					continue
				}
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				now.Add(-1)
				g.Leave()
			}
		})
	}
	all.Wait()
	if most.Load() > limit || g.InFlight() != 0 {
		t.Fatalf("at most %d were in, and %d are", most.Load(), g.InFlight())
	}
}
