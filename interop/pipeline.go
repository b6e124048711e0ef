package modelx

import (
	"fmt"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// pipeline computes PipelineProto.
type pipeline struct {
	steps      []*node
	outputList []output
	// block is how many rows pass through all steps at a time, so that what is between steps stays in cache.
	block int
	// buffers are *between, kept from one call to the next.
	buffers sync.Pool
}

// between holds what one step gives and the next one takes: two buffers, each in turn the input and the output.
type between [2][]float64

func newPipeline(c *compiler, p *modelxpb.PipelineProto, path string, depth int) (*pipeline, error) {
	if err := checkSteps(p.GetSteps(), path); err != nil {
		return nil, err
	}
	out := &pipeline{steps: make([]*node, len(p.GetSteps()))}
	for i, step := range p.GetSteps() {
		n, err := c.compile(step, fmt.Sprintf("%s.steps[%d]", path, i), depth+1)
		if err != nil {
			return nil, err
		}
		out.steps[i] = n
	}
	if err := out.checkWidths(path); err != nil {
		return nil, err
	}
	out.describe()
	return out, nil
}

// checkSteps checks what a pipeline says itself: that it has steps, and that their names are distinct and not empty.
func checkSteps(steps []*modelxpb.ModelProto, path string) error {
	if len(steps) == 0 {
		return &Error{
			Kind: ErrPipeline, Path: path + ".steps", Found: "no steps", Want: "at least one", Hint: exportAgain,
		}
	}
	names := make([]string, len(steps))
	for i, step := range steps {
		if names[i] = step.GetName(); names[i] == "" {
			return &Error{
				Kind: ErrPipeline, Path: fmt.Sprintf("%s.steps[%d].name", path, i), Found: "an empty name",
				Want: "a name for each step", Hint: exportAgain,
			}
		}
	}
	if i, j := duplicate(names); i >= 0 {
		return &Error{
			Kind: ErrPipeline, Path: path + ".steps", Found: fmt.Sprintf("%q as steps %d and %d", names[i], i, j),
			Want: "distinct names", Hint: exportAgain,
		}
	}
	return nil
}

// checkWidths checks that every step but the last transforms, into rows as wide as the next step takes.
func (p *pipeline) checkWidths(path string) error {
	for i, step := range p.steps[:len(p.steps)-1] {
		place := fmt.Sprintf("%s.steps[%d]", path, i)
		out := step.find(opTransform)
		if out == nil {
			return &Error{
				Kind: ErrPipeline, Path: place, Found: fmt.Sprintf("%s, which has no transform, before the last step", step.arm),
				Want: "a transformer", Hint: "only the last step may be without transform",
			}
		}
		if next := p.steps[i+1].width(); out.values() != next {
			return &Error{
				Kind: ErrPipeline, Path: place, Found: fmt.Sprintf("a transform of %d values", out.values()),
				Want: fmt.Sprintf("%d, the width of step %d", next, i+1), Hint: exportAgain,
			}
		}
		if err := checkMeeting(step, out, p.steps[i+1], place); err != nil {
			return err
		}
	}
	return nil
}

// checkMeeting checks that a step takes strings in the columns where the one before it gives them, and only there.
func checkMeeting(step *node, out *output, next *node, path string) error {
	types := step.columnTypes(out.op)
	if types == nil && next.types() == nil {
		return nil
	}
	for i := range out.values() {
		given, taken := TypeFloat64, next.inputType(i)
		if types != nil {
			given = types[i]
		}
		if taken != TypeNone && (given == TypeString) != (taken == TypeString) {
			return &Error{
				Kind: ErrPipeline, Path: path, Found: fmt.Sprintf("column %d of type %s", i, given),
				Want: fmt.Sprintf("type %s, which the next step takes", taken), Hint: exportAgain,
			}
		}
	}
	return nil
}

func (p *pipeline) inputTypes() []DataType {
	if t, ok := p.steps[0].predictor.(stringTaker); ok {
		return t.inputTypes()
	}
	return nil
}

func (p *pipeline) columnTypes(o op) []DataType {
	giver := p.last()
	if o == opInverseTransform {
		giver = p.steps[0]
	}
	return giver.columnTypes(o)
}

// describe collects the methods, and plans the blocks.
func (p *pipeline) describe() {
	invertible, widest := true, 0
	for _, step := range p.steps {
		invertible = invertible && step.find(opInverseTransform) != nil
		widest = max(widest, step.width())
	}
	for _, out := range p.last().outs {
		if out.op != opInverseTransform {
			p.outputList = append(p.outputList, out)
		} else if invertible {
			out.columns = p.steps[0].find(opInverseTransform).columns
			p.outputList = append(p.outputList, out)
		}
	}
	p.block = max(1, cachedValues/2/widest)
}

func (p *pipeline) last() *node       { return p.steps[len(p.steps)-1] }
func (p *pipeline) width() int        { return p.steps[0].width() }
func (p *pipeline) outputs() []output { return p.outputList }

func (p *pipeline) run(o op, dst, x []float64, first int) error {
	if len(p.steps) == 1 {
		return p.steps[0].run(o, dst, x, first)
	}
	columns, d := p.values(o), p.width()
	if o == opInverseTransform {
		d = p.last().inputWidth(o)
	}
	b := p.borrow()
	defer p.buffers.Put(b)
	for len(x) > 0 {
		rows := min(p.block, len(x)/d)
		var err error
		if o == opInverseTransform {
			err = p.invert(b, dst[:rows*columns], x[:rows*d], rows, first)
		} else {
			var last []float64
			if last, err = p.feed(b, x[:rows*d], rows, first); err == nil {
				err = p.last().run(o, dst[:rows*columns], last, first)
			}
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows*columns:], x[rows*d:], first+rows
	}
	return nil
}

// values is how many values a method gives for each row.
func (p *pipeline) values(o op) int {
	for i := range p.outputList {
		if p.outputList[i].op == o {
			return p.outputList[i].values()
		}
	}
	return 0
}

func (p *pipeline) borrow() *between {
	if b, ok := p.buffers.Get().(*between); ok {
		return b
	}
	return new(between)
}

// buffer returns the i-th buffer with room for n values.
func (b *between) buffer(i, n int) []float64 {
	if cap(b[i]) < n {
		b[i] = make([]float64, n)
	}
	return b[i][:n]
}

// feed runs all steps but the last, and returns what reaches the last.
func (p *pipeline) feed(b *between, x []float64, rows, first int) ([]float64, error) {
	for i, step := range p.steps[:len(p.steps)-1] {
		if step.arm == passthroughArm {
			continue
		}
		out := b.buffer(i%2, rows*p.steps[i+1].width())
		if err := step.run(opTransform, out, x, first); err != nil {
			return nil, err
		}
		x = out
	}
	return x, nil
}

// invert runs inverse_transform of all steps, from the last to the first.
func (p *pipeline) invert(b *between, dst, x []float64, rows, first int) error {
	for i := len(p.steps) - 1; i > 0; i-- {
		out := b.buffer(i%2, rows*p.steps[i].width())
		if err := p.steps[i].run(opInverseTransform, out, x, first); err != nil {
			return err
		}
		x = out
	}
	return p.steps[0].run(opInverseTransform, dst, x, first)
}

func (p *pipeline) indexes() bool {
	ix, ok := p.last().predictor.(indexer)
	return ok && ix.indexes()
}

func (p *pipeline) index(dst []int, x []float64, first int) error {
	return p.number(dst, 1, x, first, p.last().predictor.(indexer).index)
}

// labelLists are those of the last step.
func (p *pipeline) labelLists() []*Labels {
	if l, ok := p.last().predictor.(labeler); ok {
		return l.labelLists()
	}
	return nil
}

func (p *pipeline) labelIndices(dst []int, x []float64, first int) error {
	l := p.last().predictor.(labeler)
	return p.number(dst, len(l.labelLists()), x, first, l.labelIndices)
}

// number is a method of the last step that numbers the labels of so many outputs, for the rows that reach it.
func (p *pipeline) number(
	dst []int, outputs int, x []float64, first int, index func(dst []int, x []float64, first int) error,
) error {
	if len(p.steps) == 1 {
		return index(dst, x, first)
	}
	b := p.borrow()
	defer p.buffers.Put(b)
	for d := p.width(); len(x) > 0; {
		rows := min(p.block, len(x)/d)
		last, err := p.feed(b, x[:rows*d], rows, first)
		if err == nil {
			err = index(dst[:rows*outputs], last, first)
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows*outputs:], x[rows*d:], first+rows
	}
	return nil
}
