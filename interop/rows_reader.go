package modelx

import (
	"bytes"
	"errors"
	"io"
)

// maxRecord is the most that one row may have, in bytes, so that a text without ends of rows cannot fill the memory.
const maxRecord = 256 << 20

type rowsSettings struct {
	header bool
	gap    Missing
}

// RowsOption changes how rows of text are read.
type RowsOption func(*rowsSettings)

// WithoutHeader reads CSV whose first line is a row already. Its columns go by their order.
func WithoutHeader() RowsOption { return func(s *rowsSettings) { s.header = false } }

// WithGaps says what a gap in a column of strings stands for: an empty cell of CSV, which is [MissingNaN] by default as
// pandas has it, and null in JSON, which is [MissingNone] by default. [Present] stands for the default. Among numbers a
// gap is always NaN.
func WithGaps(m Missing) RowsOption { return func(s *rowsSettings) { s.gap = m } }

func newRowsSettings(opts []RowsOption, gap Missing) rowsSettings {
	s := rowsSettings{header: true}
	for _, opt := range opts {
		if opt != nil {
			opt(&s)
		}
	}
	if s.gap != MissingNone && s.gap != MissingNaN {
		s.gap = gap
	}
	return s
}

// RowReader reads rows of text as columns, some at a time. It is not safe for concurrent use.
//
// [Features.ReadCSV] and [Features.ReadJSON] make one.
type RowReader struct {
	source rowSource
	cells  gathering
	lines  []int
	err    error
}

// rowSource gives the cells of one row after the other.
type rowSource interface {
	// next adds one row to the cells, and returns the line that it begins on, from 1. The error at the end is io.EOF.
	next(cells *gathering) (line int, err error)
}

// Read returns up to n rows, and at least one, as columns for [Model.AppendRows]. The error after the last row is io.EOF.
// The columns, but for their strings, are the reader's: they are valid until the next Read.
//
// All other errors are an [*Error] that names the column and the row, and the reader gives no more rows after one.
func (r *RowReader) Read(n int) ([]Column, error) {
	r.cells.clear()
	r.lines = r.lines[:0]
	for r.err == nil && r.cells.rows < max(n, 1) {
		line, err := r.source.next(&r.cells)
		if err != nil {
			r.err = err
			break
		}
		r.cells.endRow()
		r.lines = append(r.lines, line)
	}
	// Rows before the end of the text are given first; those before a defect are not, as a caller may ask for all at once.
	if r.err != nil && (r.cells.rows == 0 || !errors.Is(r.err, io.EOF)) {
		return nil, r.err
	}
	return r.cells.columns, nil
}

// Lines returns the lines on which the rows of the last Read begin, counted from 1. They are valid until the next Read.
func (r *RowReader) Lines() []int { return r.lines }

// readAll returns all rows. Where there is none, features without names have no columns: any number of them may be claimed.
func (r *RowReader) readAll() ([]Column, error) {
	columns, err := r.Read(int(^uint(0) >> 1))
	if errors.Is(err, io.EOF) {
		if len(r.cells.features.Names) > 0 {
			r.cells.start()
		}
		return r.cells.columns, nil
	}
	return columns, err
}

// FromCSV reads rows of CSV. See [Features.ReadCSV], whose errors it has.
func (f Features) FromCSV(text []byte, opts ...RowsOption) ([]Column, error) {
	r, err := f.ReadCSV(bytes.NewReader(text), opts...)
	if err != nil {
		return nil, err
	}
	return r.readAll()
}

// FromJSON reads rows of JSON. See [Features.ReadJSON], whose errors it has.
func (f Features) FromJSON(text []byte, opts ...RowsOption) ([]Column, error) {
	r, err := f.ReadJSON(bytes.NewReader(text), opts...)
	if err != nil {
		return nil, err
	}
	return r.readAll()
}
