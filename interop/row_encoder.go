package modelx

import (
	"fmt"
	"math"
	"reflect"
)

// RowEncoder makes rows for a model of structs of type T, for hot paths: what [ColumnsOf] and [Model.AppendRows] look up
// for each call, it has found once. It never changes, and is safe for concurrent use.
type RowEncoder[T any] struct {
	symbols *symbols
	// fields has one for each feature; those of features that nobody reads have no index.
	fields []structField
}

// NewRowEncoder returns an encoder of structs for a model that this package made. Fields are named and typed as for
// [ColumnsOf]; those that the model does not have are left out, whatever their type. When the model has no names, the
// fields are its features in their order.
//
// Errors, which name the column: [ErrMissingColumn], [ErrColumnType], [ErrWrongWidth] for another number of fields than
// features without names, and [ErrNotNumeric] for a T that is no struct and for another model.
func NewRowEncoder[T any](m Model) (*RowEncoder[T], error) {
	t := reflect.TypeFor[T]()
	c, ok := m.(*compiled)
	if !ok || t.Kind() != reflect.Struct {
		return nil, &Error{
			Kind: ErrNotNumeric, Found: fmt.Sprintf("a model of type %T and rows of type %s", m, t),
			Want: "a model of this package, and a struct",
		}
	}
	fields, err := structFields(t)
	if err != nil {
		return nil, err
	}
	e := &RowEncoder[T]{symbols: c.symbols}
	names := c.root.proto.GetSignature().GetFeatureNames()
	width := c.root.width()
	if len(names) == 0 && len(fields) != width {
		return nil, &Error{
			Kind: ErrWrongWidth, Found: fmt.Sprintf("%d fields in %s", len(fields), t), Want: fmt.Sprint(width),
			Hint: "the model has no names: give one for each feature, in the model's order",
		}
	}
	byName := make(map[string]structField, len(fields))
	for _, f := range fields {
		byName[f.name] = f
	}
	e.fields = make([]structField, width)
	for i := range e.fields {
		kind := c.root.inputType(i)
		if kind == TypeNone {
			continue // Any number does.
		}
		var f structField
		if len(names) == 0 {
			f = fields[i]
		} else if f, ok = byName[names[i]]; !ok {
			return nil, &Error{
				Kind: ErrMissingColumn, Path: fmt.Sprintf("column %q", names[i]), Found: fmt.Sprintf("no field of that name in %s", t),
				Want: fmt.Sprintf("one of type %s", c.featureType(i)), Hint: fmt.Sprintf("tag the field modelx:%q", names[i]),
			}
		}
		if err := f.supported(); err != nil {
			return nil, err
		}
		if (f.kind == reflect.String) != (kind == TypeString) {
			return nil, &Error{
				Kind: ErrColumnType, Path: fmt.Sprintf("column %q", f.name), Found: fmt.Sprintf("field %s of type %s", f.path, f.typ),
				Want: "type " + c.featureType(i).String(), Hint: "convert the column first",
			}
		}
		e.fields[i] = f
	}
	return e, nil
}

// AppendRow appends one row to dst, for [Model.Run] and all that takes rows of this model, and returns the extended slice.
// It allocates only what dst lacks.
//
// Errors: [ErrNotNumeric] for integers over 2^53, which names the column, and for nil. dst is returned as it was then.
func (e *RowEncoder[T]) AppendRow(dst []float64, row *T) ([]float64, error) {
	if row == nil {
		return dst, &Error{Kind: ErrNotNumeric, Found: "a nil row", Want: "a struct"}
	}
	return e.append(dst, reflect.ValueOf(row).Elem(), 0)
}

// AppendRows is AppendRow for several rows.
func (e *RowEncoder[T]) AppendRows(dst []float64, rows []T) ([]float64, error) {
	start := len(dst)
	for i := range rows {
		var err error
		if dst, err = e.append(dst, reflect.ValueOf(&rows[i]).Elem(), i); err != nil {
			return dst[:start], err
		}
	}
	return dst, nil
}

func (e *RowEncoder[T]) append(dst []float64, v reflect.Value, row int) ([]float64, error) {
	start := len(dst)
	for i := range e.fields {
		f := &e.fields[i]
		if f.index == nil {
			dst = append(dst, 0)
			continue
		}
		number, err := f.number(v, e.symbols, row)
		if err != nil {
			return dst[:start], err
		}
		dst = append(dst, number)
	}
	return dst, nil
}

// number returns the field's value as rows of the model have it.
func (f *structField) number(v reflect.Value, known *symbols, row int) (float64, error) {
	if len(f.index) == 1 && !f.pointer {
		v = v.Field(f.index[0]) // Nearly all fields.
	} else {
		var ok bool
		if v, ok = f.find(v); !ok {
			if f.kind == reflect.String && f.gap == MissingNone {
				return codeNone, nil
			}
			return math.NaN(), nil
		}
	}
	switch f.kind {
	case reflect.String:
		return known.find(v.String()), nil
	case reflect.Float64, reflect.Float32:
		return v.Float(), nil
	case reflect.Bool:
		if v.Bool() {
			return 1, nil
		}
		return 0, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		number := v.Int()
		if number > maxExact || number < -maxExact {
			return 0, f.tooLarge(number, row)
		}
		return float64(number), nil
	default:
		number := v.Uint()
		if number > maxExact {
			return 0, f.tooLarge(number, row)
		}
		return float64(number), nil
	}
}
