package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// randomTreesEmbedding computes RandomTreesEmbeddingProto.
type randomTreesEmbedding struct {
	set *treeSet
	// column has for each slot of a leaf its column in the output, of which there are columns.
	column  []int32
	columns int
}

func newRandomTreesEmbedding(p *modelxpb.RandomTreesEmbeddingProto, path string) (*randomTreesEmbedding, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	trees := p.GetTrees()
	if len(trees) == 0 {
		return nil, &Error{Kind: ErrShape, Path: path + ".trees", Found: "no trees", Want: "at least one", Hint: exportAgain}
	}
	set, leaves, err := newTreeSet(trees, p.GetNFeatures(), 1, p.GetAcceptsMissing(), path, func(i int) string {
		return fmt.Sprintf("%s.trees[%d]", path, i)
	})
	if err != nil {
		return nil, err
	}
	if n := len(p.GetSeeds()); n > 0 && n != len(trees) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".seeds", Found: fmt.Sprintf("%d seeds", n), Want: fmt.Sprintf("%d, or none", len(trees)),
			Hint: exportAgain,
		}
	}
	e := &randomTreesEmbedding{set: set, column: make([]int32, set.starts[len(trees)])}
	for _, slots := range leaves {
		for _, slot := range slots {
			e.column[slot] = int32(e.columns)
			e.columns++
		}
	}
	if e.columns > math.MaxInt32 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".trees", Found: fmt.Sprintf("%d leaves", e.columns), Want: "at most 2^31 - 1",
			Hint: "use fewer trees, or smaller ones",
		}
	}
	return e, nil
}

func (p *randomTreesEmbedding) width() int { return p.set.d }

func (p *randomTreesEmbedding) outputs() []output {
	return []output{{opTransform, p.columns, TypeFloat64}}
}

func (p *randomTreesEmbedding) run(_ op, dst, x []float64, first int) error {
	clear(dst)
	s := p.set
	block := s.rowsAtOnce()
	w := s.scratch.get(block * s.columns)
	defer s.scratch.put(w)
	for ; len(x) > 0; first += block {
		n := min(block, len(x)/s.d)
		groups, err := s.load(w, x[:n*s.d], first)
		if err != nil {
			return err
		}
		for t := range len(s.starts) - 1 {
			s.walkTree(w, t, groups)
			for i, leaf := range w.leaves[:n] {
				dst[i*p.columns+int(p.column[leaf])] = 1
			}
		}
		dst, x = dst[n*p.columns:], x[n*s.d:]
	}
	return nil
}
