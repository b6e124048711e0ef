package modelx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/modelx-dev/modelx/interop/internal/plainjson"
)

// ReadJSON returns a reader of JSON (RFC 8259): an array of objects, or objects one after the other, such as JSON lines or
// one object alone. Each object is a row, whose keys are the features' names; other keys may have any value.
//
// A number is a JSON number, true or false, or "NaN", "Infinity" or "-Infinity"; null is NaN. A string is a JSON string; null
// is a gap (see [WithGaps]). Each feature that a method reads must be there. The JSON nests at most 100 levels deep.
//
// Errors, which name the row, counted from 0, and the column: [ErrMissingColumn], [ErrColumnType], [ErrMalformed],
// [ErrDuplicateKey], [ErrTooDeep], [ErrTooLarge] for an object of over 256 MiB, [ErrIO]. Features without names are of kind
// ErrMissingColumn too.
func (f Features) ReadJSON(in io.Reader, opts ...RowsOption) (*RowReader, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if len(f.Names) == 0 {
		return nil, &Error{
			Kind: ErrMissingColumn, Found: "objects for a model without names of features", Want: "columns in the model's order",
			Hint: "fit it on a data frame, so that the file has names",
		}
	}
	if in == nil {
		in = bytes.NewReader(nil)
	}
	bytewise, ok := in.(io.ByteReader)
	if !ok {
		bytewise = bufio.NewReaderSize(in, 1<<16)
	}
	s := newRowsSettings(opts, MissingNone)
	places := make(map[string]int, len(f.Names))
	for i, name := range f.Names {
		places[name] = i
	}
	r := &RowReader{cells: gathering{features: &f, gap: s.gap}}
	r.source = &jsonRows{records: jsonRecords{in: bytewise, line: 1}, features: &f, places: places, seen: make([]int, f.N)}
	return r, nil
}

// jsonRows takes the cells of the features from objects.
type jsonRows struct {
	records  jsonRecords
	features *Features
	places   map[string]int
	// seen has for each feature the number of the last row, from 1, that has it.
	seen []int
	row  int
}

func (j *jsonRows) next(cells *gathering) (line int, err error) {
	if err := j.records.read(); err != nil {
		return 0, err
	}
	s := &jsonScan{
		data: j.records.record, levels: DefaultLimits().MaxJSONDepth, items: maxItems, before: j.records.begin - 1,
		indent: j.records.indent,
	}
	if cells.slots == nil {
		cells.start()
	}
	j.row++
	if err := j.object(s, cells); err != nil {
		return 0, err
	}
	for i := range j.features.N {
		if j.features.typeOf(i) != TypeNone && j.seen[i] != j.row {
			return 0, j.missing(i)
		}
	}
	return j.records.begin, nil
}

// object reads the row.
func (j *jsonRows) object(s *jsonScan, cells *gathering) error {
	if err := s.enter(); err != nil {
		return err
	}
	var others map[string]struct{}
	for first := true; s.peek() != '}'; first = false {
		if !first {
			if err := s.token(','); err != nil {
				return err
			}
		}
		start := s.pos
		if s.peek() != '"' {
			return s.broken("a key in quotation marks")
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		feature, known := j.places[key]
		_, doubled := others[key]
		if doubled || known && j.seen[feature] == j.row {
			s.pos = start
			return &Error{
				Kind: ErrDuplicateKey, Path: s.place(), Found: fmt.Sprintf("the key %q twice in row %d", key, j.row-1),
				Want: "each key once", Hint: "readers differ in which of the two they take: remove one",
			}
		}
		s.space()
		if err := s.token(':'); err != nil {
			return err
		}
		if known {
			j.seen[feature] = j.row
			err = j.value(s, cells, feature)
		} else {
			if others == nil {
				others = make(map[string]struct{})
			}
			others[key] = struct{}{}
			err = s.value()
		}
		if err != nil {
			return err
		}
		s.space()
	}
	s.pos++
	if s.space(); s.pos < len(s.data) {
		return s.broken("the end of the object")
	}
	return nil
}

// value reads the value of a feature.
func (j *jsonRows) value(s *jsonScan, cells *gathering, feature int) error {
	kind := j.features.typeOf(feature)
	start, c := s.pos, s.peek()
	if c == '"' {
		text, err := s.text()
		if err != nil || kind == TypeNone {
			return err
		}
		if kind == TypeString {
			cells.addText(feature, text, Present)
		} else if number, ok := plainjson.ReadNonFinite(text); ok {
			cells.addNumber(feature, number)
		} else {
			return j.wrongType(feature, "the string "+quoteSome([]byte(text)))
		}
		return nil
	}
	if err := s.value(); err != nil || kind == TypeNone {
		return err
	}
	switch {
	case c == '{':
		return j.wrongType(feature, "an object")
	case c == '[':
		return j.wrongType(feature, "an array")
	case c == 'n' && kind == TypeString:
		cells.addText(feature, "", cells.gap)
	case c == 'n':
		cells.addNumber(feature, math.NaN())
	case kind == TypeString:
		return j.wrongType(feature, string(s.data[start:min(s.pos, start+40)]))
	case c == 't':
		cells.addNumber(feature, 1)
	case c == 'f':
		cells.addNumber(feature, 0)
	default:
		number, err := strconv.ParseFloat(string(s.data[start:s.pos]), 64)
		if err != nil {
			s.pos = start
			return s.broken("a number in the range of float64")
		}
		cells.addNumber(feature, number)
	}
	return nil
}

func (j *jsonRows) place() string {
	return fmt.Sprintf("row %d (line %d)", j.row-1, j.records.begin)
}

func (j *jsonRows) wrongType(feature int, found string) error {
	want := "a number or null"
	if j.features.typeOf(feature) == TypeString {
		want = "a string or null"
	}
	return &Error{
		Kind: ErrColumnType, Path: j.features.label(feature), Found: found + " in " + j.place(), Want: want,
		Hint: "convert the column first",
	}
}

func (j *jsonRows) missing(feature int) error {
	return &Error{
		Kind: ErrMissingColumn, Path: j.features.label(feature), Found: "no such key in " + j.place(),
		Want: fmt.Sprintf("a value of type %s", j.features.typeOf(feature)),
		Hint: "names are compared letter by letter; write null for a missing value",
	}
}

// jsonRecords cuts a text into objects, which it does not look into. It keeps one at a time.
type jsonRecords struct {
	in io.ByteReader
	// line and column are where the text is read: lines count from 1, and characters from 0.
	line, column int
	// begin and indent are the line on which the record begins, and the characters before it.
	begin, indent int
	record        []byte
	inArray, done bool
	objects       int
}

// read reads the next object, or returns io.EOF.
func (r *jsonRecords) read() error {
	c, err := r.nextByte()
	if r.objects == 0 && !r.inArray && err == nil && c == byteOrderMark[0] {
		for _, want := range byteOrderMark[1:] {
			if c, err = r.one(); err != nil || c != want {
				return r.broken(c, err, "text in UTF-8")
			}
		}
		c, err = r.nextByte()
	}
	if r.objects == 0 && !r.inArray && err == nil && c == '[' {
		r.inArray = true
		if c, err = r.nextByte(); err == nil && c == ']' {
			r.done = true
			c, err = r.nextByte()
		}
	} else if r.inArray && !r.done && r.objects > 0 {
		switch {
		case err == nil && c == ',':
			c, err = r.nextByte()
		case err == nil && c == ']':
			r.done = true
			c, err = r.nextByte()
		default:
			return r.broken(c, err, `"," or "]"`)
		}
	}
	switch {
	case errors.Is(err, io.EOF) && (r.done || !r.inArray):
		return io.EOF
	case err == nil && r.done:
		return r.broken(c, err, "the end of the text")
	case err != nil || c != '{':
		return r.broken(c, err, "an object for each row")
	}
	r.objects++
	return r.rest()
}

// rest reads from behind the brace to the one that closes it.
func (r *jsonRecords) rest() error {
	r.begin, r.indent = r.line, r.column-1
	r.record = append(r.record[:0], '{')
	quoted, escaped := false, false
	for depth := 1; depth > 0; {
		c, err := r.one()
		if err != nil {
			return r.broken(c, err, fmt.Sprintf("the end of the object that begins on line %d", r.begin))
		}
		if len(r.record) == maxRecord {
			return &Error{
				Kind: ErrTooLarge, Path: fmt.Sprintf("line %d", r.begin), Found: fmt.Sprintf("an object of more than %d bytes", maxRecord),
				Want: "an object for each row",
			}
		}
		r.record = append(r.record, c)
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			depth--
		}
	}
	return nil
}

// nextByte reads the next byte that is no white space.
func (r *jsonRecords) nextByte() (byte, error) {
	for {
		c, err := r.one()
		if err != nil || c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, err
		}
	}
}

func (r *jsonRecords) one() (byte, error) {
	c, err := r.in.ReadByte()
	if err == nil && c == '\n' {
		r.line++
		r.column = 0
	} else if err == nil && c&0xc0 != 0x80 {
		r.column++
	}
	return c, err
}

func (r *jsonRecords) broken(c byte, err error, want string) error {
	if err != nil && !errors.Is(err, io.EOF) {
		return &Error{Kind: ErrIO, Err: err}
	}
	found := "the end of the text"
	if err == nil {
		found = strconv.Quote(string(rune(c)))
	}
	return &Error{
		Kind: ErrMalformed, Path: fmt.Sprintf("line %d, column %d", r.line, max(r.column, 1)), Found: found, Want: want,
		Hint: "rows are an array of objects, or objects one after the other",
	}
}
