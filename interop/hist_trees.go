package modelx

// histTrees are the trees of HistGradientBoostingProto, all in one list of nodes; both children of an inner node stand side
// by side. A row goes to the right where its key in the node's slot is greater than the node's key. A leaf is its own left
// child, and nothing is greater than its key, so that a walk that has arrived stays.
type histTrees struct {
	keys  []uint64
	links []histLink
	// values are those of the leaves, by node.
	values []float64
	// slots are the keys that a row has, the one that no node asks for among them.
	slots    int
	features histFeatures
	// outside are, by node, the categories that go to the right, by the last six bits of their keys; nil for a model without
	// categories, and for one of more than fewCategories in a feature. Nodes of numbers, and leaves, have none: right is what
	// either says.
	outside []uint64
	// sets are, by node, the places of the sets of categories that go to the left; nil unless a feature has many.
	// Nodes of numbers, and leaves, have the first, which has all.
	sets       []uint32
	categories []categorySet
	// trees are followed by copies of the last one, to a multiple of eight.
	trees []histTree
	count int
}

// histLink leads from a node to its left child, and to the row's key that the node asks for: eight times the key's slot.
type histLink struct{ left, slot uint32 }

// histTree is where a tree begins, and how many steps lead to its farthest leaf.
type histTree struct{ root, depth uint32 }

// fewCategories are as many as have numbers in six bits, beside what is no category.
const fewCategories = 63

// categorySet has bit q for the category with number q, and the last bit for values that are no category.
type categorySet [32]uint8

// cell has one slot's keys in as many rows.
type cell [lanes]uint64

// bit is 1 for true. It compiles to no branch.
func bit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// addRows adds the values of all trees to the sums of eight rows for each group.
func (t *histTrees) addRows(cells []cell, sums [][lanes]float64, groups, outputs int) {
	slots, k := t.slots, 0
	for _, tree := range t.trees[:t.count] {
		for g := range groups {
			x, sum := cells[g*slots:(g+1)*slots], &sums[g*outputs+k]
			if t.sets == nil {
				t.walkRows(tree, x, sum)
			} else {
				t.walkRowsByCategory(tree, x, sum)
			}
		}
		if k++; k == outputs {
			k = 0
		}
	}
}

// addRow adds the values of all trees to the sums of one row.
func (t *histTrees) addRow(keys []uint64, sums []float64) {
	k := 0
	for first := 0; first < t.count; first += lanes {
		var values [lanes]float64
		trees := (*[lanes]histTree)(t.trees[first:])
		if t.sets == nil {
			t.walkTrees(trees, keys, &values)
		} else {
			t.walkTreesByCategory(trees, keys, &values)
		}
		for _, v := range values[:min(lanes, t.count-first)] {
			sums[k] += v
			if k++; k == len(sums) {
				k = 0
			}
		}
	}
}

// walkRows adds the values of eight rows in one tree.
func (t *histTrees) walkRows(tree histTree, x []cell, sum *[lanes]float64) {
	r := tree.root
	at := [lanes]uint32{r, r, r, r, r, r, r, r}
	t.descendRows(x, &at, tree.depth)
	for i, node := range at {
		sum[i] += t.values[node]
	}
}

// walkTrees gives the values of one row in eight trees.
func (t *histTrees) walkTrees(trees *[lanes]histTree, x []uint64, out *[lanes]float64) {
	var at [lanes]uint32
	for i := range at {
		at[i] = trees[i].root
	}
	t.descendTrees(x, &at, deepest(trees))
	for i, node := range at {
		out[i] = t.values[node]
	}
}

// plainRows takes eight rows some steps down from the nodes at.
func (t *histTrees) plainRows(x []cell, at *[lanes]uint32, depth uint32) {
	for range depth {
		for i, node := range at {
			n := t.links[node]
			at[i] = n.left + t.right(node, x[n.slot/8][i])
		}
	}
}

// plainTrees takes one row some steps down from the nodes at.
func (t *histTrees) plainTrees(x []uint64, at *[lanes]uint32, depth uint32) {
	for range depth {
		for i, node := range at {
			n := t.links[node]
			at[i] = n.left + t.right(node, x[n.slot/8])
		}
	}
}

// right is 1 where a row with this key in the node's slot goes to the right; not for many categories.
func (t *histTrees) right(node uint32, key uint64) uint32 {
	right := bit(key > t.keys[node])
	if t.outside != nil {
		right |= uint32(t.outside[node]>>(key%64)) & 1
	}
	return right
}

func deepest(trees *[lanes]histTree) (depth uint32) {
	for i := range trees {
		depth = max(depth, trees[i].depth)
	}
	return depth
}

// step goes from a node to a child, for a row with this key in the node's slot, also where there are many categories.
func (t *histTrees) step(node uint32, key uint64, left uint32) uint32 {
	q := uint8(key)
	outside := ^t.categories[t.sets[node]][q/8] >> (q % 8) & 1
	return left + (bit(key > t.keys[node]) | uint32(outside))
}

// walkRowsByCategory is walkRows for a model with many categories in a feature.
func (t *histTrees) walkRowsByCategory(tree histTree, x []cell, sum *[lanes]float64) {
	var at [lanes]uint32
	for i := range at {
		at[i] = tree.root
	}
	for range tree.depth {
		for i, node := range at {
			n := t.links[node]
			at[i] = t.step(node, x[n.slot/8][i], n.left)
		}
	}
	for i, node := range at {
		sum[i] += t.values[node]
	}
}

// walkTreesByCategory is walkTrees for a model with many categories in a feature.
func (t *histTrees) walkTreesByCategory(trees *[lanes]histTree, x []uint64, out *[lanes]float64) {
	var at [lanes]uint32
	for i := range at {
		at[i] = trees[i].root
	}
	for range deepest(trees) {
		for i, node := range at {
			n := t.links[node]
			at[i] = t.step(node, x[n.slot/8], n.left)
		}
	}
	for i, node := range at {
		out[i] = t.values[node]
	}
}
