//go:build !amd64 || purego

package modelx

func (t *histTrees) descendRows(x []cell, at *[lanes]uint32, depth uint32) { t.plainRows(x, at, depth) }

func (t *histTrees) descendTrees(x []uint64, at *[lanes]uint32, depth uint32) {
	t.plainTrees(x, at, depth)
}
