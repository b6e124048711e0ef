package httpserver

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestInformation(t *testing.T) {
	root := t.TempDir()
	model := line("1.0.0")
	model.Metadata = &modelxpb.Metadata{
		CreatedTimestamp: 1 << 60, TrainingSamples: 442, Metrics: map[string]float64{"z": 1, "r2": 0.1},
		Properties: &structpb.Struct{Fields: map[string]*structpb.Value{
			"owner": structpb.NewStringValue("me"), "n": structpb.NewNumberValue(2), "no": structpb.NewNullValue(),
			"list": structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{structpb.NewBoolValue(true)}}),
			"in":   structpb.NewStructValue(&structpb.Struct{}),
		}},
	}
	path := filepath.Join(root, "model.pb")
	write(t, path, model)
	o, log := optionsFor(t, path)
	s := start(t, o, log)
	if a := s.do(t, "POST /predict", []byte(`{"features": [1, 2]}`)); a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	a := s.do(t, "GET /model-info", nil)
	info, err := o.Plane.Info("", "")
	if err != nil {
		t.Fatal(err)
	}
	want := `{"name":"line","version":"1.0.0","type":"linear_regression","signature":{"n_features":2,"feature_names":["a","b"],` +
		`"outputs":[{"method":"predict","n_columns":0,"type":"DATA_TYPE_FLOAT64","column_types":[]}],"feature_types":[]},` +
		`"metadata":{"created_timestamp":1152921504606846976,"training_samples":442,"metrics":{"r2":0.1,"z":1.0},"properties":{"in":{},"list":[true],"n":2.0,"no":null,"owner":"me"}},` +
		`"metrics":{"r2":0.1,"z":1.0},"sha256":"` + info.SHA256 + `","loaded_timestamp":` + fmt.Sprint(info.LoadedTimestamp) +
		`,"requests_served":1,"evidence":{"result":"RESULT_ABSENT","rows":0,"methods":[]},"classes":[],"class_name":"",` +
		`"engine":"go","ready_versions":["1.0.0"],"rollback_version":"","path":"model.pb"}`
	if a.status != 200 || string(a.body) != want {
		t.Errorf("got  %d %s\nwant %s", a.status, a.body, want)
	}
	for _, query := range []string{
		"?model_name=line&model_version=1.0.0&other=1", "?model_name=x&model_name=l%69ne", "?model+name=x&%6dodel_name=line", "?model_version=",
	} {
		if a := s.do(t, "GET /model-info"+query, nil); a.status != 200 {
			t.Errorf("%s: got %d %s", query, a.status, a.body)
		}
	}
	s.do(t, "GET /model-info?model_name=a+b%2B%zz%ff", nil).refused(t, 404, "unknown_model", "no model \"a b+%zz\ufffd\"; expected one of \"line\"")
	s.do(t, "GET /model-info?model_version=2", nil).
		refused(t, 404, "unknown_version", `model "line" has no version "2" in service; expected one of "1.0.0"`)
}

func TestReloads(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "model.pb")
	write(t, path, line("1"))
	o, log := optionsFor(t, path)
	s := start(t, o, log)
	if a := s.do(t, "GET /readyz", nil); a.status != 200 || string(a.body) != `{"ready":true,"models":[{"name":"line","version":"1","ready":true}]}` {
		t.Errorf("got %d %s", a.status, a.body)
	}
	write(t, path, line("2"))
	a := s.do(t, "POST /reload", nil)
	object := a.object(t)
	if a.status != 200 || object["model_name"] != "line" || object["model_version"] != "2" || object["previous_version"] != "1" ||
		object["changed"] != true || len(fmt.Sprint(object["sha256"])) != 64 || object["load_seconds"] == nil || len(object) != 6 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if err := os.WriteFile(path, []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	a = s.do(t, "POST /reload", []byte(`{"model_name": "line"}`))
	object = a.object(t)
	if a.status != 409 || object["code"] != "FAILED_PRECONDITION" || object["detail"] == nil ||
		!strings.HasSuffix(fmt.Sprint(object["error"]), `; version "2" goes on serving`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a = s.do(t, "GET /readyz", nil); a.status != 200 || !strings.Contains(string(a.body), `"last_reload":{"ok":false,"timestamp":`) ||
		!strings.Contains(string(a.body), `,"trigger":"http","path":"model.pb",`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a = s.do(t, "POST /reload", []byte(`{"rollback": true}`)); a.status != 200 || a.object(t)["model_version"] != "1" {
		t.Errorf("got %d %s", a.status, a.body)
	}
	for _, test := range []struct {
		body   string
		status int
		kind   string
		text   string
	}{
		{`{`, 400, "bad_request", "the body is not valid JSON"},
		{` `, 400, "bad_request", "the body is not valid JSON"},
		{`"x"`, 400, "bad_request", "the body is a string; expected an object"},
		{`{"file": 1}`, 400, "bad_request", `unknown field "file"; expected one of model_name, path, rollback, version`},
		{`{"path": 1}`, 400, "bad_request", `field "path" is a number; expected a string`},
		{`{"rollback": "x"}`, 400, "bad_request", `field "rollback" is a string; expected a boolean`},
		{`{"rollback": true, "path": "x"}`, 400, "bad_request", "rollback excludes path and version"},
		{`{"path": "../x.pb"}`, 403, "outside_root", `path "../x.pb" leads outside the model root`},
		{`{"path": "x.pb"}`, 404, "no_file", `no file "x.pb" under the model root`},
		{`{"model_name": "x"}`, 404, "unknown_model", `no model "x"; expected one of "line"`},
	} {
		s.do(t, "POST /reload", []byte(test.body)).refused(t, test.status, test.kind, test.text)
	}
	o.Plane.BeginShutdown()
	if a = s.do(t, "GET /readyz", nil); a.status != 503 || !strings.HasPrefix(string(a.body), `{"ready":false,`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a = s.do(t, "GET /v2/health/ready", nil); a.status != 503 || len(a.body) > 0 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a = s.do(t, "GET /healthz", nil); a.status != 200 || string(a.body) != `{"status":"ok"}` {
		t.Errorf("got %d %s", a.status, a.body)
	}
	s.do(t, "POST /reload", nil).refused(t, 503, "shutting_down", "the server is shutting down")
}

func TestRepository(t *testing.T) {
	s := started(t)
	for what, want := range map[string]string{
		"GET /v2": `{"name":"modelx","version":"1.2.3","extensions":["binary_tensor_data","model_repository"]}`,
		"GET /v2/models/line": `{"name":"line","versions":["1","2"],"platform":"modelx","inputs":[{"name":"X","datatype":"FP64","shape":[-1,2]}],` +
			`"outputs":[{"name":"predict","datatype":"FP64","shape":[-1]}]}`,
	} {
		if a := s.do(t, what, nil); a.status != 200 || string(a.body) != want {
			t.Errorf("%s: got %d %s; want %s", what, a.status, a.body, want)
		}
	}
	s.do(t, "GET /v2/models/none", nil).refused(t, 404, "unknown_model",
		`no model "none"; expected one of "bools", "ints", "line", "longs", "through", "words"`)
	// Bodies of load and unload are not looked at.
	if a := s.do(t, "POST /v2/repository/models/line/unload", []byte(`{`)); a.status != 200 || len(a.body) > 0 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	for body, want := range map[string]bool{"": true, `{"ready": false}`: true, `{"ready": true, "x": 1}`: false, `{"ready": null}`: true} {
		a := s.do(t, "POST /v2/repository/index", []byte(body))
		has := strings.Contains(string(a.body), `{"name":"line","version":"1","state":"UNAVAILABLE","reason":"unloaded"}`)
		if a.status != 200 || has != want || !strings.Contains(string(a.body), `"state":"READY","reason":""}`) {
			t.Errorf("%s: got %d %s", body, a.status, a.body)
		}
	}
	s.do(t, "POST /v2/repository/index", []byte(`{"ready": 1}`)).
		refused(t, 400, "bad_request", `field "ready" is a number; expected a boolean`)
	s.do(t, "POST /v2/repository/index", []byte(`[`)).refused(t, 400, "bad_request", "the body is not valid JSON")
	if a := s.do(t, "POST /v2/repository/models/line/load", nil); a.status != 200 || len(a.body) > 0 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := s.do(t, "GET /v2/models/line/ready", nil); a.status != 200 || len(a.body) > 0 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	s.do(t, "POST /v2/repository/models/x%22/load", nil).refused(t, 404, "unknown_model",
		`no model "x\u0022"; expected one of "bools", "ints", "line", "longs", "through", "words"`)
}

func TestMetrics(t *testing.T) {
	s := started(t)
	s.do(t, "POST /predict", []byte(good))
	s.do(t, "POST /predict", []byte(`{}`))
	s.do(t, "GET /foo", nil)
	s.do(t, "GET /model-info?model_name=line", nil)
	a := s.do(t, "GET /metrics", nil)
	if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8") {
		t.Errorf("got %d %v", a.status, a.header)
	}
	for _, want := range []string{
		`modelx_requests_total{code="OK",method="predict",model="line",protocol="http",version="2"} 1`,
		`modelx_requests_total{code="INVALID_ARGUMENT",method="predict",model="",protocol="http",version=""} 1`,
		`modelx_requests_total{code="UNIMPLEMENTED",method="other",model="",protocol="http",version=""} 1`,
		`modelx_requests_total{code="OK",method="info",model="line",protocol="http",version="2"} 1`,
		`modelx_requests_in_flight 1`,
		`modelx_request_rows_sum{model="line"} 1`,
	} {
		if !strings.Contains(string(a.body), want+"\n") {
			t.Errorf("no %s in\n%s", want, a.body)
		}
	}
	if a := s.do(t, "GET /metrics", nil, "Accept-Encoding: gzip"); a.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("got %v", a.header)
	}
}
