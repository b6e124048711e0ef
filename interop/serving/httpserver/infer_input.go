package httpserver

import (
	"slices"
	"strconv"

	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

// The fields of an input.
var inputFields = []string{"data", "datatype", "name", "parameters", "shape"}

const (
	inputData = iota
	inputDatatype
	inputName
	inputParameters
	inputShape
)

func (b *inferBody) forgetInputs() {
	clear(b.wrong)
	clear(b.texts)
	b.inference.Inputs, b.sizes, b.shapes, b.wrong = b.inference.Inputs[:0], b.sizes[:0], b.shapes[:0], b.wrong[:0]
	b.texts, b.gaps, b.data = b.texts[:0], b.gaps[:0], b.data[:0]
	b.cells.reset(0)
}

func (b *inferBody) readInputs(r *jsonReader) bool {
	b.forgetInputs()
	at := -1
	return r.array(func() bool {
		at++
		if b.failures[fieldInputs] != nil {
			return r.skip()
		}
		kind := r.kind()
		if kind != objectValue {
			b.failures[fieldInputs] = wrongField(inputPlace(at), kind, objectValue.String())
			return r.skip()
		}
		if at == mostTensors {
			b.failures[fieldInputs] = tooManyTensors("inputs")
			return r.skip()
		}
		var m members
		m.reset(inputFields)
		first := len(b.cells.values)
		if !r.object(func(key string) bool { return b.readInputField(r, &m, first, key) }) {
			return false
		}
		b.failures[fieldInputs] = b.input(r, at, first, &m)
		return true
	})
}

// mostTensors bounds what a body makes of memory: an empty tensor takes hundreds of bytes.
const mostTensors = 100_000

func tooManyTensors(field string) *serving.Error {
	return serving.NewError(serving.TooLarge, "the body has more than %d %s", mostTensors, field)
}

func inputPlace(at int) string { return "inputs[" + strconv.Itoa(at) + "]" }

// readInputField reads one field of an input, whose values come behind the first ones.
func (b *inferBody) readInputField(r *jsonReader, m *members, first int, key string) bool {
	i := m.place(key)
	if i < 0 {
		return r.skip()
	}
	f := &m.fields[i]
	if i != inputData {
		return r.member(f)
	}
	b.cells.reset(first)
	if t := m.fields[inputDatatype]; r.kind() != arrayValue || t.kind == stringValue && r.isBytes(t) {
		return r.member(f)
	}
	// What turns out to be text later is read again.
	f.kind, f.start = arrayValue, r.pos
	ok := r.flatten(&b.cells)
	f.end = r.pos
	return ok
}

// isBytes tells whether a string names the datatype of text.
func (r *jsonReader) isBytes(f field) bool {
	name, ok := r.unquote(f.start, f.end)
	return ok && name == tensor.Bytes
}

// input judges and keeps one input. What is empty stands for what is not there.
func (b *inferBody) input(r *jsonReader, at, first int, m *members) *serving.Error {
	var in tensor.Input
	size, binary := int64(0), false
	for _, i := range m.order[:m.n] {
		f := m.fields[i]
		if f.kind == nullValue {
			m.fields[i] = field{}
			continue
		}
		place := inputPlace(at) + "." + inputFields[i]
		var err *serving.Error
		switch i {
		case inputName:
			in.Name, err = r.stringField(place, f)
		case inputDatatype:
			in.Datatype, err = r.stringField(place, f)
		case inputShape:
			in.Shape, err = b.shape(r, place, f)
		case inputData:
			err = f.expect(place, arrayValue)
		case inputParameters:
			if size, binary, err = r.binarySize(place, f); err == nil {
				in.Missing, err = r.textParameter(place, f, "missing")
			}
		}
		if err != nil {
			return err
		}
	}
	for _, i := range [...]int{inputName, inputShape, inputDatatype} {
		if !m.fields[i].there() {
			return noField(inputPlace(at) + "." + inputFields[i])
		}
	}
	switch data := m.fields[inputData].there(); {
	case !binary && !data:
		return noField(inputPlace(at) + ".data")
	case binary && data:
		return badRequest("input " + serving.Quoted(in.Name) + " has both data and binary_data_size; expected one of them")
	case binary:
		in.HasRaw = true
	case in.Datatype == tensor.Bytes:
		if !b.keepTexts(r, &in, m.fields[inputData]) {
			return tensor.TooManyTexts()
		}
	default:
		b.keepValues(&in, first)
	}
	b.inference.Inputs, b.sizes = append(b.inference.Inputs, in), append(b.sizes, size)
	b.data = append(b.data, m.fields[inputData].start)
	return nil
}

// keepValues gives an input the values behind the first ones.
func (b *inferBody) keepValues(in *tensor.Input, first int) {
	values := slices.Clip(b.cells.values[first:])
	if in.Datatype == tensor.FP64 {
		in.Contents.Doubles = values
	} else {
		in.Contents.Numbers, in.Contents.HasNumbers = values, true
	}
	at, cell := b.cells.wrongAt, b.cells.wrong
	if in.Datatype != tensor.Bool && b.cells.booleanAt >= 0 && (at < 0 || b.cells.booleanAt < at) {
		at, cell = b.cells.booleanAt, wrongCell{kind: booleanValue}
	}
	if at >= 0 {
		b.wrong = append(b.wrong, wrongValue{input: len(b.inference.Inputs), at: at - first, cell: cell})
	}
}

// keepTexts gives an input the texts of its data, which has been found to be an array. It tells whether those are not too
// many.
func (b *inferBody) keepTexts(r *jsonReader, in *tensor.Input, data field) bool {
	pos, depth := r.pos, r.depth
	defer func() { r.pos, r.depth = pos, depth }()
	r.pos, r.depth = data.start, 0
	texts, gaps, wrong := len(b.texts), len(b.gaps), false
	var item func() bool
	item = func() bool {
		if r.kind() == arrayValue {
			return r.array(item)
		}
		if len(b.texts) == tensor.MostTexts {
			return false
		}
		text, kind, ok := "", r.kind(), true
		switch kind {
		case stringValue:
			text, ok = r.str()
		case nullValue:
			b.gaps = append(b.gaps, len(b.texts)-texts)
			ok = r.word()
		default:
			if !wrong {
				wrong = true
				b.wrong = append(b.wrong, wrongValue{
					input: len(b.inference.Inputs), at: len(b.texts) - texts, cell: wrongCell{kind: kind, wantsText: true},
				})
			}
			ok = r.skip()
		}
		b.texts = append(b.texts, text)
		return ok
	}
	few := r.array(item)
	in.Contents.Texts, in.Contents.Gaps, in.Contents.HasTexts = slices.Clip(b.texts[texts:]), slices.Clip(b.gaps[gaps:]), true
	return few
}

// textParameter is a parameter that should be text.
func (r *jsonReader) textParameter(place string, parameters field, name string) (tensor.Parameter, *serving.Error) {
	f, err := r.parameter(place, parameters, name)
	if err != nil || !f.there() {
		return tensor.Parameter{}, err
	}
	if f.kind != stringValue {
		return tensor.Parameter{There: true, Is: f.kind.String()}, nil
	}
	text, _ := r.unquote(f.start, f.end)
	return tensor.Parameter{There: true, Text: text}, nil
}

// shape reads a shape.
func (b *inferBody) shape(r *jsonReader, place string, f field) (shape []int64, err *serving.Error) {
	if err := f.expect(place, arrayValue); err != nil {
		return nil, err
	}
	pos, depth := r.pos, r.depth
	first, at := len(b.shapes), -1
	r.pos, r.depth = f.start, 0
	r.array(func() bool {
		at++
		var item field
		ok := r.member(&item)
		if ok && err == nil {
			n, fits := r.integer(item.start, item.end)
			if item.kind != numberValue || !fits {
				err = wrongField(place+"["+strconv.Itoa(at)+"]", item.kind, "an integer")
			}
			b.shapes = append(b.shapes, n)
		}
		return ok
	})
	r.pos, r.depth = pos, depth
	return slices.Clip(b.shapes[first:]), err
}

// binarySize returns how many bytes an input has in the binary part, if its parameters say so.
func (r *jsonReader) binarySize(place string, parameters field) (size int64, binary bool, err *serving.Error) {
	f, err := r.parameter(place, parameters, "binary_data_size")
	if err != nil || !f.there() {
		return 0, false, err
	}
	size, err = r.integerField(place+".binary_data_size", f)
	return size, true, err
}
