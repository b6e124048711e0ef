package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
)

// answers computes one method's answers for a block of rows, and writes them.
type answers struct {
	model   modelx.Model
	method  modelx.Method
	columns int
	kind    modelx.DataType
	// labels are the classes, ready to be written, when the answer is one of them; else nil.
	labels  []label
	values  []float64
	indices []int
	// texts is set for a transform that gives strings; its answers are given then.
	texts bool
	given []modelx.Column
	cell  []byte
}

type label struct{ csv, json []byte }

func newAnswers(model modelx.Model, method modelx.Method) (*answers, error) {
	if !model.Has(method) {
		names := make([]string, 0, len(model.Methods()))
		for _, m := range model.Methods() {
			names = append(names, string(m))
		}
		return nil, &modelx.Error{
			Kind: modelx.ErrUnsupportedMethod, Found: fmt.Sprintf("--method %s for a model of family %s", method, model.Family()),
			Want: "one of " + strings.Join(names, ", "),
		}
	}
	a := &answers{model: model, method: method, columns: model.Columns(method), kind: model.Type(method)}
	a.texts = a.kind == modelx.TypeNone
	// A multilabel classifier has classes too, but gives no single one.
	if classes := model.Classes(); method == modelx.Predict && classes != nil && model.PredictIndex(nil, nil) == nil {
		for i := range classes.Len() {
			l, err := newLabel(classes, i)
			if err != nil {
				return nil, err
			}
			a.labels = append(a.labels, l)
		}
	}
	return a, nil
}

func newLabel(classes *modelx.Labels, i int) (label, error) {
	text := classes.Text(i)
	if classes.Type() != modelx.TypeString {
		return label{csv: []byte(text), json: []byte(text)}, nil
	}
	quoted, err := json.Marshal(text)
	return label{csv: []byte(quoteCSV(text)), json: quoted}, err
}

// quoteCSV puts text in quotes where a reader would take it for something else.
func quoteCSV(text string) string {
	if text != "" && text == strings.TrimSpace(text) && !strings.ContainsAny(text, "\",\r\n") {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}

// compute answers the rows, repeat times over, and gives the time of the fastest.
func (a *answers) compute(b *rowBlock, repeat int) (fastest time.Duration, err error) {
	fastest = math.MaxInt64
	a.indices = resized(a.indices, b.rows)
	a.values = resized(a.values, b.rows*a.columns)
	for range repeat {
		start := time.Now()
		switch {
		case a.texts:
			a.given, err = a.model.ApplyColumns(a.method, b.columns...)
		case a.labels != nil:
			err = a.model.PredictIndex(a.indices, b.x)
		default:
			err = a.model.Run(a.method, a.values, b.x)
		}
		if err != nil {
			return 0, err
		}
		fastest = min(fastest, time.Since(start))
	}
	return fastest, nil
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// culprit finds the row that the model refuses, and puts its line into the error.
func (a *answers) culprit(b *rowBlock, lines []int, err error) error {
	for i, line := range lines {
		row := b.row(i)
		_, rowErr := a.compute(&row, 1)
		typed := (*modelx.Error)(nil)
		if !errors.As(rowErr, &typed) {
			continue
		}
		copied := *typed
		copied.Path = fmt.Sprintf("line %d", line)
		for j := range row.columns {
			values := row.columns[j].Float64s // Where strings are missing is no matter.
			if copied.Kind == modelx.ErrNonFiniteInput && values != nil && (math.IsNaN(values[0]) || math.IsInf(values[0], 0)) {
				name, feature := row.columns[j].Name, j
				if name != "" {
					feature = slices.Index(a.model.FeatureNames(), name) // Those that nobody reads are left out of the columns.
				}
				copied.Found = strings.TrimSuffix(fmt.Sprintf("%v as feature %d (%s)", values[0], feature+1, name), " ()")
				break
			}
		}
		return &copied
	}
	return err
}

// write writes the answers of the last call of compute.
func (a *answers) write(w *bufio.Writer, rows int, asJSON bool) error {
	for i := range rows {
		a.cell = a.cell[:0]
		switch {
		case a.labels != nil && asJSON:
			a.cell = append(a.cell, a.labels[a.indices[i]].json...)
		case a.labels != nil:
			a.cell = append(a.cell, a.labels[a.indices[i]].csv...)
		case a.texts:
			a.appendTexts(i, asJSON)
		default:
			a.appendValues(a.values[i*a.columns:(i+1)*a.columns], asJSON)
		}
		a.cell = append(a.cell, '\n')
		if _, err := w.Write(a.cell); err != nil {
			return err
		}
	}
	return nil
}

func (a *answers) appendValues(row []float64, asJSON bool) {
	brackets := asJSON && len(row) > 1
	if brackets {
		a.cell = append(a.cell, '[')
	}
	for j, v := range row {
		if j > 0 {
			a.cell = append(a.cell, ',')
		}
		a.appendValue(v, asJSON)
	}
	if brackets {
		a.cell = append(a.cell, ']')
	}
}

// appendTexts writes a row of strings and numbers. A string that is missing is an empty cell, and in JSON null.
func (a *answers) appendTexts(row int, asJSON bool) {
	brackets := asJSON && len(a.given) > 1
	if brackets {
		a.cell = append(a.cell, '[')
	}
	for j := range a.given {
		c := &a.given[j]
		if j > 0 {
			a.cell = append(a.cell, ',')
		}
		switch missing := c.Missing != nil && c.Missing[row] != modelx.Present; {
		case c.Strings == nil:
			a.appendValue(c.Float64s[row], asJSON)
		case missing && asJSON:
			a.cell = append(a.cell, "null"...)
		case missing:
		case asJSON:
			quoted, _ := json.Marshal(c.Strings[row]) // A string has JSON.
			a.cell = append(a.cell, quoted...)
		default:
			a.cell = append(a.cell, quoteCSV(c.Strings[row])...)
		}
	}
	if brackets {
		a.cell = append(a.cell, ']')
	}
}

// appendValue writes floats as the shortest decimal that reads back exactly. NaN and infinities are spelled as Python's
// float() takes them, and in JSON, which has none, as protobuf's mapping does.
func (a *answers) appendValue(v float64, asJSON bool) {
	switch {
	case a.kind == modelx.TypeInt64:
		a.cell = strconv.AppendInt(a.cell, int64(v), 10)
	case a.kind == modelx.TypeBool:
		a.cell = strconv.AppendBool(a.cell, v != 0)
	case math.IsNaN(v) && asJSON:
		a.cell = append(a.cell, `"NaN"`...)
	case math.IsNaN(v):
		a.cell = append(a.cell, "nan"...)
	case math.IsInf(v, 0):
		word := "inf"
		if asJSON {
			word = `Infinity"`
		}
		if asJSON {
			a.cell = append(a.cell, '"')
		}
		if v < 0 {
			a.cell = append(a.cell, '-')
		}
		a.cell = append(a.cell, word...)
	default:
		a.cell = strconv.AppendFloat(a.cell, v, 'g', -1, 64)
	}
}
