package modelx

// treeSums adds what the leaves of trees say, tree after tree, for each row.
type treeSums struct {
	set *treeSet
	// width is how many values a leaf has; table has those of each slot.
	width int
	table []float64
	// columns has for each tree the output that its first value is added to; nil for the first one of all trees.
	columns []int
}

// newTreeSums lays out the values of leaves: values(tree) has width of them for each leaf, in order.
func newTreeSums(set *treeSet, leaves [][]int, width int, columns []int, values func(tree int) []float64) *treeSums {
	out := &treeSums{set: set, width: width, columns: columns}
	out.table = make([]float64, set.starts[len(set.starts)-1]*width)
	for t, slots := range leaves {
		given := values(t)
		for i, slot := range slots {
			copy(out.table[slot*width:], given[i*width:(i+1)*width])
		}
	}
	return out
}

// add adds to the outputs of each row of x, of which there are stride, the values of its leaves.
func (p *treeSums) add(dst []float64, stride int, x []float64, first int) error {
	s := p.set
	rows := len(x) / s.d
	if rows == 0 {
		return nil
	}
	if rows == 1 {
		return p.addRow(dst, x, first)
	}
	block := s.rowsAtOnce()
	w := s.scratch.get(block * s.columns)
	defer s.scratch.put(w)
	for done := 0; done < rows; done += block {
		n := min(block, rows-done)
		groups, err := s.load(w, x[done*s.d:(done+n)*s.d], first+done)
		if err != nil {
			return err
		}
		for t := range len(s.starts) - 1 {
			s.walkTree(w, t, groups)
			p.addTree(dst[done*stride:(done+n)*stride], stride, t, w.leaves[:n])
		}
	}
	return nil
}

// addTree adds the values of one tree's leaves to the outputs of the rows that end there.
func (p *treeSums) addTree(dst []float64, stride, tree int, leaves []uint32) {
	if p.columns != nil {
		dst = dst[p.columns[tree]:]
	}
	switch {
	case p.width == 1 && stride == 1:
		dst = dst[:len(leaves)]
		for i, leaf := range leaves {
			dst[i] += p.table[leaf]
		}
	case p.width == 1:
		for i, leaf := range leaves {
			dst[i*stride] += p.table[leaf]
		}
	default:
		for i, leaf := range leaves {
			addValues(dst[i*stride:i*stride+p.width], p.table[int(leaf)*p.width:])
		}
	}
}

// addRow is add for one row.
func (p *treeSums) addRow(dst, row []float64, first int) error {
	s := p.set
	w := s.scratch.get(s.columns)
	defer s.scratch.put(w)
	if err := s.prepare(w.x, 1, row, first); err != nil {
		return err
	}
	for t := 0; t < len(s.starts)-1; t += lanes {
		leaves := s.walkRow(w, t)
		switch {
		case p.width == 1 && p.columns == nil:
			sum := dst[0]
			for _, leaf := range leaves {
				sum += p.table[leaf]
			}
			dst[0] = sum
		case p.width == 1:
			for q, leaf := range leaves {
				dst[p.columns[t+q]] += p.table[leaf]
			}
		default:
			for q, leaf := range leaves {
				out := dst
				if p.columns != nil {
					out = dst[p.columns[t+q]:]
				}
				addValues(out[:p.width], p.table[int(leaf)*p.width:])
			}
		}
	}
	return nil
}

func addValues(dst, values []float64) {
	values = values[:len(dst)]
	for k, v := range values {
		dst[k] += v
	}
}

// work is how many steps a row takes at most, and how many values it adds.
func (p *treeSums) work() int { return p.set.depth + p.width*(len(p.set.starts)-1) }
