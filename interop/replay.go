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
		found, cause := r.replay(c.root, out, recorded, given)
		if err := ctx.Err(); err != nil {
			return err
		}
		if found == "" && cause == nil {
			continue
		}
		if cause != nil {
			found = "an error"
		}
		path := r.diverging(c.root, out.op, x)
		if err := ctx.Err(); err != nil {
			return err
		}
		producer := e.GetProducer()
		if producer == "" {
			producer = "an unknown library"
		}
		return &Error{
			Kind: ErrEvidenceMismatch, Path: path, Found: fmt.Sprintf("%s: %s", recorded.GetMethod(), found),
			Want: "what " + producer + " recorded",
			Hint: "the file was changed after it was written, or this runtime computes something else: do not use it",
			Err:  cause,
		}
	}
	return nil
}

// mostRecomputed is how many values between two steps are computed, 128 MiB, to find the step that diverges.
const mostRecomputed = 1 << 24

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

// diverging names the first step of a pipeline that does not give what was recorded; for other models, the model.
func (r replayer) diverging(n *node, o op, x []float64) string {
	for i, step := range n.steps {
		if i == len(n.steps)-1 {
			if o == opInverseTransform && len(n.steps) > 1 {
				return n.path // Every transform agrees, and nothing tells the steps of the way back apart.
			}
			return r.diverging(step, o, x)
		}
		out := *step.find(opTransform)
		if recorded := step.proto.GetEvidence().GetOutputs(); len(recorded) > 0 {
			if found, err := r.replay(step, out, recorded[0], x); found != "" || err != nil {
				return r.diverging(step, opTransform, x)
			}
			x = r.recordedTransform(step, recorded, x)
			continue
		}
		// Another writer may leave out the evidence of steps: what this one gives goes on, unless that is far more than
		// what the file holds.
		rows := len(x) / step.width()
		if int64(rows)*int64(out.values()) > mostRecomputed {
			return n.path
		}
		given := make([]float64, rows*out.values())
		if err := step.runBlocks(r.ctx, out, given, x, rows, r.block, 0); err != nil {
			return r.diverging(step, opTransform, x)
		}
		x = given
	}
	return n.path
}

// replay computes a recorded output again, and describes the first value that is off by more than its tolerance.
func (r replayer) replay(n *node, out output, recorded *modelxpb.Output, x []float64) (string, error) {
	ix, ok := n.predictor.(indexer)
	if out.op == opPredict && n.classes != nil && ok && ix.indexes() {
		return r.replayLabels(n, ix, recorded, x)
	}
	if l, ok := n.predictor.(labeler); out.op == opPredict && ok && len(l.labelLists()) > 1 {
		return r.replayOutputs(n, l.labelLists(), l.labelIndices, recorded, x)
	}
	rows := len(x) / n.inputWidth(out.op)
	got := make([]float64, rows*out.values())
	if err := n.runBlocks(r.ctx, out, got, x, rows, r.block, 0); err != nil {
		return "", err
	}
	if len(recorded.GetColumns()) > 0 {
		return r.compareColumns(got, recorded), nil
	}
	for i, v := range got {
		row := i / out.values()
		if out.kind == TypeBool {
			if want := recorded.GetBools()[i]; v != 0 != want {
				return difference(row, formatFloat(v), strconv.FormatBool(want)), nil
			}
			continue
		}
		if out.kind == TypeInt64 {
			if want := recorded.GetInts()[i]; v != float64(want) {
				return difference(row, formatFloat(v), strconv.FormatInt(want, 10)), nil
			}
			continue
		}
		if want := recorded.GetDoubles()[i]; !agree(v, want, recorded.GetComparison(), tolerance(recorded, row)) {
			return difference(row, formatFloat(v), formatFloat(want)), nil
		}
	}
	return "", nil
}

// compareColumns describes the first value of columns that is not what was recorded: strings are equal, and None, and NaN.
// A string that the model does not name equals any other of those: that the model passes strings on unchanged is what
// its other strings show.
func (r replayer) compareColumns(got []float64, recorded *modelxpb.Output) string {
	width := len(recorded.GetColumns())
	for i, p := range recorded.GetColumns() {
		column := columnOf(p)
		for row := range column.Len() {
			v := got[row*width+i]
			if column.Strings == nil {
				if want := column.Float64s[row]; !agree(v, want, recorded.GetComparison(), tolerance(recorded, row)) {
					return difference(row, formatFloat(v), formatFloat(want))
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
				return difference(row, r.symbols.describe(v, nil), r.symbols.describe(want, nil))
			}
		}
	}
	return ""
}

// replayLabels is replay for the labels of a classifier, in their own type.
func (r replayer) replayLabels(n *node, ix indexer, recorded *modelxpb.Output, x []float64) (string, error) {
	return r.replayOutputs(n, []*Labels{n.classes}, ix.index, recorded, x)
}

// replayOutputs is replayLabels for a label of each of several outputs, which index numbers.
func (r replayer) replayOutputs(
	n *node, labels []*Labels, index func(dst []int, x []float64, first int) error, recorded *modelxpb.Output, x []float64,
) (string, error) {
	width, outputs := n.width(), len(labels)
	rows := len(x) / width
	got := make([]int, rows*outputs)
	for first := 0; first < rows; first += r.block {
		if err := r.ctx.Err(); err != nil {
			return "", err
		}
		end := min(first+r.block, rows)
		if err := index(got[first*outputs:end*outputs], x[first*width:end*width], first); err != nil {
			return "", err
		}
	}
	for i, k := range got {
		l := labels[i%outputs]
		if same, want := sameLabel(l, k, recorded, i, i/outputs); !same {
			return difference(i/outputs, strconv.Quote(l.Text(k)), want), nil
		}
	}
	return "", nil
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

func difference(row int, found, want string) string {
	return fmt.Sprintf("%s in row %d, where %s was recorded", found, row, want)
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
