package modelx

import (
	"fmt"
	"sync"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// histGradientBoosting computes HistGradientBoostingProto.
type histGradientBoosting struct {
	path     string
	d        int
	baseline []float64
	log      bool
	classes  *Labels // nil for a regressor
	trees    *histTrees
	// outputList are the methods.
	outputList []output
	// groups is how many times eight rows are walked down one tree after the other, so that they stay in cache.
	groups int
	// buffers are *histBuffer, kept from one call to the next.
	buffers sync.Pool
}

// histBuffer is what rows become on their way through the trees.
type histBuffer struct {
	cells []cell
	sums  [][lanes]float64
	keys  []uint64
	raw   []float64
}

// histCacheBytes is how large the cells of a block of rows may be: half of the smallest first-level cache.
const histCacheBytes = 16 << 10

func newHistGradientBoosting(c *compiler, p *modelxpb.HistGradientBoostingProto, path string) (*histGradientBoosting, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	out := &histGradientBoosting{
		path: path, d: int(p.GetNFeatures()), baseline: p.GetBaseline(),
		log: p.GetLink() == modelxpb.HistGradientBoostingProto_LINK_LOG,
	}
	if len(out.baseline) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".baseline", Found: "no values", Want: "one for each output", Hint: exportAgain,
		}
	}
	if err := checkFinite(out.baseline, path+".baseline"); err != nil {
		return nil, err
	}
	if err := checkEnum(int32(p.GetLink()), modelxpb.HistGradientBoostingProto_Link_name, path+".link"); err != nil {
		return nil, err
	}
	if err := out.checkOutputs(p); err != nil {
		return nil, err
	}
	categories, err := newHistCategories(c, p, path)
	if err != nil {
		return nil, err
	}
	if out.trees, err = newHistTrees(p, len(out.baseline), path); err != nil {
		return nil, err
	}
	out.trees.features.setCategories(categories)
	out.groups = max(1, min(lanes, histCacheBytes/(8*lanes*out.trees.slots)))
	out.describe()
	return out, nil
}

// checkOutputs checks the classes, and that there are as many outputs as they ask for.
func (p *histGradientBoosting) checkOutputs(proto *modelxpb.HistGradientBoostingProto) (err error) {
	k := len(p.baseline)
	if proto.GetClasses() == nil {
		if k != 1 {
			return &Error{
				Kind: ErrShape, Path: p.path + ".baseline", Found: fmt.Sprintf("%d values", k), Want: "1 for a regressor",
				Hint: exportAgain,
			}
		}
		return nil
	}
	if p.classes, err = newLabels(proto.GetClasses(), p.path+".classes"); err != nil {
		return err
	}
	if c := p.classes.Len(); c < 2 || (c == 2 && k != 1) || (c > 2 && k != c) {
		return &Error{
			Kind: ErrLabels, Path: p.path + ".classes", Found: fmt.Sprintf("%d classes for %d outputs", c, k),
			Want: "as many classes as outputs, or 2 for 1", Hint: exportAgain,
		}
	}
	if proto.GetLink() != 0 {
		return &Error{
			Kind: ErrShape, Path: p.path + ".link", Found: proto.GetLink().String(), Want: "none for a classifier",
			Hint: exportAgain,
		}
	}
	return nil
}

func (p *histGradientBoosting) describe() {
	if p.classes == nil {
		p.outputList = []output{{op: opPredict, kind: TypeFloat64}}
		return
	}
	scores := output{op: opDecisionFunction, columns: len(p.baseline), kind: TypeFloat64}
	if len(p.baseline) == 1 {
		scores.columns = 0
	}
	p.outputList = []output{
		{op: opPredict, kind: p.classes.kind}, {op: opPredictProba, columns: p.classes.Len(), kind: TypeFloat64}, scores,
	}
}

func (p *histGradientBoosting) width() int             { return p.d }
func (p *histGradientBoosting) outputs() []output      { return p.outputList }
func (p *histGradientBoosting) inputTypes() []DataType { return p.trees.features.types }

func (p *histGradientBoosting) run(o op, dst, x []float64, first int) error {
	switch {
	case o == opPredict && p.classes != nil:
		return p.labels(dst, x, first)
	case o == opPredictProba:
		return p.probabilities(dst, x, first)
	}
	if err := p.scores(dst, x, first); err != nil {
		return err
	}
	if p.log {
		for i, s := range dst {
			dst[i] = elementary.Exp(s)
		}
	}
	return nil
}

func (p *histGradientBoosting) probabilities(dst, x []float64, first int) error {
	k := len(p.baseline)
	if k == 1 {
		// The scores wait in the second half, which is filled from the front no faster than they are used.
		scores := dst[len(dst)/2:]
		if err := p.scores(scores, x, first); err != nil {
			return err
		}
		for i, s := range scores {
			v := elementary.Expit(s)
			dst[2*i], dst[2*i+1] = 1-v, v
		}
		return nil
	}
	if err := p.scores(dst, x, first); err != nil {
		return err
	}
	for ; len(dst) >= k; dst = dst[k:] {
		softmax(dst[:k])
	}
	return nil
}

// labels writes the values of the predicted classes.
func (p *histGradientBoosting) labels(dst, x []float64, first int) error {
	if p.classes.values == nil {
		return &Error{
			Kind: ErrStringLabels, Path: p.path, Found: fmt.Sprintf("labels of type %s that no float64 holds", p.classes.kind),
			Want: "numeric labels up to 2^53", Hint: "use PredictStrings, or PredictIndex with Classes",
		}
	}
	if len(p.baseline) == 1 {
		if err := p.scores(dst, x, first); err != nil {
			return err
		}
		for i, s := range dst {
			dst[i] = p.classes.values[positive(s)]
		}
		return nil
	}
	return p.eachClass(x, first, func(i, class int) { dst[i] = p.classes.values[class] })
}

func (p *histGradientBoosting) indexes() bool { return p.classes != nil }

func (p *histGradientBoosting) index(dst []int, x []float64, first int) error {
	return p.eachClass(x, first, func(i, class int) { dst[i] = class })
}

// eachClass tells the number of each row's class.
func (p *histGradientBoosting) eachClass(x []float64, first int, tell func(i, class int)) error {
	k, block := len(p.baseline), lanes*p.groups
	b := p.borrow()
	defer p.buffers.Put(b)
	for done := 0; len(x) > 0; {
		rows := min(block, len(x)/p.d)
		b.raw = room(b.raw, rows*k)
		if err := p.block(b, b.raw, x[:rows*p.d], first+done); err != nil {
			return err
		}
		for i := range rows {
			if k == 1 {
				tell(done+i, positive(b.raw[i]))
			} else {
				tell(done+i, argmax(b.raw[i*k:(i+1)*k]))
			}
		}
		x, done = x[rows*p.d:], done+rows
	}
	return nil
}

// scores writes the raw scores of all rows.
func (p *histGradientBoosting) scores(dst, x []float64, first int) error {
	k, block := len(p.baseline), lanes*p.groups
	b := p.borrow()
	defer p.buffers.Put(b)
	for len(x) > 0 {
		rows := min(block, len(x)/p.d)
		if err := p.block(b, dst[:rows*k], x[:rows*p.d], first); err != nil {
			return err
		}
		dst, x, first = dst[rows*k:], x[rows*p.d:], first+rows
	}
	return nil
}

// block writes the raw scores of a block of rows: eight at a time, and what is left over one by one.
func (p *histGradientBoosting) block(b *histBuffer, dst, x []float64, first int) error {
	k, slots := len(p.baseline), p.trees.slots
	groups := len(x) / p.d / lanes
	if groups > 0 {
		b.cells, b.sums = room(b.cells, groups*slots), room(b.sums, groups*k)
		for i := range groups * lanes {
			g, lane := i/lanes, i%lanes
			if err := p.trees.features.fill(p, b.cells[g*slots:(g+1)*slots], lane, x[i*p.d:(i+1)*p.d], first+i); err != nil {
				return err
			}
			for j, v := range p.baseline {
				b.sums[g*k+j][lane] = v
			}
		}
		p.trees.addRows(b.cells, b.sums, groups, k)
		for i := range groups * lanes {
			for j := range k {
				dst[i*k+j] = b.sums[i/lanes*k+j][i%lanes]
			}
		}
	}
	b.keys = room(b.keys, slots)
	for i := groups * lanes; i < len(x)/p.d; i++ {
		if err := p.trees.features.keys(p, b.keys, x[i*p.d:(i+1)*p.d], first+i); err != nil {
			return err
		}
		out := dst[i*k : (i+1)*k]
		copy(out, p.baseline)
		p.trees.addRow(b.keys, out)
	}
	return nil
}

func (p *histGradientBoosting) borrow() *histBuffer {
	if b, ok := p.buffers.Get().(*histBuffer); ok {
		return b
	}
	return new(histBuffer)
}

// room returns a slice of n values, the given one where it is large enough.
func room[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
