package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Missing says whether a value of a [Column] is there, and if not, which of scikit-learn's two missing values it is.
type Missing uint8

// What a value may be.
const (
	// Present: the value is there. An empty string is.
	Present Missing = iota
	// MissingNone is Python's None, and what JSON's null means in a column of strings.
	MissingNone
	// MissingNaN is NaN, as pandas has it in a column of strings.
	MissingNaN
)

// Column is one feature of some rows, or one column of a transform: one of the four lists has a value for each row.
//
// Values that are missing among numbers are NaN in Float64s. Missing marks them among Strings, and may mark them
// elsewhere, where both kinds mean NaN; it has one entry for each row, or none when every value is there.
type Column struct {
	Name     string
	Float64s []float64
	Int64s   []int64
	Bools    []bool
	Strings  []string
	Missing  []Missing
}

// Float64Column returns a column of numbers. It keeps values.
func Float64Column(name string, values ...float64) Column {
	return Column{Name: name, Float64s: values}
}

// Int64Column returns a column of integers, which models take as float64. It keeps values.
func Int64Column(name string, values ...int64) Column { return Column{Name: name, Int64s: values} }

// BoolColumn returns a column of bools, which models take as 0 and 1. It keeps values.
func BoolColumn(name string, values ...bool) Column { return Column{Name: name, Bools: values} }

// StringColumn returns a column of strings. It keeps values.
func StringColumn(name string, values ...string) Column { return Column{Name: name, Strings: values} }

// Type returns the type of the column's values, or of its list when that is empty, [TypeNone] for a column without any.
func (c *Column) Type() DataType {
	switch empty := c.Len() == 0; {
	case len(c.Float64s) > 0 || (empty && c.Float64s != nil):
		return TypeFloat64
	case len(c.Int64s) > 0 || (empty && c.Int64s != nil):
		return TypeInt64
	case len(c.Bools) > 0 || (empty && c.Bools != nil):
		return TypeBool
	case len(c.Strings) > 0 || (empty && c.Strings != nil):
		return TypeString
	default:
		return TypeNone
	}
}

// Len returns the number of rows.
func (c *Column) Len() int {
	return max(len(c.Float64s), len(c.Int64s), len(c.Bools), len(c.Strings))
}

// missing returns what the value of a row is.
func (c *Column) missing(row int) Missing {
	if row < len(c.Missing) {
		return c.Missing[row]
	}
	return Present
}

// defect says what is wrong with a column that has not one list, or not as many marks as rows or none. It has no path.
func (c *Column) defect() *Error {
	lists := 0
	for _, n := range [...]int{len(c.Float64s), len(c.Int64s), len(c.Bools), len(c.Strings)} {
		if n > 0 {
			lists++
		}
	}
	if lists > 1 {
		return &Error{
			Kind: ErrColumnType, Found: "values in several lists", Want: "one list for each column",
		}
	}
	if n := len(c.Missing); n > 0 && n != c.Len() {
		return &Error{
			Kind: ErrWrongWidth, Found: fmt.Sprintf("%d marks of missing values", n),
			Want: fmt.Sprintf("%d, one for each row, or none", c.Len()),
		}
	}
	return nil
}

// columnOf returns a column of a file, whose form was checked.
func columnOf(p *modelxpb.Column) Column {
	c := Column{
		Name: p.GetName(), Float64s: p.GetDoubles(), Int64s: p.GetInts(), Bools: p.GetBools(), Strings: p.GetStrings(),
	}
	if len(p.GetNoneRows())+len(p.GetNanRows()) > 0 {
		c.Missing = make([]Missing, c.Len())
		for _, row := range p.GetNoneRows() {
			c.Missing[row] = MissingNone
		}
		for _, row := range p.GetNanRows() {
			c.Missing[row] = MissingNaN
		}
	}
	return c
}

// checkColumn checks the form of a column of a file: one list of n values, and marks that name its rows once each.
func checkColumn(p *modelxpb.Column, n int, path string) error {
	c := Column{Float64s: p.GetDoubles(), Int64s: p.GetInts(), Bools: p.GetBools(), Strings: p.GetStrings()}
	if c.defect() != nil || c.Len() != n {
		return &Error{
			Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("%d values, or several lists", c.Len()),
			Want: fmt.Sprintf("%d values in one list", n), Hint: exportAgain,
		}
	}
	marked := make(map[uint32]bool, len(p.GetNoneRows()))
	for _, rows := range [...][]uint32{p.GetNoneRows(), p.GetNanRows()} {
		for i, row := range rows {
			if int64(row) >= int64(n) || marked[row] || (i > 0 && rows[i-1] >= row) {
				return &Error{
					Kind: ErrEvidence, Path: path, Found: fmt.Sprintf("row %d as missing", row),
					Want: "rows in ascending order, each in one list", Hint: exportAgain,
				}
			}
			marked[row] = true
		}
	}
	return nil
}
