package modelx

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// ColumnsOf returns the columns of rows that are structs: a slice or an array of structs or of pointers to them, or one of
// these alone. Each exported field is a column.
//
// The tag `modelx:"name"` names the column, which has the field's name without it; `modelx:"-"` leaves the field out. Floats,
// integers, bools and strings are taken, also as named types, and pointers to these: nil is a missing value, NaN among
// numbers and None among strings, or NaN where the tag says so, as in `modelx:"name,nan"`. Fields of embedded structs
// count as fields of the outer one, which hide deeper ones of the same name.
//
// Errors, which name the field and the row: [ErrColumnType] for a field of another type, [ErrMissingColumn] for two fields of
// one name, [ErrNotNumeric] for integers over 2^63-1, and for what is no struct.
func ColumnsOf(rows any) ([]Column, error) {
	v := reflect.ValueOf(rows)
	for v.Kind() == reflect.Pointer && !v.IsNil() && v.Elem().Kind() != reflect.Struct {
		v = v.Elem()
	}
	n, at := 1, func(int) reflect.Value { return v }
	t := reflect.TypeOf(rows)
	if v.Kind() == reflect.Slice || v.Kind() == reflect.Array {
		n, at, t = v.Len(), v.Index, v.Type().Elem()
	} else if v.IsValid() {
		t = v.Type()
	}
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return nil, &Error{
			Kind: ErrNotNumeric, Found: fmt.Sprintf("rows of type %T", rows), Want: "structs, or a slice of structs",
		}
	}
	fields, err := structFields(t)
	if err != nil {
		return nil, err
	}
	columns := make([]Column, len(fields))
	for i := range fields {
		if err := fields[i].supported(); err != nil {
			return nil, err
		}
		columns[i] = fields[i].column(n)
	}
	for row := range n {
		v := at(row)
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return nil, &Error{Kind: ErrNotNumeric, Found: fmt.Sprintf("nil in row %d", row), Want: "a struct for each row"}
			}
			v = v.Elem()
		}
		for i := range fields {
			if err := fields[i].fill(&columns[i], row, v); err != nil {
				return nil, err
			}
		}
	}
	return columns, nil
}

// structField is a field that is a column.
type structField struct {
	// index leads to it through embedded structs, and pointers to them.
	index []int
	// path is its name in Go, for messages.
	path string
	name string
	typ  reflect.Type
	// kind is the kind of its value, behind a pointer or not.
	kind    reflect.Kind
	pointer bool
	// gap is what nil means among strings.
	gap Missing
}

// structFields returns the fields of a struct, also those whose types no column has.
func structFields(t reflect.Type) ([]structField, error) {
	found, err := embeddedFields(t, nil, "", map[reflect.Type]bool{t: true})
	if err != nil {
		return nil, err
	}
	depths := make(map[string]int, len(found))
	for _, f := range found {
		if depth, ok := depths[f.name]; !ok || len(f.index) < depth {
			depths[f.name] = len(f.index)
		}
	}
	var out []structField
	paths := make(map[string]string, len(found))
	for _, f := range found {
		if len(f.index) > depths[f.name] {
			continue // A field of an outer struct hides it.
		}
		if other, ok := paths[f.name]; ok {
			return nil, &Error{
				Kind: ErrMissingColumn, Path: fmt.Sprintf("column %q", f.name), Found: fmt.Sprintf("it twice, as %s and %s", other, f.path),
				Want: "one field for each column", Hint: `leave one out with the tag modelx:"-"`,
			}
		}
		paths[f.name] = f.path
		out = append(out, f)
	}
	return out, nil
}

// embeddedFields returns the fields of a struct and of those that it embeds. outer are the types on the way to it: one
// that embeds a pointer to itself has no end.
func embeddedFields(t reflect.Type, index []int, path string, outer map[reflect.Type]bool) ([]structField, error) {
	var out []structField
	for i := range t.NumField() {
		field := t.Field(i)
		tag, tagged := field.Tag.Lookup("modelx")
		if tag == "-" {
			continue
		}
		f := structField{
			index: append(append([]int(nil), index...), i), path: path + field.Name, name: field.Name, typ: field.Type, gap: MissingNone,
		}
		inner := field.Type
		if f.pointer = inner.Kind() == reflect.Pointer; f.pointer {
			inner = inner.Elem()
		}
		if field.Anonymous && !tagged && inner.Kind() == reflect.Struct {
			if outer[inner] {
				continue
			}
			outer[inner] = true
			fields, err := embeddedFields(inner, f.index, f.path+".", outer)
			if err != nil {
				return nil, err
			}
			delete(outer, inner)
			out = append(out, fields...)
			continue
		}
		if !field.IsExported() {
			if tagged {
				return nil, &Error{
					Kind: ErrColumnType, Path: "field " + f.path, Found: "a tag on a field that is not exported", Want: "an exported field",
					Hint: "write its name with a capital letter",
				}
			}
			continue
		}
		if before, ok := strings.CutSuffix(tag, ",nan"); ok {
			tag, f.gap = before, MissingNaN
		}
		if tag != "" {
			f.name = tag
		}
		f.kind = inner.Kind()
		out = append(out, f)
	}
	return out, nil
}

// supported returns an error for a type that no column has.
func (f *structField) supported() error {
	switch f.kind {
	case reflect.Float32, reflect.Float64, reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	default:
		return &Error{
			Kind: ErrColumnType, Path: "field " + f.path, Found: fmt.Sprintf("type %s", f.typ),
			Want: "a number, a bool, a string, or a pointer to one", Hint: `leave the field out with the tag modelx:"-"`,
		}
	}
}

// find returns the field's value in a struct, and false where it is missing.
func (f *structField) find(v reflect.Value) (reflect.Value, bool) {
	for i, at := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(at)
	}
	if f.pointer {
		if v.IsNil() {
			return reflect.Value{}, false
		}
		v = v.Elem()
	}
	return v, true
}

// column returns the column of the field for n rows.
func (f *structField) column(n int) Column {
	c := Column{Name: f.name}
	switch f.kind {
	case reflect.String:
		c.Strings = make([]string, n)
	case reflect.Bool:
		c.Bools = make([]bool, n)
	case reflect.Float32, reflect.Float64:
		c.Float64s = make([]float64, n)
	default:
		c.Int64s = make([]int64, n)
	}
	return c
}

// fill writes the field of a row.
func (f *structField) fill(c *Column, row int, v reflect.Value) error {
	value, ok := f.find(v)
	if !ok {
		if c.Missing == nil {
			c.Missing = make([]Missing, c.Len())
		}
		c.Missing[row] = MissingNaN
		if f.kind == reflect.String {
			c.Missing[row] = f.gap
		}
		return nil
	}
	switch f.kind {
	case reflect.String:
		c.Strings[row] = value.String()
	case reflect.Bool:
		c.Bools[row] = value.Bool()
	case reflect.Float32, reflect.Float64:
		c.Float64s[row] = value.Float()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		c.Int64s[row] = value.Int()
	default:
		number := value.Uint()
		if number > math.MaxInt64 {
			return f.tooLarge(number, row)
		}
		c.Int64s[row] = int64(number)
	}
	return nil
}

// tooLarge is an error for an integer that no float64 holds.
func (f *structField) tooLarge(number any, row int) error {
	return &Error{
		Kind: ErrNotNumeric, Path: fmt.Sprintf("column %q", f.name), Found: fmt.Sprintf("%d in row %d", number, row),
		Want: "an integer within 2^53, which a float64 holds", Hint: "give float64 values if rounding is meant",
	}
}
