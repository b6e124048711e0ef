package plainjson

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// Message writes a protobuf message with the names of its fields. Integers of all sizes are numbers and enum values names;
// what has no value because it is unset is left out. (The library's own mapping makes text of long integers.)
func (w *Writer) Message(m protoreflect.Message) {
	w.Open('{')
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.HasPresence() && !m.Has(field) {
			continue
		}
		w.Key(string(field.Name()))
		value := m.Get(field)
		switch {
		case field.IsMap():
			w.messageMap(field.MapValue(), value.Map())
		case field.IsList():
			list := value.List()
			w.Open('[')
			for j := range list.Len() {
				w.messageValue(field, list.Get(j))
			}
			w.Close(']')
		default:
			w.messageValue(field, value)
		}
	}
	w.Close('}')
}

// messageMap writes a map, sorted by its keys.
func (w *Writer) messageMap(field protoreflect.FieldDescriptor, m protoreflect.Map) {
	keys := make([]protoreflect.MapKey, 0, m.Len())
	m.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) })
	w.Open('{')
	for _, k := range keys {
		w.Key(k.String())
		w.messageValue(field, m.Get(k))
	}
	w.Close('}')
}

func (w *Writer) messageValue(field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch v := value.Interface().(type) {
	case bool:
		w.Boolean(v)
	case int32:
		w.Integer(int64(v))
	case int64:
		w.Integer(v)
	case float64:
		w.Double(v)
	case string:
		w.Text(v)
	case protoreflect.Message:
		if notes, ok := v.Interface().(*structpb.Struct); ok {
			w.notes(notes)
		} else {
			w.Message(v)
		}
	case protoreflect.EnumNumber:
		if known := field.Enum().Values().ByNumber(v); known != nil {
			w.Text(string(known.Name()))
		} else {
			w.Integer(int64(v))
		}
	default:
		// Unsigned numbers, float32 and bytes; no message that is written here has any.
		w.Text(value.String())
	}
}

// notes writes the JSON object that a Struct is.
func (w *Writer) notes(notes *structpb.Struct) {
	w.Open('{')
	for _, key := range slices.Sorted(maps.Keys(notes.GetFields())) {
		w.Key(key)
		w.note(notes.GetFields()[key])
	}
	w.Close('}')
}

func (w *Writer) note(value *structpb.Value) {
	switch v := value.GetKind().(type) {
	case *structpb.Value_NumberValue:
		w.Double(v.NumberValue)
	case *structpb.Value_StringValue:
		w.Text(v.StringValue)
	case *structpb.Value_BoolValue:
		w.Boolean(v.BoolValue)
	case *structpb.Value_StructValue:
		w.notes(v.StructValue)
	case *structpb.Value_ListValue:
		w.Open('[')
		for _, item := range v.ListValue.GetValues() {
			w.note(item)
		}
		w.Close(']')
	default:
		w.Next()
		w.Buf = append(w.Buf, "null"...)
	}
}
