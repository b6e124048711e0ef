// Command columns measures a model over named columns of several types: from columns to predictions.
//
// It prints one JSON object: nanoseconds a row for one row at a time and for the whole batch, and the predictions.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
)

// given is a column as the file has it: numbers, of which null is NaN, or strings.
type given struct {
	Name    string     `json:"name"`
	Numbers []*float64 `json:"numbers"`
	Strings []string   `json:"strings"`
}

type result struct {
	One         float64   `json:"one_ns"`
	Batch       float64   `json:"batch_ns"`
	Predictions []float64 `json:"predictions"`
}

func main() {
	model := flag.String("model", "", "the model file")
	rows := flag.String("rows", "", "a JSON file of columns")
	method := flag.String("method", "predict_proba", "modelx's method")
	seconds := flag.Float64("seconds", 0.5, "how long to repeat each measurement")
	flag.Parse()
	if err := run(*model, *rows, modelx.Method(*method), *seconds, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "columns:", err)
		os.Exit(1)
	}
}

func run(path, rows string, method modelx.Method, seconds float64, w io.Writer) error {
	m, err := modelx.Load(path)
	if err != nil {
		return err
	}
	columns, err := read(rows)
	if err != nil {
		return err
	}
	n := columns[0].Len()
	dst := make([]float64, n*m.Columns(method))
	single := make([][]modelx.Column, n)
	for i := range single {
		single[i] = slice(columns, i)
	}
	var out result
	x, row := []float64(nil), 0
	one := func() error {
		row = (row + 1) % n
		if x, err = m.AppendRows(x[:0], single[row]...); err != nil {
			return err
		}
		return m.Run(method, dst[:m.Columns(method)], x)
	}
	if out.One, err = measure(seconds, 1, one); err != nil {
		return err
	}
	batch := func() error {
		if x, err = m.AppendRows(x[:0], columns...); err != nil {
			return err
		}
		return m.Run(method, dst, x)
	}
	if out.Batch, err = measure(seconds, n, batch); err != nil {
		return err
	}
	out.Predictions = dst
	return json.NewEncoder(w).Encode(out)
}

func read(path string) ([]modelx.Column, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []given
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errors.New("no columns")
	}
	columns := make([]modelx.Column, len(all))
	for i, g := range all {
		columns[i] = modelx.Column{Name: g.Name, Strings: g.Strings}
		for _, v := range g.Numbers {
			value := math.NaN()
			if v != nil {
				value = *v
			}
			columns[i].Float64s = append(columns[i].Float64s, value)
		}
	}
	return columns, nil
}

// slice gives one row of columns.
func slice(columns []modelx.Column, row int) []modelx.Column {
	out := make([]modelx.Column, len(columns))
	for i, c := range columns {
		out[i].Name = c.Name
		if c.Strings != nil {
			out[i].Strings = c.Strings[row : row+1]
		} else {
			out[i].Float64s = c.Float64s[row : row+1]
		}
	}
	return out
}

// measure gives the nanoseconds that f takes for each of its rows, in the best of ten rounds.
func measure(seconds float64, rows int, f func() error) (float64, error) {
	best := math.Inf(1)
	for range 10 {
		calls, start := 0, time.Now()
		for calls == 0 || time.Since(start).Seconds() < seconds/10 {
			if err := f(); err != nil {
				return 0, err
			}
			calls++
		}
		best = min(best, float64(time.Since(start).Nanoseconds())/float64(calls*rows))
	}
	return best, nil
}
