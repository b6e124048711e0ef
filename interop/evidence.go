package modelx

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// checkEvidence checks the form of a model's evidence, and of its steps'.
func checkEvidence(n *node) error {
	e := n.proto.GetEvidence()
	if e == nil {
		return nil
	}
	if err := checkRows(e.GetRows(), n, "evidence.rows"); err != nil {
		return err
	}
	rows := int(e.GetRows().GetNRows())
	if err := checkRecorded(e.GetOutputs(), n, n.outs, rows, "evidence.outputs"); err != nil {
		return err
	}
	return checkStepEvidence(n, rows)
}

// checkStepEvidence checks that each step, at all levels, has no evidence, or its transform for the pipeline's rows.
func checkStepEvidence(n *node, rows int) error {
	for _, m := range n.members {
		if err := refuseAny(m); err != nil {
			return err
		}
	}
	for i, step := range n.steps {
		e := step.proto.GetEvidence()
		place := fmt.Sprintf("%s.steps[%d].evidence", n.path, i)
		if e.GetRows() != nil {
			return &Error{
				Kind: ErrEvidence, Path: place + ".rows", Found: fmt.Sprintf("%d rows of a step's own", e.GetRows().GetNRows()),
				Want: "none: a step is given what the step before it gave", Hint: "clear the evidence of the steps",
			}
		}
		if len(e.GetOutputs()) > 0 {
			var want []output
			if out := step.find(opTransform); out != nil {
				want = []output{*out}
			}
			if err := checkRecorded(e.GetOutputs(), step, want, rows, place+".outputs"); err != nil {
				return err
			}
		}
		if err := checkStepEvidence(step, rows); err != nil {
			return err
		}
	}
	return nil
}

// refuseAny refuses evidence of a model inside of another that is no step, and of all inside of it: nobody would replay it.
func refuseAny(n *node) error {
	if n.proto.GetEvidence() != nil {
		return &Error{
			Kind: ErrEvidence, Path: strings.TrimSuffix(n.path, n.arm) + "evidence", Found: "evidence of a model inside of another",
			Want: "none: only a whole model and the steps of its pipelines have it", Hint: "clear the evidence of the members",
		}
	}
	for _, inner := range slices.Concat(n.steps, n.members) {
		if err := refuseAny(inner); err != nil {
			return err
		}
	}
	return nil
}

// patternRows is how many rows eighths may stand for, which repeat: a few bytes must not make us allocate a matrix of any
// size.
const patternRows = 16

func checkRows(r *modelxpb.Rows, n *node, path string) error {
	width := n.width()
	if r.GetNRows() < 1 || int(r.GetNFeatures()) != width {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d rows of %d values", r.GetNRows(), r.GetNFeatures()),
			Want: fmt.Sprintf("at least one row of %d", width), Hint: exportAgain,
		}
	}
	if takesStrings(n) || len(r.GetColumns()) > 0 {
		return checkRowColumns(r, n, path)
	}
	values, eighths := len(r.GetValues()), len(r.GetEighths())
	want := int64(r.GetNRows()) * int64(r.GetNFeatures())
	pattern := eighths > 0 && int64(eighths) <= want && r.GetNRows() <= patternRows
	if (values > 0 || !pattern) && (eighths > 0 || int64(values) != want) {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d values and %d eighths", values, eighths),
			Want: fmt.Sprintf("%d values, or as many eighths at most for %d rows", want, patternRows), Hint: exportAgain,
		}
	}
	return nil
}

// takesStrings reports whether a feature of the model takes strings.
func takesStrings(n *node) bool {
	return slices.Contains(n.types(), TypeString)
}

// checkRowColumns checks rows of columns: strings where the model takes them, doubles elsewhere.
func checkRowColumns(r *modelxpb.Rows, n *node, path string) error {
	if found := len(r.GetColumns()); found != n.width() || len(r.GetValues()) > 0 || len(r.GetEighths()) > 0 {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d columns, %d values and %d eighths", found,
				len(r.GetValues()), len(r.GetEighths())),
			Want: fmt.Sprintf("%d columns alone", n.width()), Hint: exportAgain,
		}
	}
	for i, column := range r.GetColumns() {
		place := fmt.Sprintf("%s.columns[%d]", path, i)
		if err := checkColumn(column, int(r.GetNRows()), place); err != nil {
			return err
		}
		want := n.inputType(i)
		if want != TypeNone && (len(column.GetStrings()) > 0) != (want == TypeString) {
			return &Error{
				Kind: ErrEvidence, Path: place, Found: "values of another type", Want: "type " + want.String(), Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkRecorded checks that the recorded outputs are exactly those of want, for this many rows.
func checkRecorded(outputs []*modelxpb.Output, n *node, want []output, rows int, path string) error {
	for i, recorded := range outputs {
		place := fmt.Sprintf("%s[%d]", path, i)
		if i >= len(want) || Method(recorded.GetMethod()) != want[i].method() {
			expected := "no more outputs"
			if i < len(want) {
				expected = fmt.Sprintf("%q: the methods of the model, in the order of its signature", want[i].method())
			}
			return &Error{
				Kind: ErrEvidence, Path: place, Found: fmt.Sprintf("method %q", recorded.GetMethod()), Want: expected,
				Hint: exportAgain,
			}
		}
		if err := checkRecordedForm(recorded, n, want[i], rows, place); err != nil {
			return err
		}
	}
	if len(outputs) < len(want) {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d outputs", len(outputs)),
			Want: fmt.Sprintf("%d, %q among them", len(want), want[len(outputs)].method()), Hint: exportAgain,
		}
	}
	return nil
}

// checkRecordedForm checks one recorded output: its type, columns, count, comparison and tolerances.
func checkRecordedForm(recorded *modelxpb.Output, node *node, want output, rows int, path string) error {
	types := node.columnTypes(want.op)
	if len(recorded.GetColumns()) != len(types) {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d columns", len(recorded.GetColumns())),
			Want: fmt.Sprintf("%d", len(types)), Hint: exportAgain,
		}
	}
	for i, column := range recorded.GetColumns() {
		place := fmt.Sprintf("%s.columns[%d]", path, i)
		if err := checkColumn(column, rows, place); err != nil {
			return err
		}
		if (len(column.GetStrings()) > 0) != (types[i] == TypeString) {
			return &Error{
				Kind: ErrEvidence, Path: place, Found: "values of another type", Want: "type " + types[i].String(), Hint: exportAgain,
			}
		}
	}
	kind, n := TypeNone, 0
	for _, list := range []struct {
		n    int
		kind DataType
	}{
		{len(recorded.GetDoubles()), TypeFloat64}, {len(recorded.GetInts()), TypeInt64},
		{len(recorded.GetStrings()), TypeString}, {len(recorded.GetBools()), TypeBool},
	} {
		if list.n > 0 && kind != TypeNone {
			return &Error{
				Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("values of type %s and of type %s", kind, list.kind),
				Want: "one type", Hint: exportAgain,
			}
		}
		if list.n > 0 {
			kind, n = list.kind, list.n
		}
	}
	expected := int64(rows) * int64(want.values())
	if types != nil {
		expected = 0
	}
	if kind != want.kind || int(recorded.GetNColumns()) != want.columns || int64(n) != expected {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d values of type %s in %d columns", n, kind, recorded.GetNColumns()),
			Want: fmt.Sprintf("%d of type %s in %d", expected, want.kind, want.columns), Hint: exportAgain,
		}
	}
	_, known := modelxpb.Output_Comparison_name[int32(recorded.GetComparison())]
	if !known || (recorded.GetComparison() != 0 && kind != TypeFloat64 && types == nil) {
		return &Error{
			Kind: ErrEvidence, Path: path + ".comparison", Found: fmt.Sprint(recorded.GetComparison()),
			Want: fmt.Sprintf("one that suits type %s", kind), Hint: "use a newer release of modelx",
		}
	}
	tolerances := recorded.GetTolerances()
	if len(tolerances) > 1 && len(tolerances) != rows {
		return &Error{
			Kind: ErrEvidence, Path: path + ".tolerances", Found: fmt.Sprintf("%d tolerances", len(tolerances)),
			Want: fmt.Sprintf("none, 1 or %d", rows), Hint: exportAgain,
		}
	}
	for i, t := range tolerances {
		if !(t >= 0) || math.IsInf(t, 0) {
			return &Error{
				Kind: ErrEvidence, Path: fmt.Sprintf("%s.tolerances[%d]", path, i), Found: formatFloat(t),
				Want: "a finite value >= 0", Hint: exportAgain,
			}
		}
	}
	return nil
}

// rowValues returns checked rows as the model takes them.
func (c *compiled) rowValues(r *modelxpb.Rows) ([]float64, error) {
	if len(r.GetColumns()) > 0 {
		columns := make([]Column, len(r.GetColumns()))
		for i, column := range r.GetColumns() {
			columns[i] = columnOf(column)
		}
		return c.appendRows(nil, columns, nil)
	}
	if len(r.GetEighths()) == 0 {
		return r.GetValues(), nil
	}
	pattern := r.GetEighths()
	values := make([]float64, int(r.GetNRows())*int(r.GetNFeatures()))
	for i, j := 0, 0; i < len(values); i++ {
		values[i] = float64(int8(pattern[j])) / 8
		if j++; j == len(pattern) {
			j = 0
		}
	}
	return values, nil
}
