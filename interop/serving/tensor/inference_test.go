package tensor

import (
	"encoding/binary"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// served is a model of numbers.
func served(t testing.TB, names ...string) *serving.Served {
	t.Helper()
	width := int32(max(2, len(names)))
	if len(names) == 1 {
		width = 1
	}
	return load(t, &modelxpb.ModelProto{
		SchemaVersion: 1, Signature: &modelxpb.Signature{NFeatures: width, FeatureNames: names},
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: make([]float64, width), Intercept: proto.Float64(0), NFeatures: width,
		}},
	})
}

func load(t testing.TB, model *modelxpb.ModelProto) *serving.Served {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.pb")
	if err := modelx.Save(path, model); err != nil {
		t.Fatal(err)
	}
	plane, err := serving.New(t.Context(), serving.Options{Path: path, MaxRows: 100}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := plane.Served("", "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func doublesOf(name string, dims []int64, values ...float64) Input {
	return Input{Name: name, Datatype: FP64, Shape: dims, Contents: Contents{Doubles: values}}
}

func rawInput(name, datatype string, dims []int64, raw string) Input {
	return Input{Name: name, Datatype: datatype, Shape: dims, Raw: []byte(raw), HasRaw: true}
}

func TestRefusals(t *testing.T) {
	const single = "; expected one tensor for each feature, or a single one for all"
	both := doublesOf("X", []int64{1, 1}, 1)
	both.Raw, both.HasRaw = make([]byte, 8), true
	twoNames, unnamed := served(t, "a", "b\"mi"), served(t)
	for _, c := range []struct {
		name  string
		model *serving.Served
		q     Inference
		kind  serving.Kind
		text  string
	}{
		{"nothing", twoNames, Inference{}, serving.BadRequest, "no inputs; expected at least one"},
		{
			"two raw contents", twoNames, Inference{Inputs: []Input{doublesOf("X", nil)}, RawContents: make([][]byte, 2)},
			serving.BadRequest, "raw_input_contents has 2 items; expected 1",
		},
		{
			"both contents", twoNames, Inference{Inputs: []Input{both}},
			serving.BadRequest, `input "X" has both contents and raw_input_contents; expected one of them`,
		},
		{
			"text", twoNames, Inference{Inputs: []Input{{Name: "X", Datatype: Bytes, Shape: []int64{0, 2}}}},
			serving.NoRows, "no rows; expected at least one",
		},
		{
			"text for numbers", twoNames, Inference{Inputs: []Input{{Name: "X", Datatype: Bytes, Shape: []int64{1, 2}, Contents: Contents{Bytes: [][]byte{nil, nil}}}}},
			serving.NotNumeric, `input "X" has datatype "BYTES"; expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32 or FP64`,
		},
		{
			"lower case", twoNames, Inference{Inputs: []Input{{Name: "X", Datatype: "fp64"}}},
			serving.NotNumeric, `input "X" has datatype "fp64"; expected BOOL, INT8 to INT64, UINT8 to UINT64, FP16, FP32, FP64 or BYTES`,
		},
		{
			"a negative dimension", twoNames, Inference{Inputs: []Input{doublesOf("X", []int64{1, -2})}},
			serving.BadRequest, `input "X" has shape [1,-2]; expected dimensions of 0 or more`,
		},
		{
			"few bytes", twoNames, Inference{Inputs: []Input{rawInput("X", FP32, []int64{2, 2}, "123456789012")}},
			serving.BadRequest, `input "X" has 12 bytes; expected 16`,
		},
		{
			"many values", twoNames, Inference{Inputs: []Input{doublesOf("X", []int64{1, 2}, 1, 2, 3)}},
			serving.BadRequest, `input "X" has 3 values; expected 2`,
		},
		{
			"values in another field", twoNames, Inference{Inputs: []Input{{Name: "X", Datatype: FP32, Shape: []int64{1}, Contents: Contents{Doubles: []float64{1}}}}},
			serving.BadRequest, `input "X" has 0 values; expected 1`,
		},
		{
			"a typed FP16", twoNames, Inference{Inputs: []Input{{Name: "X", Datatype: FP16, Shape: []int64{1}, Contents: Contents{Floats: []float32{1}}}}},
			serving.BadRequest, `input "X" has 0 values; expected 1`,
		},
		{
			"an overflow", twoNames, Inference{Inputs: []Input{rawInput("X", FP64, []int64{1 << 62, 4}, "")}},
			serving.BadRequest, `input "X" has 0 bytes; expected over 9223372036854775807`,
		},
		{
			"a product of a million dimensions", twoNames,
			Inference{Inputs: []Input{doublesOf("X", slices.Repeat([]int64{127}, 1_000_000))}},
			serving.BadRequest, `input "X" has 0 values; expected over 9223372036854775807`,
		},
		{
			"a million dimensions and none", twoNames,
			Inference{Inputs: []Input{doublesOf("X", append(slices.Repeat([]int64{127}, 1_000_000), 0), 1)}},
			serving.BadRequest, `input "X" has 1 values; expected 0`,
		},
		{
			"one value of no dimension", twoNames, Inference{Inputs: []Input{doublesOf("X", nil)}},
			serving.BadRequest, `input "X" has 0 values; expected 1`,
		},
		{
			"an output twice", twoNames, Inference{Inputs: []Input{doublesOf("X", []int64{0, 2})}, Outputs: []string{"predict", "predict"}},
			serving.BadRequest, `output "predict" is there twice; expected it once`,
		},
		{
			"a method that there is not", twoNames, Inference{Inputs: []Input{doublesOf("X", []int64{1, 9}, make([]float64, 9)...)}, Outputs: []string{"p"}},
			serving.UnsupportedMethod, `the model has no method "p"; expected one of predict`,
		},
		{
			"width", twoNames, Inference{Inputs: []Input{doublesOf("X", []int64{1, 3}, 1, 2, 3)}},
			serving.WrongWidth, `input "X" has shape [1,3]; expected [-1,2]`,
		},
		{
			"one dimension", twoNames, Inference{Inputs: []Input{doublesOf("X", []int64{2}, 1, 2)}},
			serving.WrongWidth, `input "X" has shape [2]; expected [-1,2]`,
		},
		{
			"many dimensions", twoNames, Inference{Inputs: []Input{doublesOf("a", make([]int64, 12))}},
			serving.WrongWidth, `input "a" has shape [0,0,0,0,0,0,0,0,0,0,...]; expected [-1,2]`,
		},
		{
			"many rows", twoNames, Inference{Inputs: []Input{rawInput("X", Bool, []int64{101, 2}, strings.Repeat("x", 202))}},
			serving.TooManyRows, "101 rows; expected at most 100",
		},
		{
			"many rows of columns", served(t, "a"), Inference{Inputs: []Input{rawInput("a", Bool, []int64{101}, strings.Repeat("x", 101))}},
			serving.TooManyRows, "101 rows; expected at most 100",
		},
		{
			"a feature that is missing", twoNames, Inference{Inputs: []Input{doublesOf("a", []int64{1}, 1)}},
			serving.MissingColumn, `no input "b\u0022mi"` + single,
		},
		{
			"a feature that is unknown", twoNames, Inference{Inputs: []Input{doublesOf("x", []int64{1}, 1), doublesOf("a", []int64{1}, 1)}},
			serving.MissingColumn, `unknown input "x"` + single,
		},
		{
			"a feature twice", twoNames, Inference{Inputs: []Input{doublesOf("a", []int64{1}, 1), doublesOf("a", []int64{1}, 1), doublesOf("x", []int64{0})}},
			serving.MissingColumn, `input "a" is there twice; expected it once`,
		},
		{
			"features without names", unnamed, Inference{Inputs: []Input{doublesOf("a", []int64{1}, 1), doublesOf("b", []int64{1}, 1)}},
			serving.MissingColumn, `unknown input "a"` + single,
		},
		{
			"a feature's shape", twoNames, Inference{Inputs: []Input{doublesOf("b\"mi", []int64{1, 1}, 1), doublesOf("a", []int64{1, 2}, 1, 2)}},
			serving.WrongWidth, `input "a" has shape [1,2]; expected [-1] or [-1,1]`,
		},
		{
			"rows that differ", twoNames, Inference{Inputs: []Input{doublesOf("a", []int64{2}, 1, 2), doublesOf("b\"mi", []int64{3, 1}, 1, 2, 3)}},
			serving.BadRequest, "inputs have 2 and 3 rows; expected the same number",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var err error
			if refused := c.q.Check(); refused != nil {
				err = refused
			} else {
				err = c.q.Fill(c.model, new(serving.Request))
			}
			refused, ok := err.(*serving.Error)
			if !ok || refused.Kind != c.kind || refused.Message != c.text {
				t.Fatalf("the error is  %v\nexpected      %s: %s", err, c.kind, c.text)
			}
		})
	}
}

// All datatypes, typed and raw, give the same doubles.
func TestDatatypes(t *testing.T) {
	twoNames := served(t, "a", "b")
	le := binary.LittleEndian
	for _, c := range []struct {
		datatype string
		contents Contents
		raw      []byte
		want     []float64
	}{
		{Bool, Contents{Bools: []bool{true, false}}, []byte{2, 0}, []float64{1, 0}},
		{Int8, Contents{Ints: []int32{-128, 5}}, []byte{0x80, 5}, []float64{-128, 5}},
		{Int16, Contents{Ints: []int32{-2, 3}}, []byte{0xfe, 0xff, 3, 0}, []float64{-2, 3}},
		{Int32, Contents{Ints: []int32{-2, 3}}, []byte{0xfe, 0xff, 0xff, 0xff, 3, 0, 0, 0}, []float64{-2, 3}},
		{Int64, Contents{Longs: []int64{math.MinInt64, 3}}, le.AppendUint64(le.AppendUint64(nil, 1<<63), 3), []float64{math.MinInt64, 3}},
		{Uint8, Contents{Uints: []uint32{255, 5}}, []byte{255, 5}, []float64{255, 5}},
		{Uint16, Contents{Uints: []uint32{65535, 5}}, []byte{255, 255, 5, 0}, []float64{65535, 5}},
		{Uint32, Contents{Uints: []uint32{math.MaxUint32, 5}}, []byte{255, 255, 255, 255, 5, 0, 0, 0}, []float64{math.MaxUint32, 5}},
		{Uint64, Contents{Ulongs: []uint64{1 << 63, 5}}, le.AppendUint64(le.AppendUint64(nil, 1<<63), 5), []float64{1 << 63, 5}},
		{FP32, Contents{Floats: []float32{0.1, -1}}, le.AppendUint32(le.AppendUint32(nil, math.Float32bits(0.1)), math.Float32bits(-1)), []float64{float64(float32(0.1)), -1}},
		{FP64, Contents{Doubles: []float64{0.1, -1}}, le.AppendUint64(le.AppendUint64(nil, math.Float64bits(0.1)), math.Float64bits(-1)), []float64{0.1, -1}},
		{FP16, Contents{}, []byte{0, 0x3c, 1, 0x80}, []float64{1, -math.Ldexp(1, -24)}},
	} {
		inputs := []Input{{Name: "X", Datatype: c.datatype, Shape: []int64{1, 2}, Raw: c.raw, HasRaw: true}}
		if c.datatype != FP16 {
			inputs = append(inputs, Input{Name: "X", Datatype: c.datatype, Shape: []int64{1, 2}, Contents: c.contents})
		}
		inputs = append(inputs, Input{Name: "X", Datatype: c.datatype, Shape: []int64{1, 2}, Contents: Contents{Numbers: c.want, HasNumbers: true}})
		for _, in := range inputs {
			q := Inference{Inputs: []Input{in}}
			var request serving.Request
			if err := q.Check(); err != nil {
				t.Errorf("%s: %v", c.datatype, err)
			} else if err := q.Fill(twoNames, &request); err != nil {
				t.Errorf("%s: %v", c.datatype, err)
			}
			if !slices.Equal(request.Features, c.want) || request.Rows != 1 || len(request.Methods) != 1 || q.Raw() != in.HasRaw {
				t.Errorf("%s: the request is %+v, expected %v", c.datatype, request, c.want)
			}
		}
	}
}

// Every half is what IEEE 754 says; the numbers between are as the formats' definitions have them.
func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0000: 0, 0x8000: math.Copysign(0, -1), 0x0001: math.Ldexp(1, -24), 0x03ff: math.Ldexp(1023, -24), 0x0400: math.Ldexp(1, -14),
		0x3555: 0.333251953125, 0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		if got := half(bits); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%#x is %v, expected %v", bits, got, want)
		}
	}
	if !math.IsNaN(half(0x7e00)) || !math.IsNaN(half(0xfc01)) {
		t.Error("a NaN is none")
	}
}

func TestColumns(t *testing.T) {
	twoNames := served(t, "a", "b\"mi")
	q := Inference{Model: "m", Version: "1", Outputs: []string{"predict"}, Inputs: []Input{
		{Name: "b\"mi", Datatype: Int8, Shape: []int64{2, 1}, Contents: Contents{Ints: []int32{3, 4}}},
		doublesOf("a", []int64{2}, 1, 2),
	}}
	for range 2 { // Its memory is used again.
		var request serving.Request
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
		if err := q.Fill(twoNames, &request); err != nil {
			t.Fatal(err)
		}
		if request.Made == nil || !slices.Equal(request.Made.Values, []float64{1, 3, 2, 4}) || request.Features != nil || request.Model != "m" ||
			request.Version != "1" || !slices.Equal(request.Methods, []modelx.Method{modelx.Predict}) {
			t.Fatalf("the request is %+v", request)
		}
	}
	if q.Kept() == 0 {
		t.Error("no memory is kept")
	}
	q.Reset()
	if len(q.Inputs)+len(q.Outputs) != 0 || q.Model != "" {
		t.Errorf("after Reset there is %+v", q)
	}
}

// A single tensor of one dimension is a feature's where it has its name.
func TestSingleFeature(t *testing.T) {
	var request serving.Request
	q := Inference{Inputs: []Input{doublesOf("a", []int64{3}, 1, 2, 3)}}
	if err := q.Check(); err != nil {
		t.Fatal(err)
	}
	if err := q.Fill(served(t, "a"), &request); err != nil || request.Made == nil || !slices.Equal(request.Made.Values, []float64{1, 2, 3}) {
		t.Fatalf("the request is %+v, %v", request, err)
	}
}

// Places of gaps are told from what is none.
func TestPlacesOfGaps(t *testing.T) {
	for text, want := range map[string][]int{"": {}, "0": {0}, "1,2": {1, 2}, "007": nil, "02": {2}, "3": nil, "1,1": nil, "2,0": nil, ",": nil, "1,": nil, " 1": nil, "-1": nil, "+1": nil, "99999999999999999999": nil} {
		in, got := Input{Missing: Parameter{There: true, Text: text}}, []int{}
		if ok := in.eachMissing(3, func(place int) { got = append(got, place) }); ok != (want != nil) || ok && !slices.Equal(got, want) {
			t.Errorf("%q: got %v, %v", text, got, ok)
		}
	}
}

// Raw texts are bounded by how many they are, not by what their lengths claim.
func TestRawTexts(t *testing.T) {
	for raw, text := range map[string]string{
		"\xff\xff\xff\xff": "input \"X\" has raw contents that are no texts with their lengths", "\x00\x00": "input \"X\" has raw contents that are no texts with their lengths",
		"\x00\x00\x00\x00": `input "X" has 1 values; expected 2`, strings.Repeat("\x00\x00\x00\x00", MostTexts+1): "the tensors have more than 1000000 texts",
	} {
		q := Inference{Inputs: []Input{rawInput("X", Bytes, []int64{1, 2}, raw)}}
		if err := q.Check(); err == nil || err.Message != text {
			t.Errorf("%.8q: the error is %v", raw, err)
		}
	}
}

// FuzzInference looks for shapes and lengths that get past the checks and do not fit.
func FuzzInference(f *testing.F) {
	f.Add("FP64", int64(1), int64(2), []byte(strings.Repeat("x", 16)), true)
	f.Add("INT8", int64(3), int64(2), []byte("abcdef"), true)
	f.Add("BOOL", int64(math.MaxInt64), int64(math.MaxInt64), []byte{}, true)
	f.Add("UINT16", int64(1<<32), int64(1<<32), []byte{1}, false)
	f.Add("FP16", int64(0), int64(-1), []byte{}, false)
	f.Add("BYTES", int64(1), int64(2), []byte("\x01\x00\x00\x00a\x02\x00\x00\x00\xc3\xa9"), true)
	f.Add("BYTES", int64(1), int64(2), []byte("0,1"), false)
	twoNames, colors := served(f, "a", "b"), load(f, typedmodels.Colors())
	f.Fuzz(func(t *testing.T, datatype string, rows, columns int64, data []byte, raw bool) {
		in := Input{Name: "X", Datatype: datatype, Shape: []int64{rows, columns}}
		if raw {
			in.Raw, in.HasRaw = data, true
		} else {
			in.Contents = Contents{Doubles: make([]float64, len(data)), Ints: make([]int32, len(data)), Bools: make([]bool, len(data))}
		}
		if datatype == Bytes && !raw {
			in.Contents = Contents{Texts: make([]string, len(data)), HasTexts: true}
			in.Missing = Parameter{There: true, Text: string(data)}
		}
		q := Inference{Inputs: []Input{in}}
		if q.Check() != nil {
			return
		}
		var request serving.Request
		if datatype == Bytes {
			if q.Fill(colors, &request) == nil && (request.Made == nil || int64(len(request.Made.Values)) != rows*2) {
				t.Fatalf("the request is %+v", request)
			}
			return
		}
		if q.Fill(twoNames, &request) != nil {
			return
		}
		if int64(len(request.Features)) != rows*2 || rows > 100 || columns != 2 {
			t.Fatalf("%d values of %d rows", len(request.Features), rows)
		}
	})
}
