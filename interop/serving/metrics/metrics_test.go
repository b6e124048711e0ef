package metrics

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
)

// scrape gives what /metrics says, without comments.
func scrape(t testing.TB, m *Metrics) []string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("status %d, %v", w.Code, w.Header())
	}
	var lines []string
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func has(t testing.TB, m *Metrics, want ...string) {
	t.Helper()
	all := strings.Join(scrape(t, m), "\n") + "\n"
	for _, line := range want {
		if !strings.Contains(all, line+"\n") {
			t.Errorf("%s is not in\n%s", line, all)
		}
	}
}

func lacks(t testing.TB, m *Metrics, part string) {
	t.Helper()
	for _, line := range scrape(t, m) {
		if strings.Contains(line, part) {
			t.Errorf("%s is there", line)
		}
	}
}

func TestRequestsAreCounted(t *testing.T) {
	m := New()
	m.Begin()
	m.Begin()
	m.End()
	m.Predicted(GRPC, Predict, "a", "1", codes.OK, 3, 3*time.Millisecond)
	m.Predicted(HTTP, Infer, "a", "1", codes.InvalidArgument, 0, 20*time.Second)
	m.Answered(HTTP, Info, "", "", codes.NotFound)
	m.Answered(GRPC, Other, "", "", codes.Code(99))
	m.Predicted(GRPC, Other, "", "", codes.Canceled, 3, time.Second) // No prediction, so no duration.
	has(t, m,
		`modelx_requests_in_flight 1`,
		`modelx_requests_total{code="OK",method="predict",model="a",protocol="grpc",version="1"} 1`,
		`modelx_requests_total{code="INVALID_ARGUMENT",method="infer",model="a",protocol="http",version="1"} 1`,
		`modelx_requests_total{code="NOT_FOUND",method="info",model="",protocol="http",version=""} 1`,
		`modelx_requests_total{code="UNKNOWN",method="other",model="",protocol="grpc",version=""} 1`,
		`modelx_requests_total{code="CANCELLED",method="other",model="",protocol="grpc",version=""} 1`,
		`modelx_request_duration_seconds_bucket{model="a",version="1",le="0.0025"} 0`,
		`modelx_request_duration_seconds_bucket{model="a",version="1",le="0.005"} 1`,
		`modelx_request_duration_seconds_bucket{model="a",version="1",le="10"} 1`,
		`modelx_request_duration_seconds_bucket{model="a",version="1",le="+Inf"} 2`,
		`modelx_request_duration_seconds_count{model="a",version="1"} 2`,
		`modelx_request_rows_bucket{model="a",le="2"} 0`,
		`modelx_request_rows_bucket{model="a",le="5"} 1`,
		`modelx_request_rows_bucket{model="a",le="100000"} 1`,
		`modelx_request_rows_sum{model="a"} 3`,
		`modelx_request_rows_count{model="a"} 1`,
	)
}

// Only the contract's names are there: nothing of the runtime or of the library.
func TestNothingElseIsThere(t *testing.T) {
	m := New()
	m.Predicted(GRPC, Predict, "a", "1", codes.OK, 3, time.Millisecond)
	known := []string{
		"modelx_requests_total", "modelx_request_duration_seconds", "modelx_requests_in_flight", "modelx_request_rows",
		"modelx_reloads_total", "modelx_model_info", "modelx_model_load_seconds", "modelx_last_reload_ok",
	}
	for _, line := range scrape(t, m) {
		name, _, _ := strings.Cut(strings.ReplaceAll(line, "{", " "), " ")
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, suffix)
		}
		if !strings.Contains(" "+strings.Join(known, " ")+" ", " "+name+" ") {
			t.Errorf("%s is not in the contract", name)
		}
	}
}

func write(t testing.TB, path, version string) {
	t.Helper()
	model := &modelxpb.ModelProto{Version: version, Model: &modelxpb.ModelProto_Passthrough{
		Passthrough: &modelxpb.PassthroughProto{NFeatures: 1},
	}}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := modelx.Save(path, model); err != nil {
		t.Fatal(err)
	}
}

func TestModelsAreFollowed(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a.pb"), "1")
	write(t, filepath.Join(root, "b.pb"), "2")
	m := New()
	plane, err := serving.New(t.Context(), serving.Options{Path: filepath.Join(root, "a.pb")}, m)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Follow(plane); err != nil {
		t.Fatal(err)
	}
	state := plane.States()[0]
	first := `modelx_model_info{engine="go",model="a",sha256="` + state.SHA256 + `",type="passthrough",version="1"} 1`
	has(t, m, first, fmt.Sprintf(`modelx_model_load_seconds{model="a",version="1"} %v`, state.LoadSeconds))
	lacks(t, m, "modelx_last_reload_ok")
	lacks(t, m, "modelx_reloads_total")

	m.Predicted(GRPC, Predict, "a", "1", codes.OK, 1, time.Millisecond)
	reload := func(r serving.ReloadRequest) {
		t.Helper()
		r.Trigger = serving.TriggerHTTP
		_, _ = plane.Reload(t.Context(), r) // The metrics tell how it went.
	}
	reload(serving.ReloadRequest{Path: "b.pb"})
	lacks(t, m, first)
	has(t, m, `modelx_last_reload_ok{model="a"} 1`, `modelx_reloads_total{model="a",result="ok",trigger="http"} 1`,
		`modelx_requests_total{code="OK",method="predict",model="a",protocol="grpc",version="1"} 1`)
	reload(serving.ReloadRequest{Path: "../x.pb"})
	has(t, m, `modelx_last_reload_ok{model="a"} 0`, `modelx_reloads_total{model="a",result="outside_root",trigger="http"} 1`)
	reload(serving.ReloadRequest{Rollback: true})
	has(t, m, first, `modelx_last_reload_ok{model="a"} 1`)
	if err := plane.Unload(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	lacks(t, m, "modelx_model_info")
}

// At the start nothing is reloaded, so a file that is refused then is no reload.
func TestTheStartIsNoReload(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "bad.pb"), []byte("<html>"), 0o644); err != nil {
		t.Fatal(err)
	}
	m := New()
	if _, err := serving.New(t.Context(), serving.Options{Path: root}, m); err != nil {
		t.Fatal(err)
	}
	lacks(t, m, "modelx_reloads_total")
}

// Versions for ever do not make numbers for ever, and those that serve keep theirs.
func TestOldVersionsAreForgotten(t *testing.T) {
	m := New()
	for i := range 1000 {
		v := fmt.Sprint(i)
		m.Loaded(serving.Loaded{Model: "a", Version: v})
		m.Predicted(GRPC, Predict, "a", v, codes.OK, 1, time.Millisecond)
		if i > 0 {
			m.Removed("a", v)
			m.Removed("a", v)
		}
	}
	count := 0
	for _, line := range scrape(t, m) {
		if strings.HasPrefix(line, "modelx_requests_total") {
			count++
		}
	}
	if count != retired+1 || len(*m.series.Load()) != count {
		t.Errorf("%d versions are counted, expected %d", count, retired+1)
	}
	has(t, m, `modelx_requests_total{code="OK",method="predict",model="a",protocol="grpc",version="0"} 1`)
	m.Loaded(serving.Loaded{Model: "a", Version: "999"})
	if len(m.gone) != retired-1 {
		t.Error("a version that serves again is still among those that are gone")
	}
	m.Predicted(GRPC, Predict, "a", "1", codes.OK, 1, time.Millisecond) // A late request of a forgotten one.
	has(t, m, `modelx_requests_total{code="OK",method="predict",model="a",protocol="grpc",version="1"} 1`)
}

func TestCountingAtTheSameTime(t *testing.T) {
	m := New()
	var counting sync.WaitGroup
	for range 8 {
		counting.Go(func() {
			for i := range 200 {
				m.Predicted(GRPC, Predict, "a", fmt.Sprint(i%5), codes.OK, 1, time.Millisecond)
			}
		})
	}
	counting.Wait()
	has(t, m, `modelx_request_rows_count{model="a"} 1600`, `modelx_request_duration_seconds_count{model="a",version="4"} 320`)
}

func TestCountingAllocatesNothing(t *testing.T) {
	m := New()
	count := func() { m.Predicted(GRPC, Predict, "a", "1", codes.OK, 1, time.Millisecond) }
	count()
	if n := testing.AllocsPerRun(1000, count); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkPredicted(b *testing.B) {
	m := New()
	for b.Loop() {
		m.Begin()
		m.Predicted(GRPC, Predict, "diabetes", "1.0.0", codes.OK, 1, time.Millisecond)
		m.End()
	}
}
