package modelx

import (
	"context"
	"fmt"
	"math"
)

// ApplyColumns applies a method to columns and returns columns. See [Model].
func (c *compiled) ApplyColumns(m Method, columns ...Column) ([]Column, error) {
	out := c.lookup(m)
	if out == nil {
		return nil, c.unsupported(m)
	}
	// Strings that the model does not name pass through it as numbers of this call alone.
	var unknown localSymbols
	var x []float64
	var err error
	width := c.root.inputWidth(out.op)
	if out.op == opInverseTransform {
		x, err = plainRows(columns, width)
	} else {
		x, err = c.appendRows(nil, columns, &unknown)
	}
	if err != nil {
		return nil, err
	}
	rows := len(x) / width
	values := make([]float64, rows*out.values())
	if err := c.root.runBlocks(context.Background(), *out, values, x, rows, c.block, 0); err != nil {
		return nil, c.named(c.traced(err, out.op, x), unknown.texts)
	}
	return c.columnsOf(*out, values, rows, unknown.texts), nil
}

// plainRows makes rows of columns of numbers, in their order.
func plainRows(columns []Column, width int) ([]float64, error) {
	n, err := rowCount(columns)
	if err != nil {
		return nil, err
	}
	if len(columns) != width {
		return nil, &Error{
			Kind: ErrWrongWidth, Found: fmt.Sprintf("%d columns", len(columns)), Want: fmt.Sprint(width),
			Hint: "inverse_transform takes what transform gives",
		}
	}
	x := make([]float64, n*width)
	for i := range columns {
		if n > 0 && columns[i].Type() == TypeString {
			return nil, &Error{
				Kind: ErrColumnType, Path: labelOf(&columns[i], i), Found: "values of type string", Want: "numbers",
				Hint: "inverse_transform takes what transform gives",
			}
		}
		for row := range n {
			if columns[i].missing(row) != Present {
				x[row*width+i] = math.NaN()
			} else if x[row*width+i], err = numberOf(&columns[i], i, row); err != nil {
				return nil, err
			}
		}
	}
	return x, nil
}

// columnsOf returns the values of an output as columns without names.
func (c *compiled) columnsOf(out output, values []float64, rows int, unknown []string) []Column {
	types := c.root.columnTypes(out.op)
	width := out.values()
	columns := make([]Column, width)
	for i := range columns {
		if types == nil || types[i] != TypeString {
			columns[i].Float64s = make([]float64, rows)
			for row := range rows {
				columns[i].Float64s[row] = values[row*width+i]
			}
			continue
		}
		columns[i].Strings = make([]string, rows)
		for row := range rows {
			text, missing := c.symbols.text(values[row*width+i], unknown)
			columns[i].Strings[row] = text
			if missing != Present {
				if columns[i].Missing == nil {
					columns[i].Missing = make([]Missing, rows)
				}
				columns[i].Missing[row] = missing
			}
		}
	}
	return columns
}
