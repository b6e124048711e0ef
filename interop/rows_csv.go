package modelx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ReadCSV returns a reader of CSV (RFC 4180): UTF-8, commas, quotes where needed, line ends of Unix or Windows. Empty lines
// are skipped.
//
// The first line names the columns, unless [WithoutHeader] is given. They are matched with the features' names in any
// order, and others are left out; features without names take the columns as they stand.
//
// A cell of a number is a decimal, nan, inf or infinity in any case, or true or false, with blanks around it; an empty one
// is NaN. A cell of a string is the text between the commas, with its blanks, or between quotes; an empty one is a gap
// (see [WithGaps]), and "" in quotes the empty string.
//
// Errors, which name the line and the column: [ErrNotNumeric], also for what is no CSV, [ErrMissingColumn], [ErrWrongWidth]
// for a row of another width than the header's, [ErrIO].
func (f Features) ReadCSV(in io.Reader, opts ...RowsOption) (*RowReader, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	s := newRowsSettings(opts, MissingNaN)
	r := &RowReader{cells: gathering{features: &f, gap: s.gap}}
	if in == nil {
		in = bytes.NewReader(nil)
	}
	c := &csvRows{csvRecords: csvRecords{in: bufio.NewReaderSize(in, 1<<16), following: 1}, features: &f, fields: f.N, header: s.header}
	r.source = c
	return r, c.readHeader()
}

// csvRows takes the cells of the features from records.
type csvRows struct {
	csvRecords
	features *Features
	// places are where the features stand in a record when the file has a header, -1 for those that nobody reads and that
	// are absent; nil for the order of the features.
	places []int
	// fields is how many cells each record has.
	fields int
	header bool
}

func (r *csvRows) readHeader() error {
	if mark, err := r.in.Peek(len(byteOrderMark)); err == nil && bytes.Equal(mark, byteOrderMark) {
		_, _ = r.in.Discard(len(mark)) // They have been peeked at.
	}
	if !r.header {
		return nil
	}
	err := r.read()
	if errors.Is(err, io.EOF) {
		return &Error{Kind: ErrMissingColumn, Found: "an empty file", Want: "a header with the names of the columns"}
	}
	if err != nil {
		return err
	}
	r.fields = len(r.cells)
	if len(r.features.Names) > 0 {
		return r.choose()
	}
	if r.fields != r.features.N {
		return r.wrongWidth("the model has no names to choose columns by: give its features alone, in their order")
	}
	return nil
}

// choose finds the features in the header, letter by letter, or else without the blanks around a name.
func (r *csvRows) choose() error {
	exact, trimmed := make(map[string][]int, len(r.cells)), make(map[string][]int, len(r.cells))
	for i, cell := range r.cells {
		exact[string(cell.text)] = append(exact[string(cell.text)], i)
		bare := string(bytes.TrimSpace(cell.text))
		trimmed[bare] = append(trimmed[bare], i)
	}
	var missing, doubled []string
	r.places = make([]int, len(r.features.Names))
	for i, name := range r.features.Names {
		found := exact[name]
		if len(found) == 0 {
			found = trimmed[name]
		}
		r.places[i] = -1
		switch {
		case len(found) > 0 && r.features.typeOf(i) == TypeNone:
		case len(found) == 1:
			r.places[i] = found[0]
		case len(found) > 1:
			doubled = append(doubled, name)
		case r.features.typeOf(i) != TypeNone:
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return &Error{
			Kind: ErrMissingColumn, Path: r.place(), Found: "a header without " + someNames(missing), Want: "each feature once",
			Hint: "names are compared letter by letter; modelx-go inspect shows the model's",
		}
	}
	if len(doubled) > 0 {
		return &Error{
			Kind: ErrMissingColumn, Path: r.place(), Found: "a header with " + someNames(doubled) + " more than once",
			Want: "each feature once", Hint: "rename or remove a column",
		}
	}
	return nil
}

// someNames lists names, but not too many.
func someNames(names []string) string {
	const shown = 8
	quoted := make([]string, 0, shown)
	for _, name := range names[:min(len(names), shown)] {
		quoted = append(quoted, strconv.Quote(name))
	}
	text := strings.Join(quoted, ", ")
	if len(names) > shown {
		text += fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return text
}

func (r *csvRows) next(cells *gathering) (line int, err error) {
	if err := r.read(); err != nil {
		return 0, err
	}
	if len(r.cells) != r.fields {
		return 0, r.wrongWidth("separate values with commas, and leave a missing one empty")
	}
	if cells.slots == nil {
		cells.start()
	}
	for i, slot := range cells.slots {
		kind := r.features.typeOf(i)
		if slot < 0 || kind == TypeNone {
			continue
		}
		place := i
		if r.places != nil {
			place = r.places[i]
		}
		cell := r.cells[place]
		if kind == TypeString {
			if gap := len(cell.text) == 0 && !cell.quoted; gap {
				cells.addText(i, "", cells.gap)
			} else {
				cells.addText(i, string(cell.text), Present)
			}
			continue
		}
		value, ok := parseCell(cell)
		if !ok {
			return 0, r.notNumeric(i, place)
		}
		cells.addNumber(i, value)
	}
	return r.line, nil
}

func (r *csvRows) wrongWidth(hint string) error {
	want := strconv.Itoa(r.fields)
	if r.header && r.places == nil {
		want = strconv.Itoa(r.features.N)
	} else if r.header {
		want += ", as the header has"
	}
	return &Error{
		Kind: ErrWrongWidth, Path: r.place(), Found: fmt.Sprintf("%d values", len(r.cells)), Want: want, Hint: hint,
	}
}

func (r *csvRows) notNumeric(feature, place int) error {
	path := fmt.Sprintf("%s, column %d", r.place(), place+1)
	if len(r.features.Names) > 0 {
		path += fmt.Sprintf(" (%s)", r.features.Names[feature])
	}
	hint := "leave a missing value empty, and write a point before decimals"
	if r.line == 1 && !r.header {
		hint = "if the line has the names of the columns, read it as a header (--header)"
	}
	return &Error{Kind: ErrNotNumeric, Path: path, Found: quoteSome(r.cells[place].text), Want: "a number", Hint: hint}
}

// quoteSome quotes a text for a message, or the first of it.
func quoteSome(text []byte) string {
	const shown = 40
	if len(text) > shown {
		text = text[:shown]
		for len(text) > 0 && !utf8.Valid(text) {
			text = text[:len(text)-1] // A character was cut.
		}
	}
	return strconv.Quote(string(text))
}

// parseCell reads the cell of a number. A gap is NaN; two quotes with nothing in them are no number.
func parseCell(cell csvCell) (float64, bool) {
	text := bytes.Trim(cell.text, " \t\r\n")
	if len(text) == 0 {
		return math.NaN(), !cell.quoted
	}
	if value, ok := parseNumber(text); ok {
		return value, true
	}
	switch string(text) {
	case "True", "true", "TRUE":
		return 1, true
	case "False", "false", "FALSE":
		return 0, true
	}
	return 0, false
}

// parseNumber reads decimals, and NaN and infinities as Python's float() spells them. What float64 cannot hold is no
// number, and neither are Go's hexadecimals.
func parseNumber(cell []byte) (float64, bool) {
	if len(cell) == 4 && (cell[0] == '+' || cell[0] == '-') && (cell[1]|0x20) == 'n' {
		cell = cell[1:] // A NaN has no sign in Go's spelling.
	}
	if bytes.ContainsAny(cell, "xX_") {
		return 0, false
	}
	value, err := strconv.ParseFloat(string(cell), 64)
	return value, err == nil
}
