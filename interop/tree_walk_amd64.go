//go:build !purego

package modelx

// walkLanesAsm is walkLanesGo without checks of bounds: newTreeSet has checked that no node leads out of its tree, or
// asks for a column that rows lack.
//
//go:noescape
func walkLanesAsm(out *[lanes]uint32, nodes *narrowNode, x *uint32)

// walkTreesAsm is walkTreesGo without checks of bounds.
//
//go:noescape
func walkTreesAsm(out *[lanes]uint32, nodes *narrowNode, x *uint32)

// walkShallowAsm is walkShallowGo without checks of bounds.
//
//go:noescape
func walkShallowAsm(out *[lanes]uint32, nodes *narrowNode, x *uint32, depth int)

// walkTreesShallowAsm is walkTreesShallowGo without checks of bounds.
//
//go:noescape
func walkTreesShallowAsm(out *[lanes]uint32, nodes *narrowNode, x *uint32, depth int)

func walkLanes(out *[lanes]uint32, nodes []narrowNode, x []uint32) {
	walkLanesAsm(out, &nodes[0], &x[0])
}

func walkTrees(out *[lanes]uint32, nodes []narrowNode, x []uint32) {
	walkTreesAsm(out, &nodes[0], &x[0])
}

func walkShallow(out *[lanes]uint32, nodes []narrowNode, x []uint32, depth int) {
	walkShallowAsm(out, &nodes[0], &x[0], depth)
}

func walkTreesShallow(out *[lanes]uint32, nodes []narrowNode, x []uint32, depth int) {
	walkTreesShallowAsm(out, &nodes[0], &x[0], depth)
}
