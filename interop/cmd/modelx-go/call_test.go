package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"log/slog"
	"math"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/internal/typedmodels"
	"github.com/modelx-dev/modelx/interop/modelxpb"
	"github.com/modelx-dev/modelx/interop/serving"
	"github.com/modelx-dev/modelx/interop/serving/admission"
	"github.com/modelx-dev/modelx/interop/serving/auth"
	"github.com/modelx-dev/modelx/interop/serving/grpcserver"
	"github.com/modelx-dev/modelx/interop/serving/metrics"
	"github.com/modelx-dev/modelx/interop/serving/telemetry"
)

// asked is a server of the test's own: the model line in a repository, and classifiers of all types of labels.
type asked struct {
	address, root string
	gate          *admission.Gate
	server        *grpcserver.Server
}

func serveModels(t *testing.T) *asked {
	t.Helper()
	root := t.TempDir()
	for path, model := range map[string]*modelxpb.ModelProto{
		"line/1/model.pb": line(), "line/2/model.pb": line(),
		"words.pb":   classifier(&modelxpb.Labels{Strings: []string{"a,b", "c"}}),
		"longs.pb":   classifier(&modelxpb.Labels{Ints: []int64{-1, 1<<62 + 1}}),
		"ints.pb":    classifier(&modelxpb.Labels{Ints: []int64{3, 7}}),
		"bools.pb":   classifier(&modelxpb.Labels{Bools: []bool{false, true}}),
		"through.pb": same(3),
		"people.pb":  typedmodels.People(typedmodels.PeopleNames()...), "colors.pb": typedmodels.Colors(), "filled.pb": typedmodels.Filled(),
	} {
		path = filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		model.Name = ""
		if labels := model.GetSgdClassifier(); labels != nil {
			labels.Probability = modelxpb.SGDClassifierProto_PROBABILITY_MODIFIED_HUBER
		}
		if err := modelx.Save(path, model); err != nil {
			t.Fatal(err)
		}
	}
	plane, err := serving.New(t.Context(), serving.Options{Path: root}, nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &asked{root: root, gate: admission.New(4)}
	a.server = grpcserver.New(grpcserver.Config{
		Plane: plane, Gate: a.gate, Telemetry: telemetry.New(metrics.New(), slog.New(slog.DiscardHandler), "none", nil),
		Tokens: auth.NewTokens([]string{"reader"}, []string{"writer"}), Version: version,
		MaxMessageBytes: 64 << 20, HandshakeTimeout: 10 * time.Second,
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a.address = listener.Addr().String()
	done := make(chan error)
	go func() { done <- a.server.Serve(listener) }()
	t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		_ = a.server.Shutdown(ended)
		<-done
	})
	t.Setenv(tokenVariable, "reader")
	return a
}

func (a *asked) call(stdin string, words ...string) result {
	return runWith(stdin, append([]string{"call", a.address}, words...)...)
}

func TestCallPredict(t *testing.T) {
	a := serveModels(t)
	file := filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(file, []byte("b c,x,a\n2,9,1\n4,9,3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		stdin string
		words string
		out   string
	}{
		{"", "predict --model line --row 1,2 --row 3,4", "1.25\n4.25\n"},
		{"1,2\n\n3,4\n", "predict --model line --version 1", "1.25\n4.25\n"},
		{"1,2\n", "predict --model line -i -", "1.25\n"},
		{"", "predict --model line --header -i " + file, "1.25\n4.25\n"},
		{" [[1, 2], [3, 4]] ", "predict --model line", "1.25\n4.25\n"},
		{"\ufeff{\"features\": [1, 2]}", "predict --model line", "1.25\n"},
		{"[[null, \"NaN\", \"-Infinity\"]]", "predict --model through --method transform", "nan,nan,-inf\n"},
		{"", "predict --model words --row -1 --row 1", "\"a,b\"\nc\n"},
		// Strings: CSV with and without a header, objects one after the other and in an array, arrays, rows of the command line.
		{"note,city,age,member,other\nx,Oslo,1,true,y\n,,2,0,\n,\"\",3,0,\n", "predict --model people --header", "1101\n5002\n3003\n"},
		{"1,,0,x\n", "predict --model people --gaps none", "4001\n"},
		{`{"age": 1, "city": "Paris", "member": false}` + "\n" + `{"city": null, "member": true, "age": 2, "note": []}`, "predict --model people", "2001\n4102\n"},
		{`[{"age": 1, "city": null, "member": 0}]`, "predict --model people --gaps nan", "5001\n"},
		{`[[1, "Oslo", true, null], [2, null, 0, {}]]`, "predict --model people", "1101\n4002\n"},
		{`{"features": [1, "Oslo", true, "x"]}`, "predict --model people", "1101\n"},
		{"", "predict --model people --row 1,Paris,0, --row 2,Rome,1,x", "2001\n102\n"},
		{`{"x1": "red", "x0": null}`, "predict --model colors --method transform", "3,1\n"},
		{"3,1\n", "predict --model colors --method inverse_transform", ",red\n"},
		{`{"word": "a,b", "number": 0.5}{"word": null, "number": null}`, "predict --model filled --method transform", "\"a,b\",0.5\nnone,nan\n"},
		{"", "predict --model longs --row -1 --row 1", "-1\n4611686018427387905\n"},
		{"", "predict --model ints --row -1 --row 1", "3\n7\n"},
		{"", "predict --model bools --row -1 --row 1", "false\ntrue\n"},
		{"", "predict --model words --method predict --row 0.5 --probabilities --request-id x.1", "c,0.25,0.75\n"},
		{"", "predict --model words --method decision_function --row 0.5", "0.5\n"},
		{"", "predict --model words --method predict_proba --row 0.5", "0.25,0.75\n"},
	} {
		requireRun(t, a.call(test.stdin, strings.Fields(test.words)...), exitOK, test.out)
	}
	if r := a.call("", "predict", "--model", "line"); r.code != exitOK || r.out != "" || !strings.Contains(r.errOut, "has no rows") {
		t.Errorf("got %+v", r)
	}
	many := strings.Repeat("1,2\n", callBlock+1)
	if r := a.call(many, "predict", "--model", "line"); r.out != strings.Repeat("1.25\n", callBlock+1) {
		t.Errorf("got %d, %d bytes, %s", r.code, len(r.out), r.errOut)
	}
}

func TestCallPredictJSON(t *testing.T) {
	a := serveModels(t)
	for words, want := range map[string]string{
		"predict --json --model ints --probabilities --row -1 --row 0.5": `{"predictions":[3,7],"model_name":"ints","model_version":"V",` +
			`"timestamp":T,"rows":2,"columns":1,"probabilities":[[1.0,0.0],[0.25,0.75]]}`,
		"predict --json --model through --method transform --row 1,nan,-inf": `{"predictions":[[1.0,"NaN","-Infinity"]],"model_name":"through",` +
			`"model_version":"V","timestamp":T,"rows":1,"columns":3}`,
		"predict --json --model longs --row 1":                               `{"predictions":[4611686018427387905],`,
		"predict --json --model bools --row 1":                               `{"predictions":[true],`,
		"predict --json --model words --row -1":                              `{"predictions":["a,b"],`,
		"predict --json --model filled --method transform --row a,1":         `{"predictions":[["a",1.0]],`,
		"predict --json --model colors --method inverse_transform --row 3,0": `{"predictions":[[null,"green"]],`,
	} {
		r := a.call("", strings.Fields(words)...)
		got := regexp.MustCompile(`"model_version":"[0-9a-f]{12}","timestamp":\d{10}`).ReplaceAllString(r.out, `"model_version":"V","timestamp":T`)
		if r.code != exitOK || !strings.HasPrefix(got, want) || !json.Valid([]byte(r.out)) {
			t.Errorf("%s: got %+v; want %s", words, r, want)
		}
	}
}

func TestCallInfoReloadAndReady(t *testing.T) {
	a := serveModels(t)
	r := a.call("", "info", "--model", "line")
	for _, want := range []string{
		"line 2\n", "\n  class: Ridge\n", "\n  computation: linear_regression\n", "\n  features: 2: a, b c\n",
		"\n  methods: predict\n", "\n  engine: go\n", "\n  evidence: passed, 1 rows\n", "\n  versions that are ready: 1, 2\n",
	} {
		if !strings.Contains("\n"+r.out, want) {
			t.Errorf("no %q in %s%s", want, r.out, r.errOut)
		}
	}
	var info struct {
		Name, Engine string
		Evidence     struct{ Result string }
	}
	r = a.call("", "info", "--model", "line", "--version", "1", "--json")
	if err := json.Unmarshal([]byte(r.out), &info); err != nil || info.Name != "line" || info.Evidence.Result != "RESULT_PASSED" {
		t.Errorf("got %+v: %v", r, err)
	}

	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("\n# mine\n writer \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r = a.call("", "reload", "--model", "line", "--version", "1", "--token-file", token)
	if r.code != exitOK || !regexp.MustCompile(`^line: version 1 serves, version 2 before(, the same file)? \(.* s\)\n$`).MatchString(r.out) {
		t.Errorf("got %+v", r)
	}
	var done map[string]any
	r = a.call("", "reload", "--model", "line", "--rollback", "--json", "--token-file", token)
	if err := json.Unmarshal([]byte(r.out), &done); err != nil || done["model_version"] != "2" || done["previous_version"] != "1" || len(done) != 6 {
		t.Errorf("got %+v: %v", r, err)
	}
	if err := os.WriteFile(filepath.Join(a.root, ".broken.pb"), []byte("no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	r = a.call("", "reload", "--model", "line", "--path", ".broken.pb", "--token-file", token, "--request-id", "r.1")
	if r.code != exitRefused || !strings.Contains(r.errOut, `version "2" goes on serving`) || !strings.HasSuffix(r.errOut, "\n  request id: r.1\n") {
		t.Errorf("got %+v", r)
	}

	requireRun(t, a.call("", "ready"), exitOK, "ready\n")
	requireRun(t, a.call("", "ready", "--json", "--wait", "5s"), exitOK, "{\"ready\":true}\n")
	a.server.BeginShutdown()
	requireRun(t, a.call("", "ready", "--wait", "150ms", "--json"), exitFailed, "{\"ready\":false}\n")
	r = a.call("", "ready")
	if r.code != exitFailed || r.errOut != "modelx-go: not ready\n" {
		t.Errorf("got %+v", r)
	}
}

func TestCallFailures(t *testing.T) {
	a := serveModels(t)
	missing := filepath.Join(t.TempDir(), "missing")
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("# nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		stdin, words string
		code         int
		kind         string
	}{
		{"", "info --model nobody", exitUsage, "unknown_model"},
		{"", "predict --model line --version 9 --row 1", exitUsage, "unknown_version"},
		{"", "predict --model line --method foo --row 1,2", exitUsage, "unsupported_method"},
		{"", "predict --row 1", exitBadInput, "bad_request"},
		{"", "predict --model line --row 1,2,3", exitBadInput, "wrong_width"},
		{"", "predict --model line --row 1,2 --row 3", exitBadInput, "wrong_width"},
		{"", "predict --model line --row 1,x", exitBadInput, "not_numeric"},
		{"", "predict --model line --row 1,nan", exitBadInput, "non_finite_input"},
		{"1,2,3\n", "predict --model line", exitBadInput, "wrong_width"},
		{"[[1,2],[3]]", "predict --model line", exitBadInput, "wrong_width"},
		{"[[1,2],3]", "predict --model line", exitBadInput, "not_numeric"},
		{"[[1,true]]", "predict --model line", exitBadInput, "not_numeric"},
		{"[[1,1e999]]", "predict --model line", exitBadInput, "not_numeric"},
		{"[1", "predict --model line", exitBadInput, "not_numeric"},
		{"[1] 2", "predict --model line", exitBadInput, "not_numeric"},
		{`{"features": [1], "rows": 1}`, "predict --model line", exitBadInput, "not_numeric"},
		{`{"a": 1}`, "predict --model line", exitBadInput, "missing_column"},
		{`[[{}]]`, "predict --model line", exitBadInput, "not_numeric"},
		{`[["x", 1, 2, 3]]`, "predict --model people", exitBadInput, "column_type"},
		{`[[1, "x"]]`, "predict --model people", exitBadInput, "wrong_width"},
		{`[[1, 2, 3, 4]]`, "predict --model people", exitBadInput, "not_text"},
		{"", "predict --model people --row x,Oslo,1,", exitBadInput, "not_numeric"},
		{"", "predict --gaps x --row 1", exitUsage, "usage"},
		{"", "info --gaps none", exitUsage, "usage"},
		{"a,b\n", "predict --model line --header", exitBadInput, "missing_column"},
		{"", "reload --model line", exitRefused, "permission_denied"},
		{"", "predict --model line -i " + missing, exitIO, "io"},
		{"", "info --token-file " + missing, exitIO, "io"},
		{"", "info --ca " + missing, exitIO, "io"},
		{"", "info --token-file " + empty, exitUsage, "usage"},
		{"", "info --cert x", exitUsage, "usage"},
		{"", "info --row 1", exitUsage, "usage"},
		{"", "predict --row 1 --input x", exitUsage, "usage"},
		{"", "predict --row 1 --header", exitUsage, "usage"},
		{"", "reload --rollback --path x", exitUsage, "usage"},
		{"", "info --timeout 5", exitUsage, "usage"},
		{"", "ready --wait 0s", exitUsage, "usage"},
		{"", "info --retries 101", exitUsage, "usage"},
		{"", "info --request-id a/b", exitUsage, "usage"},
		{"", "foo", exitUsage, "usage"},
		{"", "x info", exitUsage, "usage"},
	} {
		requireError(t, a.call(test.stdin, append(strings.Fields(test.words), "--json")...), test.code, test.kind, "")
	}
	requireError(t, runWith("", "call", "127.0.0.1:1", "info", "--retries", "0", "--json"), exitNoAnswer, "unavailable", "")
	for range 4 {
		if err := a.gate.Enter(); err != nil {
			t.Fatal(err)
		}
	}
	requireError(t, a.call("", "predict", "--model", "line", "--row", "1,2", "--retries", "1", "--json"), exitNoAnswer, "overloaded", "")
	t.Setenv(tokenVariable, "")
	requireError(t, a.call("", "info", "--model", "line", "--json"), exitRefused, "unauthenticated", "")
	// What is wrong with a row says where it stands.
	t.Setenv(tokenVariable, "reader")
	var answer struct{ Error description }
	for range 4 {
		a.gate.Leave()
	}
	r := a.call("1,2\n3,nan\n", "predict", "--model", "line", "--json")
	if err := json.Unmarshal([]byte(r.errOut), &answer); err != nil || answer.Error.File != "standard input, from line 1 on" || answer.Error.RequestID == "" {
		t.Errorf("got %+v: %v", r, err)
	}
}

// npy is a file of format version 1, as numpy writes it.
func npy(header string, data []byte) []byte {
	header += strings.Repeat(" ", (64-(10+len(header)+1)%64)%64) + "\n"
	out := append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8))
	return append(append(out, header...), data...)
}

func TestCallReadsNpy(t *testing.T) {
	a := serveModels(t)
	var doubles []byte
	for _, v := range []float64{1, 2, 3, 4} {
		doubles = binary.LittleEndian.AppendUint64(doubles, math.Float64bits(v))
	}
	shape := func(descr, order, shape string) string {
		return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }"
	}
	for _, test := range []struct {
		header string
		data   []byte
		out    string
	}{
		{shape("<f8", "False", "(2, 2)"), doubles, "1.25\n4.25\n"},
		{shape("<f8", "True", "(2, 2)"), doubles, "0.75\n2.25\n"},
		{shape("|b1", "False", "(1, 2)"), []byte{1, 0}, "2.25\n"},
		{shape("|i1", "False", "(1, 2)"), []byte{0xff, 2}, "-2.75\n"},
		{shape(">u2", "False", "(1, 2)"), []byte{1, 0, 0, 2}, "511.25\n"},
		{shape("<i4", "False", "(1, 2)"), []byte{1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff}, "3.25\n"},
		{shape("<f4", "False", "(1, 2)"), []byte{0, 0, 0x80, 0x3f, 0, 0, 0, 0x40}, "1.25\n"},
		{shape("<f2", "False", "(1, 2)"), []byte{0, 0x3c, 0, 0x40}, "1.25\n"},
		{shape("<u8", "False", "(1, 2)"), []byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0}, "1.25\n"},
	} {
		requireRun(t, a.call(string(npy(test.header, test.data)), "predict", "--model", "line"), exitOK, test.out)
	}
	for _, test := range []struct {
		header, kind string
		data         []byte
	}{
		{shape("<f8", "False", "(2, 2)"), "not_numeric", doubles[:31]},
		{shape("<f8", "False", "(2, 3)"), "wrong_width", doubles},
		{shape("<f8", "False", "(4,)"), "wrong_width", doubles},
		{shape("<f8", "False", "(9223372036854775807, 2)"), "not_numeric", doubles},
		{shape("|O", "False", "(2, 2)"), "not_numeric", doubles},
		{shape("<c16", "False", "(1, 2)"), "not_numeric", doubles},
		{shape("<M8[D]", "False", "(2, 2)"), "not_numeric", doubles},
		{"{}", "not_numeric", nil},
	} {
		requireError(t, a.call(string(npy(test.header, test.data)), "predict", "--model", "line", "--json"), exitBadInput, test.kind, "")
	}
	requireError(t, a.call("\x93NUMPY\x01", "predict", "--model", "line", "--json"), exitBadInput, "not_numeric", "")
}

func TestGroupedNumbers(t *testing.T) {
	for n, want := range map[int64]string{0: "0", -999: "-999", 1000: "1,000", -1234567: "-1,234,567", math.MaxInt64: "9,223,372,036,854,775,807"} {
		if got := grouped(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
