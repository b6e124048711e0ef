package modelx

// shallow is the depth up to which walks take as many steps as a tree is deep, and never look whether all have arrived:
// boosted trees and those of isolation forests are hardly deeper in one place than in another.
const shallow = 12

// walkShallowGo is walkLanesGo for a tree of a small depth >= 1: it takes that many steps.
func walkShallowGo(out *[lanes]uint32, nodes []narrowNode, x []uint32, depth int) {
	root := nodes[0]
	first := (*[lanes]uint32)(x[int(root.column)*(lanes/columnBytes):])
	left, t := uint32(root.left), root.threshold
	a, b, c, d := left+over(first[0], t), left+over(first[1], t), left+over(first[2], t), left+over(first[3], t)
	e, f, g, h := left+over(first[4], t), left+over(first[5], t), left+over(first[6], t), left+over(first[7], t)
	for range depth - 1 {
		na, nb, nc, nd := &nodes[a], &nodes[b], &nodes[c], &nodes[d]
		a = uint32(na.left) + over(x[int(na.column)*(lanes/columnBytes)], na.threshold)
		b = uint32(nb.left) + over(x[int(nb.column)*(lanes/columnBytes)+1], nb.threshold)
		c = uint32(nc.left) + over(x[int(nc.column)*(lanes/columnBytes)+2], nc.threshold)
		d = uint32(nd.left) + over(x[int(nd.column)*(lanes/columnBytes)+3], nd.threshold)
		ne, nf, ng, nh := &nodes[e], &nodes[f], &nodes[g], &nodes[h]
		e = uint32(ne.left) + over(x[int(ne.column)*(lanes/columnBytes)+4], ne.threshold)
		f = uint32(nf.left) + over(x[int(nf.column)*(lanes/columnBytes)+5], nf.threshold)
		g = uint32(ng.left) + over(x[int(ng.column)*(lanes/columnBytes)+6], ng.threshold)
		h = uint32(nh.left) + over(x[int(nh.column)*(lanes/columnBytes)+7], nh.threshold)
	}
	*out = [lanes]uint32{a, b, c, d, e, f, g, h}
}

// walkTreesShallowGo is walkTreesGo for trees none of which is deeper than depth >= 1.
func walkTreesShallowGo(out *[lanes]uint32, nodes []narrowNode, x []uint32, depth int) {
	roots := *out
	a, b, c, d, e, f, g, h := roots[0], roots[1], roots[2], roots[3], roots[4], roots[5], roots[6], roots[7]
	for range depth {
		na, nb, nc, nd := &nodes[a], &nodes[b], &nodes[c], &nodes[d]
		a = roots[0] + uint32(na.left) + over(x[na.column/columnBytes], na.threshold)
		b = roots[1] + uint32(nb.left) + over(x[nb.column/columnBytes], nb.threshold)
		c = roots[2] + uint32(nc.left) + over(x[nc.column/columnBytes], nc.threshold)
		d = roots[3] + uint32(nd.left) + over(x[nd.column/columnBytes], nd.threshold)
		ne, nf, ng, nh := &nodes[e], &nodes[f], &nodes[g], &nodes[h]
		e = roots[4] + uint32(ne.left) + over(x[ne.column/columnBytes], ne.threshold)
		f = roots[5] + uint32(nf.left) + over(x[nf.column/columnBytes], nf.threshold)
		g = roots[6] + uint32(ng.left) + over(x[ng.column/columnBytes], ng.threshold)
		h = roots[7] + uint32(nh.left) + over(x[nh.column/columnBytes], nh.threshold)
	}
	*out = [lanes]uint32{a, b, c, d, e, f, g, h}
}
