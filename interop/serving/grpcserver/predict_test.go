package grpcserver

import (
	"context"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/modelx-dev/modelx/interop/inferencepb"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

func TestPredict(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	before := time.Now().Unix()
	answer, err := r.model.Predict(wait(t), predictRequest("", 1, 2, 3, 4))
	requireNone(t, err)
	if !slices.Equal(answer.GetPredictions(), []float64{1.25, 4.25}) || answer.GetRows() != 2 || answer.GetColumns() != 1 ||
		answer.GetModelName() != "line" || answer.GetModelVersion() != "1" || answer.GetTimestamp() < before ||
		len(answer.GetLabels())+len(answer.GetProbabilities()) != 0 {
		t.Fatalf("the answer is %v", answer)
	}
}

func TestLabels(t *testing.T) {
	r := start(t, repository(t,
		side("words", &modelxpb.Labels{Strings: []string{"", "é\""}}), side("longs", &modelxpb.Labels{Ints: []int64{-1, 1<<62 + 1}}),
		side("ints", &modelxpb.Labels{Ints: []int64{3, 7}}), side("bools", &modelxpb.Labels{Bools: []bool{true, false}}),
	), nil)
	for _, c := range []struct {
		model  string
		values []float64
		labels []string
	}{
		{"words", []float64{0, 1, 1}, []string{"", "é\"", "é\""}},
		{"longs", []float64{0, 1, 1}, []string{"-1", "4611686018427387905", "4611686018427387905"}},
		{"ints", []float64{3, 7, 7}, nil},
		{"bools", []float64{1, 0, 0}, nil},
	} {
		request := predictRequest(c.model, -1, 1, 2)
		request.IncludeProbabilities = true
		answer, err := r.model.Predict(wait(t), request)
		requireNone(t, err)
		if !slices.Equal(answer.GetPredictions(), c.values) || !slices.Equal(answer.GetLabels(), c.labels) {
			t.Errorf("%s: the answer is %v", c.model, answer)
		}
		p := answer.GetProbabilities()
		if len(p) != 6 || math.Abs(p[1]-1/(1+math.E)) > 1e-15 || math.Abs(p[2]+p[3]-1) > 1e-15 {
			t.Errorf("%s: probabilities are %v", c.model, p)
		}
	}
}

func TestColumns(t *testing.T) {
	r := start(t, repository(t, side("ints", &modelxpb.Labels{Ints: []int64{3, 7}})), nil)
	request := predictRequest("", -1, 1)
	request.Method = "predict_proba"
	// It counts with the method predict alone.
	request.IncludeProbabilities = true
	answer, err := r.model.Predict(wait(t), request)
	requireNone(t, err)
	if answer.GetColumns() != 2 || len(answer.GetPredictions()) != 4 || len(answer.GetProbabilities()) != 0 {
		t.Fatalf("the answer is %v", answer)
	}
}

func TestRefusals(t *testing.T) {
	r := start(t, repository(t, line(), side("ints", &modelxpb.Labels{Ints: []int64{3, 7}})), nil)
	for _, c := range []struct {
		name    string
		request *modelxpb.PredictRequest
		code    codes.Code
		kind    serving.Kind
		text    string
	}{
		{
			"width", predictRequest("line", 1, 2, 3), codes.InvalidArgument, serving.WrongWidth,
			"features has 3 values; expected a multiple of 2",
		},
		{
			"rows", &modelxpb.PredictRequest{ModelName: "line", Rows: 1, Features: []float64{1, 2, 3, 4}}, codes.InvalidArgument,
			serving.WrongWidth, "features has 4 values for 1 rows; expected 2",
		},
		{
			"negative rows", &modelxpb.PredictRequest{ModelName: "nothing", Rows: -1}, codes.InvalidArgument, serving.BadRequest,
			"rows is -1; expected 0 or more",
		},
		{"no rows", predictRequest("line"), codes.InvalidArgument, serving.NoRows, "no rows; expected at least one"},
		{
			"many rows", predictRequest("ints", make([]float64, 100_001)...), codes.InvalidArgument, serving.TooManyRows,
			"100001 rows; expected at most 100000",
		},
		{
			"NaN", predictRequest("line", 1, 2, 3, math.NaN()), codes.InvalidArgument, serving.NonFiniteInput,
			`row 2, feature 2 ("b") is NaN; expected a finite number`,
		},
		{
			"method", &modelxpb.PredictRequest{ModelName: "line", Method: "foo\n", Features: []float64{1, 2}}, codes.InvalidArgument,
			serving.UnsupportedMethod, `the model has no method "foo\u000a"; expected one of predict`,
		},
		{
			"probabilities", &modelxpb.PredictRequest{ModelName: "line", IncludeProbabilities: true, Features: []float64{1, 2}},
			codes.InvalidArgument, serving.UnsupportedMethod, `the model has no method "predict_proba"; expected one of predict`,
		},
		{
			"no name", predictRequest("", 1, 2), codes.InvalidArgument, serving.BadRequest,
			`model_name is empty; expected one of "ints", "line"`,
		},
		{"model", predictRequest("é", 1, 2), codes.NotFound, serving.UnknownModel, `no model "é"; expected one of "ints", "line"`},
		{
			"version", &modelxpb.PredictRequest{ModelName: "line", ModelVersion: "9", Features: []float64{1}}, codes.NotFound,
			serving.UnknownVersion, `model "line" has no version "9" in service; expected one of "1"`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var md metadata.MD
			_, err := r.model.Predict(wait(t), c.request, grpc.Trailer(&md))
			requireStatus(t, err, c.code, c.text)
			requireTrailer(t, md, c.kind)
		})
	}
}

func TestRequestIDs(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	made := regexp.MustCompile(`^[0-9a-f]{16}$`)
	for _, c := range []struct{ header, inMessage, want string }{
		{"", "", ""},
		{"A.b-c_9", "other", "A.b-c_9"},
		{"", "from-message", "from-message"},
		{"", "with space", ""},
		{"with space", "", ""},
		{strings.Repeat("x", 128), "", strings.Repeat("x", 128)},
		{strings.Repeat("x", 129), "", ""},
	} {
		ctx := wait(t)
		if c.header != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "x-request-id", c.header)
		}
		var header, trailer metadata.MD
		request := predictRequest("line", 1)
		if c.inMessage != "" {
			request.Metadata = map[string]string{"request_id": c.inMessage, "user": "me"}
		}
		_, err := r.model.Predict(ctx, request, grpc.Header(&header), grpc.Trailer(&trailer))
		requireStatus(t, err, codes.InvalidArgument, "features has 1 values; expected a multiple of 2")
		ids := trailer.Get("x-request-id")
		if len(ids) != 1 || c.want != "" && ids[0] != c.want || c.want == "" && !made.MatchString(ids[0]) {
			t.Errorf("%+v: the id is %q", c, ids)
		}
		// An answer that is an error at once has no other header than the trailer.
		request.Features = []float64{1, 2}
		_, err = r.model.Predict(ctx, request, grpc.Header(&header))
		requireNone(t, err)
		back := header.Get("x-request-id")
		if (c.header != "") != (len(back) == 1) || c.header != "" && c.want != "" && back[0] != c.want {
			t.Errorf("%+v: the id that comes back is %q", c, back)
		}
	}
	for _, id := range []string{"A.b-c_9", "from-message"} {
		eventually(t, "the log tells of "+id, func() bool { return strings.Contains(r.log.String(), `"request_id":"`+id+`"`) })
	}
}

func TestGzip(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	request := predictRequest("", make([]float64, 4000)...)
	answer, err := r.model.Predict(wait(t), request, grpc.UseCompressor(gzip.Name))
	requireNone(t, err)
	if answer.GetRows() != 2000 || answer.GetPredictions()[1999] != 0.25 {
		t.Fatalf("rows %d", answer.GetRows())
	}
}

func TestInfo(t *testing.T) {
	r := start(t, repository(t, line(), side("words", &modelxpb.Labels{Strings: []string{"no", "yes"}})), nil)
	_, err := r.model.Predict(wait(t), predictRequest("words", 1))
	requireNone(t, err)
	info, err := r.model.GetModelInfo(wait(t), &modelxpb.GetModelInfoRequest{ModelName: "words"})
	requireNone(t, err)
	if info.GetName() != "words" || info.GetEngine() != "go" || info.GetRequestsServed() != 1 || info.GetType() != "sgd_classifier" ||
		!slices.Equal(info.GetClasses(), []string{"no", "yes"}) || len(info.GetSha256()) != 64 || info.GetPath() != "words.pb" ||
		info.GetEvidence().GetResult() != modelxpb.EvidenceResult_RESULT_ABSENT || info.GetLastReload() != nil {
		t.Fatalf("the info is %v", info)
	}
	_, err = r.model.GetModelInfo(wait(t), &modelxpb.GetModelInfoRequest{ModelName: "none"})
	requireStatus(t, err, codes.NotFound, `no model "none"; expected one of "line", "words"`)
}

func TestReload(t *testing.T) {
	r := start(t, repository(t, line()), nil)
	report, err := r.model.ReloadModel(wait(t), &modelxpb.ReloadModelRequest{})
	requireNone(t, err)
	if report.GetModelName() != "line" || report.GetModelVersion() != "1" || report.GetPreviousVersion() != "1" || report.GetChanged() {
		t.Fatalf("the report is %v", report)
	}
	info, err := r.model.GetModelInfo(wait(t), &modelxpb.GetModelInfoRequest{})
	requireNone(t, err)
	if last := info.GetLastReload(); !last.GetOk() || last.GetTrigger() != "rpc" || last.GetPath() != "line.pb" || last.GetVersion() != "1" {
		t.Fatalf("the last reload is %v", last)
	}
	for _, c := range []struct {
		request *modelxpb.ReloadModelRequest
		code    codes.Code
		kind    serving.Kind
		text    string
	}{
		{
			&modelxpb.ReloadModelRequest{Rollback: true, Path: "x"}, codes.InvalidArgument, serving.BadRequest,
			"rollback excludes path and version",
		},
		{
			&modelxpb.ReloadModelRequest{Path: "../x.pb"}, codes.PermissionDenied, serving.OutsideRoot,
			`path "../x.pb" leads outside the model root`,
		},
		{&modelxpb.ReloadModelRequest{Path: "x.pb"}, codes.NotFound, serving.NoFile, `no file "x.pb" under the model root`},
	} {
		var md metadata.MD
		_, err := r.model.ReloadModel(wait(t), c.request, grpc.Trailer(&md))
		requireStatus(t, err, c.code, c.text)
		requireTrailer(t, md, c.kind)
	}
}

// What the reader has to say of a file goes with the error.
func TestReloadDetail(t *testing.T) {
	root := repository(t, line())
	r := start(t, root, nil)
	writeFile(t, root, "bad.pb", strings.Repeat("garbage", 10))
	var md metadata.MD
	_, err := r.model.ReloadModel(wait(t), &modelxpb.ReloadModelRequest{ModelName: "line", Path: "bad.pb"}, grpc.Trailer(&md))
	requireStatus(t, err, codes.FailedPrecondition, `file "bad.pb" is refused (`+md.Get("modelx-error-kind")[0]+`); version "1" goes on serving`)
	if detail := md.Get("modelx-error-detail-bin"); len(detail) != 1 || !strings.HasPrefix(detail[0], "modelx: ") {
		t.Fatalf("the detail is %q", detail)
	}
}

func TestDeadline(t *testing.T) {
	r := start(t, repository(t, slow()), nil)
	_, err := r.infer.ServerLive(wait(t), &inferencepb.ServerLiveRequest{})
	requireNone(t, err) // It is connected now.
	ctx, cancel := context.WithTimeout(wait(t), time.Second)
	defer cancel()
	_, err = r.model.Predict(ctx, slowRequest(100_000))
	if status.Code(err) != codes.DeadlineExceeded {
		t.Fatalf("the error is %v", err)
	}
	// The work ends too: the log tells of it, and its place is free again.
	eventually(t, "the log tells of the deadline", func() bool { return strings.Contains(r.log.String(), `"code":"DEADLINE_EXCEEDED"`) })
	eventually(t, "nothing is in flight", func() bool { return r.Gate.InFlight() == 0 })
}

func TestCancel(t *testing.T) {
	r := start(t, repository(t, slow()), nil)
	ctx, cancel := context.WithCancel(wait(t))
	failed := make(chan error, 1)
	go func() {
		_, err := r.model.Predict(ctx, slowRequest(100_000))
		failed <- err
	}()
	eventually(t, "the request is worked on", func() bool { return r.Gate.InFlight() == 1 })
	cancel()
	requireStatus(t, <-failed, codes.Canceled, "context canceled")
	eventually(t, "the log tells of it", func() bool {
		return strings.Contains(r.log.String(), `"code":"CANCELLED"`) && strings.Contains(r.log.String(), "the client went away")
	})
	eventually(t, "nothing is in flight", func() bool { return r.Gate.InFlight() == 0 })
}
