package modelx_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// compareAll runs every method that is expected, and checks that the model has no other.
func compareAll(t *testing.T, m modelx.Model, expected *modelxpb.Evidence) {
	t.Helper()
	x, err := expectedRows(m, expected.GetRows())
	if err != nil {
		t.Fatal(err)
	}
	var methods []modelx.Method
	var transformed []float64
	for _, output := range expected.GetOutputs() {
		method := modelx.Method(output.GetMethod())
		methods = append(methods, method)
		given := x
		if method == modelx.InverseTransform {
			given = transformed
		}
		if method == modelx.Transform {
			transformed = plainTransform(output)
		}
		if len(output.GetColumns()) > 0 {
			given := columnsOf(expected.GetRows().GetColumns())
			if method == modelx.InverseTransform {
				given = nil
				width := m.Columns(modelx.Transform)
				for i := range width {
					column := modelx.Float64Column("")
					for row := range len(transformed) / width {
						column.Float64s = append(column.Float64s, transformed[row*width+i])
					}
					given = append(given, column)
				}
			}
			if err := compareColumns(m, method, output, given); err != nil {
				t.Errorf("%s: %v", method, err)
			}
			continue
		}
		if err := compareOutput(m, method, output, given, int(expected.GetRows().GetNRows())); err != nil {
			t.Errorf("%s: %v", method, err)
		}
	}
	if !slices.Equal(m.Methods(), methods) {
		t.Errorf("methods %v, want %v", m.Methods(), methods)
	}
}

func expectedRows(m modelx.Model, rows *modelxpb.Rows) ([]float64, error) {
	if len(rows.GetColumns()) > 0 {
		return m.AppendRows(nil, columnsOf(rows.GetColumns())...)
	}
	if len(rows.GetEighths()) == 0 {
		return rows.GetValues(), nil
	}
	x, pattern := make([]float64, rows.GetNRows()*rows.GetNFeatures()), rows.GetEighths()
	for i := range x {
		x[i] = float64(int8(pattern[i%len(pattern)])) / 8
	}
	return x, nil
}

// columnsOf gives recorded columns as a caller would.
func columnsOf(recorded []*modelxpb.Column) []modelx.Column {
	var columns []modelx.Column
	for _, p := range recorded {
		column := modelx.Column{Float64s: p.GetDoubles(), Int64s: p.GetInts(), Bools: p.GetBools(), Strings: p.GetStrings()}
		column.Missing = make([]modelx.Missing, column.Len())
		for _, row := range p.GetNoneRows() {
			column.Missing[row] = modelx.MissingNone
		}
		for _, row := range p.GetNanRows() {
			column.Missing[row] = modelx.MissingNaN
		}
		columns = append(columns, column)
	}
	return columns
}

// plainTransform gives a recorded transform as rows of numbers.
func plainTransform(output *modelxpb.Output) []float64 {
	if len(output.GetBools()) == 0 && len(output.GetInts()) == 0 {
		return output.GetDoubles()
	}
	var values []float64
	for _, v := range output.GetInts() {
		values = append(values, float64(v))
	}
	for _, v := range output.GetBools() {
		value := 0.0
		if v {
			value = 1
		}
		values = append(values, value)
	}
	return values
}

func compareOutput(m modelx.Model, method modelx.Method, want *modelxpb.Output, x []float64, rows int) error {
	if len(want.GetStrings()) > 0 {
		got := make([]string, rows*max(int(want.GetNColumns()), 1))
		if err := m.PredictStrings(got, x); err != nil {
			return err
		}
		if i := firstDifference(got, want.GetStrings()); i >= 0 {
			return fmt.Errorf("row %d: %q, want %q", i, got[i], want.GetStrings()[i])
		}
		return nil
	}
	if classes := m.Classes(); method == modelx.Predict && want.GetNColumns() == 0 && classes != nil {
		return compareLabels(m, classes, want, x, rows)
	}
	if classes := m.OutputClasses(); method == modelx.Predict && len(classes) > 1 {
		return compareOutputLabels(m, classes, want, x, rows)
	}
	columns := max(int(want.GetNColumns()), 1)
	if m.Columns(method) != columns {
		return fmt.Errorf("%d columns, want %d", m.Columns(method), columns)
	}
	got := make([]float64, rows*columns)
	if err := m.Run(method, got, x); err != nil {
		return err
	}
	for i, v := range got {
		row := i / columns
		if bools := want.GetBools(); len(bools) > 0 {
			if v != 0 != bools[i] {
				return fmt.Errorf("row %d: %v, want %v", row, v, bools[i])
			}
			continue
		}
		if ints := want.GetInts(); len(ints) > 0 {
			if v != float64(ints[i]) {
				return fmt.Errorf("row %d: %v, want %d", row, v, ints[i])
			}
			continue
		}
		if err := near(v, want.GetDoubles()[i], want.GetComparison(), toleranceOf(want, row)); err != nil {
			return fmt.Errorf("row %d, column %d: %w", row, i%columns, err)
		}
	}
	return nil
}

// compareColumns compares an output of several types, strings and missing values as they are.
func compareColumns(m modelx.Model, method modelx.Method, want *modelxpb.Output, given []modelx.Column) error {
	got, err := m.ApplyColumns(method, given...)
	if err != nil {
		return err
	}
	expected := columnsOf(want.GetColumns())
	if len(got) != len(expected) {
		return fmt.Errorf("%d columns, want %d", len(got), len(expected))
	}
	for i := range got {
		if got[i].Missing == nil {
			got[i].Missing = make([]modelx.Missing, got[i].Len())
		}
		if row := firstDifference(got[i].Strings, expected[i].Strings); row >= 0 {
			return fmt.Errorf("column %d, row %d: another string", i, row)
		}
		if expected[i].Strings != nil {
			if row := firstDifference(got[i].Missing, expected[i].Missing); row >= 0 {
				return fmt.Errorf("column %d, row %d: %q is missing in another way", i, row, got[i].Strings[row])
			}
			continue
		}
		for row, v := range got[i].Float64s {
			if err := near(v, expected[i].Float64s[row], want.GetComparison(), toleranceOf(want, row)); err != nil {
				return fmt.Errorf("column %d, row %d: %w", i, row, err)
			}
		}
	}
	return nil
}

// compareLabels compares labels in their own type, through PredictIndex and Classes: no float64 comes in between.
func compareLabels(m modelx.Model, classes *modelx.Labels, want *modelxpb.Output, x []float64, rows int) error {
	indices := make([]int, rows)
	if err := m.PredictIndex(indices, x); err != nil {
		return err
	}
	var at int
	switch {
	case len(want.GetInts()) > 0:
		at = firstDifference(chosen(classes.Ints(), indices), want.GetInts())
	case len(want.GetBools()) > 0:
		at = firstDifference(chosen(classes.Bools(), indices), want.GetBools())
	default:
		at = firstDifference(chosen(classes.Floats(), indices), want.GetDoubles())
	}
	if at >= 0 {
		return fmt.Errorf("row %d: label %s is another one", at, classes.Text(indices[at]))
	}
	return nil
}

// compareOutputLabels is compareLabels for a label of each of several outputs.
func compareOutputLabels(m modelx.Model, classes []*modelx.Labels, want *modelxpb.Output, x []float64, rows int) error {
	indices := make([]int, rows*len(classes))
	if err := m.PredictIndex(indices, x); err != nil {
		return err
	}
	for i, k := range indices {
		of := classes[i%len(classes)]
		var same bool
		switch {
		case len(want.GetInts()) > 0:
			same = of.Ints()[k] == want.GetInts()[i]
		case len(want.GetBools()) > 0:
			same = of.Bools()[k] == want.GetBools()[i]
		default:
			same = of.Floats()[k] == want.GetDoubles()[i]
		}
		if !same {
			return fmt.Errorf("row %d, output %d: label %s is another one", i/len(classes), i%len(classes), of.Text(k))
		}
	}
	return nil
}

func chosen[T any](classes []T, indices []int) []T {
	var out []T
	for _, k := range indices {
		out = append(out, classes[k])
	}
	return out
}

// firstDifference returns the first place where two lists differ, or -1.
func firstDifference[T comparable](got, want []T) int {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			return i
		}
	}
	return -1
}

func toleranceOf(want *modelxpb.Output, row int) float64 {
	switch tolerances := want.GetTolerances(); len(tolerances) {
	case 0:
		return 0
	case 1:
		return tolerances[0]
	default:
		return tolerances[row]
	}
}

// near compares as proto/modelx/v1/evidence.proto says. It is written apart from the library's own replay on purpose.
func near(a, b float64, comparison modelxpb.Output_Comparison, tolerance float64) error {
	ok := math.IsNaN(a) && math.IsNaN(b)
	if comparison == modelxpb.Output_COMPARISON_UNSPECIFIED {
		ok = ok || math.Float64bits(a) == math.Float64bits(b)
	} else {
		ok = ok || a == b
	}
	if !ok {
		finite := !math.IsInf(b, 0)
		switch comparison {
		case modelxpb.Output_COMPARISON_UNSPECIFIED:
		case modelxpb.Output_COMPARISON_ABSOLUTE:
			ok = math.Abs(a-b) <= tolerance
		case modelxpb.Output_COMPARISON_LOG_PROBABILITY:
			ok = finite && math.Abs(a-b) <= tolerance*math.Max(1, math.Abs(b)) || math.Abs(math.Exp(a)-math.Exp(b)) <= tolerance
		case modelxpb.Output_COMPARISON_SQUARED:
			ok = math.Abs(a*a-b*b) <= tolerance
		case modelxpb.Output_COMPARISON_RELATIVE:
			ok = finite && math.Abs(a-b) <= tolerance*math.Abs(b)
		}
	}
	if !ok {
		return fmt.Errorf("%v, want %v within %v (%v)", a, b, tolerance, comparison)
	}
	return nil
}
