package modelx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// csvCell is a part of a record: what stands in quotes, or else all between two commas, with its blanks.
type csvCell struct {
	text   []byte
	quoted bool
}

// csvRecords cuts CSV into records, and these into cells. It keeps one record at a time.
type csvRecords struct {
	in *bufio.Reader
	// line is where the last record began, and following where the one after it begins, counting from 1.
	line, following int
	record          []byte
	cells           []csvCell
}

func (r *csvRecords) place() string { return fmt.Sprintf("line %d", r.line) }

// read reads the next record that is not empty, and splits it into cells.
func (r *csvRecords) read() error {
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
func (r *csvRecords) readLines() error {
	r.record, r.line = r.record[:0], r.following
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
			return &Error{Kind: ErrIO, Err: err}
		}
		r.following++
		if quotes%2 == 0 {
			return nil
		}
		if err != nil {
			return r.notCSV("a quotation mark that is not closed")
		}
	}
}

func (r *csvRecords) notCSV(found string) error {
	return &Error{
		Kind: ErrNotNumeric, Path: r.place(), Found: found, Want: "CSV: values with commas between them",
		Hint: "docs/columns.md tells what is read",
	}
}

// split cuts a record at the commas outside of quotes. Cells are parts of the record.
func (r *csvRecords) split(record []byte) error {
	r.cells = r.cells[:0]
	for {
		var cell csvCell
		if inner := bytes.TrimLeft(record, " \t"); len(inner) > 0 && inner[0] == '"' {
			var ok bool
			if cell.text, record, ok = unquote(inner); !ok {
				return r.notCSV("text after a closing quotation mark")
			}
			cell.quoted = true
		} else {
			end := bytes.IndexByte(record, ',')
			if end < 0 {
				end = len(record)
			}
			cell.text, record = record[:end], record[end:]
		}
		if !utf8.Valid(cell.text) {
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
		return cell, rest, len(rest) == 0 || rest[0] == ','
	}
	return nil, nil, false
}
