package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestPredictReadsCSV(t *testing.T) {
	path := save(t, "line.pb", line())
	for name, c := range map[string]struct{ in, out string }{
		"plain":                 {"1,1\n0,0.5\n", "1.75\n0\n"},
		"no line end":           {"1,1\n0,0.5", "1.75\n0\n"},
		"Windows":               {"1,1\r\n0,0.5\r\n", "1.75\n0\n"},
		"empty lines":           {"\n1,1\n\r\n  \n0,0.5\n\n", "1.75\n0\n"},
		"spaces":                {" 1 ,\t1 \n", "1.75\n"},
		"byte order mark":       {"\xef\xbb\xbf1,1\n", "1.75\n"},
		"quotes":                {"\"1\", \"1\" \n\" 0\",0.5\n", "1.75\n0\n"},
		"a line end in quotes":  {"\"1\n\",1\n", "1.75\n"},
		"signs and exponents":   {"+1e0,.1E1\n-0,5.e-1\n", "1.75\n0\n"},
		"no rows":               {"", ""},
		"only line ends":        {"\r\n\n", ""},
		"a result of 17 digits": {"0.1,0.3\n", "0.30000000000000004\n"},
	} {
		t.Run(name, func(t *testing.T) {
			requireRun(t, runWith(c.in, "predict", "--model", path), exitOK, c.out)
		})
	}
}

func TestPredictMatchesTheHeader(t *testing.T) {
	path := save(t, "line.pb", line())
	for name, c := range map[string]struct{ in, out string }{
		"the model's order": {"a,b c\n1,1\n", "1.75\n"},
		"another order":     {"b c,a\n0.5,0\n", "0\n"},
		"other columns":     {"id,b c,x,a,x\nr1,1,,1,?\n", "1.75\n"},
		"quotes and spaces": {"\xef\xbb\xbf\"a\" , \"b c\"\r\n1,1\r\n", "1.75\n"},
		"empty lines":       {"\n\na,b c\n\n1,1\n", "1.75\n"},
		"no rows":           {"a,b c\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			requireRun(t, runWith(c.in, "predict", "--header", "--model", path), exitOK, c.out)
		})
	}
	unnamed := save(t, "same.pb", same(2))
	args := []string{"predict", "--json", "--header", "--method", "transform", "--model", unnamed}
	requireRun(t, runWith("x,y\n1,2\n", args...), exitOK, "1,2\n")
	requireError(t, runWith("x,y,z\n1,2,3\n", args...), exitBadInput, "wrong_width", "line 1")
	// The input of inverse_transform has no names.
	scaler := same(2)
	scaler.Signature = &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "b"}}
	requireRun(t, runWith("x,y\n1,2\n", "predict", "--header", "--method", "inverse_transform", "-m", save(t, "s.pb", scaler)),
		exitOK, "1,2\n")
	// A width that a file claims is not believed: room for such a row is never made.
	wide := save(t, "wide.pb", same(math.MaxInt32))
	requireError(t, runWith("1,2\n", "predict", "--json", "--method", "transform", "--model", wide), exitBadInput, "wrong_width",
		"line 1")
}

func TestPredictRefusesWrongRows(t *testing.T) {
	path := save(t, "line.pb", line())
	for name, c := range map[string]struct {
		in, kind, place string
		header          bool
	}{
		"too few":               {"1,1\n1\n", "wrong_width", "line 2", false},
		"too many":              {"1,1\n\n1,1,1\n", "wrong_width", "line 3", false},
		"a comma at the end":    {"1,1,\n", "wrong_width", "line 1", false},
		"semicolons":            {"1;1\n", "wrong_width", "line 1", false},
		"text":                  {"1,1\n1,x\n", "not_numeric", "line 2, column 2 (b c)", false},
		"an empty value":        {"1,1\n,1\n", "non_finite_input", "line 2", false},
		"an empty string":       {"1,1\n\"\",1\n", "not_numeric", "line 2, column 1 (a)", false},
		"a header":              {"a,b c\n1,1\n", "not_numeric", "line 1, column 1 (a)", false},
		"hexadecimal":           {"0x1p3,1\n", "not_numeric", "line 1, column 1 (a)", false},
		"underscores":           {"1_0,1\n", "not_numeric", "line 1, column 1 (a)", false},
		"out of range":          {"1e999,1\n", "not_numeric", "line 1, column 1 (a)", false},
		"no UTF-8":              {"\xff,1\n", "not_numeric", "line 1", false},
		"an open quote":         {"1,1\n\"1,1\n", "not_numeric", "line 2", false},
		"text after a quote":    {"\"1\"1,1\n", "not_numeric", "line 1", false},
		"NaN":                   {"1,1\n1,nan\n", "non_finite_input", "line 2", false},
		"infinity":              {"1,1\n1,1\n\n-Infinity,1\n", "non_finite_input", "line 4", false},
		"a missing column":      {"a,b\n1,1\n", "missing_column", "line 1", true},
		"a doubled column":      {"a,b c,a\n1,1,1\n", "missing_column", "line 1", true},
		"no header":             {"", "missing_column", "", true},
		"text below its header": {"x,b c,a\n1,1,1\n1,1,?\n", "not_numeric", "line 3, column 3 (a)", true},
		"too few below it":      {"x,b c,a\n1,1\n", "wrong_width", "line 2", true},
		"lines in quotes count": {"x,b c,a\n\"\n\n\",1,1\n1,1,?\n", "not_numeric", "line 5, column 3 (a)", true},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{"predict", "--json", "--model", path}
			if c.header {
				args = append(args, "--header")
			}
			requireError(t, runWith(c.in, args...), exitBadInput, c.kind, c.place)
		})
	}
}

func TestPredictWritesEveryType(t *testing.T) {
	const rows = "-1\n2\n"
	for name, c := range map[string]struct {
		classes *modelxpb.Labels
		csv     string
		jsonl   string
	}{
		"ints":        {&modelxpb.Labels{Ints: []int64{-3, 9007199254740993}}, "-3\n9007199254740993\n", "-3\n9007199254740993\n"},
		"floats":      {&modelxpb.Labels{Doubles: []float64{0.1, 1e300}}, "0.1\n1e+300\n", "0.1\n1e+300\n"},
		"bools":       {&modelxpb.Labels{Bools: []bool{false, true}}, "false\ntrue\n", "false\ntrue\n"},
		"strings":     {&modelxpb.Labels{Strings: []string{"no", "é"}}, "no\né\n", "\"no\"\n\"é\"\n"},
		"odd strings": {&modelxpb.Labels{Strings: []string{"a,\"b\"", ""}}, "\"a,\"\"b\"\"\"\n\"\"\n", "\"a,\\\"b\\\"\"\n\"\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			path := save(t, "classifier.pb", classifier(c.classes))
			requireRun(t, runWith(rows, "predict", "-m", path), exitOK, c.csv)
			requireRun(t, runWith(rows, "predict", "-m", path, "--format", "jsonl"), exitOK, c.jsonl)
		})
	}
	path := save(t, "classifier.pb", classifier(&modelxpb.Labels{Strings: []string{"no", "yes"}}))
	requireRun(t, runWith("0\n", "predict", "-m", path, "--method", "predict_proba"), exitOK, "0.5,0.5\n")
	requireRun(t, runWith("0\n", "predict", "-m", path, "--method", "decision_function"), exitOK, "0\n")
	requireError(t, runWith("0\n", "predict", "--json", "-m", path, "--method", "transform"), exitUsage, "unsupported_method", "")

	both := classifier(&modelxpb.Labels{Ints: []int64{0, 1}})
	c := both.GetSgdClassifier()
	c.Coefficients, c.Intercepts = []float64{1, -1}, []float64{0, 0}
	c.Target, c.Probability = modelxpb.SGDClassifierProto_TARGET_MULTILABEL, 0
	requireRun(t, runWith(rows, "predict", "-m", save(t, "both.pb", both)), exitOK, "0,1\n1,0\n")
}

// Whatever a float64 is, it comes through and reads back as the same bits; a NaN as a NaN.
func TestPredictKeepsBits(t *testing.T) {
	path := save(t, "same.pb", same(1))
	values := []float64{0, math.Copysign(0, -1), 5e-324, math.MaxFloat64, 0.1, 1e21, 1e-7, 123456789.123456789, 1.0 / 3}
	var in strings.Builder
	for _, v := range values {
		fmt.Fprintf(&in, "%.17g\n", v)
	}
	in.WriteString("nan\n-NaN\n+nan\nNAN\ninf\n-inf\n+Infinity\n")
	r := runWith(in.String(), "predict", "-m", path, "--method", "transform")
	got := strings.Fields(r.out)
	if len(got) != len(values)+7 {
		t.Fatalf("%+v", r)
	}
	for i, want := range values {
		v, err := strconv.ParseFloat(got[i], 64)
		if err != nil || math.Float64bits(v) != math.Float64bits(want) {
			t.Errorf("%s for %v", got[i], want)
		}
	}
	if rest := strings.Join(got[len(values):], " "); rest != "nan nan nan nan inf -inf inf" {
		t.Errorf("the rest is %s", rest)
	}
	r = runWith("nan\n-inf\n1\n", "predict", "-m", path, "--method", "transform", "--format", "jsonl")
	requireRun(t, r, exitOK, "\"NaN\"\n\"-Infinity\"\n1\n")
	r = runWith("nan,1\n", "predict", "-m", save(t, "two.pb", same(2)), "--method", "transform", "--format", "jsonl")
	requireRun(t, r, exitOK, "[\"NaN\",1]\n")
}

func TestPredictFilesAndFailures(t *testing.T) {
	folder := t.TempDir()
	model, in, out := save(t, "line.pb", line()), filepath.Join(folder, "X.csv"), filepath.Join(folder, "y.csv")
	if err := os.WriteFile(in, []byte("1,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	requireRun(t, runWith("", "predict", "-m", model, "-i", in, "-o", out), exitOK, "")
	if data, err := os.ReadFile(out); err != nil || string(data) != "1.75\n" {
		t.Errorf("the output is %q, %v", data, err)
	}
	// With blocks of one row, the first is computed before the second is seen to be wrong.
	if err := os.WriteFile(in, []byte("0,0.5\n1,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runWith("", "predict", "--json", "-m", model, "-i", in, "-o", out, "--block", "1")
	requireError(t, r, exitBadInput, "not_numeric", "line 2")
	if data, err := os.ReadFile(out); err != nil || string(data) != "1.75\n" {
		t.Errorf("the old output is now %q, %v", data, err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	requireError(t, runWith("", "predict", "--json", "-m", "no-such-file.pb"), exitIO, "io", "")
	requireError(t, runWith("", "predict", "--json", "-m", in), exitBadFile, "unknown_format", "")
	requireError(t, runWith("", "predict", "--json", "-m", model, "-i", "no-such-file.csv"), exitIO, "io", "")
	r = runWith("1,1\n", "predict", "--json", "-m", model, "-o", filepath.Join(folder, "none", "y.csv"))
	requireError(t, r, exitIO, "io", "")
}

func TestPredictTellsTheTime(t *testing.T) {
	model := save(t, "line.pb", line())
	r := runWith("1,1\n1,1\n1,1\n", "predict", "-m", model, "--time", "--repeat", "50", "--block", "2")
	var told map[string]float64
	if err := json.Unmarshal([]byte(r.errOut), &told); err != nil || r.out != "1.75\n1.75\n1.75\n" {
		t.Fatalf("%v: %+v", err, r)
	}
	if told["rows"] != 3 || told["repeat"] != 50 || told["ns_per_row"] <= 0 || told["ns_per_row"] > 1e6 {
		t.Errorf("told %v", told)
	}
}

// Blocks do not show: many more rows than one has come out in their order, and are read as they are needed.
func TestPredictStreams(t *testing.T) {
	const rows = 200_000
	model := save(t, "same.pb", same(1))
	reader, writer := io.Pipe()
	go func() {
		for i := range rows {
			if _, err := fmt.Fprintln(writer, i); err != nil {
				return
			}
		}
		_ = writer.Close() // A pipe's writer has no error to give.
	}()
	out := &counter{}
	code := run([]string{"predict", "-m", model, "--method", "transform"}, reader, out, io.Discard)
	if code != exitOK || out.rows != rows || out.wrong != 0 {
		t.Errorf("exit code %d, %d rows, %d out of order", code, out.rows, out.wrong)
	}
	if out.largest > 1<<18 {
		t.Errorf("%d bytes were held back", out.largest)
	}
}

// counter reads lines 0, 1, 2 ...
type counter struct {
	rest                 string
	rows, wrong, largest int
}

func (c *counter) Write(p []byte) (int, error) {
	c.largest = max(c.largest, len(p))
	lines := strings.Split(c.rest+string(p), "\n")
	c.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if v, err := strconv.ParseFloat(line, 64); err != nil || v != float64(c.rows) {
			c.wrong++
		}
		c.rows++
	}
	return len(p), nil
}
