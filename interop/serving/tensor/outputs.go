package tensor

import (
	"encoding/binary"
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/doubles"
	"github.com/modelx-dev/modelx/interop/serving"
)

// Metadata describes a tensor of a model; -1 in the shape stands for the number of rows.
type Metadata struct {
	Name, Datatype string
	Shape          []int64
}

// InputMetadata has the tensor that stands for all features; where some are strings, one for each that a method reads.
func InputMetadata(s *serving.Served) []Metadata {
	if s.Strings() == 0 {
		return []Metadata{{Name: "X", Datatype: FP64, Shape: []int64{-1, int64(s.NumFeatures())}}}
	}
	all := make([]Metadata, 0, s.NumFeatures()-s.Unread())
	for i := range s.NumFeatures() {
		if s.Reads(i) {
			all = append(all, Metadata{Name: s.Name(i), Datatype: named(s.Type(i)), Shape: []int64{-1}})
		}
	}
	return all
}

// OutputMetadata has one tensor for each method of the model that gives one, in its order.
func OutputMetadata(s *serving.Served) []Metadata {
	methods := s.TensorMethods()
	all := make([]Metadata, len(methods))
	for i, m := range methods {
		all[i] = Metadata{Name: string(m.Method), Datatype: datatypeOf(m.Type, m.Types), Shape: appendShape(nil, -1, m.Columns, m.Vector)}
	}
	return all
}

// named is the protocol's name of a type.
func named(t modelx.DataType) string {
	switch t {
	case modelx.TypeInt64:
		return Int64
	case modelx.TypeBool:
		return Bool
	case modelx.TypeString:
		return Bytes
	default:
		return FP64
	}
}

// datatypeOf is the datatype of values of a type, or of columns that are all strings.
func datatypeOf(t modelx.DataType, columns []modelx.DataType) string {
	if columns != nil {
		return Bytes
	}
	return named(t)
}

// Datatype is that of an output's tensor.
func Datatype(out *serving.Output) string { return datatypeOf(out.Type, out.Types) }

// Missing names the places of the gaps among an output's texts, as the parameter of that name does; empty for none.
func Missing(out *serving.Output) string {
	if out.Types == nil {
		return ""
	}
	var places []byte
	for i, v := range out.Values {
		if _, missing := out.Text(v); missing != modelx.Present {
			if len(places) > 0 {
				places = append(places, ',')
			}
			places = strconv.AppendInt(places, int64(i), 10)
		}
	}
	return string(places)
}

// AppendShape adds the shape of an output's tensor to dst.
func AppendShape(dst []int64, rows int, out *serving.Output) []int64 {
	return appendShape(dst, int64(rows), out.Columns, out.Vector)
}

func appendShape(dst []int64, rows int64, columns int, vector bool) []int64 {
	if vector {
		return append(dst, rows)
	}
	return append(dst, rows, int64(columns))
}

// OutputContents gives the values of an output typed. Doubles are those of out, not a copy.
func OutputContents(out *serving.Output) Contents {
	switch Datatype(out) {
	case Int64:
		return Contents{Longs: longs(out)}
	case Bool:
		bools := make([]bool, len(out.Values))
		for i, v := range out.Values {
			bools[i] = v != 0
		}
		return Contents{Bools: bools}
	case Bytes:
		texts := make([][]byte, len(out.Values))
		for i := range texts {
			texts[i] = []byte(text(out, i))
		}
		return Contents{Bytes: texts}
	default:
		return Contents{Doubles: out.Values}
	}
}

// AppendRaw adds the values of an output to dst: little-endian, text with its length in four bytes before it.
func AppendRaw(dst []byte, out *serving.Output) []byte {
	switch Datatype(out) {
	case Int64:
		for _, v := range longs(out) {
			dst = binary.LittleEndian.AppendUint64(dst, uint64(v))
		}
	case Bool:
		for _, v := range out.Values {
			var b byte
			if v != 0 {
				b = 1
			}
			dst = append(dst, b)
		}
	case Bytes:
		for i := range out.Values {
			s := text(out, i)
			dst = binary.LittleEndian.AppendUint32(dst, uint32(len(s)))
			dst = append(dst, s...)
		}
	default:
		dst = doubles.Encode(dst, out.Values)
	}
	return dst
}

// longs are the values as integers, exactly.
func longs(out *serving.Output) []int64 {
	all := make([]int64, len(out.Values))
	if !out.Indexed {
		for i, v := range out.Values {
			all[i] = int64(v)
		}
		return all
	}
	classes := make([][]int64, len(out.Classes))
	for i, each := range out.Classes {
		classes[i] = each.Ints()
	}
	for i, v := range out.Values {
		all[i] = classes[i%len(classes)][int(v)]
	}
	return all
}

// text is value i as text.
func text(out *serving.Output, i int) string {
	if out.Types != nil {
		text, _ := out.Text(out.Values[i])
		return text
	}
	return out.Label(i, out.Values[i])
}
