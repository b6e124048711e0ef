//go:build !race

// The race detector makes sync.Pool drop values at random.

package modelx

import "testing"

// A program may keep its row where it likes: filling it into the buffer of a batch, and predicting from it, allocate nothing.
func TestRowEncodersAllocateNothing(t *testing.T) {
	m := readings(t)
	e, err := NewRowEncoder[reading](m)
	if err != nil {
		t.Fatal(err)
	}
	x, dst := make([]float64, 0, m.NumFeatures()), make([]float64, m.Columns(Transform))
	number := 5.0
	allocations := testing.AllocsPerRun(100, func() {
		row := reading{A: 1, E: &number, City: "Oslo", Member: true, Count: 9}
		row.Land = row.City
		x, _ = e.AppendRow(x[:0], &row)
		if m.Run(Transform, dst, x) != nil {
			t.Fatal("no answer")
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
	rows := make([]reading, 7)
	x = make([]float64, 0, len(rows)*m.NumFeatures())
	if n := testing.AllocsPerRun(100, func() { x, _ = e.AppendRows(x[:0], rows) }); n != 0 {
		t.Errorf("%v allocations of several rows", n)
	}
}
