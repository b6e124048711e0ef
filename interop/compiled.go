package modelx

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const (
	// cachedValues is about how many float64 values between two steps are worked on at a time: 64 KiB stay in cache.
	cachedValues = 8192
	// contextWork is about how many products are computed between two looks at the context: half a millisecond's work.
	contextWork = 1 << 20
)

// compiled is the Model that this package makes.
type compiled struct {
	root *node
	// block is how many rows are computed between looks at the context.
	block int
	// workers is how many goroutines a call may have, share the least number of rows for one of them.
	workers, share int
	// kinds are the types of the features as the computation takes them, or nil when all are numbers: a file can claim any
	// number of them.
	kinds []DataType
	// symbols number the strings that the model knows.
	symbols *symbols
}

// blockRows returns how many rows make contextWork.
func blockRows(root *node) int { return max(1, contextWork/max(1, root.rowWork(), root.width())) }

// rowWork is about how many products a row is worth: one for each parameter, where a predictor does not know better.
func (n *node) rowWork() int {
	if l, ok := n.predictor.(laborer); ok {
		return l.work()
	}
	inside := slices.Concat(n.steps, n.members)
	if len(inside) == 0 {
		return (proto.Size(n.proto) - proto.Size(n.proto.GetEvidence())) / 8
	}
	sum := 0
	for _, inner := range inside {
		sum += inner.rowWork()
	}
	return sum
}

// newModel checks p, which it keeps, and replays the evidence.
func newModel(ctx context.Context, p *modelxpb.ModelProto, s settings) (Model, error) {
	c := &compiler{limits: s.limits, symbols: new(symbols)}
	root, err := c.compile(p, "", 1)
	if err != nil {
		return nil, err
	}
	if err := checkEvidence(root); err != nil {
		return nil, err
	}
	m := &compiled{root: root, block: blockRows(root), workers: s.workers, share: shareRows(root), symbols: c.symbols}
	if t, ok := root.predictor.(stringTaker); ok {
		m.kinds = t.inputTypes()
	}
	if s.replay {
		if err := m.Verify(ctx); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (c *compiled) Name() string     { return c.root.proto.GetName() }
func (c *compiled) Version() string  { return c.root.proto.GetVersion() }
func (c *compiled) Family() string   { return c.root.arm }
func (c *compiled) NumFeatures() int { return c.root.width() }
func (c *compiled) Classes() *Labels { return c.root.classes }

func (c *compiled) FeatureNames() []string {
	return slices.Clone(c.root.proto.GetSignature().GetFeatureNames())
}

func (c *compiled) Methods() []Method {
	names := make([]Method, len(c.root.outs))
	for i, o := range c.root.outs {
		names[i] = o.method()
	}
	return names
}

func (c *compiled) Has(m Method) bool { return c.lookup(m) != nil }

func (c *compiled) Columns(m Method) int {
	if o := c.lookup(m); o != nil {
		return o.values()
	}
	return 0
}

func (c *compiled) Type(m Method) DataType {
	if o := c.lookup(m); o != nil {
		return o.kind
	}
	return TypeNone
}

func (c *compiled) Metadata() Metadata { return newMetadata(c.root.proto.GetMetadata()) }

func (c *compiled) Proto() *modelxpb.ModelProto { return proto.CloneOf(c.root.proto) }

func (c *compiled) lookup(m Method) *output {
	for i := range c.root.outs {
		if c.root.outs[i].method() == m {
			return &c.root.outs[i]
		}
	}
	return nil
}

func (c *compiled) Run(m Method, dst, x []float64) error {
	return c.RunContext(context.Background(), m, dst, x)
}

func (c *compiled) RunContext(ctx context.Context, m Method, dst, x []float64) error {
	return c.runContext(ctx, m, dst, x, false)
}

// runContext is RunContext. texts says that a method may give strings, as their numbers.
func (c *compiled) runContext(ctx context.Context, m Method, dst, x []float64, texts bool) error {
	if ctx == nil {
		ctx = context.Background()
	}
	out := c.lookup(m)
	if out == nil {
		return c.unsupported(m)
	}
	rows, err := c.rows(x, c.root.inputWidth(out.op))
	if err != nil {
		return err
	}
	if int64(len(dst)) != int64(rows)*int64(out.values()) {
		return c.wrongBuffer(len(dst), rows, out.values())
	}
	if out.kind == TypeNone && !texts {
		return &Error{
			Kind: ErrStringLabels, Path: c.root.path, Found: fmt.Sprintf("%s of a model that gives strings", m),
			Want: "a method that gives numbers", Hint: "use ApplyColumns, which gives columns of either type",
		}
	}
	if c.workers > 1 && rows >= 2*c.share {
		err = c.runShared(ctx, *out, dst, x, rows)
	} else {
		err = c.root.runBlocks(ctx, *out, dst, x, rows, c.block, 0)
	}
	if err != nil {
		return c.traced(err, out.op, x)
	}
	return nil
}

// runBlocks is run for a whole batch, with a look at the context before each block of rows.
//
// offset is the number of the first row, for messages.
func (n *node) runBlocks(ctx context.Context, out output, dst, x []float64, rows, block, offset int) error {
	columns, width := out.values(), n.inputWidth(out.op)
	for first := 0; first < rows; first += block {
		if err := ctx.Err(); err != nil {
			return err
		}
		end := min(first+block, rows)
		if err := n.run(out.op, dst[first*columns:end*columns], x[first*width:end*width], offset+first); err != nil {
			return err
		}
	}
	return nil
}

// inputWidth is the number of values in a row that a method is given: inverse_transform takes what transform gives.
func (n *node) inputWidth(o op) int {
	if o == opInverseTransform {
		if out := n.find(opTransform); out != nil {
			return out.values()
		}
	}
	return n.width()
}

// rows is the number of rows of w values in x.
func (c *compiled) rows(x []float64, w int) (int, error) {
	if len(x) == w {
		return 1, nil // Serving: saves the division.
	}
	if len(x)%w != 0 {
		return 0, &Error{
			Kind: ErrWrongWidth, Found: fmt.Sprintf("%d values", len(x)), Want: fmt.Sprintf("rows of %d values", w),
			Hint: "give the features that the model was fitted with, row by row",
		}
	}
	return len(x) / w, nil
}

func (c *compiled) unsupported(m Method) error {
	return &Error{
		Kind: ErrUnsupportedMethod, Path: c.root.path, Found: fmt.Sprintf("method %q", m), Want: fmt.Sprintf("one of %v", c.Methods()),
	}
}

func (c *compiled) wrongBuffer(found, rows, columns int) error {
	return &Error{
		Kind: ErrBuffer, Found: fmt.Sprintf("a destination of %d values", found),
		Want: fmt.Sprintf("%d, for %d rows of %d", int64(rows)*int64(columns), rows, columns),
	}
}

func (c *compiled) OutputClasses() []*Labels {
	if l, ok := c.root.predictor.(labeler); ok && len(l.labelLists()) > 0 {
		return slices.Clone(l.labelLists())
	}
	if c.root.classes != nil {
		return []*Labels{c.root.classes}
	}
	return nil
}

func (c *compiled) PredictIndex(dst []int, x []float64) error {
	l, ok := c.root.predictor.(labeler)
	if !ok || len(l.labelLists()) < 2 {
		return c.predictSingleIndex(dst, x)
	}
	rows, err := c.rows(x, c.root.width())
	if err != nil {
		return err
	}
	if outputs := len(l.labelLists()); int64(len(dst)) != int64(rows)*int64(outputs) {
		return c.wrongBuffer(len(dst), rows, outputs)
	}
	if c.workers > 1 && rows >= 2*c.share {
		err = c.indexShared(dst, x, rows, len(l.labelLists()), l.labelIndices)
	} else {
		err = l.labelIndices(dst, x, 0)
	}
	return c.tracedIndex(err, x)
}

func (c *compiled) predictSingleIndex(dst []int, x []float64) error {
	ix, err := c.indexer()
	if err != nil {
		return err
	}
	rows, err := c.rows(x, c.root.width())
	if err != nil {
		return err
	}
	if len(dst) != rows {
		return c.wrongBuffer(len(dst), rows, 1)
	}
	if c.workers > 1 && rows >= 2*c.share {
		err = c.indexShared(dst, x, rows, 1, ix.index)
	} else {
		err = ix.index(dst, x, 0)
	}
	return c.tracedIndex(err, x)
}

func (c *compiled) tracedIndex(err error, x []float64) error {
	if err != nil {
		return c.traced(err, opPredict, x)
	}
	return nil
}

// indexer returns the predictor as one that numbers its labels.
func (c *compiled) indexer() (indexer, error) {
	if ix, ok := c.root.predictor.(indexer); ok && ix.indexes() {
		return ix, nil
	}
	return nil, &Error{
		Kind: ErrUnsupportedMethod, Path: c.root.path, Found: "a request for one label for each row",
		Want: "a classifier or a clusterer", Hint: fmt.Sprintf("the model has the methods %v for Run", c.Methods()),
	}
}

func (c *compiled) PredictStrings(dst []string, x []float64) error {
	indices := make([]int, len(dst))
	if err := c.PredictIndex(indices, x); err != nil {
		return err
	}
	labels := c.OutputClasses()
	for i, k := range indices {
		if len(labels) > 0 {
			dst[i] = labels[i%len(labels)].Text(k)
		} else {
			dst[i] = strconv.Itoa(k)
		}
	}
	return nil
}
