package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// maxHistNodes is over what a file of 2 GiB, the most that protobuf reads, has room for.
const maxHistNodes = 1 << 28

// setWords are the words of 32 bits in a set of categories.
const setWords = 8

// newHistTrees checks the trees of a model with checked categories, and arranges them for walking.
func newHistTrees(p *modelxpb.HistGradientBoostingProto, outputs int, path string) (*histTrees, error) {
	sizes, err := checkHistShape(p, outputs, path)
	if err != nil {
		return nil, err
	}
	if err := checkHistLists(p, path); err != nil {
		return nil, err
	}
	b := histBuilder{p: p, numberOf: make(map[int32]int), categoryOf: make(map[int32]int)}
	n := len(p.GetFeatures())
	b.out = &histTrees{
		keys: make([]uint64, n), links: make([]histLink, n), values: make([]float64, n),
		trees: make([]histTree, 0, len(sizes)+lanes), count: len(sizes),
	}
	if len(p.GetLeftCategories()) > 0 {
		b.out.sets = make([]uint32, n)
		b.out.categories = make([]categorySet, 1, 1+len(p.GetLeftCategories())/setWords)
		for i := range b.out.categories[0] {
			b.out.categories[0][i] = math.MaxUint8
		}
	}
	for _, size := range sizes {
		b.tree(size)
	}
	b.out.narrow(p)
	b.finishSlots()
	for len(b.out.trees)%lanes != 0 {
		b.out.trees = append(b.out.trees, b.out.trees[len(b.out.trees)-1])
	}
	return b.out, nil
}

// narrow puts the sets of categories into one word each, where no feature has many.
func (t *histTrees) narrow(p *modelxpb.HistGradientBoostingProto) {
	if t.sets == nil {
		return
	}
	for _, c := range p.GetCategories() {
		known := c.GetCategories()
		n := max(len(known.GetInts())+len(known.GetDoubles()), len(known.GetStrings())+int(bit(known.GetNone())))
		if n > fewCategories {
			return
		}
	}
	t.outside = make([]uint64, len(t.sets))
	for node, at := range t.sets {
		set := &t.categories[at]
		for q := range uint64(fewCategories) {
			t.outside[node] |= uint64(^set[q/8]>>(q%8)&1) << q
		}
		t.outside[node] |= uint64(^set[missingCategory/8]>>(missingCategory%8)&1) << (missingCategory % 64)
	}
	t.sets, t.categories = nil, nil
}

// checkHistShape checks the features of the nodes, and finds the trees: it returns the nodes of each.
func checkHistShape(p *modelxpb.HistGradientBoostingProto, outputs int, path string) ([]int, error) {
	wrong := func(found, want string) error {
		return &Error{Kind: ErrTree, Path: path + ".features", Found: found, Want: want, Hint: exportAgain}
	}
	for _, f := range p.GetFeatures() {
		if f < -1 || f >= p.GetNFeatures() {
			return nil, wrong(fmt.Sprintf("feature %d", f), fmt.Sprintf("-1 ... %d", p.GetNFeatures()-1))
		}
	}
	if len(p.GetFeatures()) > maxHistNodes {
		return nil, wrong(fmt.Sprintf("%d nodes", len(p.GetFeatures())), fmt.Sprintf("at most %d", maxHistNodes))
	}
	var sizes []int
	// In preorder, an inner node opens one place more than it takes, and a leaf closes one.
	open, first := 1, 0
	for i, f := range p.GetFeatures() {
		if f >= 0 {
			open++
		} else if open--; open == 0 {
			sizes, open, first = append(sizes, i+1-first), 1, i+1
		}
	}
	if first != len(p.GetFeatures()) || len(sizes) == 0 {
		return nil, wrong("a tree that does not end", "a leaf behind each branch")
	}
	if len(sizes)%outputs != 0 {
		return nil, wrong(fmt.Sprintf("%d trees for %d outputs", len(sizes), outputs), "as many for each")
	}
	return sizes, nil
}

// checkHistLists checks that each property has one value for each node that it is of.
func checkHistLists(p *modelxpb.HistGradientBoostingProto, path string) error {
	var leaves, numbers, byCategory int
	for _, f := range p.GetFeatures() {
		switch {
		case f < 0:
			leaves++
		case isCategorical(p, f):
			byCategory++
		default:
			numbers++
		}
	}
	for _, list := range []struct {
		name, meaning      string
		found, want, times int
		optional           bool
	}{
		{"thresholds", "one for each inner node of a number", len(p.GetThresholds()), numbers, 1, false},
		{"missing_left", "one for each inner node", len(p.GetMissingLeft()), numbers + byCategory, 1, false},
		{"values", "one for each leaf", len(p.GetValues()), leaves, 1, false},
		{"left_categories", "eight for each categorical node", len(p.GetLeftCategories()), byCategory, setWords, false},
		{"bin_thresholds", "one for each threshold, or none", len(p.GetBinThresholds()), numbers, 1, true},
		{"leaf_counts", "one for each leaf, or none", len(p.GetLeafCounts()), leaves, 1, true},
	} {
		if list.optional && list.found == 0 {
			continue
		}
		err := checkCount(list.found, int32(list.want), int32(list.times), list.meaning, path+"."+list.name)
		if err != nil {
			return err
		}
	}
	for i, v := range p.GetThresholds() {
		if v != v {
			return &Error{
				Kind: ErrNonFinite, Path: fmt.Sprintf("%s.thresholds[%d]", path, i), Found: "NaN", Want: "a number or an infinity",
				Hint: exportAgain,
			}
		}
	}
	for i, v := range p.GetBinThresholds() {
		if v > maxCategories-1 {
			return &Error{
				Kind: ErrShape, Path: fmt.Sprintf("%s.bin_thresholds[%d]", path, i), Found: fmt.Sprint(v),
				Want: fmt.Sprintf("at most %d", maxCategories-1), Hint: exportAgain,
			}
		}
	}
	return checkFinite(p.GetValues(), path+".values")
}

func isCategorical(p *modelxpb.HistGradientBoostingProto, feature int32) bool {
	flags := p.GetCategorical()
	return len(flags) > 0 && flags[feature]
}

// histBuilder turns checked lists in preorder into nodes whose children stand side by side.
type histBuilder struct {
	p   *modelxpb.HistGradientBoostingProto
	out *histTrees
	// The places in the lists of the message.
	node, inner, threshold, leaf, set int
	next                              uint32
	// The places of features in those of the trees.
	numberOf, categoryOf map[int32]int
	pending              []histPlace
}

// histPlace is where a node of the message goes, and how deep.
type histPlace struct{ place, depth uint32 }

// tree reads one tree of this many nodes.
func (b *histBuilder) tree(size int) {
	root := histTree{root: b.next}
	b.pending = append(b.pending[:0], histPlace{place: b.next})
	b.next++
	for range size {
		at := b.pending[len(b.pending)-1]
		b.pending = b.pending[:len(b.pending)-1]
		feature := b.p.GetFeatures()[b.node]
		b.node++
		if feature < 0 {
			b.out.keys[at.place], b.out.links[at.place] = greatestKey, histLink{left: at.place}
			b.out.values[at.place] = b.p.GetValues()[b.leaf]
			b.leaf++
			root.depth = max(root.depth, at.depth)
			continue
		}
		b.split(at.place, feature)
		left := b.next
		b.out.links[at.place].left = left
		b.next += 2
		// In preorder the left subtree comes first.
		b.pending = append(b.pending, histPlace{left + 1, at.depth + 1}, histPlace{left, at.depth + 1})
	}
	b.out.trees = append(b.out.trees, root)
}

// split writes what an inner node asks.
func (b *histBuilder) split(place uint32, feature int32) {
	missingLeft := b.p.GetMissingLeft()[b.inner]
	b.inner++
	if !isCategorical(b.p, feature) {
		b.out.keys[place] = orderedKey(b.p.GetThresholds()[b.threshold])
		b.threshold++
		b.out.links[place].slot = 8 * b.numberSlot(feature, missingLeft)
		return
	}
	words := b.p.GetLeftCategories()[b.set : b.set+setWords]
	b.set += setWords
	var set categorySet
	for i := range set {
		set[i] = uint8(words[i/4] >> (8 * (i % 4)))
	}
	set[missingCategory/8] &^= 1 << (missingCategory % 8)
	if missingLeft {
		set[missingCategory/8] |= 1 << (missingCategory % 8)
	}
	b.out.keys[place], b.out.sets[place] = greatestKey, uint32(len(b.out.categories))
	b.out.categories = append(b.out.categories, set)
	b.out.links[place].slot = 8 * b.categorySlot(feature)
}

// numberSlot is the slot of a number for nodes that send NaN to the left, or to the right.
func (b *histBuilder) numberSlot(feature int32, missingLeft bool) uint32 {
	f := &b.out.features
	at, ok := b.numberOf[feature]
	if !ok {
		at = len(f.numbers)
		b.numberOf[feature] = at
		f.numbers = append(f.numbers, histNumber{feature: int(feature)})
	}
	n := &f.numbers[at]
	slot, has := &n.toRight, &n.hasRight
	if missingLeft {
		slot, has = &n.toLeft, &n.hasLeft
	}
	if !*has {
		*slot, *has = b.newSlot(), true
	}
	return *slot
}

func (b *histBuilder) categorySlot(feature int32) uint32 {
	f := &b.out.features
	at, ok := b.categoryOf[feature]
	if !ok {
		at = len(f.categories)
		b.categoryOf[feature] = at
		f.categories = append(f.categories, histCategory{feature: int(feature), slot: b.newSlot()})
	}
	return f.categories[at].slot
}

func (b *histBuilder) newSlot() uint32 {
	b.out.slots++
	return uint32(b.out.slots - 1)
}

// finishSlots gives features a slot for what no node asks.
func (b *histBuilder) finishSlots() {
	unused := b.newSlot()
	for i := range b.out.features.numbers {
		n := &b.out.features.numbers[i]
		if !n.hasLeft {
			n.toLeft = unused
		}
		if !n.hasRight {
			n.toRight = unused
		}
	}
}
