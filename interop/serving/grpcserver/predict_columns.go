package grpcserver

import (
	"encoding/binary"
	"math"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/serving"
)

// columnsOf makes rows of a request's columns.
type columnsOf struct {
	columns []columnMessage
	// places are the columns' features, -1 for those that are left out.
	places []int
	seen   []bool
	rows   serving.Rows
}

// checkColumns looks at their form: what can be said without a model.
func (m *predictMessage) checkColumns() *serving.Error {
	columns := m.columns
	if len(m.features) > 0 {
		return serving.NewError(serving.BadRequest, "features and columns are both there; expected one of them")
	}
	named := false
	for i := range columns {
		named = named || len(columns[i].name) > 0
	}
	for i := range columns {
		if named && len(columns[i].name) == 0 {
			return serving.NewError(serving.BadRequest, "column %d has no name; expected one, as others have", i+1)
		}
	}
	for i := range columns {
		if c := &columns[i]; c.second != 0 {
			return serving.NewError(serving.BadRequest, "%s has %s and %s; expected one list", c.label(i), listName(c.first), listName(c.second))
		}
	}
	return nil
}

// label names a column in a text.
func (c *columnMessage) label(i int) string {
	if len(c.name) > 0 {
		return "column " + serving.Quoted(string(c.name))
	}
	return "column " + strconv.Itoa(i+1)
}

// fill makes rows for the methods of a model, which it has.
func (t *columnsOf) fill(columns []columnMessage, s *serving.Served, methods []modelx.Method, rows int64) *serving.Error {
	t.columns = columns
	if serving.IsInverse(methods) {
		return serving.NewError(serving.BadRequest, "inverse_transform takes numbers; expected features")
	}
	if err := t.find(s); err != nil {
		return err
	}
	if err := t.checkTypes(s); err != nil {
		return err
	}
	n, err := t.countRows(s, rows)
	if err != nil {
		return err
	}
	if err := t.rows.Begin(s, n, methods); err != nil {
		return err
	}
	for i := range columns {
		if t.reads(s, i) {
			if err := columns[i].checkGaps(i, n); err != nil {
				return err
			}
		}
	}
	for i := range columns {
		if t.reads(s, i) {
			t.fillColumn(&columns[i], t.places[i], s)
		}
	}
	return nil
}

// find gives each column its feature.
func (t *columnsOf) find(s *serving.Served) *serving.Error {
	width := s.NumFeatures()
	t.places = t.places[:0]
	if len(t.columns[0].name) == 0 {
		if len(t.columns) != width {
			return serving.NewError(serving.WrongWidth, "%d columns; expected %d", len(t.columns), width)
		}
		for i := range t.columns {
			t.places = append(t.places, i)
		}
		return nil
	}
	t.seen = append(t.seen[:0], make([]bool, width)...)
	for i := range t.columns {
		place := t.place(s, i)
		if place >= 0 && t.seen[place] && s.Reads(place) {
			return serving.NewError(serving.MissingColumn, "%s is there twice; expected it once", t.columns[i].label(i))
		}
		if place >= 0 {
			t.seen[place] = true
		}
		t.places = append(t.places, place)
	}
	for place, seen := range t.seen {
		if !seen && s.Reads(place) {
			return serving.NewError(serving.MissingColumn, "no column %s; expected one for each feature", serving.Quoted(s.Name(place)))
		}
	}
	return nil
}

// place is the feature of a column, or -1. Most columns come in the order of the features.
func (t *columnsOf) place(s *serving.Served, i int) int {
	name := textOf(t.columns[i].name)
	if names := s.FeatureNames(); i < len(names) && names[i] == name {
		return i
	}
	return s.Place(name)
}

// reads tells whether a column is a feature that a method reads.
func (t *columnsOf) reads(s *serving.Served, i int) bool {
	return t.places[i] >= 0 && s.Reads(t.places[i])
}

// checkTypes compares numbers and strings with what the features are.
func (t *columnsOf) checkTypes(s *serving.Served) *serving.Error {
	for i := range t.columns {
		if !t.reads(s, i) {
			continue
		}
		list := t.columns[i].first
		wanted := s.Type(t.places[i]) == modelx.TypeString
		switch {
		case list == 0 || (list == stringsField) == wanted:
		case wanted:
			return serving.NewError(serving.NotText, "%s has %s; expected strings", t.columns[i].label(i), listName(list))
		default:
			return serving.NewError(serving.NotNumeric, "%s has strings; expected numbers", t.columns[i].label(i))
		}
	}
	return nil
}

// countRows is how many rows the columns have; said is what the request says, or 0.
func (t *columnsOf) countRows(s *serving.Served, said int64) (int, *serving.Error) {
	n := -1
	for i := range t.columns {
		if !t.reads(s, i) {
			continue
		}
		switch found := t.columns[i].rows(); {
		case n < 0:
			n = found
		case n != found:
			return 0, serving.NewError(serving.BadRequest, "columns have %d and %d rows; expected the same number", n, found)
		}
	}
	n = max(n, 0)
	if said > 0 && said != int64(n) {
		return 0, serving.NewError(serving.WrongWidth, "columns have %d rows; expected %d", n, said)
	}
	return n, nil
}

// checkGaps looks at the rows whose values are missing.
func (c *columnMessage) checkGaps(i, rows int) *serving.Error {
	for _, list := range [...]struct {
		field protowire.Number
		name  string
	}{{nonesField, "none_rows"}, {nansField, "nan_rows"}} {
		if c.counts[list.field] == 0 {
			continue
		}
		next, ascending := int64(0), true
		c.each(list.field, func(v uint64) {
			row := int64(uint32(v))
			ascending = ascending && row >= next && row < int64(rows)
			next = row + 1
		})
		if !ascending {
			return serving.NewError(serving.BadRequest, "%s has %s that are not rows in ascending order", c.label(i), list.name)
		}
	}
	if c.counts[nonesField] == 0 || c.counts[nansField] == 0 {
		return nil
	}
	nones := make(map[uint32]struct{}, c.counts[nonesField])
	c.each(nonesField, func(v uint64) { nones[uint32(v)] = struct{}{} })
	both := int64(-1)
	c.each(nansField, func(v uint64) {
		if _, twice := nones[uint32(v)]; twice && both < 0 {
			both = int64(uint32(v))
		}
	})
	if both >= 0 {
		return serving.NewError(serving.BadRequest, "%s has row %d in none_rows and nan_rows; expected it in one", c.label(i), both)
	}
	return nil
}

// fillColumn writes one feature of all rows.
func (t *columnsOf) fillColumn(c *columnMessage, feature int, s *serving.Served) {
	width := s.NumFeatures()
	x := t.rows.Values
	at := feature
	gap := modelx.MissingNumber(modelx.MissingNaN)
	none := gap
	switch list := c.first; list {
	case stringsField:
		none = modelx.MissingNumber(modelx.MissingNone)
		c.eachText(func(text string) {
			x[at] = t.rows.Number(text)
			at += width
		})
	case doublesField:
		if len(c.packed) == 8*c.counts[list] {
			for b := c.packed; len(b) >= 8; b = b[8:] {
				x[at] = math.Float64frombits(binary.LittleEndian.Uint64(b))
				at += width
			}
			break
		}
		c.each(list, func(v uint64) {
			x[at] = math.Float64frombits(v)
			at += width
		})
	case intsField:
		c.each(list, func(v uint64) {
			x[at] = float64(protowire.DecodeZigZag(v))
			at += width
		})
	case boolsField:
		c.each(list, func(v uint64) {
			if v != 0 {
				x[at] = 1
			}
			at += width
		})
	}
	c.each(nonesField, func(v uint64) { x[int(uint32(v))*width+feature] = none })
	c.each(nansField, func(v uint64) { x[int(uint32(v))*width+feature] = gap })
}
