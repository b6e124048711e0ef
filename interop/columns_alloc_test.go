//go:build !race

// The race detector allocates on its own.

package modelx

import "testing"

func TestColumnsOfOneRowAllocateNothing(t *testing.T) {
	m := mustNew(t, wordsAndSizes(zeroUnknown))
	x, dst := make([]float64, 0, 2), make([]float64, m.Columns(Transform))
	for name, columns := range map[string][]Column{
		"known":   {StringColumn("color", "red"), Int64Column("size", 5)},
		"unknown": {StringColumn("color", "green"), Int64Column("size", 4)},
		"missing": {{Name: "color", Strings: []string{""}, Missing: []Missing{MissingNone}}, Int64Column("size", -1)},
	} {
		n := testing.AllocsPerRun(100, func() {
			rows, err := m.AppendRows(x[:0], columns...)
			if err == nil {
				err = m.Run(Transform, dst, rows)
			}
			if err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
