package modelx

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func (c *compiled) Verify(ctx context.Context) error {
	if ctx == nil {
		ctx = context.Background()
	}
	e := c.root.proto.GetEvidence()
	if e == nil {
		return nil
	}
	r := replayer{ctx: ctx, block: c.block, symbols: c.symbols}
	x, err := c.rowValues(e.GetRows())
	if err != nil {
		return err
	}
	for i, recorded := range e.GetOutputs() {
		out := c.root.outs[i]
		given := x
		if out.op == opInverseTransform {
			given = r.recordedTransform(c.root, e.GetOutputs(), x)
		}
		m := r.replay(c.root, out, recorded, given)
		if err := ctx.Err(); err != nil {
			return err
		}
		if m == nil {
			continue
		}
		at := r.locate(c.root, e.GetOutputs(), x, m)
		if err := ctx.Err(); err != nil {
			return err
		}
		producer := e.GetProducer()
		if producer == "" {
			producer = "an unknown library"
		}
		hint := "the file was changed after it was written, or this runtime computes something else: do not use it"
		if where := at.describe(); where != "" {
			hint = "it " + where + "; " + hint
		}
		return &Error{
			Kind: ErrEvidenceMismatch, Path: at.last().path, Found: fmt.Sprintf("%s: %s", recorded.GetMethod(), m.text),
			Want: "what " + producer + " recorded", Hint: hint, Err: m.err,
		}
	}
	return nil
}

// replayer computes recorded outputs again, until its context ends.
type replayer struct {
	ctx     context.Context
	block   int
	symbols *symbols
}

// recordedTransform returns the recorded output of transform, the input of inverse_transform and of the next step.
func (r replayer) recordedTransform(n *node, outputs []*modelxpb.Output, x []float64) []float64 {
	for _, o := range outputs {
		if Method(o.GetMethod()) == Transform {
			return r.recordedValues(n, o)
		}
	}
	return x
}

// recordedValues returns what was recorded as rows of float64: strings as the model's numbers for them.
func (r replayer) recordedValues(n *node, o *modelxpb.Output) []float64 {
	if len(o.GetBools()) > 0 {
		values := make([]float64, len(o.GetBools()))
		for i, v := range o.GetBools() {
			if v {
				values[i] = 1
			}
		}
		return values
	}
	if len(o.GetInts()) > 0 {
		values := make([]float64, len(o.GetInts()))
		for i, v := range o.GetInts() {
			values[i] = float64(v)
		}
		return values
	}
	width := len(o.GetColumns())
	if width == 0 {
		return o.GetDoubles()
	}
	var values []float64
	for i, p := range o.GetColumns() {
		column := columnOf(p)
		if values == nil {
			values = make([]float64, column.Len()*width)
		}
		for row := range column.Len() {
			v := &values[row*width+i]
			switch missing := column.missing(row); {
			case missing == MissingNone:
				*v = codeNone
			case missing == MissingNaN:
				*v = math.NaN()
			case column.Strings != nil:
				*v = r.symbols.find(column.Strings[row])
			default:
				*v = column.Float64s[row]
			}
		}
	}
	return values
}

// mismatch is an output that is not the recorded one.
type mismatch struct {
	op op
	// column is the first that differs, 0 for one value for each row, and noColumn after an error.
	column int
	text   string
	err    error
}

const noColumn = -1

// replay computes a recorded output again, and gives the first value that is off by more than its tolerance, or nil.
func (r replayer) replay(n *node, out output, recorded *modelxpb.Output, x []float64) *mismatch {
	ix, ok := n.predictor.(indexer)
	if out.op == opPredict && n.classes != nil && ok && ix.indexes() {
		return r.replayLabels(n, []*Labels{n.classes}, ix.index, recorded, x)
	}
	if l, ok := n.predictor.(labeler); out.op == opPredict && ok && len(l.labelLists()) > 1 {
		return r.replayLabels(n, l.labelLists(), l.labelIndices, recorded, x)
	}
	rows := len(x) / n.inputWidth(out.op)
	got := make([]float64, rows*out.values())
	if err := n.runBlocks(r.ctx, out, got, x, rows, r.block, 0); err != nil {
		return failed(out.op, err)
	}
	if len(recorded.GetColumns()) > 0 {
		return r.compareColumns(out.op, got, recorded)
	}
	for i, v := range got {
		row, column := i/out.values(), i%out.values()
		switch out.kind {
		case TypeBool:
			if want := recorded.GetBools()[i]; v != 0 != want {
				return difference(out.op, row, column, formatFloat(v), strconv.FormatBool(want))
			}
		case TypeInt64:
			if want := recorded.GetInts()[i]; v != float64(want) {
				return difference(out.op, row, column, formatFloat(v), strconv.FormatInt(want, 10))
			}
		default:
			if want := recorded.GetDoubles()[i]; !agree(v, want, recorded.GetComparison(), tolerance(recorded, row)) {
				return difference(out.op, row, column, formatFloat(v), formatFloat(want))
			}
		}
	}
	return nil
}

// compareColumns gives the first value of columns that is not what was recorded: strings are equal, and None, and NaN.
// A string that the model does not name equals any other of those: that the model passes strings on unchanged is what
// its other strings show.
func (r replayer) compareColumns(o op, got []float64, recorded *modelxpb.Output) *mismatch {
	columns := make([]Column, len(recorded.GetColumns()))
	for i, p := range recorded.GetColumns() {
		columns[i] = columnOf(p)
	}
	for at, v := range got {
		row, i := at/len(columns), at%len(columns)
		column := columns[i]
		if column.Strings == nil {
			if want := column.Float64s[row]; !agree(v, want, recorded.GetComparison(), tolerance(recorded, row)) {
				return difference(o, row, i, formatFloat(v), formatFloat(want))
			}
			continue
		}
		want := math.NaN()
		switch column.missing(row) {
		case MissingNone:
			want = codeNone
		case Present:
			want = r.symbols.find(column.Strings[row])
		}
		if v != want && !(math.IsNaN(v) && math.IsNaN(want)) {
			return difference(o, row, i, r.symbols.describe(v, nil), r.symbols.describe(want, nil))
		}
	}
	return nil
}

// replayLabels is replay for labels in their own types, one for each of several outputs, which index numbers.
func (r replayer) replayLabels(
	n *node, labels []*Labels, index func(dst []int, x []float64, first int) error, recorded *modelxpb.Output, x []float64,
) *mismatch {
	width, outputs := n.width(), len(labels)
	rows := len(x) / width
	got := make([]int, rows*outputs)
	for first := 0; first < rows; first += r.block {
		if err := r.ctx.Err(); err != nil {
			return failed(opPredict, err)
		}
		end := min(first+r.block, rows)
		if err := index(got[first*outputs:end*outputs], x[first*width:end*width], first); err != nil {
			return failed(opPredict, err)
		}
	}
	for i, k := range got {
		row, column := i/outputs, i%outputs
		l := labels[column]
		if same, want := sameLabel(l, k, recorded, i, row); !same {
			return difference(opPredict, row, column, strconv.Quote(l.Text(k)), want)
		}
	}
	return nil
}

// sameLabel reports whether label k is the one that was recorded at place i, of a row, and gives that one's text.
func sameLabel(l *Labels, k int, recorded *modelxpb.Output, i, row int) (same bool, want string) {
	switch l.kind {
	case TypeInt64:
		v := recorded.GetInts()[i]
		return l.ints[k] == v, strconv.FormatInt(v, 10)
	case TypeFloat64:
		v := recorded.GetDoubles()[i]
		return agree(l.doubles[k], v, recorded.GetComparison(), tolerance(recorded, row)), formatFloat(v)
	case TypeString:
		v := recorded.GetStrings()[i]
		return l.strings[k] == v, strconv.Quote(v)
	default:
		v := recorded.GetBools()[i]
		return l.bools[k] == v, strconv.FormatBool(v)
	}
}

func difference(o op, row, column int, found, want string) *mismatch {
	return &mismatch{op: o, column: column, text: fmt.Sprintf("%s in row %d, where %s was recorded", found, row, want)}
}

func failed(o op, err error) *mismatch {
	return &mismatch{op: o, column: noColumn, text: "an error", err: err}
}

// tolerance returns how far the values of a row may be off.
func tolerance(recorded *modelxpb.Output, row int) float64 {
	switch t := recorded.GetTolerances(); len(t) {
	case 0:
		return 0
	case 1:
		return t[0]
	default:
		return t[row]
	}
}

// agree reports whether a, computed now, is as close to b, recorded, as the comparison asks.
func agree(a, b float64, comparison modelxpb.Output_Comparison, tolerance float64) bool {
	if math.IsNaN(a) && math.IsNaN(b) {
		return true
	}
	if comparison == modelxpb.Output_COMPARISON_UNSPECIFIED {
		return math.Float64bits(a) == math.Float64bits(b)
	}
	if a == b {
		return true
	}
	switch comparison {
	case modelxpb.Output_COMPARISON_ABSOLUTE:
		return math.Abs(a-b) <= tolerance
	case modelxpb.Output_COMPARISON_LOG_PROBABILITY:
		return (isFinite(b) && math.Abs(a-b) <= tolerance*max(1, math.Abs(b))) ||
			math.Abs(elementary.Exp(a)-elementary.Exp(b)) <= tolerance
	case modelxpb.Output_COMPARISON_SQUARED:
		return math.Abs(float64(a*a)-float64(b*b)) <= tolerance
	case modelxpb.Output_COMPARISON_RELATIVE:
		return isFinite(b) && math.Abs(a-b) <= tolerance*math.Abs(b)
	default:
		return false
	}
}
