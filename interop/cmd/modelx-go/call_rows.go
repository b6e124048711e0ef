package main

import (
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

func notNumbers(path, found, want string) error {
	return &modelx.Error{Kind: modelx.ErrNotNumeric, Path: path, Found: found, Want: want}
}

// arrayBlocks gives rows of JSON to one, all at once: an array of arrays, or an object with one under "features"; a flat array is one row.
func (c *caller) arrayBlocks(ctx context.Context, name string, text []byte, one func(block) error) error {
	rows, err := arraysOf(text)
	if err != nil {
		return inputError{name, err}
	}
	var t *taken
	if !isPlain(rows) {
		if t, err = c.taken(ctx); err != nil {
			return inputError{name, err}
		}
	}
	var b block
	if t != nil && t.typed() {
		b, err = t.columnsOfArrays(rows, c.missing)
	} else {
		b, err = rowsOfArrays(rows)
	}
	if err != nil {
		return inputError{name, err}
	}
	b.place = name
	return one(b)
}

// arraysOf takes JSON apart.
func arraysOf(text []byte) ([][]any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var found any
	err := decoder.Decode(&found)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows its end")
		}
	}
	if err != nil {
		return nil, notNumbers("", "what is not JSON ("+err.Error()+")", "an array of rows")
	}
	if object, ok := found.(map[string]any); ok {
		features, there := object["features"]
		if !there || len(object) != 1 {
			return nil, notNumbers("", `an object with other fields than "features"`, "those as flags")
		}
		found = features
	}
	items, ok := found.([]any)
	if !ok {
		return nil, notNumbers("", jsonKind(found), "an array of rows")
	}
	if len(items) > 0 {
		if _, nested := items[0].([]any); !nested {
			items = []any{items}
		}
	}
	rows := make([][]any, len(items))
	for i, item := range items {
		if rows[i], ok = item.([]any); !ok {
			return nil, notNumbers(fmt.Sprintf("row %d", i+1), jsonKind(item), "an array of numbers")
		}
	}
	return rows, nil
}

func rowsOfArrays(rows [][]any) (block, error) {
	b := block{rows: len(rows)}
	width := 0
	for i, row := range rows {
		if i == 0 {
			width = len(row)
		}
		if len(row) != width {
			return block{}, &modelx.Error{
				Kind: modelx.ErrWrongWidth, Path: fmt.Sprintf("row %d", i+1), Found: fmt.Sprintf("%d values", len(row)),
				Want: fmt.Sprintf("%d, as the first one has", width),
			}
		}
		for j, value := range row {
			v, ok := jsonNumber(value)
			if !ok {
				return block{}, notNumbers(fmt.Sprintf("row %d, value %d", i+1, j+1), jsonKind(value), "a number")
			}
			b.values = append(b.values, v)
		}
	}
	return b, nil
}

// jsonNumber reads a number, null as NaN, and the names of what is not finite.
func jsonNumber(value any) (float64, bool) {
	switch v := value.(type) {
	case nil:
		return math.NaN(), true
	case json.Number:
		number, err := strconv.ParseFloat(v.String(), 64)
		return number, err == nil
	case string:
		return plainjson.ReadNonFinite(v)
	default:
		return 0, false
	}
}

// jsonKind tells what a value is.
func jsonKind(value any) string {
	switch v := value.(type) {
	case string:
		return "the text " + strconv.Quote(string([]rune(v)[:min(len([]rune(v)), 40)]))
	case json.Number:
		return "the number " + v.String()[:min(len(v.String()), 40)]
	case bool:
		return "a boolean"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	default:
		return "null"
	}
}
