package modelx

import (
	"fmt"
	"math"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// iterativeImputer computes IterativeImputerProto.
type iterativeImputer struct {
	path    string
	d       int
	missing missingRule
	// initial fills first; columns are those of a row that it keeps.
	initial *node
	columns []int32
	updates []imputerUpdate
	// unchanged: gaps in these of columns keep what was filled in first.
	unchanged []bool
	told      []int32
	// widest is the most inputs that a model takes. buffers are *imputerBuffer, kept from one call to the next.
	widest  int
	buffers sync.Pool
}

// imputerUpdate predicts one column from others.
type imputerUpdate struct {
	model     *node
	column    int32
	inputs    []int32
	low, high float64
}

// imputerBuffer is what filling one row needs.
type imputerBuffer struct {
	filled, inputs []float64
	gone           []bool
	value          [1]float64
}

func newIterativeImputer(c *compiler, p *modelxpb.IterativeImputerProto, path string, depth int) (*iterativeImputer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	rule, err := newMissingRule(p.GetMissing(), path)
	if err != nil {
		return nil, err
	}
	out := &iterativeImputer{path: path, d: int(p.GetNFeatures()), missing: rule}
	if err := out.compileInitial(c, p, path+".model", depth); err != nil {
		return nil, err
	}
	k := int32(len(out.columns))
	if err := checkLimits(p, k, path); err != nil {
		return nil, err
	}
	if err := checkColumns(p.GetUnchanged(), k, path+".unchanged"); err != nil {
		return nil, err
	}
	out.unchanged = make([]bool, k)
	for _, column := range p.GetUnchanged() {
		out.unchanged[column] = true
	}
	if found, want := len(p.GetUpdates()), len(p.GetMembers()); found != want {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".updates", Found: fmt.Sprintf("%d updates", found),
			Want: fmt.Sprintf("%d, one for each model", want), Hint: exportAgain,
		}
	}
	for i := range p.GetMembers() {
		update, err := newImputerUpdate(c, p, i, k, path, depth)
		if err != nil {
			return nil, err
		}
		out.updates, out.widest = append(out.updates, update), max(out.widest, len(update.inputs))
	}
	out.told, err = newInnerIndicator(p.GetIndicator(), p.GetNFeatures(), rule, path+".indicator")
	return out, err
}

// compileInitial makes the imputer that fills first.
func (p *iterativeImputer) compileInitial(c *compiler, m *modelxpb.IterativeImputerProto, place string, depth int) error {
	n, err := c.compile(m.GetModel(), place, depth+1)
	if err != nil {
		return err
	}
	first, ok := n.predictor.(*simpleImputer)
	if !ok {
		return &Error{Kind: ErrShape, Path: place, Found: n.arm, Want: "simple_imputer, which fills first", Hint: exportAgain}
	}
	if first.d != p.d {
		return &Error{
			Kind: ErrShape, Path: place, Found: fmt.Sprintf("a model of %d columns", first.d),
			Want: fmt.Sprintf("%d, which it is given", p.d), Hint: exportAgain,
		}
	}
	if !p.missing.same(first.missing.value) || first.missing.types != nil || m.GetModel().GetSimpleImputer().GetIndicator() != nil {
		return &Error{
			Kind: ErrShape, Path: place, Found: "an imputer of other values, or one that tells of them",
			Want: "one that fills the same alone", Hint: exportAgain,
		}
	}
	p.initial, p.columns = n, first.columns
	return nil
}

// checkLimits checks the limits of what is predicted: one for each column, or none without models.
func checkLimits(p *modelxpb.IterativeImputerProto, k int32, path string) error {
	for _, list := range []struct {
		field  string
		values []float64
	}{{".low", p.GetLow()}, {".high", p.GetHigh()}} {
		if len(p.GetMembers()) > 0 || len(list.values) > 0 {
			if err := checkCount(len(list.values), 1, k, "columns of the initial imputer", path+list.field); err != nil {
				return err
			}
		}
		for i, v := range list.values {
			if math.IsNaN(v) {
				return &Error{
					Kind: ErrNonFinite, Path: fmt.Sprintf("%s%s[%d]", path, list.field, i), Found: "NaN",
					Want: "a number or an infinity", Hint: exportAgain,
				}
			}
		}
	}
	same := len(p.GetLow()) == len(p.GetHigh())
	for i := 0; same && i < len(p.GetLow()); i++ {
		same = p.GetLow()[i] <= p.GetHigh()[i]
	}
	if !same {
		return &Error{
			Kind: ErrShape, Path: path + ".low", Found: "a lower limit without, or over, the upper one", Want: "low <= high",
			Hint: exportAgain,
		}
	}
	return nil
}

// newImputerUpdate makes one model, and checks what it predicts, and from what.
func newImputerUpdate(
	c *compiler, p *modelxpb.IterativeImputerProto, i int, k int32, path string, depth int,
) (imputerUpdate, error) {
	place := fmt.Sprintf("%s.members[%d]", path, i)
	n, err := c.compile(p.GetMembers()[i], place, depth+1)
	if err != nil {
		return imputerUpdate{}, err
	}
	u := p.GetUpdates()[i]
	if column := u.GetColumn(); column < 0 || column >= k {
		return imputerUpdate{}, &Error{
			Kind: ErrShape, Path: fmt.Sprintf("%s.updates[%d].column", path, i), Found: fmt.Sprintf("column %d", column),
			Want: fmt.Sprintf("one of %d", k), Hint: exportAgain,
		}
	}
	for _, input := range u.GetInputs() {
		if input < 0 || input >= k {
			return imputerUpdate{}, &Error{
				Kind: ErrShape, Path: fmt.Sprintf("%s.updates[%d].inputs", path, i), Found: fmt.Sprintf("column %d", input),
				Want: fmt.Sprintf("one of %d", k), Hint: exportAgain,
			}
		}
	}
	if n.width() != len(u.GetInputs()) {
		return imputerUpdate{}, &Error{
			Kind: ErrShape, Path: place, Found: fmt.Sprintf("a model of %d columns", n.width()),
			Want: fmt.Sprintf("%d, which it is given", len(u.GetInputs())), Hint: exportAgain,
		}
	}
	if out := n.find(opPredict); out == nil || out.columns != 0 || out.kind != TypeFloat64 {
		return imputerUpdate{}, &Error{
			Kind: ErrShape, Path: place, Found: n.arm, Want: "a model that predicts one float64 for each row", Hint: exportAgain,
		}
	}
	at := u.GetColumn()
	return imputerUpdate{n, at, u.GetInputs(), p.GetLow()[at], p.GetHigh()[at]}, nil
}

// inside are the models that the imputer is made of.
func (p *iterativeImputer) inside() []*node {
	nodes := []*node{p.initial}
	for i := range p.updates {
		nodes = append(nodes, p.updates[i].model)
	}
	return nodes
}

func (p *iterativeImputer) width() int { return p.d }

func (p *iterativeImputer) outputs() []output {
	return []output{{opTransform, len(p.columns) + len(p.told), TypeFloat64}}
}

func (p *iterativeImputer) run(_ op, dst, x []float64, first int) error {
	k, all := len(p.columns), len(p.columns)+len(p.told)
	b, ok := p.buffers.Get().(*imputerBuffer)
	if !ok {
		b = &imputerBuffer{filled: make([]float64, k), inputs: make([]float64, p.widest), gone: make([]bool, k)}
	}
	defer p.buffers.Put(b)
	for i := 0; len(dst) >= all && len(x) >= p.d; i++ {
		row := x[:p.d]
		if err := p.missing.refuse(p.path, first+i, row); err != nil {
			return err
		}
		if err := p.fill(b, row, first+i); err != nil {
			return err
		}
		copy(dst, b.filled)
		p.missing.tell(dst[k:all], row, p.told)
		dst, x = dst[all:], x[p.d:]
	}
	return nil
}

// fill writes the row with its gaps filled to b.filled.
func (p *iterativeImputer) fill(b *imputerBuffer, row []float64, number int) error {
	if err := p.initial.run(opTransform, b.filled, row, number); err != nil {
		return err
	}
	some, all := false, true
	for j, column := range p.columns {
		b.gone[j] = p.missing.has(row[column]) && !p.unchanged[j]
		some, all = some || b.gone[j], all && b.gone[j]
	}
	if !some || all {
		return nil
	}
	for i := range p.updates {
		u := &p.updates[i]
		if !b.gone[u.column] {
			continue
		}
		inputs := b.inputs[:len(u.inputs)]
		for j, input := range u.inputs {
			inputs[j] = b.filled[input]
		}
		if err := u.model.run(opPredict, b.value[:], inputs, number); err != nil {
			return err
		}
		// NaN stays, as in numpy's clip.
		v := b.value[0]
		if v < u.low {
			v = u.low
		}
		if v > u.high {
			v = u.high
		}
		b.filled[u.column] = v
	}
	return nil
}
