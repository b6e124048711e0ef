package httpserver

import (
	"math"
	"math/big"
	"strings"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
	"github.com/modelx-dev/modelx/interop/serving"
)

// typedRows reads rows of JSON for a model: objects, and arrays where features are strings. The JSON has been found to be
// valid. Its memory is used again.
type typedRows struct {
	rows serving.Rows
	// gap is what stands for null among strings.
	gap float64
	// booleans tells that true and false are numbers.
	booleans bool

	r      jsonReader
	served *serving.Served
	// named tells that texts name features.
	named bool
	// row is the one that is being read, from 0, and values its part of the rows.
	row    int
	values []float64
	// seen has for each feature the last row, from 1, that has it; keys the features of the last object's keys in their
	// order, -1 for others: the next object mostly has the same.
	seen []int
	keys []int
	// wrong are the values of the row that are not what their features are.
	wrong []wrongValue
}

// forget lets go of what a request has.
func (t *typedRows) forget() {
	clear(t.wrong)
	t.r, t.served, t.values, t.wrong = jsonReader{unescaped: t.r.unescaped[:0]}, nil, nil, t.wrong[:0]
}

// begin makes room for n rows of the array at start.
func (t *typedRows) begin(served *serving.Served, methods []modelx.Method, body []byte, start, n int) *serving.Error {
	t.served, t.r.data, t.r.pos, t.r.depth = served, body, start, 0
	t.wrong, t.row = t.wrong[:0], -1
	return t.rows.Begin(served, n, methods)
}

// next goes on to the next row.
func (t *typedRows) next() {
	t.row++
	t.r.unescaped = t.r.unescaped[:0]
	width := t.served.NumFeatures()
	t.values = t.rows.Values[t.row*width:][:width]
}

// objects reads an array of objects.
func (t *typedRows) objects() (err *serving.Error) {
	t.named = true
	t.seen, t.keys = append(t.seen[:0], make([]int, t.served.NumFeatures())...), t.keys[:0]
	t.r.array(func() bool {
		t.next()
		err = t.object()
		return err == nil
	})
	return err
}

// object reads a row.
func (t *typedRows) object() *serving.Error {
	at := 0
	t.r.object(func(key string) bool {
		feature := t.feature(at, key)
		at++
		if feature < 0 || !t.served.Reads(feature) {
			return t.r.skip()
		}
		if t.seen[feature] == t.row+1 {
			t.forgive(feature)
		}
		t.seen[feature] = t.row + 1
		return t.cell(feature)
	})
	for feature := range t.seen {
		if t.seen[feature] != t.row+1 && t.served.Reads(feature) {
			return serving.NewError(serving.MissingColumn, "row %d has no key %s; expected one for each feature",
				t.row+1, serving.Quoted(t.served.Name(feature)))
		}
	}
	return t.firstWrong()
}

// mostKeys is how many keys are compared with those of the last object; those after them are looked up.
const mostKeys = 1024

// feature is that of the key at a place of an object, or -1.
func (t *typedRows) feature(at int, key string) int {
	if at < len(t.keys) {
		if feature := t.keys[at]; feature >= 0 && t.served.Name(feature) == key {
			return feature
		}
	}
	feature := t.served.Place(key)
	switch {
	case at < len(t.keys):
		t.keys[at] = feature
	case at < mostKeys:
		t.keys = append(t.keys, feature)
	}
	return feature
}

// forgive forgets what was wrong with a value of the row, as another one is in its place.
func (t *typedRows) forgive(feature int) {
	kept := t.wrong[:0]
	for _, w := range t.wrong {
		if w.at != feature {
			kept = append(kept, w)
		}
	}
	t.wrong = kept
}

// arrays reads an array of arrays.
func (t *typedRows) arrays() (err *serving.Error) {
	t.named = false
	width := t.served.NumFeatures()
	t.r.array(func() bool {
		t.next()
		found := 0
		t.r.array(func() bool {
			found++
			return t.cellOrSkip(found-1, width)
		})
		if found != width {
			err = wrongWidth(t.row+1, found, width)
			return false
		}
		err = t.firstWrong()
		return err == nil
	})
	return err
}

// flat reads an array of the values of all rows.
func (t *typedRows) flat() (err *serving.Error) {
	t.named = false
	width, at := t.served.NumFeatures(), 0
	t.r.array(func() bool {
		if at == 0 {
			t.next()
		}
		ok := t.cellOrSkip(at, width)
		if at++; at == width {
			err, at = t.firstWrong(), 0
		}
		return ok && err == nil
	})
	return err
}

// cellOrSkip reads the value of a feature, if it is one and a method reads it.
func (t *typedRows) cellOrSkip(feature, width int) bool {
	if feature >= width || !t.served.Reads(feature) {
		return t.r.skip()
	}
	return t.cell(feature)
}

// cell reads the value of a feature.
func (t *typedRows) cell(feature int) bool {
	r := &t.r
	text := t.served.Type(feature) == modelx.TypeString
	wrong := wrongCell{kind: r.kind(), wantsText: text}
	switch {
	case wrong.kind == stringValue:
		found, ok := r.str()
		if text {
			t.values[feature] = t.rows.Number(found)
			return ok
		}
		if v, is := plainjson.ReadNonFinite(found); is {
			t.values[feature] = v
			return ok
		}
		wrong.text = strings.Clone(found)
	case wrong.kind == nullValue:
		t.values[feature] = math.NaN()
		if text {
			t.values[feature] = t.gap
		}
		return r.word()
	case wrong.kind == numberValue && !text:
		v, inRange, ok := r.number()
		if t.values[feature] = v; inRange {
			return ok
		}
		wrong.outOfRange = true
	case wrong.kind == booleanValue && !text && t.booleans:
		t.values[feature] = 0
		if r.peek() == 't' {
			t.values[feature] = 1
		}
		return r.word()
	default:
		if !r.skip() {
			return false
		}
	}
	t.wrong = append(t.wrong, wrongValue{at: feature, cell: wrong})
	return true
}

// firstWrong is the error for the first feature of the row that has a wrong value.
func (t *typedRows) firstWrong() *serving.Error {
	if len(t.wrong) == 0 {
		return nil
	}
	first := t.wrong[0]
	for _, w := range t.wrong[1:] {
		if w.at < first.at {
			first = w
		}
	}
	name := ""
	if t.named {
		name = t.served.Name(first.at)
	}
	return first.cell.err(t.row, first.at, name)
}

// typed answers rows that are objects, or that may have strings.
func (x *exchange) typed(gap modelx.Missing) *serving.Error {
	p, t := &x.predict, &x.typedRows
	n, err := x.countTyped()
	if err != nil {
		return err
	}
	t.gap, t.booleans = modelx.MissingNumber(gap), p.cells.objects || x.served.Strings() > 0
	if err := t.begin(x.served, x.methods, x.body, p.features, n); err != nil {
		return err
	}
	switch {
	case p.cells.objects:
		err = t.objects()
	case p.cells.nested:
		err = t.arrays()
	default:
		err = t.flat()
	}
	x.request.Made = &t.rows
	return err
}

// countTyped is how many rows the body has.
func (x *exchange) countTyped() (int, *serving.Error) {
	p, width := &x.predict, x.served.NumFeatures()
	if !p.cells.nested && !p.cells.objects {
		found := len(p.cells.values)
		if expected := new(big.Int).Mul(big.NewInt(p.rows), big.NewInt(int64(width))); p.rows > 0 && expected.Cmp(big.NewInt(int64(found))) != 0 {
			return 0, serving.NewError(serving.WrongWidth, "features has %d values for %d rows; expected %s", found, p.rows, expected)
		}
		if found%width != 0 {
			return 0, serving.NewError(serving.WrongWidth, "features has %d values; expected a multiple of %d", found, width)
		}
		return found / width, nil
	}
	if p.rows > 0 && p.rows != int64(p.cells.rows) {
		return 0, serving.NewError(serving.WrongWidth, "features has %d rows; expected %d", p.cells.rows, p.rows)
	}
	return p.cells.rows, nil
}
