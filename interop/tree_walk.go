package modelx

import (
	"math"
	"sync"
)

const (
	// lanes is how many walks go on at once: as many as keep a processor busy while each waits for its next node.
	lanes = 8
	// walkRows is how many rows, a multiple of lanes, pass through one tree before the next tree's turn comes.
	walkRows = 256
	// walkValues bounds the rows of wide models that are prepared at once: 256 KiB.
	walkValues = 1 << 16
)

// walkScratch is what a call works in.
type walkScratch struct {
	// x has the rows in groups of lanes: in each the first column of all its rows, then the second ...
	x      []uint32
	leaves [walkRows]uint32
}

// scratchPool keeps *walkScratch from one call to the next.
type scratchPool struct{ pool sync.Pool }

func (p *scratchPool) get(values int) *walkScratch {
	w, _ := p.pool.Get().(*walkScratch)
	if w == nil {
		w = new(walkScratch)
	}
	if cap(w.x) < values {
		w.x = make([]uint32, values)
	}
	w.x = w.x[:values]
	return w
}

func (p *scratchPool) put(w *walkScratch) { p.pool.Put(w) }

// rowsAtOnce is how many rows are prepared at a time, a multiple of lanes.
func (s *treeSet) rowsAtOnce() int {
	return max(lanes, min(walkRows, walkValues/s.columns/lanes*lanes))
}

// prepare writes a row's values in ascending numbers, one for each stride places.
func (s *treeSet) prepare(dst []uint32, stride int, row []float64, number int) error {
	right := s.d * stride
	at := 0
	for j, v := range row {
		f := float32(v)
		bits := orderedBits(f)
		if f-f != 0 && !(s.infinite && f == f) {
			if err := s.refuse(v, number, j); err != nil {
				return err
			}
			bits = 0
		}
		dst[at] = bits
		if s.missing {
			if f != f {
				bits = forever
			}
			dst[right+at] = bits
		}
		at += stride
	}
	return nil
}

// refuse returns an error for a value that is NaN, an infinity or too large for float32, or nil for NaN that is welcome.
func (s *treeSet) refuse(v float64, row, column int) error {
	switch {
	case math.IsNaN(v) && s.missing:
		return nil
	case isFinite(v):
		return refusedValue(s.path, row, column, v, "values that float32 holds, as scikit-learn does")
	case s.missing:
		return nonFiniteInput(s.path, row, column, v, "finite values or NaN, as scikit-learn does")
	default:
		return nonFiniteInput(s.path, row, column, v, "finite values, as scikit-learn does")
	}
}

// load prepares up to rowsAtOnce rows for walkTree, and returns how many groups they are.
func (s *treeSet) load(w *walkScratch, x []float64, first int) (groups int, err error) {
	group := lanes * s.columns
	n := len(x) / s.d
	for i := range n {
		if err := s.prepare(w.x[i/lanes*group+i%lanes:], lanes, x[i*s.d:(i+1)*s.d], first+i); err != nil {
			return 0, err
		}
	}
	return (n + lanes - 1) / lanes, nil
}

// walkTree takes groups of loaded rows through one tree, and writes the slots of their leaves.
func (s *treeSet) walkTree(w *walkScratch, tree, groups int) {
	group := lanes * s.columns
	start, end := s.starts[tree], s.starts[tree+1]
	for g := range groups {
		x := w.x[g*group : (g+1)*group]
		out := (*[lanes]uint32)(w.leaves[g*lanes:])
		if depth := s.depths[tree]; s.narrow != nil && 0 < depth && depth <= shallow {
			walkShallow(out, s.narrow[start:end], x, depth)
		} else if s.narrow != nil {
			walkLanes(out, s.narrow[start:end], x)
		} else {
			walkLanesWide(out, s.wide[start:end], x)
		}
		for q := range out {
			out[q] += uint32(start)
		}
	}
}

// walkRow takes the one row that is prepared through up to lanes trees from one on, and returns the slots of its leaves.
func (s *treeSet) walkRow(w *walkScratch, tree int) []uint32 {
	trees := len(s.starts) - 1
	out := (*[lanes]uint32)(w.leaves[:])
	for q := range out {
		out[q] = uint32(s.starts[min(tree+q, trees-1)])
	}
	if s.narrow != nil && 0 < s.deepest && s.deepest <= shallow {
		walkTreesShallow(out, s.narrow, w.x, s.deepest)
	} else if s.narrow != nil {
		walkTrees(out, s.narrow, w.x)
	} else {
		walkTreesWide(out, s.wide, w.x)
	}
	return out[:min(lanes, trees-tree)]
}

// over is 1 where v is over t, else 0.
func over(v, t uint32) uint32 { return uint32((uint64(t) - uint64(v)) >> 63) }

// walkLanesGo takes a group of rows through the tree whose slots nodes are, and writes the slots of their leaves.
func walkLanesGo(out *[lanes]uint32, nodes []narrowNode, x []uint32) {
	var a, b, c, d, e, f, g, h uint32
	for {
		na, nb, nc, nd := &nodes[a], &nodes[b], &nodes[c], &nodes[d]
		a1 := uint32(na.left) + over(x[int(na.column)*(lanes/columnBytes)], na.threshold)
		b1 := uint32(nb.left) + over(x[int(nb.column)*(lanes/columnBytes)+1], nb.threshold)
		c1 := uint32(nc.left) + over(x[int(nc.column)*(lanes/columnBytes)+2], nc.threshold)
		d1 := uint32(nd.left) + over(x[int(nd.column)*(lanes/columnBytes)+3], nd.threshold)
		moved := (a1 ^ a) | (b1 ^ b) | (c1 ^ c) | (d1 ^ d)
		a, b, c, d = a1, b1, c1, d1
		ne, nf, ng, nh := &nodes[e], &nodes[f], &nodes[g], &nodes[h]
		e1 := uint32(ne.left) + over(x[int(ne.column)*(lanes/columnBytes)+4], ne.threshold)
		f1 := uint32(nf.left) + over(x[int(nf.column)*(lanes/columnBytes)+5], nf.threshold)
		g1 := uint32(ng.left) + over(x[int(ng.column)*(lanes/columnBytes)+6], ng.threshold)
		h1 := uint32(nh.left) + over(x[int(nh.column)*(lanes/columnBytes)+7], nh.threshold)
		moved |= (e1 ^ e) | (f1 ^ f) | (g1 ^ g) | (h1 ^ h)
		e, f, g, h = e1, f1, g1, h1
		if moved == 0 {
			break
		}
	}
	*out = [lanes]uint32{a, b, c, d, e, f, g, h}
}

// walkTreesGo takes one row through the trees whose roots' slots are in out, and writes the slots of its leaves there.
func walkTreesGo(out *[lanes]uint32, nodes []narrowNode, x []uint32) {
	roots := *out
	at := roots
	for {
		var moved uint32
		for q := range at {
			n := &nodes[at[q]]
			next := roots[q] + uint32(n.left) + over(x[n.column/columnBytes], n.threshold)
			moved |= next ^ at[q]
			at[q] = next
		}
		if moved == 0 {
			break
		}
	}
	*out = at
}

// walkLanesWide is walkLanesGo for large trees.
func walkLanesWide(out *[lanes]uint32, nodes []wideNode, x []uint32) {
	var at [lanes]uint32
	for {
		var moved uint32
		for q := range at {
			n := &nodes[at[q]]
			next := n.left + over(x[int(n.column)*lanes+q], n.threshold)
			moved |= next ^ at[q]
			at[q] = next
		}
		if moved == 0 {
			break
		}
	}
	*out = at
}

// walkTreesWide is walkTreesGo for large trees.
func walkTreesWide(out *[lanes]uint32, nodes []wideNode, x []uint32) {
	roots := *out
	at := roots
	for {
		var moved uint32
		for q := range at {
			n := &nodes[at[q]]
			next := roots[q] + n.left + over(x[n.column], n.threshold)
			moved |= next ^ at[q]
			at[q] = next
		}
		if moved == 0 {
			break
		}
	}
	*out = at
}
