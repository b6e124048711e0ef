package telemetry

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/modelx-dev/modelx/interop/serving/logs"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
)

func TestLogs(t *testing.T) {
	for _, c := range []struct {
		level, requests      string
		ok, refused, failure bool
	}{
		{"info", "all", true, true, true}, {"info", "errors", false, true, true}, {"info", "none", false, false, false},
		{"debug", "all", true, true, true}, {"warning", "all", false, true, true}, {"error", "errors", false, false, true},
	} {
		var out bytes.Buffer
		log, err := logs.New(&out, c.level, "json")
		if err != nil {
			t.Fatal(err)
		}
		told := New(metrics.New(), log, c.requests, nil)
		for code, want := range map[codes.Code]bool{codes.OK: c.ok, codes.InvalidArgument: c.refused, codes.Internal: c.failure} {
			out.Reset()
			told.Answered(&Answer{Protocol: metrics.GRPC, Method: metrics.Predict, Code: code})
			if told.Logs(code) != want || (out.Len() > 0) != want {
				t.Errorf("%+v: %v is told: %v, %q", c, code, told.Logs(code), out.String())
			}
		}
	}
}

func TestAnswered(t *testing.T) {
	var out bytes.Buffer
	log, err := logs.New(&out, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New()
	told := New(m, log, "all", nil)
	answer := Answer{
		Protocol: metrics.GRPC, Method: metrics.Predict, Name: "modelx.v1.ModelService/Predict", RequestID: "a", Code: codes.OutOfRange,
		Model: "m", Version: "1", Rows: 2, Took: 1500 * time.Microsecond, Error: "no",
	}
	told.Answered(&answer)
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	want := map[string]any{
		"level": "warning", "msg": "request", "request_id": "a", "protocol": "grpc", "method": "modelx.v1.ModelService/Predict",
		"code": "OUT_OF_RANGE", "model": "m", "model_version": "1", "rows": 2.0, "seconds": 0.0015, "error": "no",
	}
	if len(line) != len(want) {
		t.Errorf("the line is %v", line)
	}
	for key := range want {
		if line[key] != want[key] {
			t.Errorf("%s is %v, expected %v", key, line[key], want[key])
		}
	}
	answer.Method, answer.Code, answer.Error = metrics.Info, codes.OK, ""
	out.Reset()
	if told.Answered(&answer); strings.Contains(out.String(), `"error"`) {
		t.Errorf("the line is %s", out.String())
	}
	page := httptest.NewRecorder()
	m.Handler().ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	for _, part := range []string{
		`modelx_requests_total{code="OUT_OF_RANGE",method="predict",model="m",protocol="grpc",version="1"} 1`,
		`modelx_requests_total{code="OK",method="info",model="m",protocol="grpc",version="1"} 1`,
		`modelx_request_duration_seconds_count{model="m",version="1"} 1`,
	} {
		if !strings.Contains(page.Body.String(), part) {
			t.Errorf("no %s in\n%s", part, page.Body.String())
		}
	}
}

func TestInternalError(t *testing.T) {
	var out bytes.Buffer
	log, err := logs.New(&out, "error", "json")
	if err != nil {
		t.Fatal(err)
	}
	New(metrics.New(), log, "none", nil).InternalError("a", "what happened")
	if text := out.String(); !strings.Contains(text, "what happened") || !strings.Contains(text, "TestInternalError") {
		t.Errorf("the log is %s", text)
	}
}
