package modelx

// The walks of a model without categories in assembly: Go's compiler has too few registers for eight at once. Whoever calls
// has checked that all places lie in the lists, which no walk of a checked model leaves.

//go:noescape
func walkEightRows(keys *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)

//go:noescape
func walkEightTrees(keys *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)

// descendRows takes eight rows some steps down from the nodes at.
func (t *histTrees) descendRows(x []cell, at *[lanes]uint32, depth uint32) {
	if depth > 0 {
		walkEightRows(&t.keys[0], &t.links[0], &x[0], at, depth)
	}
}

// descendTrees takes one row some steps down from the nodes at.
func (t *histTrees) descendTrees(x []uint64, at *[lanes]uint32, depth uint32) {
	if depth > 0 {
		walkEightTrees(&t.keys[0], &t.links[0], &x[0], at, depth)
	}
}
