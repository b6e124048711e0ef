package httpserver

import (
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/tensor"
)

const lengthHeader = "Inference-Header-Content-Length"

// infer answers POST /v2/models/NAME/infer.
func (e *edge) infer(x *exchange) *serving.Error {
	if err := e.read(x); err != nil {
		return err
	}
	if err := e.gate.Enter(); err != nil {
		return err
	}
	defer e.gate.Leave()
	length, err := x.jsonPart()
	if err != nil {
		return err
	}
	b := &x.infer
	if err := b.read(x.body[:length], x.body[length:]); err != nil {
		return err
	}
	if err := b.inference.Check(); err != nil {
		return err
	}
	if err := x.find(e.plane, x.name, x.version); err != nil {
		return err
	}
	if err := b.inference.Fill(x.served, &x.request); err != nil {
		return x.served.Refuse(asServing(err))
	}
	x.rows = int(b.inference.Inputs[0].Shape[0])
	if err := b.firstWrong(x.served, x.request.Methods); err != nil {
		return x.served.Refuse(err)
	}
	if err := asServing(x.served.Predict(x.r.Context(), &x.request, &x.response)); err != nil {
		return err
	}
	x.inferred()
	return nil
}

// jsonPart is how many bytes of the body are JSON.
func (x *exchange) jsonPart() (int, *serving.Error) {
	if _, there := x.r.Header[lengthHeader]; !there {
		return len(x.body), nil
	}
	text := x.header(lengthHeader)
	length, err := strconv.ParseUint(text, 10, 63)
	if err != nil || length > uint64(len(x.body)) {
		return 0, badRequest(lengthHeader + " is " + serving.Quoted(text) + "; expected the number of bytes of the JSON part")
	}
	return int(length), nil
}

// firstWrong is the error for the first value, row by row, that is not of its feature's type.
func (b *inferBody) firstWrong(served *serving.Served, methods []modelx.Method) *serving.Error {
	var first *serving.Error
	var firstRow, firstColumn int
	for _, w := range b.wrong {
		row, column := w.at/served.NumFeatures(), w.at%served.NumFeatures()
		if feature := b.inference.Feature(w.input); feature >= 0 {
			if row, column = w.at, feature; !served.Reads(feature) {
				continue
			}
		} else if !serving.IsInverse(methods) && !served.Reads(column) {
			var there bool
			if w, there = b.readWrong(served, w); !there {
				continue
			}
			row, column = w.at/served.NumFeatures(), w.at%served.NumFeatures()
		}
		if first == nil || row < firstRow || row == firstRow && column < firstColumn {
			first, firstRow, firstColumn = w.cell.err(row, column, ""), row, column
		}
	}
	return first
}

// readWrong is the first wrong value that a method reads of an input for all features, of which the first at all is w.
func (b *inferBody) readWrong(served *serving.Served, w wrongValue) (found wrongValue, there bool) {
	in := &b.inference.Inputs[w.input]
	r, width, at := &jsonReader{data: b.text, pos: b.data[w.input]}, served.NumFeatures(), -1
	var one cells
	var item func() bool
	item = func() bool {
		if r.kind() == arrayValue {
			return r.array(item)
		}
		at++
		if !served.Reads(at % width) {
			return r.skip()
		}
		if !w.cell.wantsText {
			one.reset(0)
			r.cell(&one, in.Datatype == tensor.Bool)
			found, there = wrongValue{input: w.input, at: at, cell: one.wrong}, one.wrongAt >= 0
			return !there
		}
		kind := r.kind()
		there = kind != stringValue && kind != nullValue
		found = wrongValue{input: w.input, at: at, cell: wrongCell{kind: kind, wantsText: true}}
		return !there && r.skip()
	}
	r.array(item)
	return found, there
}

// wantsBinary tells whether an output shall be binary.
func (b *inferBody) wantsBinary(i int) bool {
	if i < len(b.binary) && b.binary[i].said {
		return b.binary[i].binary
	}
	return b.allBinary
}

// inferred writes the answer: JSON, and behind it the outputs that are binary.
func (x *exchange) inferred() {
	w, response := &x.out, &x.response
	w.Open('{')
	w.Key("model_name")
	w.Text(response.Model)
	w.Key("model_version")
	w.Text(response.Version)
	if x.infer.hasID {
		w.Key("id")
		w.Text(x.infer.id)
	}
	w.Key("outputs")
	w.Open('[')
	binary := false
	for i := range response.Outputs {
		out := &response.Outputs[i]
		w.Open('{')
		w.Key("name")
		w.Text(string(out.Method))
		w.Key("datatype")
		w.Text(tensor.Datatype(out))
		w.Key("shape")
		x.shape = tensor.AppendShape(x.shape[:0], response.Rows, out)
		w.shape(x.shape)
		missing, asBinary := tensor.Missing(out), x.infer.wantsBinary(i)
		before := len(x.raw)
		if asBinary {
			binary = true
			x.raw = tensor.AppendRaw(x.raw, out)
		}
		if missing != "" || asBinary {
			w.Key("parameters")
			w.Open('{')
			if asBinary {
				w.Key("binary_data_size")
				w.Integer(int64(len(x.raw) - before))
			}
			if missing != "" {
				w.Key("missing")
				w.Text(missing)
			}
			w.Close('}')
		}
		if !asBinary {
			w.Key("data")
			w.output(out, false)
		}
		w.Close('}')
	}
	w.Close(']')
	w.Close('}')
	if binary {
		x.jsonLength, x.contentType = len(w.Buf), contentBytes
		w.Buf = append(w.Buf, x.raw...)
	}
}
