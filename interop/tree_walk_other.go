//go:build !amd64 || purego

package modelx

func walkLanes(out *[lanes]uint32, nodes []narrowNode, x []uint32) { walkLanesGo(out, nodes, x) }

func walkTrees(out *[lanes]uint32, nodes []narrowNode, x []uint32) { walkTreesGo(out, nodes, x) }

func walkShallow(out *[lanes]uint32, nodes []narrowNode, x []uint32, depth int) {
	walkShallowGo(out, nodes, x, depth)
}

func walkTreesShallow(out *[lanes]uint32, nodes []narrowNode, x []uint32, depth int) {
	walkTreesShallowGo(out, nodes, x, depth)
}
