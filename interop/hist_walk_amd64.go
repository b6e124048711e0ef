//go:build !purego

package modelx

// The walks in assembly: Go's compiler has too few registers for eight at once. Whoever calls
// has checked that all places lie in the lists, which no walk of a checked model leaves.

//go:noescape
func walkEightRows(keys *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)

//go:noescape
func walkEightTrees(keys *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)

//go:noescape
func walkEightRowsByCategory(keys, outside *uint64, links *histLink, cells *cell, at *[lanes]uint32, depth uint32)

//go:noescape
func walkEightTreesByCategory(keys, outside *uint64, links *histLink, row *uint64, at *[lanes]uint32, depth uint32)

// descendRows takes eight rows some steps down from the nodes at.
func (t *histTrees) descendRows(x []cell, at *[lanes]uint32, depth uint32) {
	switch {
	case depth == 0:
	case t.outside != nil:
		walkEightRowsByCategory(&t.keys[0], &t.outside[0], &t.links[0], &x[0], at, depth)
	default:
		walkEightRows(&t.keys[0], &t.links[0], &x[0], at, depth)
	}
}

// descendTrees takes one row some steps down from the nodes at.
func (t *histTrees) descendTrees(x []uint64, at *[lanes]uint32, depth uint32) {
	switch {
	case depth == 0:
	case t.outside != nil:
		walkEightTreesByCategory(&t.keys[0], &t.outside[0], &t.links[0], &x[0], at, depth)
	default:
		walkEightTrees(&t.keys[0], &t.links[0], &x[0], at, depth)
	}
}
