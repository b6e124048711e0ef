package modelx

import (
	"fmt"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// featureSelector computes FeatureSelectorProto.
type featureSelector struct {
	path      string
	d         int
	selected  []int32
	anyNumber bool
	// inner predicts from the selected columns; it may be nil.
	inner *node
	// members are the model that chose the columns, which is checked and never run.
	members    []*node
	outputList []output
	// buffers are *[]float64, kept from one call to the next: the columns that inner is given.
	buffers sync.Pool
}

func newFeatureSelector(c *compiler, p *modelxpb.FeatureSelectorProto, path string, depth int) (*featureSelector, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if err := checkColumns(p.GetSelected(), p.GetNFeatures(), path+".selected"); err != nil {
		return nil, err
	}
	if len(p.GetSelected()) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".selected", Found: "no column", Want: "at least one", Hint: exportAgain,
		}
	}
	if n := len(p.GetMembers()); n > 1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".members", Found: fmt.Sprintf("%d models", n), Want: "at most one", Hint: exportAgain,
		}
	}
	s := &featureSelector{path: path, d: int(p.GetNFeatures()), selected: p.GetSelected(), anyNumber: p.GetAnyNumber()}
	if p.GetModel() != nil {
		n, err := compileOfWidth(c, p.GetModel(), path+".model", depth, len(s.selected))
		if err != nil {
			return nil, err
		}
		s.inner = n
	}
	for i, member := range p.GetMembers() {
		n, err := compileOfWidth(c, member, fmt.Sprintf("%s.members[%d]", path, i), depth, s.d)
		if err != nil {
			return nil, err
		}
		s.members = append(s.members, n)
	}
	s.describe()
	return s, nil
}

// compileOfWidth makes the predictor of a model inside of another that gives it rows of this width.
func compileOfWidth(c *compiler, p *modelxpb.ModelProto, place string, depth, width int) (*node, error) {
	n, err := c.compile(p, place, depth+1)
	if err != nil {
		return nil, err
	}
	if n.width() != width {
		return nil, &Error{
			Kind: ErrShape, Path: place, Found: fmt.Sprintf("a model of %d columns", n.width()),
			Want: fmt.Sprintf("%d, which it is given", width), Hint: exportAgain,
		}
	}
	return n, nil
}

// checkColumns checks that columns are in ascending order, each once, and within n.
func checkColumns(columns []int32, n int32, path string) error {
	before := int32(-1)
	for i, column := range columns {
		if column <= before || column >= n {
			return &Error{
				Kind: ErrShape, Path: fmt.Sprintf("%s[%d]", path, i), Found: fmt.Sprintf("column %d after %d", column, before),
				Want: fmt.Sprintf("columns in ascending order, each once, under %d", n), Hint: exportAgain,
			}
		}
		before = column
	}
	return nil
}

// describe collects the methods.
func (p *featureSelector) describe() {
	if p.inner != nil {
		for _, out := range p.inner.outs {
			if out.op <= opDecisionFunction {
				p.outputList = append(p.outputList, out)
			}
		}
	}
	p.outputList = append(
		p.outputList, output{opTransform, len(p.selected), TypeFloat64}, output{opInverseTransform, p.d, TypeFloat64},
	)
}

// inside are the models that the selector is made of.
func (p *featureSelector) inside() []*node {
	if p.inner == nil {
		return p.members
	}
	return append([]*node{p.inner}, p.members...)
}

// classes are those of the model that predicts, or nil.
func (p *featureSelector) classes() *Labels {
	if p.inner == nil {
		return nil
	}
	return p.inner.classes
}

func (p *featureSelector) width() int        { return p.d }
func (p *featureSelector) outputs() []output { return p.outputList }

func (p *featureSelector) run(o op, dst, x []float64, first int) error {
	switch o {
	case opTransform:
		return p.keep(dst, x, first)
	case opInverseTransform:
		return p.undo(dst, x, first)
	}
	out := p.inner.find(o)
	return p.blocks(x, first, func(columns []float64, rows, at int) error {
		values := rows * out.values()
		start := (at - first) * out.values()
		return p.inner.run(o, dst[start:start+values], columns, at)
	})
}

// keep is transform.
func (p *featureSelector) keep(dst, x []float64, first int) error {
	k := len(p.selected)
	for i := 0; len(dst) >= k && len(x) >= p.d; i++ {
		out, row := dst[:k], x[:p.d]
		if !p.anyNumber {
			if err := refuseNonFinite(p.path, first+i, row); err != nil {
				return err
			}
		}
		for j, column := range p.selected {
			out[j] = row[column]
		}
		dst, x = dst[k:], x[p.d:]
	}
	return nil
}

// undo is inverse_transform.
func (p *featureSelector) undo(dst, x []float64, first int) error {
	k := len(p.selected)
	for i := 0; len(dst) >= p.d && len(x) >= k; i++ {
		out, row := dst[:p.d], x[:k]
		if err := refuseNonFinite(p.path, first+i, row); err != nil {
			return err
		}
		clear(out)
		for j, column := range p.selected {
			out[column] = row[j]
		}
		dst, x = dst[p.d:], x[k:]
	}
	return nil
}

// blocks calls compute with the selected columns of some rows at a time, with the number of these, and of the first one.
func (p *featureSelector) blocks(x []float64, first int, compute func(columns []float64, rows, at int) error) error {
	k := len(p.selected)
	buffer, ok := p.buffers.Get().(*[]float64)
	if !ok {
		buffer = new([]float64)
	}
	defer p.buffers.Put(buffer)
	for block := max(1, cachedValues/p.d); len(x) > 0; {
		rows := min(block, len(x)/p.d)
		if cap(*buffer) < rows*k {
			*buffer = make([]float64, rows*k)
		}
		columns := (*buffer)[:rows*k]
		if err := p.keep(columns, x[:rows*p.d], first); err != nil {
			return err
		}
		if err := compute(columns, rows, first); err != nil {
			return err
		}
		x, first = x[rows*p.d:], first+rows
	}
	return nil
}

func (p *featureSelector) indexes() bool {
	if p.inner == nil || p.inner.find(opPredict) == nil {
		return false
	}
	ix, ok := p.inner.predictor.(indexer)
	return ok && ix.indexes()
}

func (p *featureSelector) index(dst []int, x []float64, first int) error {
	ix := p.inner.predictor.(indexer)
	return p.blocks(x, first, func(columns []float64, rows, at int) error {
		return ix.index(dst[at-first:at-first+rows], columns, at)
	})
}
