package grpcserver

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

type inputTensor = inferencepb.ModelInferRequest_InferInputTensor

// typed is a request with FP64 values.
func typed(model string, shape []int64, values ...float64) *inferencepb.ModelInferRequest {
	return &inferencepb.ModelInferRequest{ModelName: model, Id: "seven", Inputs: []*inputTensor{{
		Name: "X", Datatype: "FP64", Shape: shape, Contents: &inferencepb.InferTensorContents{Fp64Contents: values},
	}}}
}

// raw is typed with raw contents.
func raw(model string, shape []int64, values ...float64) *inferencepb.ModelInferRequest {
	request := typed(model, shape)
	request.Inputs[0].Contents = nil
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	request.RawInputContents = [][]byte{b}
	return request
}

func asking(request *inferencepb.ModelInferRequest, outputs ...string) *inferencepb.ModelInferRequest {
	for _, name := range outputs {
		request.Outputs = append(request.Outputs, &inferencepb.ModelInferRequest_InferRequestedOutputTensor{Name: name})
	}
	return request
}

// inferences are messages for ModelInfer.
func inferences(t testing.TB) [][]byte {
	t.Helper()
	var all [][]byte
	for _, request := range []*inferencepb.ModelInferRequest{
		typed("line", []int64{1, 2}, 1, 2), raw("line", []int64{1, 2}, 1, 2), raw("words", []int64{2, 1}, 1, math.NaN()),
		asking(typed("words", []int64{1, 1}, 1), "predict", "predict_proba"), typed("line", []int64{math.MaxInt64, math.MaxInt64}),
		{ModelName: "line", Inputs: []*inputTensor{
			{Name: "a", Datatype: "BOOL", Shape: []int64{2}, Contents: &inferencepb.InferTensorContents{BoolContents: []bool{true, false}}},
			{Name: "b", Datatype: "INT8", Shape: []int64{2, 1}, Contents: &inferencepb.InferTensorContents{IntContents: []int32{1, 2}}},
		}},
	} {
		b, err := proto.Marshal(request)
		requireNone(t, err)
		all = append(all, b)
	}
	return all
}

func TestInfer(t *testing.T) {
	r := start(t, repository(t,
		line(), side("words", &modelxpb.Labels{Strings: []string{"no", "yes"}}), side("longs", &modelxpb.Labels{Ints: []int64{-1, 1<<62 + 1}}),
		side("ints", &modelxpb.Labels{Ints: []int64{3, 7}}), side("bools", &modelxpb.Labels{Bools: []bool{false, true}}),
	), nil)
	type tensors = []*inferencepb.ModelInferResponse_InferOutputTensor
	contents := func(c *inferencepb.InferTensorContents) *inferencepb.InferTensorContents { return c }
	for _, c := range []struct {
		name     string
		request  *inferencepb.ModelInferRequest
		outputs  tensors
		rawBytes [][]byte
	}{
		{
			"typed", typed("line", []int64{2, 2}, 1, 2, 3, 4),
			tensors{{Name: "predict", Datatype: "FP64", Shape: []int64{2}, Contents: contents(&inferencepb.InferTensorContents{Fp64Contents: []float64{1.25, 4.25}})}}, nil,
		},
		{
			"raw", raw("line", []int64{1, 2}, 1, 2), tensors{{Name: "predict", Datatype: "FP64", Shape: []int64{1}}},
			[][]byte{binary.LittleEndian.AppendUint64(nil, math.Float64bits(1.25))},
		},
		{
			"text", typed("words", []int64{2, 1}, 1, -1),
			tensors{{Name: "predict", Datatype: "BYTES", Shape: []int64{2}, Contents: contents(&inferencepb.InferTensorContents{BytesContents: [][]byte{[]byte("yes"), []byte("no")}})}}, nil,
		},
		{
			"raw text", raw("words", []int64{2, 1}, 1, -1), tensors{{Name: "predict", Datatype: "BYTES", Shape: []int64{2}}},
			[][]byte{[]byte("\x03\x00\x00\x00yes\x02\x00\x00\x00no")},
		},
		{
			"whole numbers", typed("longs", []int64{2, 1}, 1, -1),
			tensors{{Name: "predict", Datatype: "INT64", Shape: []int64{2}, Contents: contents(&inferencepb.InferTensorContents{Int64Contents: []int64{1<<62 + 1, -1}})}}, nil,
		},
		{
			"small ones, raw", raw("ints", []int64{1, 1}, 1), tensors{{Name: "predict", Datatype: "INT64", Shape: []int64{1}}},
			[][]byte{{7, 0, 0, 0, 0, 0, 0, 0}},
		},
		{
			"bools", typed("bools", []int64{2, 1}, 1, -1),
			tensors{{Name: "predict", Datatype: "BOOL", Shape: []int64{2}, Contents: contents(&inferencepb.InferTensorContents{BoolContents: []bool{true, false}})}}, nil,
		},
		{"raw bools", raw("bools", []int64{2, 1}, 1, -1), tensors{{Name: "predict", Datatype: "BOOL", Shape: []int64{2}}}, [][]byte{{1, 0}}},
		{
			"two outputs", asking(typed("ints", []int64{1, 1}, 0), "predict_proba", "predict"),
			tensors{
				{Name: "predict_proba", Datatype: "FP64", Shape: []int64{1, 2}, Contents: contents(&inferencepb.InferTensorContents{Fp64Contents: []float64{0.5, 0.5}})},
				{Name: "predict", Datatype: "INT64", Shape: []int64{1}, Contents: contents(&inferencepb.InferTensorContents{Int64Contents: []int64{3}})},
			}, nil,
		},
		{
			"features apart", &inferencepb.ModelInferRequest{ModelName: "line", Id: "seven", Inputs: []*inputTensor{
				{Name: "b", Datatype: "INT16", Shape: []int64{1, 1}, Contents: &inferencepb.InferTensorContents{IntContents: []int32{2}}},
				{Name: "a", Datatype: "FP32", Shape: []int64{1}, Contents: &inferencepb.InferTensorContents{Fp32Contents: []float32{1}}},
			}},
			tensors{{Name: "predict", Datatype: "FP64", Shape: []int64{1}, Contents: contents(&inferencepb.InferTensorContents{Fp64Contents: []float64{1.25}})}}, nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, err := r.infer.ModelInfer(wait(t), c.request)
			requireNone(t, err)
			want := &inferencepb.ModelInferResponse{
				ModelName: c.request.GetModelName(), ModelVersion: "1", Id: "seven", Outputs: c.outputs, RawOutputContents: c.rawBytes,
			}
			if !proto.Equal(answer, want) {
				t.Fatalf("the answer is  %v\nexpected       %v", answer, want)
			}
		})
	}
}

// What tensors are refused for is tested in package tensor; here, that the errors arrive, and are counted.
func TestInferRefusals(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	for _, c := range []struct {
		request *inferencepb.ModelInferRequest
		kind    serving.Kind
		text    string
	}{
		{&inferencepb.ModelInferRequest{}, serving.BadRequest, "no inputs; expected at least one"},
		{typed("line", []int64{1, 3}, 1, 2, 3), serving.WrongWidth, `input "X" has shape [1,3]; expected [-1,2]`},
		{typed("line", []int64{0, 2}), serving.NoRows, "no rows; expected at least one"},
		{typed("line", []int64{1, 2}, 1, math.Inf(-1)), serving.NonFiniteInput, `row 1, feature 2 ("b") is -Infinity; expected a finite number`},
		{asking(typed("line", []int64{1, 2}, 1, 2), "p"), serving.UnsupportedMethod, `the model has no method "p"; expected one of predict`},
	} {
		var md metadata.MD
		_, err := r.infer.ModelInfer(wait(t), c.request, grpc.Trailer(&md))
		requireStatus(t, err, codes.InvalidArgument, c.text)
		requireTrailer(t, md, c.kind)
	}
	info, err := r.model.GetModelInfo(wait(t), &modelxpb.GetModelInfoRequest{})
	requireNone(t, err)
	if info.GetRequestsServed() != 4 {
		t.Fatalf("%d requests were counted, expected those 4 that named the model", info.GetRequestsServed())
	}
}

func TestMetadata(t *testing.T) {
	r := start(t, repository(t, line(), side("words", &modelxpb.Labels{Strings: []string{"no", "yes"}})), nil)
	server, err := r.infer.ServerMetadata(wait(t), &inferencepb.ServerMetadataRequest{})
	requireNone(t, err)
	if server.GetName() != "modelx" || server.GetVersion() != "0.1.0" ||
		!slices.Equal(server.GetExtensions(), []string{"binary_tensor_data", "model_repository"}) {
		t.Fatalf("the metadata are %v", server)
	}
	model, err := r.infer.ModelMetadata(wait(t), &inferencepb.ModelMetadataRequest{Name: "words"})
	requireNone(t, err)
	type metadata = inferencepb.ModelMetadataResponse_TensorMetadata
	want := &inferencepb.ModelMetadataResponse{
		Name: "words", Versions: []string{"1"}, Platform: "modelx",
		Inputs: []*metadata{{Name: "X", Datatype: "FP64", Shape: []int64{-1, 1}}},
		Outputs: []*metadata{
			{Name: "predict", Datatype: "BYTES", Shape: []int64{-1}}, {Name: "predict_proba", Datatype: "FP64", Shape: []int64{-1, 2}},
			{Name: "predict_log_proba", Datatype: "FP64", Shape: []int64{-1, 2}}, {Name: "decision_function", Datatype: "FP64", Shape: []int64{-1}},
		},
	}
	if !proto.Equal(model, want) {
		t.Fatalf("the metadata are %v\nexpected %v", model, want)
	}
	_, err = r.infer.ModelMetadata(wait(t), &inferencepb.ModelMetadataRequest{Name: "none"})
	requireStatus(t, err, codes.NotFound, `no model "none"; expected one of "line", "words"`)
}

func TestRepository(t *testing.T) {
	root := repository(t, line())
	writeFile(t, root, "bad.pb", "garbage")
	r := start(t, root, nil)
	ready := func(name string) bool {
		answer, err := r.infer.ModelReady(wait(t), &inferencepb.ModelReadyRequest{Name: name})
		requireNone(t, err)
		return answer.GetReady()
	}
	index := func(onlyReady bool) (names []string) {
		answer, err := r.infer.RepositoryIndex(wait(t), &inferencepb.RepositoryIndexRequest{Ready: onlyReady})
		requireNone(t, err)
		for _, m := range answer.GetModels() {
			names = append(names, m.GetName()+" "+m.GetState())
			if (m.GetState() == "READY") != (m.GetReason() == "") {
				t.Errorf("the index says %v", m)
			}
		}
		return names
	}
	if !ready("line") || ready("bad") || ready("none") {
		t.Fatal("the wrong models are ready")
	}
	if got := index(false); !slices.Equal(got, []string{"bad UNAVAILABLE", "line READY"}) {
		t.Fatalf("the index is %q", got)
	}
	_, err := r.infer.RepositoryModelUnload(wait(t), &inferencepb.RepositoryModelUnloadRequest{ModelName: "line"})
	requireNone(t, err)
	if got := index(true); ready("line") || len(got) != 0 {
		t.Fatalf("the index is %q", got)
	}
	_, err = r.model.Predict(wait(t), predictRequest("line", 1, 2))
	requireStatus(t, err, codes.NotFound, `no model "line"; none is loaded`)
	_, err = r.infer.RepositoryModelLoad(wait(t), &inferencepb.RepositoryModelLoadRequest{ModelName: "line"})
	requireNone(t, err)
	if got := index(true); !ready("line") || !slices.Equal(got, []string{"line READY"}) {
		t.Fatalf("the index is %q", got)
	}
	_, err = r.infer.RepositoryModelLoad(wait(t), &inferencepb.RepositoryModelLoadRequest{ModelName: "none"})
	if err == nil {
		t.Fatal("a model that is not there was loaded")
	}
}
