package httpserver

import (
	"maps"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
)

// message writes a protobuf message with the names of its fields. Integers of all sizes are numbers and enum values names;
// what has no value because it is unset is left out. (The library's own mapping makes text of long integers.)
func (w *jsonWriter) message(m protoreflect.Message) {
	w.open('{')
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.HasPresence() && !m.Has(field) {
			continue
		}
		w.key(string(field.Name()))
		value := m.Get(field)
		switch {
		case field.IsMap():
			w.messageMap(field.MapValue(), value.Map())
		case field.IsList():
			list := value.List()
			w.open('[')
			for j := range list.Len() {
				w.messageValue(field, list.Get(j))
			}
			w.close(']')
		default:
			w.messageValue(field, value)
		}
	}
	w.close('}')
}

// messageMap writes a map, sorted by its keys.
func (w *jsonWriter) messageMap(field protoreflect.FieldDescriptor, m protoreflect.Map) {
	keys := make([]protoreflect.MapKey, 0, m.Len())
	m.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
		keys = append(keys, k)
		return true
	})
	slices.SortFunc(keys, func(a, b protoreflect.MapKey) int { return strings.Compare(a.String(), b.String()) })
	w.open('{')
	for _, k := range keys {
		w.key(k.String())
		w.messageValue(field, m.Get(k))
	}
	w.close('}')
}

func (w *jsonWriter) messageValue(field protoreflect.FieldDescriptor, value protoreflect.Value) {
	switch v := value.Interface().(type) {
	case bool:
		w.boolean(v)
	case int32:
		w.integer(int64(v))
	case int64:
		w.integer(v)
	case float64:
		w.double(v)
	case string:
		w.str(v)
	case protoreflect.Message:
		if notes, ok := v.Interface().(*structpb.Struct); ok {
			w.notes(notes)
		} else {
			w.message(v)
		}
	case protoreflect.EnumNumber:
		if known := field.Enum().Values().ByNumber(v); known != nil {
			w.str(string(known.Name()))
		} else {
			w.integer(int64(v))
		}
	default:
		// Unsigned numbers, float32 and bytes; no message that is written here has any.
		w.str(value.String())
	}
}

// notes writes the JSON object that a Struct is.
func (w *jsonWriter) notes(notes *structpb.Struct) {
	w.open('{')
	for _, key := range slices.Sorted(maps.Keys(notes.GetFields())) {
		w.key(key)
		w.note(notes.GetFields()[key])
	}
	w.close('}')
}

func (w *jsonWriter) note(value *structpb.Value) {
	switch v := value.GetKind().(type) {
	case *structpb.Value_NumberValue:
		w.double(v.NumberValue)
	case *structpb.Value_StringValue:
		w.str(v.StringValue)
	case *structpb.Value_BoolValue:
		w.boolean(v.BoolValue)
	case *structpb.Value_StructValue:
		w.notes(v.StructValue)
	case *structpb.Value_ListValue:
		w.open('[')
		for _, item := range v.ListValue.GetValues() {
			w.note(item)
		}
		w.close(']')
	default:
		w.next()
		w.buf = append(w.buf, "null"...)
	}
}
