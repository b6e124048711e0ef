package httpserver

import (
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
)

// The fields of PredictRequest, sorted.
var predictFields = []string{
	"features", "gaps", "include_probabilities", "metadata", "method", "model_name", "model_version", "rows",
}

const (
	fieldFeatures = iota
	fieldGaps
	fieldProbabilities
	fieldMetadata
	fieldMethod
	fieldModelName
	fieldModelVersion
	fieldRows
)

// predictBody is a PredictRequest as it came. Its texts do not outlive the body.
type predictBody struct {
	members members
	cells   cells
	// features is where those begin.
	features int
	// gap is what null is among strings.
	gap   modelx.Missing
	texts [fieldModelVersion + 1]string
	// requestID is the one in the metadata.
	requestID     string
	probabilities bool
	rows          int64
}

// read takes a body apart: first whether it is JSON at all, then its fields in their order, then those that are missing.
func (p *predictBody) read(body []byte) *serving.Error {
	*p = predictBody{cells: p.cells, gap: modelx.MissingNone}
	p.members.reset(predictFields)
	r := &jsonReader{data: body}
	err := r.document(false, func(key string) bool {
		if key != predictFields[fieldFeatures] {
			return r.memberOf(&p.members, key)
		}
		p.members.fields[p.members.place(key)].kind = r.kind()
		p.features = r.pos
		return r.rowsOf(&p.cells)
	})
	if err != nil {
		return err
	}
	if err := p.members.check(func(i int, f field) *serving.Error { return p.field(r, i, f) }); err != nil {
		return err
	}
	if !p.members.fields[fieldFeatures].there() {
		return badRequest(`no field "features"`)
	}
	return nil
}

// field checks and keeps one field.
func (p *predictBody) field(r *jsonReader, i int, f field) *serving.Error {
	name := predictFields[i]
	switch i {
	case fieldFeatures:
		if err := f.expect(name, arrayValue); err != nil {
			return err
		}
		if p.cells.notRow > 0 {
			expected := arrayValue
			if p.cells.objects {
				expected = objectValue
			}
			return badRequest("row " + strconv.Itoa(p.cells.notRow) + " is " + p.cells.notRowKind.String() + "; expected " + expected.String())
		}
		return nil
	case fieldGaps:
		said, err := r.stringField(name, f)
		if err == nil {
			p.gap, err = serving.ChosenGap(said)
		}
		return err
	case fieldProbabilities:
		p.probabilities = f.kind == booleanValue && r.data[f.start] == 't'
		return f.expect(name, booleanValue)
	case fieldMetadata:
		return p.metadata(r, f)
	case fieldRows:
		rows, err := r.integerField(name, f)
		if err == nil && rows < 0 {
			err = badRequest("rows is " + strconv.FormatInt(rows, 10) + "; expected 0 or more")
		}
		p.rows = rows
		return err
	default:
		text, err := r.stringField(name, f)
		p.texts[i] = text
		return err
	}
}

// metadata takes the request's id out of the notes, all of which must be text.
func (p *predictBody) metadata(r *jsonReader, f field) *serving.Error {
	if err := f.expect("metadata", objectValue); err != nil {
		return err
	}
	allText := true
	r.within(f, func(key string, value field) {
		if value.kind != stringValue {
			allText = false
		} else if key == "request_id" {
			p.requestID, _ = r.unquote(value.start, value.end)
		}
	})
	if allText {
		return nil
	}
	// Of doubled keys only the last value counts: which ones those are is looked for where it matters only.
	last := map[string]valueKind{}
	var keys []string
	r.within(f, func(key string, value field) {
		if _, doubled := last[key]; !doubled {
			keys = append(keys, key)
		}
		last[key] = value.kind
	})
	for _, key := range keys {
		if kind := last[key]; kind != stringValue {
			return wrongField("metadata."+key, kind, stringValue.String())
		}
	}
	return nil
}

// within goes through an object that has been read before.
func (r *jsonReader) within(object field, one func(key string, value field)) {
	r.pos, r.depth = object.start, 0
	r.object(func(key string) bool {
		var value field
		ok := r.member(&value)
		one(key, value)
		return ok
	})
}

// stringField returns the text of a field that must be one. It does not outlive the document's buffer.
func (r *jsonReader) stringField(place string, f field) (string, *serving.Error) {
	if err := f.expect(place, stringValue); err != nil {
		return "", err
	}
	text, _ := r.unquote(f.start, f.end)
	return text, nil
}

// integerField returns the integer of a field that must be one.
func (r *jsonReader) integerField(place string, f field) (int64, *serving.Error) {
	if f.kind == numberValue {
		if v, ok := r.integer(f.start, f.end); ok {
			return v, nil
		}
	}
	return 0, wrongField(place, f.kind, "an integer")
}
