package grpcserver

import (
	"io"
	"math"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// startTyped serves models of strings, and one of numbers.
func startTyped(t testing.TB) *running {
	t.Helper()
	return start(t, repository(t, typedmodels.People(typedmodels.PeopleNames()...), typedmodels.Colors(), typedmodels.Filled(), line()), nil)
}

func doubleColumn(name string, values ...float64) *modelxpb.Column {
	return &modelxpb.Column{Name: name, Doubles: values}
}

func textColumn(name string, values ...string) *modelxpb.Column {
	return &modelxpb.Column{Name: name, Strings: values}
}

func TestTypedColumns(t *testing.T) {
	r := startTyped(t)
	ctx := wait(t)
	cities := textColumn("city", "Oslo", "Paris", "", "", "", "Rome")
	cities.NoneRows, cities.NanRows = []uint32{3}, []uint32{4}
	for _, c := range []struct {
		why     string
		request *modelxpb.PredictRequest
		want    []float64
	}{
		{"by name, in another order, with a column too many and without the unread one", &modelxpb.PredictRequest{
			ModelName: "people", Rows: 6, Columns: []*modelxpb.Column{
				{Name: "member", Bools: []bool{true, false, false, false, false, false}}, textColumn("other"), cities,
				{Name: "age", Ints: []int64{1, 2, 3, 4, 5, 6}},
			},
		}, []float64{1101, 2002, 3003, 4004, 5005, 6}},
		{"by their order, whatever nobody reads", &modelxpb.PredictRequest{ModelName: "people", Columns: []*modelxpb.Column{
			doubleColumn("", 7), textColumn("", "Oslo"), doubleColumn("", 0.5), textColumn("", "a", "b"),
		}}, []float64{1057}},
		{"numbers", &modelxpb.PredictRequest{ModelName: "line", Columns: []*modelxpb.Column{{Name: "b", Ints: []int64{2, 4}}, doubleColumn("a", 1, 3)}},
			[]float64{1.25, 4.25}},
		{"names that scikit-learn gives", &modelxpb.PredictRequest{ModelName: "colors", Method: "transform", Columns: []*modelxpb.Column{
			textColumn("x1", "red", "green"), {Name: "x0", Strings: []string{"\u00e9", ""}, NoneRows: []uint32{1}},
		}}, []float64{2, 1, 3, 0}},
	} {
		answer, err := r.model.Predict(ctx, c.request)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		if got := answer.GetPredictions(); len(got) != len(c.want) {
			t.Errorf("%s: got %v, expected %v", c.why, got, c.want)
			continue
		}
		for i, v := range answer.GetPredictions() {
			if math.Float64bits(v) != math.Float64bits(c.want[i]) {
				t.Errorf("%s: got %v, expected %v", c.why, answer.GetPredictions(), c.want)
				break
			}
		}
	}
	t.Run("given back", func(t *testing.T) { requireTextsGivenBack(t, r) })
	t.Run("in a stream", func(t *testing.T) {
		stream, err := r.model.PredictStream(ctx)
		requireNone(t, err)
		for range 2 {
			requireNone(t, stream.Send(&modelxpb.PredictRequest{ModelName: "filled", Method: "transform", Columns: []*modelxpb.Column{
				{Name: "word", Strings: []string{""}, NoneRows: []uint32{0}}, doubleColumn("number", 3),
			}}))
			requireNone(t, stream.Send(&modelxpb.PredictRequest{ModelName: "filled", Method: "transform", Columns: []*modelxpb.Column{doubleColumn("word", 1)}}))
			answer, err := stream.Recv()
			requireNone(t, err)
			if got := answer.GetResponse().GetOutputColumns(); len(got) != 2 || got[0].GetStrings()[0] != "none" {
				t.Errorf("got %v", got)
			}
			answer, err = stream.Recv()
			requireNone(t, err)
			if got := answer.GetError(); got.GetMessage() != `no column "number"; expected one for each feature` || got.GetKind() != "missing_column" {
				t.Errorf("got %v", got)
			}
		}
		requireNone(t, stream.CloseSend())
		if _, err := stream.Recv(); err != io.EOF {
			t.Errorf("the end is %v", err)
		}
	})
}

// Strings pass through a model, unknown ones too.
func requireTextsGivenBack(t *testing.T, r *running) {
	t.Helper()
	for _, c := range []struct {
		request *modelxpb.PredictRequest
		want    []*modelxpb.Column
	}{
		{
			&modelxpb.PredictRequest{ModelName: "filled", Method: "transform", Columns: []*modelxpb.Column{
				doubleColumn("number", 1, -1, 2.5, 4), {Name: "word", Strings: []string{"new", "", "new", "newer"}, NoneRows: []uint32{1}},
			}},
			[]*modelxpb.Column{textColumn("", "new", "none", "new", "newer"), doubleColumn("", 1, -1, 2.5, 4)},
		},
		{
			&modelxpb.PredictRequest{ModelName: "colors", Method: "inverse_transform", Features: []float64{0, 3, 2, 1}},
			[]*modelxpb.Column{textColumn("", "green", "\u00e9"), {Strings: []string{"", "red"}, NoneRows: []uint32{0}}},
		},
	} {
		answer, err := r.model.Predict(wait(t), c.request)
		requireNone(t, err)
		want := &modelxpb.PredictResponse{
			ModelName: c.request.GetModelName(), ModelVersion: "1", Rows: int64(max(len(c.want[0].GetStrings()), len(c.want[0].GetDoubles()))),
			Columns: int64(len(c.want)), OutputColumns: c.want, Timestamp: answer.GetTimestamp(),
		}
		if !proto.Equal(answer, want) {
			t.Errorf("got %v, expected %v", answer, want)
		}
	}
}

func TestRefusedColumns(t *testing.T) {
	r := startTyped(t)
	people := func(columns ...*modelxpb.Column) *modelxpb.PredictRequest {
		return &modelxpb.PredictRequest{ModelName: "people", Columns: columns}
	}
	city, age, member := textColumn("city", "Oslo"), doubleColumn("age", 1), doubleColumn("member", 0)
	gaps := func(nones, nans []uint32) *modelxpb.PredictRequest {
		return people(age, member, &modelxpb.Column{Name: "city", Strings: []string{""}, NoneRows: nones, NanRows: nans})
	}
	for _, c := range []struct {
		request *modelxpb.PredictRequest
		kind    serving.Kind
		text    string
	}{
		{&modelxpb.PredictRequest{ModelName: "x", Features: []float64{1}, Columns: []*modelxpb.Column{age}}, serving.BadRequest, "features and columns are both there; expected one of them"},
		{&modelxpb.PredictRequest{ModelName: "x", Columns: []*modelxpb.Column{age, {Doubles: []float64{1}, Bools: []bool{true}}}}, serving.BadRequest, "column 2 has no name; expected one, as others have"},
		{&modelxpb.PredictRequest{ModelName: "x", Columns: []*modelxpb.Column{{Strings: []string{""}, Bools: []bool{true}, Doubles: []float64{1}}}}, serving.BadRequest, "column 1 has doubles and strings; expected one list"},
		{&modelxpb.PredictRequest{ModelName: "people", Method: "transform", Columns: []*modelxpb.Column{age}}, serving.UnsupportedMethod, `the model has no method "transform"; expected one of predict`},
		{&modelxpb.PredictRequest{ModelName: "colors", Method: "inverse_transform", Columns: []*modelxpb.Column{age}}, serving.BadRequest, "inverse_transform takes numbers; expected features"},
		{people(city, age, age), serving.MissingColumn, `column "age" is there twice; expected it once`},
		{people(textColumn("note"), textColumn("note"), doubleColumn("city"), age), serving.MissingColumn, `no column "member"; expected one for each feature`},
		{people(doubleColumn("", 1), textColumn("", "Oslo")), serving.WrongWidth, "2 columns; expected 4"},
		{people(member, textColumn("age", "1"), doubleColumn("city", 1)), serving.NotNumeric, `column "age" has strings; expected numbers`},
		{people(age, member, &modelxpb.Column{Name: "city", Ints: []int64{1, 2}}), serving.NotText, `column "city" has ints; expected strings`},
		{people(doubleColumn("", 1), &modelxpb.Column{Bools: []bool{true}}, doubleColumn("", 1), age), serving.BadRequest, "column 1 has no name; expected one, as others have"},
		{people(doubleColumn("", 1), &modelxpb.Column{Bools: []bool{true}}, doubleColumn("", 1), doubleColumn("", 1)), serving.NotText, "column 2 has bools; expected strings"},
		{people(age, member, textColumn("city", "a", "b")), serving.BadRequest, "columns have 1 and 2 rows; expected the same number"},
		{&modelxpb.PredictRequest{ModelName: "people", Rows: 3, Columns: []*modelxpb.Column{age, member, city}}, serving.WrongWidth, "columns have 1 rows; expected 3"},
		{people(doubleColumn("age"), doubleColumn("member"), textColumn("city")), serving.NoRows, "no rows; expected at least one"},
		{people(doubleColumn("age", make([]float64, 100_001)...), doubleColumn("member", make([]float64, 100_001)...), textColumn("city", make([]string, 100_001)...)), serving.TooManyRows, "100001 rows; expected at most 100000"},
		{gaps([]uint32{1}, nil), serving.BadRequest, `column "city" has none_rows that are not rows in ascending order`},
		{gaps(nil, []uint32{0, 0}), serving.BadRequest, `column "city" has nan_rows that are not rows in ascending order`},
		{gaps([]uint32{0}, []uint32{0}), serving.BadRequest, `column "city" has row 0 in none_rows and nan_rows; expected it in one`},
		{&modelxpb.PredictRequest{ModelName: "people", Features: make([]float64, 4)}, serving.NotText, "row 1, feature 2 is a number; expected a string or null"},
		{people(&modelxpb.Column{Name: "age", Doubles: []float64{0}, NoneRows: []uint32{0}}, member, city), serving.NonFiniteInput, `row 1, feature 1 ("age") is NaN; expected a finite number`},
		{&modelxpb.PredictRequest{ModelName: "colors", Method: "transform", Columns: []*modelxpb.Column{textColumn("x0", "red", "red"), textColumn("x1", "red", "blue")}}, serving.RefusedValue, "row 2 has values that the model does not take, or that overflow inside it"},
		{&modelxpb.PredictRequest{ModelName: "colors", Method: "transform", Columns: []*modelxpb.Column{textColumn("x0", "red"), textColumn("x01", "red")}}, serving.MissingColumn, `no column "x1"; expected one for each feature`},
	} {
		var trailer metadata.MD
		_, err := r.model.Predict(wait(t), c.request, grpc.Trailer(&trailer))
		code := codes.InvalidArgument
		requireStatus(t, err, code, c.text)
		requireTrailer(t, trailer, c.kind)
	}
}

func TestTensorsOfText(t *testing.T) {
	r := startTyped(t)
	ctx := wait(t)
	meta, err := r.infer.ModelMetadata(ctx, &inferencepb.ModelMetadataRequest{Name: "people"})
	requireNone(t, err)
	want := []*inferencepb.ModelMetadataResponse_TensorMetadata{
		{Name: "age", Datatype: "FP64", Shape: []int64{-1}}, {Name: "city", Datatype: "BYTES", Shape: []int64{-1}},
		{Name: "member", Datatype: "BOOL", Shape: []int64{-1}},
	}
	if len(meta.GetInputs()) != len(want) {
		t.Fatalf("inputs are %v", meta.GetInputs())
	}
	for i, in := range meta.GetInputs() {
		if !proto.Equal(in, want[i]) {
			t.Errorf("input %d is %v, expected %v", i, in, want[i])
		}
	}
	param := func(text string) map[string]*inferencepb.InferParameter {
		return map[string]*inferencepb.InferParameter{"missing": {ParameterChoice: &inferencepb.InferParameter_StringParam{StringParam: text}}}
	}
	answer, err := r.infer.ModelInfer(ctx, &inferencepb.ModelInferRequest{
		ModelName:  "people",
		Parameters: map[string]*inferencepb.InferParameter{"gaps": {ParameterChoice: &inferencepb.InferParameter_StringParam{StringParam: "nan"}}},
		Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{
			{Name: "city", Datatype: "BYTES", Shape: []int64{2}, Parameters: param("1"), Contents: &inferencepb.InferTensorContents{BytesContents: [][]byte{[]byte("Oslo"), []byte("Paris")}}},
			{Name: "age", Datatype: "FP64", Shape: []int64{2, 1}, Contents: &inferencepb.InferTensorContents{Fp64Contents: []float64{1, 2}}},
			{Name: "member", Datatype: "BOOL", Shape: []int64{2}, Contents: &inferencepb.InferTensorContents{BoolContents: []bool{true, false}}},
		},
	})
	requireNone(t, err)
	if got := answer.GetOutputs()[0].GetContents().GetFp64Contents(); len(got) != 2 || got[0] != 1101 || got[1] != 5002 {
		t.Errorf("got %v", got)
	}
	answer, err = r.infer.ModelInfer(ctx, &inferencepb.ModelInferRequest{
		ModelName: "colors", Outputs: []*inferencepb.ModelInferRequest_InferRequestedOutputTensor{{Name: "inverse_transform"}},
		Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{
			{Name: "x0", Datatype: "FP64", Shape: []int64{2, 2}, Contents: &inferencepb.InferTensorContents{Fp64Contents: []float64{0, 3, 3, 2}}},
		},
	})
	requireNone(t, err)
	out := answer.GetOutputs()[0]
	if got := out.GetContents().GetBytesContents(); out.GetDatatype() != "BYTES" || len(got) != 4 || string(got[0]) != "green" || len(got[1]) != 0 ||
		out.GetParameters()["missing"].GetStringParam() != "1,2" {
		t.Errorf("got %v", out)
	}
	raw := &inferencepb.ModelInferRequest{
		ModelName: "colors", Inputs: []*inferencepb.ModelInferRequest_InferInputTensor{{Name: "X", Datatype: "BYTES", Shape: []int64{1, 2}}},
		RawInputContents: [][]byte{[]byte("\x03\x00\x00\x00red\x05\x00\x00\x00green")},
	}
	answer, err = r.infer.ModelInfer(ctx, raw)
	requireNone(t, err)
	if got := answer.GetRawOutputContents(); len(got) != 1 || len(got[0]) != 16 || got[0][7] != 0x3f {
		t.Errorf("got %v", answer)
	}
	raw.ModelName = "filled"
	_, err = r.infer.ModelInfer(ctx, raw)
	requireStatus(t, err, codes.InvalidArgument, "no method of the model gives tensors; expected Predict or POST /predict")
}
