package main

import (
	"bytes"
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

// rowsOfJSON reads rows from JSON: an array of them, or an object with one under "features"; a flat array is one row.
func rowsOfJSON(text []byte) (block, error) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	var found any
	err := decoder.Decode(&found)
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows its end")
		}
	}
	if err != nil {
		return block{}, notNumbers("", "what is not JSON ("+err.Error()+")", "an array of rows")
	}
	if object, ok := found.(map[string]any); ok {
		features, there := object["features"]
		if !there || len(object) != 1 {
			return block{}, notNumbers("", `an object with other fields than "features"`, "those as flags")
		}
		found = features
	}
	rows, ok := found.([]any)
	if !ok {
		return block{}, notNumbers("", jsonKind(found), "an array of rows")
	}
	if len(rows) > 0 {
		if _, nested := rows[0].([]any); !nested {
			rows = []any{rows}
		}
	}
	return rowsOfArrays(rows)
}

func rowsOfArrays(rows []any) (block, error) {
	b := block{rows: len(rows)}
	width := 0
	for i, item := range rows {
		row, ok := item.([]any)
		if !ok {
			return block{}, notNumbers(fmt.Sprintf("row %d", i+1), jsonKind(item), "an array of numbers")
		}
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
