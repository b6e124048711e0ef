package httpserver

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
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
		w.message(v)
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
