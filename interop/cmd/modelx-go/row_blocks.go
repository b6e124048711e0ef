package main

import (
	"bufio"

	modelx "github.com/modelx-dev/modelx/interop"
)

// openRows reads JSON where the first character says so, and CSV otherwise.
func openRows(
	features modelx.Features, in *bufio.Reader, header bool, opts ...modelx.RowsOption,
) (*modelx.RowReader, error) {
	if !header && isJSON(in) {
		return features.ReadJSON(in, opts...)
	}
	return openCSV(features, in, header, opts...)
}

func openCSV(features modelx.Features, in *bufio.Reader, header bool, opts ...modelx.RowsOption) (*modelx.RowReader, error) {
	if !header {
		opts = append(opts, modelx.WithoutHeader())
	}
	return features.ReadCSV(in, opts...)
}

// rowBlock is some rows, as columns and, unless the answers are strings, as the model takes them.
type rowBlock struct {
	columns []modelx.Column
	x       []float64
	rows    int
	width   int
}

func (b *rowBlock) fill(a *answers, columns []modelx.Column, rows int) error {
	b.columns, b.rows, b.x = columns, rows, b.x[:0]
	switch {
	case a.texts:
		return nil
	case a.method == modelx.InverseTransform:
		b.x = appendRowMajor(b.x, columns, rows)
	default:
		var err error
		if b.x, err = a.model.AppendRows(b.x, columns...); err != nil {
			return err
		}
	}
	b.width = len(b.x) / rows
	return nil
}

// row is a block of row i alone.
func (b *rowBlock) row(i int) rowBlock {
	one := rowBlock{columns: make([]modelx.Column, len(b.columns)), rows: 1, width: b.width}
	for j := range b.columns {
		c := &b.columns[j]
		one.columns[j] = modelx.Column{
			Name: c.Name, Float64s: part(c.Float64s, i), Strings: part(c.Strings, i), Missing: part(c.Missing, i),
		}
	}
	if len(b.x) > 0 {
		one.x = b.x[i*b.width : (i+1)*b.width]
	}
	return one
}

func part[T any](list []T, i int) []T {
	if len(list) == 0 {
		return nil
	}
	return list[i : i+1]
}

// appendRowMajor appends rows of columns of numbers, in their order.
func appendRowMajor(dst []float64, columns []modelx.Column, rows int) []float64 {
	for row := range rows {
		for i := range columns {
			dst = append(dst, columns[i].Float64s[row])
		}
	}
	return dst
}
