package logs

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/modelx-dev/modelx/interop/serving"
)

// lines gives the log as JSON values, without the time, which it checks.
func lines(t *testing.T, log *bytes.Buffer) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(log.String()) {
		var values map[string]any
		if err := json.Unmarshal([]byte(line), &values); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		at, err := time.Parse(time.RFC3339, values["time"].(string))
		if err != nil || at.Location() != time.UTC || time.Since(at) > time.Hour {
			t.Errorf("the time is %v", values["time"])
		}
		_, rest, _ := strings.Cut(line, `"level"`)
		out = append(out, `{"level"`+strings.TrimSpace(rest))
	}
	return out
}

func TestEvents(t *testing.T) {
	var log bytes.Buffer
	logger, err := New(&log, "info", "json")
	if err != nil {
		t.Fatal(err)
	}
	e := Events(logger)
	e.Loaded(serving.Loaded{Model: "a", Version: "1", Path: "a.pb", SHA256: "ff", Took: 1500 * time.Microsecond, EvidenceRows: 3})
	e.Refused(serving.Refused{
		Model: "a", Path: "b\n.pb", Trigger: serving.TriggerRPC,
		Err: &serving.Error{Kind: "malformed", Message: "file \"b\" is refused", Detail: "cut"},
	})
	e.Refused(serving.Refused{Model: "a", Err: &serving.Error{Kind: serving.NoFile, Message: "x"}})
	e.Reloaded(serving.Reloaded{Model: "a", Version: "2", PreviousVersion: "1", Path: "b.pb", Trigger: serving.TriggerWatch, Took: time.Second})
	e.Removed("a", "1")
	want := []string{
		`{"level":"info","msg":"model loaded","model":"a","model_version":"1","path":"a.pb","sha256":"ff","seconds":0.0015,"evidence_rows":3}`,
		`{"level":"warning","msg":"reload refused","model":"a","path":"b\n.pb","trigger":"rpc","kind":"malformed","error":"file \"b\" is refused","detail":"cut"}`,
		`{"level":"warning","msg":"reload refused","model":"a","path":"","trigger":"","kind":"no_file","error":"x"}`,
		`{"level":"info","msg":"model reloaded","model":"a","model_version":"2","previous_version":"1","path":"b.pb","trigger":"watch","seconds":1}`,
	}
	got := lines(t, &log)
	if len(got) != len(want) {
		t.Fatalf("the log is %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d is\n%s, expected\n%s", i, got[i], want[i])
		}
	}
}

func TestLevelsAndFormats(t *testing.T) {
	for level, want := range map[string]int{"debug": 4, "info": 3, "warning": 2, "error": 1} {
		var log bytes.Buffer
		logger, err := New(&log, level, "text")
		if err != nil {
			t.Fatal(err)
		}
		logger.Debug("a")
		logger.Info("b")
		logger.Warn("c")
		logger.Error("d", slog.Group("group", slog.String("level", "INFO")))
		if n := strings.Count(log.String(), "\n"); n != want {
			t.Errorf("%s writes %d lines", level, n)
		}
		if !strings.Contains(log.String(), "level=error msg=d group.level=INFO") {
			t.Errorf("the log is %q", log.String())
		}
	}
	if _, err := New(nil, "loud", "json"); err == nil {
		t.Error("a level that there is not is taken")
	}
	if _, err := New(nil, "info", "xml"); err == nil {
		t.Error("a format that there is not is taken")
	}
}
