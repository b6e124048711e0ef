// Command gobench measures one model in modelx and, as the alternative, in onnxruntime called from Go, in one run.
//
// It prints one JSON object: nanoseconds a row for one row at a time and for the whole batch, and the largest difference
// between the two runtimes.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
	ort "github.com/yalue/onnxruntime_go"
)

type options struct {
	model, onnx, library, method, output, rows string
	labels                                     bool
	seconds                                    float64
}

type result struct {
	ModelxOne         float64 `json:"modelx_one_ns"`
	ModelxBatch       float64 `json:"modelx_batch_ns"`
	ModelxShared      float64 `json:"modelx_shared_ns"` // The batch on all cores.
	OnnxruntimeOne    float64 `json:"onnxruntime_one_ns"`
	OnnxruntimeBatch  float64 `json:"onnxruntime_batch_ns"`
	LargestDifference float64 `json:"largest_difference"`
}

func main() {
	var o options
	flag.StringVar(&o.model, "model", "", "the model as .pb")
	flag.StringVar(&o.onnx, "onnx", "", "the model as .onnx")
	flag.StringVar(&o.library, "library", "", "onnxruntime's shared library")
	flag.StringVar(&o.method, "method", "predict", "modelx's method")
	flag.StringVar(&o.output, "output", "", "the ONNX output that corresponds to it")
	flag.StringVar(&o.rows, "rows", "", "a file of little-endian float64 rows")
	flag.BoolVar(&o.labels, "labels", false, "the ONNX output is int64")
	flag.Float64Var(&o.seconds, "seconds", 0.5, "how long to repeat each measurement")
	flag.Parse()
	if err := run(o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gobench:", err)
		os.Exit(1)
	}
}

func run(o options, w io.Writer) error {
	model, err := modelx.Load(o.model)
	if err != nil {
		return err
	}
	sharing, err := modelx.Load(o.model, modelx.WithWorkers(0))
	if err != nil {
		return err
	}
	x, err := readRows(o.rows)
	if err != nil {
		return err
	}
	method, width := modelx.Method(o.method), model.NumFeatures()
	columns := model.Columns(method)
	if columns == 0 || len(x)%width != 0 {
		return errors.New("the model has no such method, or the rows have another width")
	}
	n := len(x) / width
	dst, row := make([]float64, n*columns), 0
	one := contender{rows: 1, run: func() error {
		row = (row + 1) % n
		return model.Run(method, dst[row*columns:(row+1)*columns], x[row*width:(row+1)*width])
	}}
	batch := contender{rows: n, run: func() error { return model.Run(method, dst, x) }}
	shared := contender{rows: n, run: func() error { return sharing.Run(method, dst, x) }}

	ort.SetSharedLibraryPath(o.library)
	if err := ort.InitializeEnvironment(); err != nil {
		return err
	}
	defer func() { _ = ort.DestroyEnvironment() }()
	given, theirRow := slices.Clone(x[:width]), 0
	theirOne, err := newSession(o, given, width, columns)
	if err != nil {
		return err
	}
	defer theirOne.close()
	theirBatch, err := newSession(o, x, width, columns)
	if err != nil {
		return err
	}
	defer theirBatch.close()
	all := []*contender{&one, {rows: 1, run: func() error {
		// Another row each time, as above: trees and processors remember the way of one.
		theirRow = (theirRow + 1) % n
		copy(given, x[theirRow*width:(theirRow+1)*width])
		return theirOne.run()
	}}, &batch, {rows: n, run: theirBatch.run}, &shared}
	if err := measure(o.seconds, all); err != nil {
		return err
	}
	out := result{
		ModelxOne: all[0].ns, OnnxruntimeOne: all[1].ns, ModelxBatch: all[2].ns, OnnxruntimeBatch: all[3].ns,
		ModelxShared: all[4].ns,
	}
	for i, v := range theirBatch.values() {
		out.LargestDifference = max(out.LargestDifference, math.Abs(dst[i]-v))
	}
	return json.NewEncoder(w).Encode(out)
}

// readRows reads a file of little-endian float64 values.
func readRows(path string) ([]float64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(data)/8)
	for i := range x {
		x[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
	}
	return x, nil
}

// session is onnxruntime with tensors that are bound once, on one thread: the fastest way that its Go package has.
type session struct {
	run    func() error
	values func() []float64
	close  func()
}

func newSession(o options, x []float64, width, columns int) (*session, error) {
	n := int64(len(x) / width)
	in, err := ort.NewTensor(ort.NewShape(n, int64(width)), x)
	if err != nil {
		return nil, err
	}
	shape := ort.NewShape(n, int64(columns))
	if columns == 1 {
		shape = ort.NewShape(n)
	}
	if o.labels {
		out, err := ort.NewEmptyTensor[int64](shape)
		if err != nil {
			return nil, err
		}
		return bind(o, in, out, func() []float64 {
			values := make([]float64, len(out.GetData()))
			for i, v := range out.GetData() {
				values[i] = float64(v)
			}
			return values
		})
	}
	out, err := ort.NewEmptyTensor[float64](shape)
	if err != nil {
		return nil, err
	}
	return bind(o, in, out, out.GetData)
}

func bind(o options, in, out ort.Value, values func() []float64) (*session, error) {
	settings, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer func() { _ = settings.Destroy() }()
	if err := settings.SetIntraOpNumThreads(1); err != nil {
		return nil, err
	}
	s, err := ort.NewAdvancedSession(o.onnx, []string{"X"}, []string{o.output}, []ort.Value{in}, []ort.Value{out}, settings)
	if err != nil {
		return nil, err
	}
	return &session{run: s.Run, values: values, close: func() {
		_, _, _ = s.Destroy(), in.Destroy(), out.Destroy()
	}}, nil
}

// contender is something that computes a number of rows, and the nanoseconds that it takes for each of them.
type contender struct {
	rows int
	run  func() error
	ns   float64
}

// measure lets all take turns, so that what else the machine does strikes them alike, and keeps each one's best round.
func measure(seconds float64, all []*contender) error {
	const rounds = 20
	for _, c := range all { // warms up, and shows an error once
		if err := c.run(); err != nil {
			return err
		}
		c.ns = math.Inf(1)
	}
	for range rounds {
		for _, c := range all {
			calls, start := 0, time.Now()
			for batch := 1; time.Since(start).Seconds() < seconds/rounds; batch = min(2*batch, 256) {
				for range batch {
					if err := c.run(); err != nil {
						return err
					}
				}
				calls += batch
			}
			c.ns = min(c.ns, float64(time.Since(start).Nanoseconds())/float64(calls*c.rows))
		}
	}
	return nil
}
