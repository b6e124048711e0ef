//go:build !race

// The race detector allocates on its own.

package grpcserver

import "testing"

// A request of columns takes no memory of its own, however many rows and strings it has.
func TestColumnsAllocateNothing(t *testing.T) {
	c := alone(t)
	for _, rows := range []int{1, 1000} {
		message := wideRequest(t, rows)
		out := c.requireAnswer(t, message, nil)
		if n := testing.AllocsPerRun(20, func() { out = c.requireAnswer(t, message, out) }); n != 0 {
			t.Errorf("%v allocations for %d rows", n, rows)
		}
	}
}
