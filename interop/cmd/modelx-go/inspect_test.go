package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// whole is a pipeline in a pipeline with everything that inspect shows. Its name could command a terminal.
func whole() *modelxpb.ModelProto {
	scaler := &modelxpb.ModelProto{
		Name: "scaler", Source: &modelxpb.Source{Library: "scikit-learn", LibraryVersion: "1.9.1", ClassName: "StandardScaler"},
		Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{NFeatures: 1, Divide: []float64{2}}},
	}
	inner := &modelxpb.ModelProto{
		Name:   "inner",
		Model:  &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{scaler}}},
		Source: &modelxpb.Source{ClassName: "Pipeline"},
	}
	last := classifier(&modelxpb.Labels{Strings: []string{"no", "yes"}})
	last.Name = "sgd"
	p := &modelxpb.ModelProto{
		Name: "churn\x1b[2J", Version: "7", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{inner, last}}},
		Signature: &modelxpb.Signature{NFeatures: 1, FeatureNames: []string{"age"}, Outputs: []*modelxpb.OutputSpec{
			{Method: "predict", Type: modelxpb.DataType_DATA_TYPE_STRING},
			{Method: "predict_proba", NColumns: 2, Type: modelxpb.DataType_DATA_TYPE_FLOAT64},
			{Method: "predict_log_proba", NColumns: 2, Type: modelxpb.DataType_DATA_TYPE_FLOAT64},
			{Method: "decision_function", Type: modelxpb.DataType_DATA_TYPE_FLOAT64},
		}},
		Metadata: &modelxpb.Metadata{
			CreatedTimestamp: 1795167000, TrainingSamples: 442,
			Metrics: map[string]float64{"auc": 0.5, "loss": math.NaN()},
			Properties: &structpb.Struct{Fields: map[string]*structpb.Value{
				"owner": structpb.NewStringValue("ann"), "limit": structpb.NewNumberValue(math.Inf(1)),
			}},
		},
	}
	return p
}

func TestInspect(t *testing.T) {
	path := save(t, "whole.pb.gz", whole())
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	r := runWith("", "inspect", path)
	for _, part := range []string{
		path, "protobuf in gzip", hex.EncodeToString(sum[:]), `churn\x1b[2J`, "7", "├─ inner: Pipeline (family pipeline)",
		"│  └─ scaler: StandardScaler (family affine_scaler)", "└─ sgd: no class (family sgd_classifier)", "age",
		"predict: one string a row", "predict_proba: 2 x float64 a row", `["no","yes"]`, "2026-11-20T09:30:00Z", "442",
		"auc = 0.5", "loss = NaN", `owner = "ann"`, "limit = ", "none: nothing tells",
	} {
		if !strings.Contains(r.out, part) {
			t.Errorf("no %q in\n%s", part, r.out)
		}
	}
	if r.code != exitOK || strings.ContainsRune(r.out, '\x1b') {
		t.Errorf("exit code %d, %q", r.code, r.out)
	}
}

func TestInspectJSON(t *testing.T) {
	r := runWith("", "inspect", "--json", save(t, "whole.pb", whole()))
	var told map[string]any
	if err := json.Unmarshal([]byte(r.out), &told); err != nil || r.code != exitOK {
		t.Fatalf("%v: %+v", err, r)
	}
	keys := []string{
		"path", "format", "n_bytes", "sha256", "name", "version", "family", "class_name", "library", "library_version",
		"schema_version", "n_features", "feature_names", "feature_types", "outputs", "classes", "metadata", "evidence", "steps",
	}
	for key := range told {
		if !slices.Contains(keys, key) {
			t.Errorf("an unexpected key %q", key)
		}
	}
	for _, key := range keys {
		if _, ok := told[key]; !ok {
			t.Errorf("no key %q", key)
		}
	}
	metadata := told["metadata"].(map[string]any)
	if metadata["metrics"].(map[string]any)["loss"] != "NaN" || told["name"] != "churn\x1b[2J" || told["evidence"] != nil {
		t.Errorf("told %v", told)
	}
	step := told["steps"].([]any)[0].(map[string]any)["steps"].([]any)[0].(map[string]any)
	if step["class_name"] != "StandardScaler" || step["outputs"].([]any)[0].(map[string]any)["n_columns"] != 1.0 {
		t.Errorf("a step: %v", step)
	}
}

// What evidence adds is what the file loses without it.
func TestInspectTellsWhatEvidenceAdds(t *testing.T) {
	bare := line()
	bare.Evidence = nil
	view, err := inspect("line.pb", serialised(t, line()))
	if err != nil {
		t.Fatal(err)
	}
	e := view.Evidence
	if e.Rows != 1 || e.Origin != "made" || e.Producer != "scikit-learn 1.9.1" ||
		!slices.Equal(e.Methods, []string{"predict"}) {
		t.Errorf("evidence is %+v", e)
	}
	if added := len(serialised(t, line())) - len(serialised(t, bare)); e.Bytes != added {
		t.Errorf("evidence adds %d bytes, not %d", e.Bytes, added)
	}
	// A file that contradicts its evidence can be looked at.
	wrong := line()
	wrong.Evidence.Outputs[0].Doubles[0]++
	if _, err := inspect("line.pb", serialised(t, wrong)); err != nil {
		t.Error(err)
	}
	requireError(t, runWith("x", "inspect", "--json", "-"), exitBadFile, "unknown_format", "")
}

func serialised(t *testing.T, p *modelxpb.ModelProto) []byte {
	t.Helper()
	data, err := proto.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

const asProgram = "MODELX_GO_TEST_AS_PROGRAM"

// The test's own executable is the program when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A reader that has seen enough ends the program, and nothing is said about it.
func TestBrokenPipeIsQuiet(t *testing.T) {
	program := exec.Command(os.Args[0], "predict", "--method", "transform", "--model", save(t, "same.pb", same(1)))
	program.Env = append(os.Environ(), asProgram+"=1")
	program.Stdin = strings.NewReader(strings.Repeat("1\n", 1<<20))
	var complaints strings.Builder
	program.Stderr = &complaints
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 2)
	if _, err := out.Read(first); err != nil || string(first) != "1\n" {
		t.Errorf("the first line is %q, %v", first, err)
	}
	if err := out.Close(); err != nil {
		t.Error(err)
	}
	if err := program.Wait(); err == nil || complaints.Len() > 0 {
		t.Errorf("it ended with %v, and said %q", err, complaints.String())
	}
}
