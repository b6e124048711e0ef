// Command columns measures a model over named columns of several types: from columns to predictions, in modelx and, as the
// alternative, in onnxruntime called from Go, in one run.
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
	ort "github.com/yalue/onnxruntime_go"
)

// given is a column as the file has it: numbers, of which null is NaN, or strings.
type given struct {
	Name    string     `json:"name"`
	Numbers []*float64 `json:"numbers"`
	Strings []string   `json:"strings"`
}

type result struct {
	One              float64   `json:"one_ns"`
	Batch            float64   `json:"batch_ns"`
	OnnxruntimeOne   float64   `json:"onnxruntime_one_ns"`
	OnnxruntimeBatch float64   `json:"onnxruntime_batch_ns"`
	Predictions      []float64 `json:"predictions"`
}

func main() {
	model := flag.String("model", "", "the model as .pb")
	onnx := flag.String("onnx", "", "the model as .onnx, with an output probabilities of two classes")
	library := flag.String("library", "", "onnxruntime's shared library")
	rows := flag.String("rows", "", "a JSON file of columns")
	seconds := flag.Float64("seconds", 0.5, "how long to repeat each measurement")
	flag.Parse()
	if err := run(*model, *onnx, *library, *rows, *seconds, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "columns:", err)
		os.Exit(1)
	}
}

func run(path, onnx, library, rows string, seconds float64, w io.Writer) error {
	m, err := modelx.Load(path)
	if err != nil {
		return err
	}
	columns, err := read(rows)
	if err != nil {
		return err
	}
	n := columns[0].Len()
	single := make([][]modelx.Column, n)
	for i := range single {
		single[i] = slice(columns, i)
	}
	var out result
	if err := ours(m, columns, single, seconds, &out); err != nil {
		return err
	}
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(); err != nil {
		return err
	}
	defer func() { _ = ort.DestroyEnvironment() }()
	if err := theirs(onnx, columns, single, seconds, &out); err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(out)
}

// ours measures modelx, with another row each time.
func ours(m modelx.Model, columns []modelx.Column, single [][]modelx.Column, seconds float64, out *result) (err error) {
	const method = modelx.PredictProba
	n := len(single)
	dst := make([]float64, n*m.Columns(method))
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
	out.Batch, err = measure(seconds, n, batch)
	out.Predictions = dst
	return err
}

// theirs measures onnxruntime, with another row each time.
func theirs(path string, columns []modelx.Column, single [][]modelx.Column, seconds float64, out *result) error {
	one, err := openGraph(path, columns, 1)
	if err != nil {
		return err
	}
	defer one.close()
	batch, err := openGraph(path, columns, len(single))
	if err != nil {
		return err
	}
	defer batch.close()
	row := 0
	next := func() error {
		row = (row + 1) % len(single)
		return one.run(single[row])
	}
	if out.OnnxruntimeOne, err = measure(seconds, 1, next); err != nil {
		return err
	}
	out.OnnxruntimeBatch, err = measure(seconds, len(single), func() error { return batch.run(columns) })
	return err
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
