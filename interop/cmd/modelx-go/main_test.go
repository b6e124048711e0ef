package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// result is what a run of the program gave.
type result struct {
	code        int
	out, errOut string
}

func runWith(stdin string, args ...string) result {
	var out, errOut bytes.Buffer
	code := run(args, strings.NewReader(stdin), &out, &errOut)
	return result{code, out.String(), errOut.String()}
}

func requireRun(t *testing.T, r result, code int, out string) {
	t.Helper()
	if r.code != code || r.out != out {
		t.Fatalf("exit code %d, output %q, errors %q; expected %d and %q", r.code, r.out, r.errOut, code, out)
	}
}

// requireError checks the one line that --json gives.
func requireError(t *testing.T, r result, code int, kind, path string) {
	t.Helper()
	var answer struct{ Error description }
	if err := json.Unmarshal([]byte(r.errOut), &answer); err != nil {
		t.Fatalf("%v: %q", err, r.errOut)
	}
	if r.code != code || answer.Error.Kind != kind || !strings.Contains(answer.Error.Path, path) {
		t.Fatalf("exit code %d, error %+v; expected %d, kind %s, path %q", r.code, answer.Error, code, kind, path)
	}
	if answer.Error.Message == "" {
		t.Error("the error has no message")
	}
}

// save writes a model to a temporary file.
func save(t *testing.T, name string, p *modelxpb.ModelProto) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := modelx.Save(path, p); err != nil {
		t.Fatal(err)
	}
	return path
}

// line is y = 2 a - 0.5 b + 0.25.
func line() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "line", Version: "3", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2, -0.5}, Intercept: proto.Float64(0.25), NFeatures: 2,
		}},
		Signature: &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "b c"}},
		Source:    &modelxpb.Source{Library: "scikit-learn", LibraryVersion: "1.9.1", ClassName: "Ridge"},
		Evidence: &modelxpb.Evidence{
			Rows:     &modelxpb.Rows{NRows: 1, NFeatures: 2, Values: []float64{1, 1}},
			Outputs:  []*modelxpb.Output{{Method: "predict", Doubles: []float64{1.75}}},
			Origin:   modelxpb.Evidence_ORIGIN_MADE,
			Producer: "scikit-learn 1.9.1",
		},
	}
}

// classifier says "yes" for a positive value.
func classifier(classes *modelxpb.Labels) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
		Coefficients: []float64{1}, Intercepts: []float64{0}, NFeatures: 1, Classes: classes,
		Probability: modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC,
	}}}
}

// same gives what it is given.
func same(features int32) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Passthrough{
		Passthrough: &modelxpb.PassthroughProto{NFeatures: features},
	}}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{"no-such-command"},
		{"predict"},
		{"predict", "--model"},
		{"predict", "--model", "m.pb", "--no-such-flag"},
		{"predict", "--model", "m.pb", "left over"},
		{"predict", "--model", "m.pb", "--format", "xml"},
		{"predict", "--model", "m.pb", "--repeat", "0"},
		{"verify"},
		{"inspect"},
		{"convert", "a.pb"},
		{"convert", "a.pb", "-"},
		{"convert", "a.pb", "b.pb", "--format", "json"},
		{"convert", "a.pb", "b.txt"},
		{"convert", "a.pb", "b.onnx"},
	} {
		if r := runWith("", args...); r.code != exitUsage || r.errOut == "" || r.out != "" {
			t.Errorf("%v gives %+v", args, r)
		}
		if r := runWith("", append([]string{"--json"}, args...)...); r.code != exitUsage || !json.Valid([]byte(r.errOut)) {
			t.Errorf("%v --json gives %+v", args, r)
		}
	}
	requireError(t, runWith("", "predict", "--json"), exitUsage, "usage", "")
	requireError(t, runWith("", "convert", "a.pb", "b.onnx", "--json"), exitUsage, "unknown_format", "")
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{
		{}, {"--help"}, {"predict", "--help"}, {"help", "verify"}, {"inspect", "-h"}, {"convert", "-h"},
	} {
		r := runWith("", args...)
		for _, part := range []string{"Examples:", "Exit codes:", "modelx-go"} {
			if r.code != exitOK || !strings.Contains(r.out, part) {
				t.Errorf("%v: exit code %d, no %q in %q", args, r.code, part, r.out)
			}
		}
	}
}

func TestVerify(t *testing.T) {
	good, bare := save(t, "good.pb", line()), save(t, "bare.json.gz", same(1))
	bad := filepath.Join(t.TempDir(), "bad.pb")
	tampered := line()
	tampered.GetLinearRegression().Coefficients[0] = 2.5
	data, err := proto.Marshal(tampered)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, data, 0o600); err != nil {
		t.Fatal(err)
	}

	r := runWith("", "verify", good, bare)
	if r.code != exitOK || strings.Count(r.out, "\n") != 2 || !strings.HasPrefix(r.out, "ok ") ||
		!strings.Contains(r.out, "no evidence") {
		t.Errorf("good files: %+v", r)
	}
	r = runWith("", "verify", "--require-evidence", good, bare)
	if r.code != exitFailed || strings.Count(r.out, "FAILED") != 1 {
		t.Errorf("evidence required: %+v", r)
	}
	r = runWith("", "verify", good, bad, "no-such-file.pb")
	if r.code != exitFailed || strings.Count(r.out, "FAILED") != 2 {
		t.Errorf("bad files: %+v", r)
	}
	r = runWith("", "verify", "--json", good, bad)
	var answer struct{ Files []verified }
	if err := json.Unmarshal([]byte(r.out), &answer); err != nil || len(answer.Files) != 2 {
		t.Fatalf("%v: %+v", err, r)
	}
	if f := answer.Files[0]; !f.OK || f.EvidenceRows != 1 || f.ClassName != "Ridge" || f.Methods[0] != "predict" {
		t.Errorf("the good file: %+v", f)
	}
	if f := answer.Files[1]; f.OK || f.Error.Kind != "evidence_mismatch" || r.code != exitFailed {
		t.Errorf("the bad file: %+v", f)
	}
	// A model that answers something else never predicts.
	requireError(t, runWith("1,1\n", "predict", "--json", "--model", bad), exitFailed, "evidence_mismatch", "")
}

func TestConvert(t *testing.T) {
	folder := t.TempDir()
	from, to := save(t, "line.pb", line()), filepath.Join(folder, "line.json.zst")
	requireRun(t, runWith("", "convert", from, to, "--level", "19"), exitOK, "")
	m, err := modelx.Load(to)
	if err != nil || !proto.Equal(m.Proto(), line()) {
		t.Fatalf("converted: %v", err)
	}
	r := runWith("", "convert", to, "-", "--format", "json")
	if r.code != exitOK || !json.Valid([]byte(r.out)) {
		t.Fatalf("to standard output: %+v", r)
	}
	edited := strings.Replace(r.out, "-0.5", "-0.25", 1)
	again := filepath.Join(folder, "edited.pb")
	requireError(t, runWith(edited, "convert", "--json", "-", again), exitFailed, "evidence_mismatch", "")
	if _, err := os.Stat(again); err == nil {
		t.Error("a model that contradicts its evidence was written")
	}
	requireRun(t, runWith(edited, "convert", "-", again, "--drop-evidence"), exitOK, "")
	requireRun(t, runWith("1,1\n", "predict", "--model", again), exitOK, "2\n")

	requireError(t, runWith("", "convert", "--json", "no-such-file.pb", again), exitIO, "io", "")
	requireError(t, runWith("{", "convert", "--json", "-", again), exitBadFile, "malformed", "line 1")
	nowhere := filepath.Join(folder, "no-such-folder", "a.pb")
	r = runWith("", "convert", "--json", from, nowhere)
	requireError(t, r, exitIO, "io", nowhere)
	if strings.Contains(r.errOut, ".tmp") {
		t.Errorf("the temporary file is named: %s", r.errOut)
	}
	for _, path := range []string{to, again} { // Out of range, and not compressed.
		requireError(t, runWith("", "convert", "--json", from, path, "--level", "99"), exitUsage, "usage", "")
	}
}

func TestConvertTellsWhatItWrote(t *testing.T) {
	from := save(t, "line.pb", line())
	to := filepath.Join(t.TempDir(), "line.json.gz")
	r := runWith("", "convert", "--json", from, to)
	var told written
	if err := json.Unmarshal([]byte(r.out), &told); err != nil || r.code != exitOK {
		t.Fatalf("%v: %+v", err, r)
	}
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	want := written{Path: to, Format: "json", Compression: "gzip", Bytes: len(data), SHA256: fmt.Sprintf("%x", sha256.Sum256(data))}
	if told != want {
		t.Errorf("told %+v, want %+v", told, want)
	}
}

func TestErrorsNameTheFile(t *testing.T) {
	model := save(t, "line.pb", line())
	data := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(data, []byte("1,nan\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runWith("", "predict", "--model", model, "--input", data)
	want := "modelx-go: error (non_finite_input): " + data + ": line 1: found NaN as feature 2 (b c), expected finite values"
	if r.code != exitBadInput || !strings.HasPrefix(r.errOut, want) {
		t.Errorf("rows: %+v; expected %q", r, want)
	}
	r = runWith("", "inspect", data)
	if want = "modelx-go: error (unknown_format): " + data + ": found bytes"; !strings.HasPrefix(r.errOut, want) {
		t.Errorf("model: %+v; expected %q", r, want)
	}
	r = runWith("", "inspect", "no-such-file.pb")
	if r.code != exitIO || r.errOut != "modelx-go: error (io): no-such-file.pb: no such file or directory\n" {
		t.Errorf("no file: %+v", r)
	}
	r = runWith("1\n", "predict", "--json", "--model", model)
	var answer struct{ Error description }
	if err := json.Unmarshal([]byte(r.errOut), &answer); err != nil || answer.Error.File != "standard input" ||
		strings.Contains(answer.Error.Message, "wrong_width") {
		t.Errorf("%v: %+v", err, r)
	}
}
