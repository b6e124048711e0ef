package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/plainjson"
)

// taken is what the model that serves takes.
type taken struct {
	modelx.Features
	// version is the model's.
	version string
}

// mostTexts is how many strings go in one request, which servers bound.
const mostTexts = 500_000

// rowsAtATime is how many rows go in one request.
func (t *taken) rowsAtATime() int {
	texts := 1
	for _, kind := range t.Types {
		if kind == modelx.TypeString {
			texts++
		}
	}
	return max(1, min(callBlock, mostTexts/texts))
}

// typed tells that rows go over as columns: some features are strings, or nobody reads them.
func (t *taken) typed() bool { return t.Types != nil }

// taken asks what the model takes.
func (c *caller) taken(ctx context.Context) (*taken, error) {
	info, err := c.client.Info(ctx, c.about()...)
	if err != nil {
		return nil, err
	}
	signature := info.GetSignature()
	t := &taken{version: info.GetVersion(), Features: modelx.Features{N: int(signature.GetNFeatures())}}
	if c.methodName() == modelx.InverseTransform {
		return t, nil // Its input is what transform gives: numbers without names.
	}
	t.Names = signature.GetFeatureNames()
	types, typed := make([]modelx.DataType, len(signature.GetFeatureTypes())), false
	for i, given := range signature.GetFeatureTypes() {
		types[i] = modelx.DataType(given)
		typed = typed || types[i] == modelx.TypeString || types[i] == modelx.TypeNone
	}
	if typed {
		t.Types = types
	}
	return t, nil
}

// readBlocks gives the rows of a reader to one, a block at a time. pinned is the version that must answer, or empty.
func (t *taken) readBlocks(rows *modelx.RowReader, name, pinned string, asColumns bool, one func(block) error) error {
	for {
		columns, err := rows.Read(t.rowsAtATime())
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return inputError{name, err}
		}
		b := block{version: pinned, rows: len(rows.Lines()), place: fmt.Sprintf("%s, from line %d on", name, rows.Lines()[0])}
		if asColumns {
			b.columns = columns
		} else {
			b.values = appendRowMajor(nil, columns, b.rows)
		}
		if err := one(b); err != nil {
			return err
		}
	}
}

// objectBlocks is blocks for JSON objects, one after the other or in an array.
func (c *caller) objectBlocks(ctx context.Context, name string, source *bufio.Reader, one func(block) error) error {
	t, err := c.taken(ctx)
	if err != nil {
		return inputError{name, err}
	}
	if len(t.Names) == 0 && c.methodName() != modelx.InverseTransform {
		for i := range t.N { // So servers call them.
			t.Names = append(t.Names, "x"+strconv.Itoa(i))
		}
	}
	rows, err := t.ReadJSON(source, modelx.WithGaps(c.missing))
	if err != nil {
		return inputError{name, err}
	}
	return t.readBlocks(rows, name, t.version, true, one)
}

// columnsOfArrays makes columns of rows of JSON, by their order.
func (t *taken) columnsOfArrays(rows [][]any, gap modelx.Missing) (block, error) {
	if gap == modelx.Present {
		gap = modelx.MissingNone
	}
	b := block{rows: len(rows), version: t.version, columns: make([]modelx.Column, t.N)}
	for j := range b.columns {
		c := &b.columns[j]
		if t.Types[j] == modelx.TypeString {
			c.Strings, c.Missing = make([]string, len(rows)), make([]modelx.Missing, len(rows))
		} else {
			c.Float64s = make([]float64, len(rows))
		}
	}
	for i, row := range rows {
		if len(row) != t.N {
			return block{}, &modelx.Error{
				Kind: modelx.ErrWrongWidth, Path: fmt.Sprintf("row %d", i+1), Found: fmt.Sprintf("%d values", len(row)),
				Want: strconv.Itoa(t.N), Hint: "give one for each feature, in the model's order, or objects with their names",
			}
		}
		for j, value := range row {
			if want, ok := t.set(&b.columns[j], i, j, value, gap); !ok {
				return block{}, &modelx.Error{
					Kind: modelx.ErrColumnType, Path: fmt.Sprintf("row %d, value %d", i+1, j+1), Found: jsonKind(value), Want: want,
				}
			}
		}
	}
	return b, nil
}

// set puts a value of JSON into a column. Where it is of another type, ok is false and want says what should stand there.
func (t *taken) set(c *modelx.Column, row, feature int, value any, gap modelx.Missing) (want string, ok bool) {
	switch t.Types[feature] {
	case modelx.TypeNone:
		return "", true
	case modelx.TypeString:
		if value == nil {
			c.Missing[row] = gap
			return "", true
		}
		c.Strings[row], ok = value.(string)
		return "a string or null", ok
	default:
		if flag, is := value.(bool); is {
			if flag {
				c.Float64s[row] = 1
			}
			return "", true
		}
		c.Float64s[row], ok = jsonNumber(value)
		return "a number", ok
	}
}

// texts writes a row of an answer that has columns of strings.
func (s scored) texts(w *plainjson.Writer, row int) {
	for i := range s.OutputColumns {
		c := &s.OutputColumns[i]
		switch {
		case c.Strings == nil:
			w.Double(c.Float64s[row])
		case c.Missing != nil && c.Missing[row] != modelx.Present:
			w.Next()
			w.Buf = append(w.Buf, "null"...)
		default:
			w.Text(c.Strings[row])
		}
	}
}

// isBody tells whether JSON is an object with an array of rows under "features", rather than a row, or several.
func isBody(text []byte) bool {
	var object map[string]json.RawMessage
	if json.Unmarshal(text, &object) != nil {
		return false
	}
	features := object["features"]
	return len(features) > 0 && features[0] == '['
}

// hasObjects tells whether JSON is an array that begins with an object, or an object.
func hasObjects(text []byte) bool {
	const space = " \t\r\n"
	text = bytes.TrimLeft(text, space)
	if inside, ok := bytes.CutPrefix(text, []byte("[")); ok {
		text = bytes.TrimLeft(inside, space)
	}
	return bytes.HasPrefix(text, []byte("{"))
}

// isPlain tells whether a row has numbers alone, and their names in strings.
func isPlain(rows [][]any) bool {
	for _, row := range rows {
		for _, value := range row {
			if v, ok := jsonNumber(value); !ok || value == nil && math.IsNaN(v) {
				return false
			}
		}
	}
	return true
}
