package modelx

import (
	"slices"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// treeLayout says where the nodes of a tree stand.
type treeLayout struct {
	// slots has the slot of each node, from 0 for the root.
	slots []uint32
	// size is the number of slots, a multiple of linePairs * 2.
	size  int
	depth int
}

// linePairs is how many pairs of siblings stand in one line of a processor's cache: 64 bytes, of 8 for a node.
const linePairs = 4

// layOut gives siblings neighbouring slots, and puts together in a line of the cache what rows most often ask for
// together: a line begins with a pair, and goes on with those of its descendants that have most training rows.
func layOut(p *modelxpb.TreeProto) treeLayout {
	t := newTreeShape(p)
	out := treeLayout{slots: make([]uint32, len(t.left)), depth: t.depth()}
	next := uint32(2) // The root has the place of a pair.
	room := linePairs - 1
	// pending are internal nodes whose children have no slots yet, each of which will begin what room is left.
	pending := []int32{0}
	var near []int32 // Those of the line in the making.
	for len(pending) > 0 {
		near = append(near[:0], pending[len(pending)-1])
		pending = pending[:len(pending)-1]
		for room > 0 && len(near) > 0 {
			best := 0
			for i, node := range near {
				if t.weight[node] > t.weight[near[best]] {
					best = i
				}
			}
			node := near[best]
			near[best] = near[len(near)-1]
			near = near[:len(near)-1]
			if t.left[node] == 0 {
				continue
			}
			out.slots[t.left[node]], out.slots[t.right[node]] = next, next+1
			next += 2
			room--
			near = append(near, t.left[node], t.right[node])
		}
		if room == 0 {
			room = linePairs
		}
		for _, node := range near {
			if t.left[node] != 0 {
				pending = append(pending, node)
			}
		}
	}
	const line = 2 * linePairs
	out.size = (int(next) + line - 1) / line * line
	return out
}

// treeShape is a checked tree with the number of each node's children, 0 for a leaf, and how many rows it is worth.
type treeShape struct {
	left, right []int32
	weight      []uint64
}

func newTreeShape(p *modelxpb.TreeProto) treeShape {
	n := len(p.GetFeatures())
	t := treeShape{left: make([]int32, n), right: make([]int32, n), weight: make([]uint64, n)}
	samples := p.GetNNodeSamples()
	inner, leaf := 0, 0
	for i, f := range p.GetFeatures() {
		if f >= 0 {
			t.left[i], t.right[i] = int32(i)+int32(p.GetLeft()[inner]), int32(i)+int32(p.GetRight()[inner])
			inner++
			continue
		}
		t.weight[i] = 1
		// It decides about speed alone: a list of another length, or counts that overflow, do no harm.
		if leaf < len(samples) {
			t.weight[i] = samples[leaf]
		}
		leaf++
	}
	for i := n - 1; i >= 0; i-- {
		if t.left[i] != 0 {
			t.weight[i] = t.weight[t.left[i]] + t.weight[t.right[i]]
		}
	}
	return t
}

// depth is the number of steps from the root to the deepest leaf.
func (t treeShape) depth() int { return slices.Max(t.depths()) }

// depths are the numbers of steps from the root to each node.
func (t treeShape) depths() []int {
	depths := make([]int, len(t.left))
	for i, left := range t.left {
		if left != 0 {
			depths[left], depths[t.right[i]] = depths[i]+1, depths[i]+1
		}
	}
	return depths
}
