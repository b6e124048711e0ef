package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// A treeSet is the trees of a model, laid out for walking. All nodes stand in slots: one array for the model, the trees
// one after the other. The two children of a node stand in neighbouring slots, the left one first.
//
// A row is compared as whole numbers: [orderedBits] keeps the order of float32, and a threshold that is rounded down to
// float32 parts the float32 values as the float64 does. Where rows may have NaN, a row has two columns for each feature:
// NaN is smaller than all in the first, which nodes ask that send it left, and larger than all in the second.
type treeSet struct {
	path string
	// d is the number of features, columns that of the values of a row that nodes ask for: d, or 2 * d.
	d, columns int
	missing    bool
	// infinite tells that infinities are taken, as numbers beyond all others.
	infinite bool
	// starts has the slot of each tree's root, and the number of all slots.
	starts []int
	// Exactly one of the two is filled: narrow when every tree has fewer than 2^16 slots, and a row
	// fewer bytes.
	narrow []narrowNode
	wide   []wideNode
	// depths has the depth of each tree: the steps from its root to its deepest leaf. deepest is the largest.
	depths  []int
	deepest int
	// depth is the sum of the trees' depths: how many steps a row takes at most.
	depth   int
	scratch scratchPool
}

// narrowNode and wideNode are a node: a row whose value in column is over threshold goes to the slot behind left. Slots
// count from the tree's root. A leaf stays where it is: its threshold is the largest number, and left its own slot.
//
// The column of a narrowNode is counted in bytes of a row whose values stand without gaps.
type narrowNode struct {
	threshold    uint32
	column, left uint16
}

const columnBytes = 4

type wideNode struct{ threshold, column, left uint32 }

// forever is the threshold of leaves, and the value that stands for NaN where it goes right.
const forever = math.MaxUint32

// orderedBits numbers the float32 in ascending order, both zeros alike.
func orderedBits(v float32) uint32 {
	b := math.Float32bits(v + 0) // -0 + 0 is 0.
	return b ^ (uint32(int32(b)>>31) | 1<<31)
}

// thresholdBits is orderedBits of the largest float32 that is no larger than t.
func thresholdBits(t float64) uint32 {
	v := float32(t)
	if float64(v) > t {
		v = math.Nextafter32(v, float32(math.Inf(-1)))
	}
	return orderedBits(v)
}

// newTreeSet checks trees, whose leaves have width values each, and lays them out. place names the place of a tree.
//
// leaves has for each tree the slot of each leaf, in the order of the leaves: what a family keeps for each leaf it puts
// at these places of a table of as many entries as there are slots, the last of starts.
func newTreeSet(
	trees []*modelxpb.TreeProto, d int32, width int64, missing bool, path string, place func(int) string,
) (set *treeSet, leaves [][]int, err error) {
	set = &treeSet{path: path, d: int(d), columns: int(d), missing: missing, starts: make([]int, 1, len(trees)+1)}
	if missing {
		set.columns *= 2
	}
	leaves = make([][]int, len(trees))
	layouts := make([]treeLayout, len(trees))
	narrow := set.columns <= math.MaxUint16/columnBytes
	for i, p := range trees {
		if err := checkTreeProto(p, d, width, place(i)); err != nil {
			return nil, nil, err
		}
		layouts[i] = layOut(p)
		set.depth += layouts[i].depth
		set.depths = append(set.depths, layouts[i].depth)
		set.deepest = max(set.deepest, layouts[i].depth)
		narrow = narrow && layouts[i].size <= math.MaxUint16
		start := set.starts[i]
		set.starts = append(set.starts, start+layouts[i].size)
		for node, f := range p.GetFeatures() {
			if f < 0 {
				leaves[i] = append(leaves[i], start+int(layouts[i].slots[node]))
			}
		}
	}
	if total := set.starts[len(trees)]; narrow {
		set.narrow = make([]narrowNode, total)
	} else {
		set.wide = make([]wideNode, total)
	}
	for i, p := range trees {
		set.fill(p, layouts[i], set.starts[i])
	}
	return set, leaves, nil
}

// fill writes the nodes of a tree into its slots.
func (s *treeSet) fill(p *modelxpb.TreeProto, l treeLayout, start int) {
	inner := 0
	for node, f := range p.GetFeatures() {
		slot := l.slots[node]
		w := wideNode{threshold: forever, left: slot}
		if f >= 0 {
			w = wideNode{thresholdBits(p.GetThresholds()[inner]), uint32(f), l.slots[node+int(p.GetLeft()[inner])]}
			if missing := p.GetMissingLeft(); s.missing && (len(missing) == 0 || !missing[inner]) {
				w.column += uint32(s.d)
			}
			inner++
		}
		if s.narrow != nil {
			s.narrow[start+int(slot)] = narrowNode{w.threshold, uint16(w.column * columnBytes), uint16(w.left)}
		} else {
			s.wide[start+int(slot)] = w
		}
	}
}

// checkTreeProto checks all that walking needs: that features are below d, that thresholds are numbers, that children
// come after their parents, that each node but the first has one parent, and that each leaf has width finite values.
func checkTreeProto(p *modelxpb.TreeProto, d int32, width int64, path string) error {
	features := p.GetFeatures()
	if len(features) == 0 || int64(len(features)) > math.MaxInt32 {
		return &Error{
			Kind: ErrTree, Path: path + ".features", Found: fmt.Sprintf("%d nodes", len(features)), Want: "at least one",
			Hint: exportAgain,
		}
	}
	inner := 0
	for i, f := range features {
		if f < -1 || f >= d {
			return &Error{
				Kind: ErrShape, Path: path + ".features", Found: fmt.Sprintf("feature %d at node %d", f, i),
				Want: fmt.Sprintf("one of %d, or -1 for a leaf", d), Hint: exportAgain,
			}
		}
		if f >= 0 {
			inner++
		}
	}
	const each, orNone = "one for each internal node", "one for each internal node, or none"
	for _, list := range []struct {
		n              int
		field, meaning string
	}{
		{len(p.GetThresholds()), ".thresholds", each}, {len(p.GetLeft()), ".left", each}, {len(p.GetRight()), ".right", each},
		{len(p.GetMissingLeft()), ".missing_left", orNone},
	} {
		if list.n == 0 && list.meaning == orNone {
			continue
		}
		if err := checkCount(list.n, 1, int32(inner), list.meaning, path+list.field); err != nil {
			return err
		}
	}
	for i, t := range p.GetThresholds() {
		if !(t > math.Inf(-1)) {
			return &Error{
				Kind: ErrNonFinite, Path: path + ".thresholds", Found: fmt.Sprintf("%s as number %d", formatFloat(t), i),
				Want: "a finite threshold, or +Inf", Hint: exportAgain,
			}
		}
	}
	if err := checkChildren(p, path); err != nil {
		return err
	}
	values := p.GetValues()
	if want := int64(len(features)-inner) * width; int64(len(values)) != want {
		return &Error{
			Kind: ErrShape, Path: path + ".values", Found: fmt.Sprintf("%d values", len(values)),
			Want: fmt.Sprintf("%d (leaves x width)", want), Hint: exportAgain,
		}
	}
	if err := checkFiniteList(values, path+".values"); err != nil {
		return err
	}
	return checkTreeRest(p, inner, width, path)
}

// checkTreeRest checks what no output needs and Python reads, where it is given.
func checkTreeRest(p *modelxpb.TreeProto, inner int, width int64, path string) error {
	differences, values, nodes := len(p.GetInnerDifferences()), len(p.GetInnerValues()), len(p.GetFeatures())
	atInner := int64(inner) * width
	wantValues := atInner
	if differences > 0 {
		wantValues = 0
	}
	for _, list := range []struct {
		n     int
		want  int64
		field string
	}{
		{differences, atInner, ".inner_differences"}, {values, wantValues, ".inner_values"},
		{len(p.GetImpurities()), int64(nodes), ".impurities"}, {len(p.GetNNodeSamples()), int64(nodes - inner), ".n_node_samples"},
		{len(p.GetWeightedNNodeSamples()), int64(nodes), ".weighted_n_node_samples"},
	} {
		if list.n != 0 && int64(list.n) != list.want {
			return &Error{
				Kind: ErrShape, Path: path + list.field, Found: fmt.Sprintf("%d values", list.n),
				Want: fmt.Sprintf("%d, or none", list.want), Hint: exportAgain,
			}
		}
	}
	if err := checkFiniteList(p.GetInnerValues(), path+".inner_values"); err != nil {
		return err
	}
	if err := checkFiniteList(p.GetWeightedNNodeSamples(), path+".weighted_n_node_samples"); err != nil {
		return err
	}
	for i, n := range p.GetNNodeSamples() {
		if n > math.MaxInt32 {
			return &Error{
				Kind: ErrShape, Path: path + ".n_node_samples", Found: fmt.Sprintf("%d rows at leaf %d", n, i),
				Want: "at most 2^31 - 1", Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkFiniteList is checkFinite with the place of the whole list.
func checkFiniteList(values []float64, path string) error {
	for i, v := range values {
		if !isFinite(v) {
			return &Error{
				Kind: ErrNonFinite, Path: path, Found: fmt.Sprintf("%s as number %d", formatFloat(v), i), Want: "finite values",
				Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkChildren checks that the nodes are one tree: children after their parents, one parent for all but the first.
func checkChildren(p *modelxpb.TreeProto, path string) error {
	features := p.GetFeatures()
	hasParent := make([]bool, len(features))
	hasParent[0] = true
	inner := 0
	for i, f := range features {
		if f < 0 {
			continue
		}
		for _, child := range []struct {
			offset uint32
			field  string
		}{{p.GetLeft()[inner], ".left"}, {p.GetRight()[inner], ".right"}} {
			at := int64(i) + int64(child.offset)
			if at == int64(i) || at >= int64(len(features)) {
				return &Error{
					Kind: ErrTree, Path: path + child.field, Found: fmt.Sprintf("a child %d nodes after node %d of %d", child.offset, i, len(features)),
					Want: "a later node of the tree", Hint: exportAgain,
				}
			}
			if hasParent[at] {
				return &Error{
					Kind: ErrTree, Path: path + ".left", Found: fmt.Sprintf("a second parent for node %d", at),
					Want: "one parent for each node", Hint: exportAgain,
				}
			}
			hasParent[at] = true
		}
		inner++
	}
	for i, has := range hasParent {
		if !has {
			return &Error{
				Kind: ErrTree, Path: path + ".left", Found: fmt.Sprintf("node %d, which has no parent", i),
				Want: "one parent for each node", Hint: exportAgain,
			}
		}
	}
	return nil
}
