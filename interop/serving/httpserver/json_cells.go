package httpserver

import (
	"math"
	"strings"

	"github.com/modelx-dev/modelx/interop/internal/plainjson"
	"github.com/modelx-dev/modelx/interop/serving"
)

// cells are the numbers of a JSON array, row by row. Their memory is used again.
type cells struct {
	values []float64
	// nested tells that the array's first value is an array; rows and width are then how many arrays there are, and
	// how many values the first one has.
	nested      bool
	rows, width int
	// objects tells that the array's first value is an object; rows is then how many there are, and no value is kept.
	objects bool
	// ragged is the first row of another width, from 1, or 0.
	ragged, raggedWidth int
	// notRow is the first value that is no array, or no object, though the first one is, from 1, or 0.
	notRow     int
	notRowKind valueKind
	// wrongAt is the place among values of the first value that is no number, or -1.
	wrongAt int
	wrong   wrongCell
	// wrongRow and wrongColumn are its place in nested arrays, from 0.
	wrongRow, wrongColumn int
	// booleanAt is the place among values of the first boolean where those are taken as 1 and 0, or -1.
	booleanAt int
}

// wrongCell is what stands where a number should.
type wrongCell struct {
	kind       valueKind
	text       string
	outOfRange bool
	// wantsText tells that a text should stand there.
	wantsText bool
}

// err is the contract's error, for a place that counts from 0, and the feature's name or nothing.
func (w wrongCell) err(row, column int, feature string) *serving.Error {
	switch {
	case w.wantsText:
		return serving.NotTextError(row, column, feature, w.kind.String())
	case w.outOfRange:
		return serving.NotNumericError(row, column, feature, "out of range")
	case w.kind == stringValue:
		return serving.NotNumericError(row, column, feature, "the text "+serving.Quoted(w.text))
	default:
		return serving.NotNumericError(row, column, feature, w.kind.String())
	}
}

// reset forgets all, but for the first values.
func (c *cells) reset(keep int) {
	*c = cells{values: c.values[:keep], wrongAt: -1, booleanAt: -1}
}

// rowsOf reads an array: of rows, if its first value is one, else of numbers.
func (r *jsonReader) rowsOf(c *cells) bool {
	c.reset(0)
	if r.kind() != arrayValue {
		return r.skip()
	}
	first := true
	return r.array(func() bool {
		kind := r.kind()
		if first {
			c.nested, c.objects = kind == arrayValue, kind == objectValue
			first = false
		}
		if !c.nested && !c.objects {
			return r.cell(c, false)
		}
		c.rows++
		if c.objects && kind == objectValue {
			return r.skip()
		}
		if c.objects || kind != arrayValue {
			if c.notRow == 0 {
				c.notRow, c.notRowKind = c.rows, kind
			}
			return r.skip()
		}
		return r.row(c)
	})
}

// row reads one of the rows.
func (r *jsonReader) row(c *cells) bool {
	start := len(c.values)
	hadWrong := c.wrongAt >= 0
	if !r.numbers(c) {
		return false
	}
	width := len(c.values) - start
	if c.rows == 1 {
		c.width = width
	} else if width != c.width && c.ragged == 0 {
		c.ragged, c.raggedWidth = c.rows, width
	}
	if !hadWrong && c.wrongAt >= 0 {
		c.wrongRow, c.wrongColumn = c.rows-1, c.wrongAt-start
	}
	return true
}

// flatten reads an array, and those in it, as one row, and puts it behind the values that are there. true and false are 1
// and 0; it is the caller's affair whether they may be there.
func (r *jsonReader) flatten(c *cells) bool {
	return r.array(func() bool {
		if r.kind() == arrayValue {
			return r.flatten(c)
		}
		return r.cell(c, true)
	})
}

// numbers is array with cell for its items; a loop of its own, as this is where the time goes.
func (r *jsonReader) numbers(c *cells) bool {
	if !r.enter() {
		return false
	}
	if r.peek() == ']' {
		return r.leave()
	}
	for {
		if !r.cell(c, false) {
			return false
		}
		r.space()
		switch r.peek() {
		case ',':
			r.pos++
			r.space()
		case ']':
			return r.leave()
		default:
			return false
		}
	}
}

// cell reads one value. What is no number stands as 0, and the first such one is kept.
func (r *jsonReader) cell(c *cells, booleans bool) bool {
	wrong := wrongCell{kind: r.kind()}
	switch wrong.kind {
	case numberValue:
		v, inRange, ok := r.number()
		if !ok {
			return false
		}
		if inRange {
			c.values = append(c.values, v)
			return true
		}
		wrong.outOfRange = true
	case stringValue:
		before := len(r.unescaped)
		text, ok := r.str()
		if !ok {
			return false
		}
		r.unescaped = r.unescaped[:before]
		if v, ok := plainjson.ReadNonFinite(text); ok {
			c.values = append(c.values, v)
			return true
		}
		wrong.text = text
	case nullValue:
		c.values = append(c.values, math.NaN())
		return r.word()
	case booleanValue:
		value := 0.0
		if booleans {
			if r.peek() == 't' {
				value = 1
			}
			if c.booleanAt < 0 {
				c.booleanAt = len(c.values)
			}
			c.values = append(c.values, value)
			return r.word()
		}
		fallthrough
	default:
		if !r.skip() {
			return false
		}
	}
	if c.wrongAt < 0 {
		wrong.text = strings.Clone(wrong.text)
		c.wrongAt, c.wrong = len(c.values), wrong
	}
	c.values = append(c.values, 0)
	return true
}
