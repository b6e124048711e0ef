package httpserver

import (
	"strings"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
)

// predict answers POST /predict.
func (e *edge) predict(x *exchange) *serving.Error {
	if err := e.read(x); err != nil {
		return err
	}
	if err := e.gate.Enter(); err != nil {
		return err
	}
	defer e.gate.Leave()
	p := &x.predict
	if err := p.read(x.body); err != nil {
		return err
	}
	x.bodyID = strings.Clone(p.requestID)
	if err := x.find(e.plane, p.texts[fieldModelName], p.texts[fieldModelVersion]); err != nil {
		return err
	}
	if err := x.askFor(modelx.Method(p.texts[fieldMethod]), p.probabilities); err != nil {
		return x.served.Refuse(err)
	}
	if err := x.compute(); err != nil {
		return err
	}
	x.out.predictions(&x.response, e.now().Unix())
	return nil
}

// askFor fills the request with the methods, predict where none is named, which the model must have.
func (x *exchange) askFor(method modelx.Method, probabilities bool) *serving.Error {
	if method == "" {
		method = modelx.Predict
	}
	methods := append(x.methods[:0], method)
	if probabilities && method == modelx.Predict {
		methods = append(methods, modelx.PredictProba)
	}
	for _, m := range methods {
		if _, err := x.served.Method(m); err != nil {
			return asServing(err)
		}
	}
	x.methods, x.request = methods, serving.Request{Methods: methods}
	return nil
}

// compute answers the rows of the body: their form goes before their values.
func (x *exchange) compute() *serving.Error {
	p := &x.predict
	inverse := serving.IsInverse(x.methods)
	switch {
	case p.cells.objects && inverse:
		return x.served.Refuse(badRequest("inverse_transform takes numbers; expected arrays"))
	case p.cells.objects, x.served.Strings() > 0 && !inverse && len(p.cells.values)+p.cells.rows > 0:
		x.rows = x.countRows()
		if err := x.typed(p.gap); err != nil {
			return x.served.Refuse(err)
		}
		return asServing(x.served.Predict(x.r.Context(), &x.request, &x.response))
	}
	if err := x.checkWidths(); err != nil {
		return x.served.Refuse(err)
	}
	x.rows = x.countRows()
	if p.cells.wrongAt >= 0 && x.served.Unread() > 0 && !inverse && x.rows > 0 && (p.rows == 0 || p.rows == int64(x.rows)) {
		// What stands where nobody reads may be anything.
		if err := x.typed(p.gap); err != nil {
			return x.served.Refuse(err)
		}
		return asServing(x.served.Predict(x.r.Context(), &x.request, &x.response))
	}
	x.request.Features, x.request.Rows = p.cells.values, p.rows
	err := asServing(x.served.Predict(x.r.Context(), &x.request, &x.response))
	if p.cells.wrongAt < 0 || err != nil && err.Kind != serving.NonFiniteInput && err.Kind != serving.RefusedValue {
		return err
	}
	// Zeros stood for what is no number: all that is looked at before the values is right.
	row, column := p.cells.wrongRow, p.cells.wrongColumn
	if width := x.served.NumFeatures(); !p.cells.nested {
		row, column = p.cells.wrongAt/width, p.cells.wrongAt%width
	}
	return p.cells.wrong.err(row, column, "")
}

// checkWidths looks at rows that came in an array each. What came in one array, the data plane looks at.
func (x *exchange) checkWidths() *serving.Error {
	c := &x.predict.cells
	if !c.nested {
		return nil
	}
	width := x.served.NumFeatures()
	row, found := 1, c.width
	if found == width && c.ragged > 0 {
		row, found = c.ragged, c.raggedWidth
	}
	if found == width {
		return nil
	}
	return wrongWidth(row, found, width)
}

// wrongWidth is the error for a row, which counts from 1.
func wrongWidth(row, found, width int) *serving.Error {
	return serving.NewError(serving.WrongWidth, "row %d has %d values; expected %d", row, found, width)
}

// countRows is how many rows the body has, 0 where that is not known.
func (x *exchange) countRows() int {
	c := &x.predict.cells
	if c.nested || c.objects {
		return c.rows
	}
	if width := x.served.NumFeatures(); len(c.values)%width == 0 {
		return len(c.values) / width
	}
	return 0
}

// predictions writes a PredictResponse.
func (w *jsonWriter) predictions(response *serving.Response, now int64) {
	out := &response.Outputs[0]
	w.Open('{')
	w.Key("predictions")
	w.output(out, !out.Vector)
	w.Key("model_version")
	w.Text(response.Version)
	w.Key("timestamp")
	w.Integer(now)
	w.Key("model_name")
	w.Text(response.Model)
	w.Key("rows")
	w.Integer(int64(response.Rows))
	w.Key("columns")
	w.Integer(int64(out.Columns))
	if len(response.Outputs) > 1 {
		w.Key("probabilities")
		w.output(&response.Outputs[1], true)
	}
	w.Close('}')
}

// output writes the values of an output, in one array, or with nested in one for each row.
func (w *jsonWriter) output(out *serving.Output, nested bool) {
	w.Open('[')
	for at := 0; at < len(out.Values); at += out.Columns {
		row := out.Values[at : at+out.Columns]
		if nested {
			w.Open('[')
		}
		if out.Types != nil {
			w.mixed(out, row, nested)
		} else {
			w.values(out, row)
		}
		if nested {
			w.Close(']')
		}
	}
	w.Close(']')
}

// mixed writes a row of numbers and texts. With nulls, those are what is missing among texts, else empty texts.
func (w *jsonWriter) mixed(out *serving.Output, row []float64, nulls bool) {
	for i, v := range row {
		if !out.IsText(i) {
			w.Double(v)
			continue
		}
		text, missing := out.Text(v)
		if nulls && missing != modelx.Present {
			w.Next()
			w.Buf = append(w.Buf, "null"...)
		} else {
			w.Text(text)
		}
	}
}

// values writes some rows of an output's values, as what they are.
func (w *jsonWriter) values(out *serving.Output, values []float64) {
	for i, v := range values {
		switch {
		case out.Type == modelx.TypeString:
			w.Text(out.Label(i, v))
		case out.Indexed:
			w.Next()
			w.Buf = append(w.Buf, out.Label(i, v)...)
		case out.Type == modelx.TypeInt64:
			w.Integer(int64(v))
		case out.Type == modelx.TypeBool:
			w.Boolean(v != 0)
		default:
			w.Double(v)
		}
	}
}
