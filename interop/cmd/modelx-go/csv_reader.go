package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	modelx "github.com/modelx-dev/modelx/interop"
)

// maxRecord is the most that one row may have, in bytes, so that a file without line ends cannot fill the memory.
const maxRecord = 256 << 20

// rowReader reads rows of numbers from CSV (RFC 4180): UTF-8, commas, quotes where needed, spaces around a value, line
// ends of Unix or Windows. Empty lines are skipped. It keeps one row at a time.
type rowReader struct {
	in    *bufio.Reader
	width int
	// names are the model's; columns are their places in a row when the file has a header, else nil.
	names   []string
	columns []int
	// fields is how many values each row has.
	fields int
	header bool
	// line is where the last record began, and next where the one after it begins, counting from 1.
	line, next int
	record     []byte
	cells      [][]byte
}

// newRowReader reads the header, if there is one. names may be empty: columns are then taken as they stand.
func newRowReader(in io.Reader, width int, names []string, header bool) (*rowReader, error) {
	r := &rowReader{in: bufio.NewReaderSize(in, 1<<16), width: width, names: names, fields: width, header: header, next: 1}
	if mark, err := r.in.Peek(3); err == nil && string(mark) == "\xef\xbb\xbf" {
		_, _ = r.in.Discard(len(mark)) // They have been peeked at.
	}
	if !header {
		return r, nil
	}
	err := r.readRecord()
	if errors.Is(err, io.EOF) {
		return nil, &modelx.Error{
			Kind: modelx.ErrMissingColumn, Found: "an empty file", Want: "a header with the names of the columns",
		}
	}
	if err != nil {
		return nil, err
	}
	r.fields = len(r.cells)
	if len(names) == 0 {
		if r.fields != width {
			return nil, r.wrongWidth("the model has no names to choose columns by: give its features alone, in their order")
		}
		return r, nil
	}
	return r, r.chooseColumns()
}

func (r *rowReader) chooseColumns() error {
	places := make(map[string][]int, len(r.cells))
	for i, cell := range r.cells {
		places[string(cell)] = append(places[string(cell)], i)
	}
	var missing, doubled []string
	r.columns = make([]int, len(r.names))
	for i, name := range r.names {
		switch found := places[name]; len(found) {
		case 0:
			missing = append(missing, name)
		case 1:
			r.columns[i] = found[0]
		default:
			doubled = append(doubled, name)
		}
	}
	if len(missing) > 0 {
		return &modelx.Error{
			Kind: modelx.ErrMissingColumn, Path: r.place(), Found: "a header without " + some(missing), Want: "each feature once",
			Hint: "names are compared letter by letter; modelx-go inspect shows the model's",
		}
	}
	if len(doubled) > 0 {
		return &modelx.Error{
			Kind: modelx.ErrMissingColumn, Path: r.place(), Found: "a header with " + some(doubled) + " more than once",
			Want: "each feature once", Hint: "rename or remove a column",
		}
	}
	return nil
}

// some lists names, but not too many.
func some(names []string) string {
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

// appendRow appends the next row to x, and gives the line that it began on. The error at the end is io.EOF. Nothing is
// made room for before the row is there: a model file can claim any width.
func (r *rowReader) appendRow(x []float64) (out []float64, line int, err error) {
	if err := r.readRecord(); err != nil {
		return x, 0, err
	}
	if len(r.cells) != r.fields {
		return x, 0, r.wrongWidth("separate values with commas, and write nan for a missing one")
	}
	for i := range r.width {
		place := i
		if r.columns != nil {
			place = r.columns[i]
		}
		value, ok := parseNumber(r.cells[place])
		if !ok {
			return x, 0, r.notNumeric(place)
		}
		x = append(x, value)
	}
	return x, r.line, nil
}

func (r *rowReader) place() string { return fmt.Sprintf("line %d", r.line) }

func (r *rowReader) wrongWidth(hint string) error {
	want := fmt.Sprintf("%d", r.fields)
	if r.header && r.columns == nil {
		want = fmt.Sprintf("%d", r.width)
	} else if r.header {
		want += ", as the header has"
	}
	return &modelx.Error{
		Kind: modelx.ErrWrongWidth, Path: r.place(), Found: fmt.Sprintf("%d values", len(r.cells)), Want: want, Hint: hint,
	}
}

func (r *rowReader) notNumeric(place int) error {
	path := fmt.Sprintf("%s, column %d", r.place(), place+1)
	if r.columns != nil {
		for i, column := range r.columns {
			if column == place {
				path += fmt.Sprintf(" (%s)", r.names[i])
			}
		}
	}
	hint := "write nan for a missing value, and a point before decimals"
	if r.line == 1 && !r.header {
		hint = "give --header if the first line has the names of the columns"
	}
	cell := r.cells[place]
	found := strconv.Quote(string(cell[:min(len(cell), 40)]))
	return &modelx.Error{Kind: modelx.ErrNotNumeric, Path: path, Found: found, Want: "a number", Hint: hint}
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

// readRecord reads the next record that is not empty, and splits it into cells.
func (r *rowReader) readRecord() error {
	for {
		if err := r.readLines(); err != nil {
			return err
		}
		if text := bytes.TrimSpace(r.record); len(text) > 0 {
			return r.split(bytes.TrimRight(r.record, "\r\n"))
		}
	}
}

// readLines reads a line, and those after it while quotes are open.
func (r *rowReader) readLines() error {
	r.record, r.line = r.record[:0], r.next
	for quotes := 0; ; {
		part, err := r.in.ReadSlice('\n')
		quotes += bytes.Count(part, []byte{'"'})
		r.record = append(r.record, part...)
		if len(r.record) > maxRecord {
			return r.notCSV(fmt.Sprintf("a row of more than %d bytes", maxRecord))
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(r.record) == 0:
			return io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return &modelx.Error{Kind: modelx.ErrIO, Err: err}
		}
		r.next++
		if quotes%2 == 0 {
			return nil
		}
		if err != nil {
			return r.notCSV("a quotation mark that is not closed")
		}
	}
}

func (r *rowReader) notCSV(found string) error {
	return &modelx.Error{
		Kind: modelx.ErrNotNumeric, Path: r.place(), Found: found, Want: "CSV: numbers with commas between them",
		Hint: "see docs/cli-go.md for what is read",
	}
}

// split cuts a record at the commas outside of quotes. Cells are parts of the record.
func (r *rowReader) split(record []byte) error {
	r.cells = r.cells[:0]
	for {
		record = bytes.TrimLeft(record, " \t")
		var cell []byte
		if len(record) > 0 && record[0] == '"' {
			var ok bool
			if cell, record, ok = unquote(record); !ok {
				return r.notCSV("text after a closing quotation mark")
			}
		} else {
			end := bytes.IndexByte(record, ',')
			if end < 0 {
				end = len(record)
			}
			cell, record = bytes.TrimRight(record[:end], " \t"), record[end:]
		}
		if !utf8.Valid(cell) {
			return r.notCSV("text that is not UTF-8")
		}
		r.cells = append(r.cells, cell)
		if len(record) == 0 {
			return nil
		}
		record = record[1:] // The comma.
	}
}

// unquote takes a cell in quotes, in which a doubled quote stands for one, off the front of a record.
func unquote(record []byte) (cell, rest []byte, ok bool) {
	cell = record[1:1]
	for i := 1; i < len(record); i++ {
		if record[i] != '"' {
			cell = append(cell, record[i])
			continue
		}
		if i+1 < len(record) && record[i+1] == '"' {
			cell = append(cell, '"')
			i++
			continue
		}
		rest = bytes.TrimLeft(record[i+1:], " \t")
		return bytes.TrimSpace(cell), rest, len(rest) == 0 || rest[0] == ','
	}
	return nil, nil, false
}
