package modelx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Folders of the whole project, outside of this module: `go test` does not see them change, so it is run with -count=1.
const (
	vectorsFolder = "../tests/conformance/vectors"
	invalidFolder = "../tests/conformance/invalid"
	compatFolder  = "../tests/compat"
	samplesFolder = "../tests/samples"
)

type vector struct {
	ID       string            `json:"id"`
	Family   string            `json:"family"`
	Why      string            `json:"why"`
	Expected string            `json:"expected"`
	Files    []string          `json:"files"`
	SHA256   map[string]string `json:"sha256"`
	// GoFiles are those that only Go reads.
	GoFiles []string `json:"go_files"`
}

type invalidVector struct {
	ID         string           `json:"id"`
	Why        string           `json:"why"`
	File       string           `json:"file"`
	Kind       string           `json:"kind"`
	Path       string           `json:"path"`
	Says       string           `json:"says"`
	Limits     map[string]int64 `json:"limits"`
	PythonOnly bool             `json:"python_only"`
}

// readIndex reads the cases of an index. A folder that is missing or empty fails: nothing may pass by not being there.
func readIndex[T any](t *testing.T, folder string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, "index.json"))
	if err != nil {
		t.Fatalf("the vectors are missing: %v; write them with make conformance", err)
	}
	var index struct {
		Cases []T `json:"cases"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Cases) == 0 {
		t.Fatalf("%s has no cases", folder)
	}
	return index.Cases
}

func readExpected(t *testing.T, path string) *modelxpb.Evidence {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	expected := new(modelxpb.Evidence)
	if err := proto.Unmarshal(data, expected); err != nil {
		t.Fatal(err)
	}
	if expected.GetRows().GetNRows() == 0 || len(expected.GetOutputs()) == 0 {
		t.Fatal("nothing is expected")
	}
	return expected
}

// TestConformance loads every vector in every format, which replays its evidence, and compares all methods on all rows
// with what scikit-learn answered.
func TestConformance(t *testing.T) {
	conform(t, vectorsFolder)
}

// TestCompatibility does the same with the files of every release, which are never written again.
func TestCompatibility(t *testing.T) {
	releases, err := filepath.Glob(filepath.Join(compatFolder, "v*"))
	if err != nil || len(releases) == 0 {
		t.Fatalf("no releases in %s (%v)", compatFolder, err)
	}
	for _, release := range releases {
		t.Run(filepath.Base(release), func(t *testing.T) { conform(t, release) })
	}
}

func conform(t *testing.T, folder string) {
	for _, v := range readIndex[vector](t, folder) {
		expected := readExpected(t, filepath.Join(folder, v.Expected))
		if len(v.Files) == 0 {
			t.Errorf("%s has no files", v.ID)
		}
		for _, file := range slices.Concat(v.Files, v.GoFiles) {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				m, err := modelx.Load(filepath.Join(folder, file))
				if err != nil {
					t.Fatal(err)
				}
				if m.Family() != v.Family {
					t.Errorf("family %q, want %q", m.Family(), v.Family)
				}
				compareAll(t, m, expected)
			})
		}
	}
}

// TestConformanceOfGOB does the same through encoding/gob, which only Go writes, and through the other formats as Go
// writes them.
func TestConformanceOfGOB(t *testing.T) {
	for _, v := range readIndex[vector](t, vectorsFolder) {
		expected := readExpected(t, filepath.Join(vectorsFolder, v.Expected))
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			m, err := modelx.Load(filepath.Join(vectorsFolder, v.ID+".pb"))
			if err != nil {
				t.Fatal(err)
			}
			for _, format := range []modelx.Format{modelx.FormatGOB, modelx.FormatProtobuf, modelx.FormatJSON} {
				var file bytes.Buffer
				if err := modelx.Encode(&file, m.Proto(), format, modelx.WithCompression(modelx.CompressionZstd)); err != nil {
					t.Fatal(err)
				}
				again, err := modelx.Decode(&file)
				if err != nil {
					t.Fatalf("%s: %v", format, err)
				}
				compareAll(t, again, expected)
			}
		})
	}
}

// TestInvalid gives every invalid vector to Load, which must refuse it with just the kind that the index names.
func TestInvalid(t *testing.T) {
	for _, v := range readIndex[invalidVector](t, invalidFolder) {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			limits := modelx.Limits{
				MaxFileBytes: v.Limits["file_bytes"], MaxExpandedBytes: v.Limits["expanded_bytes"],
				MaxJSONDepth: int(v.Limits["json_depth"]),
			}
			m, err := modelx.Load(filepath.Join(invalidFolder, v.File), modelx.WithLimits(limits))
			if v.PythonOnly {
				if err != nil {
					t.Fatalf("a defect of the source is none of Go's: %v", err)
				}
				return
			}
			var e *modelx.Error
			switch {
			case m != nil:
				t.Fatalf("loaded, want %s", v.Kind)
			case !errors.As(err, &e) || !errors.Is(err, modelx.Kind(v.Kind)):
				t.Fatalf("%v, want %s", err, v.Kind)
			case !strings.HasPrefix(e.Path, v.Path):
				t.Fatalf("path %q, want it to begin with %q: %v", e.Path, v.Path, err)
			case !strings.Contains(err.Error(), v.Says):
				t.Fatalf("%v, want it to say %q", err, v.Says)
			case len(err.Error()) > 2000:
				t.Fatalf("a message of %d bytes", len(err.Error()))
			}
		})
	}
}

// TestConformanceIsComplete walks the oneof: each family has vectors, and invalid ones.
func TestConformanceIsComplete(t *testing.T) {
	valid, invalid := readIndex[vector](t, vectorsFolder), readIndex[invalidVector](t, invalidFolder)
	arms := (*modelxpb.ModelProto)(nil).ProtoReflect().Descriptor().Oneofs().ByName("model").Fields()
	for i := range arms.Len() {
		arm := string(arms.Get(i).Name())
		if !slices.ContainsFunc(valid, func(v vector) bool { return v.Family == arm }) {
			t.Errorf("%s has no vector", arm)
		}
		if !slices.ContainsFunc(invalid, func(v invalidVector) bool { return strings.HasPrefix(v.ID, arm+"/") }) {
			t.Errorf("%s has no invalid vector", arm)
		}
	}
	for _, v := range valid {
		if len(v.Why) < 20 {
			t.Errorf("%s does not say why it is there", v.ID)
		}
	}
}

// TestConformanceOfSixteenLevels checks the limit itself, both sides of it, without the work that scikit-learn has with it.
func TestConformanceOfSixteenLevels(t *testing.T) {
	nested := func(levels int) *modelxpb.ModelProto {
		p := &modelxpb.ModelProto{
			Name: "m", Model: &modelxpb.ModelProto_Passthrough{Passthrough: &modelxpb.PassthroughProto{NFeatures: 2}},
		}
		for range levels - 1 {
			steps := []*modelxpb.ModelProto{p}
			p = &modelxpb.ModelProto{Name: "m", Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: steps}}}
		}
		return p
	}
	if _, err := modelx.New(nested(16)); err != nil {
		t.Error(err)
	}
	if _, err := modelx.New(nested(17)); !errors.Is(err, modelx.ErrTooDeep) {
		t.Errorf("%v, want %v", err, modelx.ErrTooDeep)
	}
}
