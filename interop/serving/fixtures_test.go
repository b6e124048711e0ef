package serving

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// line is y = 2 a - 0.5 b + intercept.
func line(version string, intercept float64) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: "line", Version: version, SchemaVersion: 1,
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2, -0.5}, Intercept: proto.Float64(intercept), NFeatures: 2,
		}},
		Signature: &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "b\"mi"}},
		Source:    &modelxpb.Source{ClassName: "Ridge"},
		Metadata:  &modelxpb.Metadata{TrainingSamples: 3, Metrics: map[string]float64{"r2": 0.5}},
		Evidence: &modelxpb.Evidence{
			Rows:    &modelxpb.Rows{NRows: 1, NFeatures: 2, Values: []float64{0, 0}},
			Outputs: []*modelxpb.Output{{Method: "predict", Doubles: []float64{intercept}}},
		},
	}
}

// classifier tells a >= 0 from a < 0, and has probabilities.
func classifier(classes *modelxpb.Labels) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "side", Version: "1", Model: &modelxpb.ModelProto_SgdClassifier{
		SgdClassifier: &modelxpb.SGDClassifierProto{
			Coefficients: []float64{1, 0}, Intercepts: []float64{0}, NFeatures: 2, Classes: classes,
			Probability: modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC,
		},
	}}
}

// scaler is an identity that takes NaN, and refuses infinities.
func scaler() *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "scaler", Version: "1", Model: &modelxpb.ModelProto_AffineScaler{
		AffineScaler: &modelxpb.AffineScalerProto{NFeatures: 3, Multiply: []float64{1, 1, 1}},
	}}
}

// write writes a model file whose time of change is long past, so that nothing waits for it to settle.
func write(t testing.TB, path string, p *modelxpb.ModelProto) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := modelx.Save(path, p); err != nil {
		t.Fatal(err)
	}
	settle(t, path)
}

var hours = 0

// settle gives a file a time of change of its own.
func settle(t testing.TB, path string) {
	t.Helper()
	hours++
	past := time.Unix(1_700_000_000+int64(hours)*3600, 0)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
}

func writeBytes(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	settle(t, path)
}

func start(t testing.TB, o Options) *Plane {
	t.Helper()
	p, err := New(t.Context(), o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// startWith serves one model.
func startWith(t testing.TB, model *modelxpb.ModelProto) *Plane {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.pb")
	write(t, path, model)
	return start(t, Options{Path: path, MaxRows: 10_000})
}

// requireError checks an error's kind and text.
func requireError(t testing.TB, err error, kind Kind, text string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("the error is %v, expected %q", err, text)
	}
	if e.Kind != kind || e.Message != text {
		t.Fatalf("the error is %s: %s\nexpected     %s: %s", e.Kind, e.Message, kind, text)
	}
}

func requireNone(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v, expected %v", what, got, want)
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprintf("%v", got), fmt.Sprintf("%v", want); g != w {
		t.Errorf("%s is %s, expected %s", what, g, w)
	}
}

// predict gives what a model says of (0, 0), its version and its error.
func predict(p *Plane, model, version string) (float64, string, error) {
	var response Response
	request := &Request{Model: model, Version: version, Features: []float64{0, 0}}
	if err := p.Predict(context.Background(), request, &response); err != nil {
		return 0, "", err
	}
	return response.Outputs[0].Values[0], response.Version, nil
}

// requireServes checks what answers when no version is named.
func requireServes(t testing.TB, p *Plane, model, version string, value float64) {
	t.Helper()
	v, answered, err := predict(p, model, "")
	if err != nil {
		t.Fatal(err)
	}
	if v != value || answered != version {
		t.Fatalf("version %s answers %v, expected version %s and %v", answered, v, version, value)
	}
}

// journal keeps what the plane tells.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, fmt.Sprintf(format, args...))
}

// take gives the lines since the last time.
func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

func (j *journal) Loaded(e Loaded) { j.add("loaded %s %s from %s", e.Model, e.Version, e.Path) }
func (j *journal) Refused(e Refused) {
	j.add("refused %s %s by %q: %s", e.Model, e.Path, e.Trigger, e.Err.Message)
}
func (j *journal) Reloaded(e Reloaded) {
	j.add("reloaded %s from %q to %q by %s", e.Model, e.PreviousVersion, e.Version, e.Trigger)
}
func (j *journal) Removed(model, version string) { j.add("removed %s %s", model, version) }
