package modelx_test

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
)

// TestCompatibilityWithTheEarlierSystem loads its files, rewrites them in every format, and compares with what it
// predicted.
func TestCompatibilityWithTheEarlierSystem(t *testing.T) {
	x := readNumbers(t, filepath.Join(samplesFolder, "diabetes_first_20_rows.csv"))
	want := readNumbers(t, filepath.Join(samplesFolder, "diabetes_first_20_predictions.csv"))
	if len(x) != 200 || len(want) != 20 {
		t.Fatalf("%d values and %d predictions", len(x), len(want))
	}
	check := func(t *testing.T, path string) modelx.Model {
		t.Helper()
		m, err := modelx.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, len(want))
		if err := m.Run(modelx.Predict, got, x); err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if math.Abs(v-want[i]) > 1e-12*math.Abs(want[i]) {
				t.Errorf("row %d: %v, want %v", i, v, want[i])
			}
		}
		return m
	}
	for _, name := range []string{"scigo_go_export.json", "scigo_sklearn_export.json", "scigo_model.pb"} {
		t.Run(name, func(t *testing.T) {
			m := check(t, filepath.Join(samplesFolder, name))
			for _, suffix := range []string{".pb", ".json", ".gob", ".json.gz", ".pb.zst"} {
				path := filepath.Join(t.TempDir(), "m"+suffix)
				if err := modelx.Save(path, m.Proto()); err != nil {
					t.Fatal(err)
				}
				if again := check(t, path); !proto.Equal(again.Proto(), m.Proto()) {
					t.Errorf("%s changes the model", suffix)
				}
			}
		})
	}
}

func readNumbers(t *testing.T, path string) []float64 {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for _, field := range strings.FieldsFunc(string(data), func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}
