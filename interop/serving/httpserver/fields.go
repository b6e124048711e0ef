package httpserver

import (
	"slices"

	"github.com/modelx-dev/modelx/interop/serving"
)

// field is a member of a JSON object: what kind of value it has, and where it stands.
type field struct {
	kind       valueKind
	start, end int
}

// there tells that the object has the field.
func (f field) there() bool { return f.kind != invalidValue }

// member reads the value of a key into a field.
func (r *jsonReader) member(f *field) bool {
	f.kind, f.start = r.kind(), r.pos
	ok := r.skip()
	f.end = r.pos
	return ok
}

// wrongField is the error for a value of another kind than is wanted.
func wrongField(place string, found valueKind, wanted string) *serving.Error {
	return badRequest("field " + serving.Quoted(place) + " is " + found.String() + "; expected " + wanted)
}

// expect checks the kind of a field that is there.
func (f field) expect(place string, kind valueKind) *serving.Error {
	if f.kind != kind {
		return wrongField(place, f.kind, kind.String())
	}
	return nil
}

// document reads a body that is an object, and nothing else. With orEmpty, an empty body is an empty object.
func (r *jsonReader) document(orEmpty bool, member func(key string) bool) *serving.Error {
	if orEmpty && len(r.data) == 0 {
		return nil
	}
	r.space()
	if kind := r.kind(); kind != objectValue {
		if kind == invalidValue || !r.skip() || !r.end() {
			return invalidJSON()
		}
		return badRequest("the body is " + kind.String() + "; expected an object")
	}
	if !r.object(member) || !r.end() {
		return invalidJSON()
	}
	return nil
}

// members are the fields of an object of which all names are known, in the order in which they first came.
type members struct {
	names   []string
	fields  [mostFields]field
	order   [mostFields]int
	n       int
	unknown string
	// unknownAt is how many known fields came before the first unknown one, or -1.
	unknownAt int
}

// memberOf reads the value of a key into its field.
func (r *jsonReader) memberOf(m *members, key string) bool {
	if i := m.place(key); i >= 0 {
		return r.member(&m.fields[i])
	}
	return r.skip()
}

// mostFields is how many fields an object has at most.
const mostFields = 8

func (m *members) reset(names []string) { *m = members{names: names, unknownAt: -1} }

// place returns the number of a key among the names, or -1. It notes the order.
func (m *members) place(key string) int {
	i := slices.Index(m.names, key)
	if i < 0 {
		if m.unknownAt < 0 {
			m.unknown, m.unknownAt = key, m.n
		}
		return -1
	}
	if !m.fields[i].there() {
		m.order[m.n] = i
		m.n++
	}
	return i
}

// check goes through the fields in the order sent; one looks at each of those that are known.
func (m *members) check(one func(i int, f field) *serving.Error) *serving.Error {
	for at := range m.n + 1 {
		if at == m.unknownAt {
			return badRequest("unknown field " + serving.Quoted(m.unknown) + "; expected one of " + serving.Listed(m.names))
		}
		if at == m.n {
			break
		}
		i := m.order[at]
		if err := one(i, m.fields[i]); err != nil {
			return err
		}
	}
	return nil
}
