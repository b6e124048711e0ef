package httpserver

import (
	"math/big"
	"strconv"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

// inferBody is an inference request as it came. Its texts do not outlive the body.
//
// Each input and output is judged where it ends, so that nothing is kept of those that are wrong; the first error of each
// field waits until all of the body has turned out to be JSON.
type inferBody struct {
	inference tensor.Inference
	id        string
	hasID     bool
	// binary says of each output that is asked for whether it shall be binary; allBinary, of those of which nothing is
	// said.
	binary    []wish
	allBinary bool

	// wrong is where values stand that are no numbers.
	wrong []wrongValue
	// sizes are those of the inputs in the binary part, -1 for the others.
	sizes []int64

	// values and shapes are memory for all inputs.
	cells  cells
	shapes []int64
	texts  []string
	gaps   []int
	// text is the JSON part, and data where each input's begin in it.
	text []byte
	data []int

	members members
	// failures are those of the fields.
	failures [len(inferFields)]*serving.Error
}

// wish is what is said of an output.
type wish struct{ said, binary bool }

// wrongValue is the first value of an input that is no number.
type wrongValue struct {
	input, at int
	cell      wrongCell
}

// The fields of a request.
var inferFields = [...]string{"id", "inputs", "outputs", "parameters"}

const (
	fieldID = iota
	fieldInputs
	fieldOutputs
	fieldParameters
)

func (b *inferBody) valuesKept() int {
	return cap(b.cells.values) + b.inference.Kept() + cap(b.shapes) + cap(b.sizes) + 2*cap(b.texts) + cap(b.gaps) + cap(b.data)
}

// reset lets go of all but the memory for numbers.
func (b *inferBody) reset() {
	b.inference.Reset()
	clear(b.wrong)
	clear(b.texts)
	b.cells.reset(0)
	*b = inferBody{
		inference: b.inference, cells: b.cells, binary: b.binary[:0], wrong: b.wrong[:0], sizes: b.sizes[:0],
		shapes: b.shapes[:0], texts: b.texts[:0], gaps: b.gaps[:0], data: b.data[:0],
	}
}

// read takes the JSON part apart, and gives each input its bytes of the binary part.
func (b *inferBody) read(text, binary []byte) *serving.Error {
	b.members.reset(inferFields[:])
	b.text = text
	r := &jsonReader{data: text}
	if err := r.document(false, func(key string) bool { return b.field(r, key) }); err != nil {
		return err
	}
	for _, i := range b.members.order[:b.members.n] {
		if err := b.failures[i]; err != nil {
			return err
		}
	}
	return b.cut(binary)
}

// field reads one field of the request. Of a field that is there twice, only the last one counts.
func (b *inferBody) field(r *jsonReader, key string) bool {
	i := b.members.place(key)
	if i < 0 {
		return r.skip()
	}
	f := &b.members.fields[i]
	f.kind, f.start = r.kind(), r.pos
	b.failures[i] = nil
	switch {
	case i == fieldInputs && f.kind == arrayValue:
		return b.readInputs(r)
	case i == fieldOutputs && f.kind == arrayValue:
		return b.readOutputs(r)
	case !r.member(f):
		return false
	}
	switch i {
	case fieldID:
		if b.id, b.hasID = "", f.kind != nullValue; b.hasID {
			b.id, b.failures[i] = r.stringField(key, *f)
		}
	case fieldParameters:
		var said wish
		said, b.failures[i] = r.flag(key, *f, "binary_data_output")
		b.allBinary = said.binary
		if b.failures[i] == nil {
			b.inference.Gaps, b.failures[i] = r.textParameter(key, *f, "gaps")
		}
	case fieldInputs:
		b.forgetInputs()
		b.failures[i] = unlessNull(key, *f, arrayValue)
	case fieldOutputs:
		b.forgetOutputs()
		b.failures[i] = unlessNull(key, *f, arrayValue)
	}
	return true
}

// unlessNull checks the kind of a field; null means that it is not there.
func unlessNull(place string, f field, kind valueKind) *serving.Error {
	if !f.there() || f.kind == nullValue {
		return nil
	}
	return f.expect(place, kind)
}

// flag returns a boolean among the parameters in a field.
func (r *jsonReader) flag(place string, parameters field, name string) (wish, *serving.Error) {
	f, err := r.parameter(place, parameters, name)
	if err != nil || !f.there() {
		return wish{}, err
	}
	return wish{said: true, binary: r.data[f.start] == 't'}, f.expect(place+"."+name, booleanValue)
}

// parameter finds a parameter that is there and not null.
func (r *jsonReader) parameter(place string, parameters field, name string) (found field, err *serving.Error) {
	if err := unlessNull(place, parameters, objectValue); err != nil || parameters.kind != objectValue {
		return field{}, err
	}
	pos, depth := r.pos, r.depth
	r.within(parameters, func(key string, value field) {
		if key == name {
			found = value
		}
	})
	r.pos, r.depth = pos, depth
	if found.kind == nullValue {
		return field{}, nil
	}
	return found, nil
}

func (b *inferBody) forgetOutputs() {
	b.inference.Outputs, b.binary = b.inference.Outputs[:0], b.binary[:0]
}

// The fields of an output.
var outputFields = []string{"name", "parameters"}

func (b *inferBody) readOutputs(r *jsonReader) bool {
	b.forgetOutputs()
	at := -1
	return r.array(func() bool {
		at++
		if b.failures[fieldOutputs] != nil {
			return r.skip()
		}
		place := "outputs[" + strconv.Itoa(at) + "]"
		if kind := r.kind(); kind != objectValue {
			b.failures[fieldOutputs] = wrongField(place, kind, objectValue.String())
			return r.skip()
		}
		if at == mostTensors {
			b.failures[fieldOutputs] = tooManyTensors("outputs")
			return r.skip()
		}
		var m members
		m.reset(outputFields)
		if !r.object(func(key string) bool { return r.memberOf(&m, key) }) {
			return false
		}
		b.failures[fieldOutputs] = b.output(r, place, &m)
		return true
	})
}

// output judges and keeps one output.
func (b *inferBody) output(r *jsonReader, place string, m *members) *serving.Error {
	var name string
	var said wish
	for _, i := range m.order[:m.n] {
		f := m.fields[i]
		var err *serving.Error
		switch {
		case f.kind == nullValue:
		case i == 0:
			name, err = r.stringField(place+".name", f)
		default:
			said, err = r.flag(place+".parameters", f, "binary_data")
		}
		if err != nil {
			return err
		}
	}
	if f := m.fields[0]; !f.there() || f.kind == nullValue {
		return noField(place + ".name")
	}
	b.inference.Outputs, b.binary = append(b.inference.Outputs, name), append(b.binary, said)
	return nil
}

func noField(place string) *serving.Error { return badRequest("no field " + serving.Quoted(place)) }

// cut gives each binary input its bytes.
func (b *inferBody) cut(binary []byte) *serving.Error {
	wanted, negative := new(big.Int), false
	for i, size := range b.sizes {
		if b.inference.Inputs[i].HasRaw {
			wanted.Add(wanted, big.NewInt(size))
			negative = negative || size < 0
		}
	}
	if negative || wanted.Cmp(big.NewInt(int64(len(binary)))) != 0 {
		return serving.NewError(serving.BadRequest, "the binary part has %d bytes; expected %s", len(binary), wanted)
	}
	for i, size := range b.sizes {
		if in := &b.inference.Inputs[i]; in.HasRaw {
			in.Raw, binary = binary[:size:size], binary[size:]
		}
	}
	return nil
}
