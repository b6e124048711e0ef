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
	dst := make([]float64, n*columns)
	var out result
	row := 0
	out.ModelxOne, err = measure(o.seconds, 1, func() error {
		row = (row + 1) % n
		return model.Run(method, dst[row*columns:(row+1)*columns], x[row*width:(row+1)*width])
	})
	if err != nil {
		return err
	}
	out.ModelxBatch, err = measure(o.seconds, n, func() error { return model.Run(method, dst, x) })
	if err != nil {
		return err
	}

	ort.SetSharedLibraryPath(o.library)
	if err := ort.InitializeEnvironment(); err != nil {
		return err
	}
	defer func() { _ = ort.DestroyEnvironment() }()
	if out.OnnxruntimeOne, _, err = onnxruntime(o, x[:width], width, columns); err != nil {
		return err
	}
	var theirs []float64
	if out.OnnxruntimeBatch, theirs, err = onnxruntime(o, x, width, columns); err != nil {
		return err
	}
	for i := range dst {
		out.LargestDifference = max(out.LargestDifference, math.Abs(dst[i]-theirs[i]))
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

// onnxruntime measures a session whose tensors are bound once, on one thread: the fastest way that its Go package has.
func onnxruntime(o options, x []float64, width, columns int) (float64, []float64, error) {
	n := int64(len(x) / width)
	in, err := ort.NewTensor(ort.NewShape(n, int64(width)), x)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = in.Destroy() }()
	shape := ort.NewShape(n, int64(columns))
	if columns == 1 {
		shape = ort.NewShape(n)
	}
	if o.labels {
		out, err := ort.NewEmptyTensor[int64](shape)
		if err != nil {
			return 0, nil, err
		}
		defer func() { _ = out.Destroy() }()
		ns, err := session(o, in, out, int(n))
		values := make([]float64, len(out.GetData()))
		for i, v := range out.GetData() {
			values[i] = float64(v)
		}
		return ns, values, err
	}
	out, err := ort.NewEmptyTensor[float64](shape)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = out.Destroy() }()
	ns, err := session(o, in, out, int(n))
	return ns, slices.Clone(out.GetData()), err
}

func session(o options, in, out ort.Value, n int) (float64, error) {
	settings, err := ort.NewSessionOptions()
	if err != nil {
		return 0, err
	}
	defer func() { _ = settings.Destroy() }()
	if err := settings.SetIntraOpNumThreads(1); err != nil {
		return 0, err
	}
	s, err := ort.NewAdvancedSession(o.onnx, []string{"X"}, []string{o.output}, []ort.Value{in}, []ort.Value{out}, settings)
	if err != nil {
		return 0, err
	}
	defer func() { _ = s.Destroy() }()
	return measure(o.seconds, n, s.Run)
}

// measure gives the median over five rounds of the nanoseconds that f takes for each of its n rows.
func measure(seconds float64, n int, f func() error) (float64, error) {
	const rounds = 5
	if err := f(); err != nil { // warms up, and shows an error once
		return 0, err
	}
	var times []float64
	for range rounds {
		calls, start := 0, time.Now()
		for batch := 1; time.Since(start).Seconds() < seconds/rounds; batch = min(2*batch, 1024) {
			for range batch {
				if err := f(); err != nil {
					return 0, err
				}
			}
			calls += batch
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/float64(calls*n))
	}
	slices.Sort(times)
	return times[rounds/2], nil
}
