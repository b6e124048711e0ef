package modelx

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// FeatureTypes returns the type of each feature. See [Model].
func (c *compiled) FeatureTypes() []DataType {
	types := make([]DataType, c.root.width())
	for i := range types {
		types[i] = c.featureType(i)
	}
	return types
}

// featureType is the type that the file says, or else the one that the computation takes.
func (c *compiled) featureType(i int) DataType {
	if said := c.root.proto.GetSignature().GetFeatureTypes(); len(said) > 0 {
		return DataType(said[i])
	}
	return c.root.inputType(i)
}

// kind is the type that the computation takes.
func (c *compiled) kind(i int) DataType {
	if c.kinds == nil {
		return TypeFloat64
	}
	return c.kinds[i]
}

// AppendRows makes rows of columns. See [Model].
func (c *compiled) AppendRows(dst []float64, columns ...Column) ([]float64, error) {
	return c.appendRows(dst, columns, nil)
}

// appendRows is AppendRows. Strings that the model does not know are added to unknown, when it is not nil, and have the
// numbers after those of the model then.
func (c *compiled) appendRows(dst []float64, columns []Column, unknown *localSymbols) ([]float64, error) {
	n, err := rowCount(columns)
	if err != nil {
		return dst, err
	}
	places, err := c.arrange(columns)
	if err != nil {
		return dst, err
	}
	width := c.root.width()
	start := len(dst)
	// Another limit than memory there is not: the caller has a column, or the file a name, for each feature.
	dst = slices.Grow(dst, n*width)[:start+n*width]
	clear(dst[start:])
	for i := range width {
		at := i
		if places != nil {
			at = places[i]
		}
		if at < 0 {
			continue // Nobody reads it: any number does.
		}
		if err := c.fillColumn(dst[start:], i, n, &columns[at], unknown); err != nil {
			return dst[:start], err
		}
	}
	return dst, nil
}

// rowCount returns the number of rows, which all columns have.
func rowCount(columns []Column) (int, error) {
	n := -1
	for i := range columns {
		if err := columns[i].defect(); err != nil {
			err.Path = labelOf(&columns[i], i)
			return 0, err
		}
		switch found := columns[i].Len(); {
		case n < 0:
			n = found
		case n != found:
			return 0, &Error{
				Kind: ErrWrongWidth, Path: labelOf(&columns[i], i), Found: fmt.Sprintf("%d rows", found),
				Want: fmt.Sprintf("%d, as in %s", n, labelOf(&columns[0], 0)), Hint: "give a value for each row",
			}
		}
	}
	return max(n, 0), nil
}

// labelOf names a column in a message.
func labelOf(c *Column, i int) string {
	if c.Name != "" {
		return "column " + strconv.Quote(c.Name)
	}
	return "column " + strconv.Itoa(i)
}

// arrange finds the column of each feature: its number, or -1 for one that is absent and that no method reads. It is nil
// when the columns are the features in their order. Columns go by their names when the model has names and the columns do.
func (c *compiled) arrange(columns []Column) ([]int, error) {
	width := c.root.width()
	names := c.root.proto.GetSignature().GetFeatureNames()
	if len(names) == 0 || !named(columns) {
		if len(columns) != width {
			return nil, &Error{
				Kind: ErrWrongWidth, Found: fmt.Sprintf("%d columns", len(columns)), Want: fmt.Sprint(width),
				Hint: "give one for each feature, in the model's order",
			}
		}
		return nil, nil
	}
	if inOrder(columns, names) {
		return nil, nil
	}
	numbers := make(map[string]int, len(columns))
	for j := range columns {
		name := columns[j].Name
		if _, twice := numbers[name]; twice && slices.Contains(names, name) {
			return nil, &Error{
				Kind: ErrMissingColumn, Path: "column " + strconv.Quote(name), Found: "the column twice", Want: "it once",
			}
		}
		numbers[name] = j
	}
	places := make([]int, width)
	for i, name := range names {
		at, found := numbers[name]
		if !found {
			if c.kind(i) != TypeNone {
				return nil, &Error{
					Kind: ErrMissingColumn, Path: "column " + strconv.Quote(name), Found: "no such column",
					Want: fmt.Sprintf("one of type %s", c.featureType(i)), Hint: "names are case-sensitive; FeatureNames lists them",
				}
			}
			at = -1
		}
		places[i] = at
	}
	return places, nil
}

// inOrder reports whether columns are just those of these names, which are distinct, in their order.
func inOrder(columns []Column, names []string) bool {
	if len(columns) != len(names) {
		return false
	}
	for i := range columns {
		if columns[i].Name != names[i] {
			return false
		}
	}
	return true
}

// named reports whether columns have names.
func named(columns []Column) bool {
	for i := range columns {
		if columns[i].Name != "" {
			return true
		}
	}
	return false
}

// fillColumn writes feature i of n rows.
func (c *compiled) fillColumn(dst []float64, i, n int, column *Column, unknown *localSymbols) error {
	width, kind, given := c.root.width(), c.kind(i), column.Type()
	if kind == TypeNone {
		return nil
	}
	if n > 0 && (given == TypeString) != (kind == TypeString) && !allMissing(column, n) {
		return c.anotherType(i, column)
	}
	if given == TypeFloat64 && column.Missing == nil && kind != TypeString {
		for row, v := range column.Float64s {
			dst[row*width+i] = v
		}
		return nil
	}
	for row := range n {
		at := row*width + i
		missing := column.missing(row)
		switch {
		case missing == MissingNone && kind == TypeString:
			dst[at] = codeNone
		case missing != Present:
			dst[at] = math.NaN()
		case given == TypeString:
			dst[at] = c.codeOf(column.Strings[row], unknown)
		default:
			value, err := numberOf(column, i, row)
			if err != nil {
				return err
			}
			dst[at] = value
		}
	}
	return nil
}

// anotherType is the error of a column of strings for a feature of numbers, or the other way round.
func (c *compiled) anotherType(i int, column *Column) error {
	label := labelOf(column, i)
	if names := c.root.proto.GetSignature().GetFeatureNames(); i < len(names) {
		label = "column " + strconv.Quote(names[i])
	}
	return &Error{
		Kind: ErrColumnType, Path: label, Found: "values of type " + column.Type().String(),
		Want: "type " + c.featureType(i).String(), Hint: "convert the column first",
	}
}

// allMissing reports whether a column has no value that is there, so that its type says nothing.
func allMissing(c *Column, n int) bool {
	for row := range n {
		if c.missing(row) == Present {
			if c.Type() != TypeFloat64 || !math.IsNaN(c.Float64s[row]) {
				return false
			}
		}
	}
	return true
}

// codeOf returns the number of a string.
func (c *compiled) codeOf(text string, unknown *localSymbols) float64 {
	code := c.symbols.find(text)
	if code != codeUnknown || unknown == nil {
		return code
	}
	return float64(len(c.symbols.texts) + unknown.number(text))
}

// numberOf returns a value of column i that is no string as float64.
func numberOf(c *Column, i, row int) (float64, error) {
	switch c.Type() {
	case TypeFloat64:
		return c.Float64s[row], nil
	case TypeInt64:
		v := c.Int64s[row]
		if v > maxExact || v < -maxExact {
			return 0, &Error{
				Kind: ErrNotNumeric, Path: labelOf(c, i), Found: fmt.Sprintf("%d in row %d", v, row),
				Want: "an integer within 2^53, which a float64 holds", Hint: "give float64 values if rounding is meant",
			}
		}
		return float64(v), nil
	case TypeBool:
		if c.Bools[row] {
			return 1, nil
		}
		return 0, nil
	default:
		return math.NaN(), nil
	}
}

// RunColumns applies a method to rows given as columns. See [Model].
func (c *compiled) RunColumns(m Method, dst []float64, columns ...Column) error {
	x, err := c.AppendRows(nil, columns...)
	if err != nil {
		return err
	}
	return c.runColumns(m, dst, x, columns)
}
