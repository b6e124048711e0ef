package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// isolationForest computes IsolationForestProto.
type isolationForest struct {
	// depths adds up what the leaves say of the depth.
	depths             *treeSums
	normalizer, offset float64
}

func newIsolationForest(p *modelxpb.IsolationForestProto, path string) (*isolationForest, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if len(p.GetTrees()) == 0 {
		return nil, &Error{Kind: ErrShape, Path: path + ".trees", Found: "no trees", Want: "at least one", Hint: exportAgain}
	}
	if err := checkDrawnColumns(p, path); err != nil {
		return nil, err
	}
	trees := make([]*modelxpb.TreeProto, len(p.GetTrees()))
	width := p.GetNFeatures()
	if p.GetNColumns() > 0 {
		width = p.GetNColumns()
	}
	for i, tree := range p.GetTrees() {
		if err := checkTreeProto(tree, width, 1, fmt.Sprintf("%s.trees[%d]", path, i)); err != nil {
			return nil, err
		}
		trees[i] = treeOfColumns(tree, p, i)
	}
	if n := len(p.GetSeeds()); n > 0 && n != len(trees) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".seeds", Found: fmt.Sprintf("%d seeds", n), Want: fmt.Sprintf("%d, or none", len(trees)),
			Hint: exportAgain,
		}
	}
	values, err := leafDepths(p, path)
	if err != nil {
		return nil, err
	}
	missing := p.GetAcceptsNonFinite()
	set, leaves, err := newTreeSet(trees, p.GetNFeatures(), 1, missing, path, func(i int) string {
		return fmt.Sprintf("%s.trees[%d]", path, i)
	})
	if err != nil {
		return nil, err
	}
	set.infinite = missing
	sums := newTreeSums(set, leaves, 1, nil, func(tree int) []float64 { return values[tree] })
	return &isolationForest{depths: sums, normalizer: p.GetNormalizer(), offset: p.GetOffset()}, nil
}

// checkDrawnColumns checks which columns the trees see.
func checkDrawnColumns(p *modelxpb.IsolationForestProto, path string) error {
	n, d := p.GetNColumns(), p.GetNFeatures()
	if n < 0 || n >= d {
		return &Error{
			Kind: ErrShape, Path: path + ".n_columns", Found: fmt.Sprint(n), Want: fmt.Sprintf("0, or less than %d", d),
			Hint: exportAgain,
		}
	}
	if found, want := len(p.GetColumns()), int64(len(p.GetTrees()))*int64(n); int64(found) != want {
		return &Error{
			Kind: ErrShape, Path: path + ".columns", Found: fmt.Sprintf("%d values", found),
			Want: fmt.Sprintf("%d (trees x n_columns)", want), Hint: exportAgain,
		}
	}
	for i, column := range p.GetColumns() {
		if int64(column) >= int64(d) {
			return &Error{
				Kind: ErrShape, Path: path + ".columns", Found: fmt.Sprintf("column %d as number %d", column, i),
				Want: fmt.Sprintf("columns below %d", d), Hint: exportAgain,
			}
		}
	}
	return nil
}

// treeOfColumns is a checked tree that asks for columns of the row.
func treeOfColumns(tree *modelxpb.TreeProto, p *modelxpb.IsolationForestProto, number int) *modelxpb.TreeProto {
	n := int(p.GetNColumns())
	if n == 0 {
		return tree
	}
	columns := p.GetColumns()[number*n : (number+1)*n]
	features := make([]int32, len(tree.GetFeatures()))
	for i, f := range tree.GetFeatures() {
		features[i] = f
		if f >= 0 {
			features[i] = int32(columns[f])
		}
	}
	return &modelxpb.TreeProto{
		Features: features, Thresholds: tree.GetThresholds(), Left: tree.GetLeft(), Right: tree.GetRight(),
		MissingLeft: tree.GetMissingLeft(), Values: tree.GetValues(), NNodeSamples: tree.GetNNodeSamples(),
	}
}

// leafDepths returns for each tree what its leaves add to the depth, in order, and checks all that it is made of.
func leafDepths(p *modelxpb.IsolationForestProto, path string) ([][]float64, error) {
	lengths, err := pathLengths(p, path)
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(p.GetTrees()))
	for i, tree := range p.GetTrees() {
		place := fmt.Sprintf("%s.trees[%d].n_node_samples", path, i)
		leaves := len(tree.GetFeatures()) - len(tree.GetLeft())
		if err := checkCount(len(tree.GetNNodeSamples()), 1, int32(leaves), "one for each leaf", place); err != nil {
			return nil, err
		}
		depths := newTreeShape(tree).depths()
		for node, f := range tree.GetFeatures() {
			if f >= 0 {
				continue
			}
			size := tree.GetNNodeSamples()[len(out[i])]
			length, ok := lengths[size]
			if !ok {
				return nil, &Error{
					Kind: ErrShape, Path: place, Found: fmt.Sprintf("a leaf of %d rows", size), Want: "a size that has a length",
					Hint: exportAgain,
				}
			}
			// The root is at depth 1.
			out[i] = append(out[i], (float64(depths[node]+1)+length)-1)
		}
	}
	return out, checkScale(p, path)
}

// pathLengths checks sizes and lengths, and returns the length of each size.
func pathLengths(p *modelxpb.IsolationForestProto, path string) (map[uint64]float64, error) {
	sizes, lengths := p.GetSizes(), p.GetLengths()
	if len(lengths) != len(sizes) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".lengths", Found: fmt.Sprintf("%d values", len(lengths)),
			Want: fmt.Sprintf("%d (one for each size)", len(sizes)), Hint: exportAgain,
		}
	}
	if err := checkFiniteList(lengths, path+".lengths"); err != nil {
		return nil, err
	}
	out := make(map[uint64]float64, len(sizes))
	for i, size := range sizes {
		if lengths[i] < 0 || i > 0 && size <= sizes[i-1] {
			return nil, &Error{
				Kind: ErrShape, Path: path + ".sizes", Found: fmt.Sprintf("size %d with the length %s", size, formatFloat(lengths[i])),
				Want: "ascending sizes, and lengths of at least 0", Hint: exportAgain,
			}
		}
		out[size] = lengths[i]
	}
	return out, nil
}

// checkScale checks the two numbers that turn a depth into a score.
func checkScale(p *modelxpb.IsolationForestProto, path string) error {
	for _, one := range []struct {
		name  string
		value float64
	}{{".normalizer", p.GetNormalizer()}, {".offset", p.GetOffset()}} {
		if !isFinite(one.value) {
			return &Error{
				Kind: ErrNonFinite, Path: path + one.name, Found: formatFloat(one.value), Want: "a finite value", Hint: exportAgain,
			}
		}
	}
	if p.GetNormalizer() < 0 {
		return &Error{
			Kind: ErrShape, Path: path + ".normalizer", Found: formatFloat(p.GetNormalizer()), Want: "at least 0", Hint: exportAgain,
		}
	}
	return nil
}

func (p *isolationForest) width() int { return p.depths.set.d }

func (p *isolationForest) outputs() []output {
	return []output{{opPredict, 0, TypeInt64}, {opDecisionFunction, 0, TypeFloat64}, {opScoreSamples, 0, TypeFloat64}}
}

func (p *isolationForest) run(o op, dst, x []float64, first int) error {
	clear(dst)
	if err := p.depths.add(dst, 1, x, first); err != nil {
		return err
	}
	for i, depth := range dst {
		q := 1.0
		if p.normalizer != 0 {
			q = depth / p.normalizer
		}
		score := -elementary.Exp2(-q)
		switch {
		case o == opScoreSamples:
			dst[i] = score
		case o == opDecisionFunction:
			dst[i] = score - p.offset
		case score-p.offset < 0:
			dst[i] = -1
		default:
			dst[i] = 1
		}
	}
	return nil
}
