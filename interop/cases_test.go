package modelx

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// sklearnCase is one entry of testdata/cases.json, which testdata/generate.py writes.
type sklearnCase struct {
	Name    string          `json:"name"`
	Model   json.RawMessage `json:"model"`
	X       numbers         `json:"x"`
	Rows    int             `json:"rows"`
	Outputs []struct {
		Method     Method            `json:"method"`
		Columns    int               `json:"columns"`
		Comparison string            `json:"comparison"`
		Values     []json.RawMessage `json:"values"`
		Tolerances numbers           `json:"tolerances"`
	} `json:"outputs"`
}

// numbers are float64, with names for what JSON has no numbers for.
type numbers []float64

func (n *numbers) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	for _, r := range raw {
		v, err := number(r)
		if err != nil {
			return err
		}
		*n = append(*n, v)
	}
	return nil
}

// number reads a JSON number, a name such as "NaN", or a boolean as 0 or 1.
func number(raw json.RawMessage) (float64, error) {
	text := string(raw)
	switch text {
	case "true":
		return 1, nil
	case "false":
		return 0, nil
	}
	if unquoted, err := strconv.Unquote(text); err == nil {
		text = unquoted
	}
	return strconv.ParseFloat(text, 64)
}

func (c *sklearnCase) proto(t testing.TB) *modelxpb.ModelProto {
	t.Helper()
	p := new(modelxpb.ModelProto)
	if err := protojson.Unmarshal(c.Model, p); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return p
}

func (c *sklearnCase) model(t testing.TB) Model {
	t.Helper()
	m, err := New(c.proto(t))
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return m
}

func sklearnCases(t testing.TB) []sklearnCase {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []sklearnCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func caseNamed(t testing.TB, name string) *sklearnCase {
	t.Helper()
	for _, c := range sklearnCases(t) {
		if c.Name == name {
			return &c
		}
	}
	t.Fatalf("no case %q in testdata/cases.json", name)
	return nil
}

var comparisons = map[string]modelxpb.Output_Comparison{
	"equal":           modelxpb.Output_COMPARISON_UNSPECIFIED,
	"absolute":        modelxpb.Output_COMPARISON_ABSOLUTE,
	"log_probability": modelxpb.Output_COMPARISON_LOG_PROBABILITY,
	"squared":         modelxpb.Output_COMPARISON_SQUARED,
	"relative":        modelxpb.Output_COMPARISON_RELATIVE,
}

// Every method of every family gives what scikit-learn gave, for the batch and for each row alone.
func TestAgreesWithScikitLearn(t *testing.T) {
	for _, c := range sklearnCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			m := c.model(t)
			if len(c.Outputs) != len(m.Methods()) {
				t.Fatalf("the case has %d methods, the model %v", len(c.Outputs), m.Methods())
			}
			for i, out := range c.Outputs {
				if got := m.Methods()[i]; got != out.Method {
					t.Fatalf("method %d is %s, expected %s", i, got, out.Method)
				}
				if got := m.Columns(out.Method); got != out.Columns {
					t.Fatalf("%s has %d columns, expected %d", out.Method, got, out.Columns)
				}
				if m.Type(out.Method) == TypeString {
					checkStringLabels(t, m, c.X, out.Values)
					continue
				}
				want := make([]float64, len(out.Values))
				for k, raw := range out.Values {
					v, err := number(raw)
					if err != nil {
						t.Fatal(err)
					}
					want[k] = v
				}
				comparison, ok := comparisons[out.Comparison]
				if !ok {
					t.Fatalf("unknown comparison %q", out.Comparison)
				}
				got := runEachWay(t, m, out.Method, c.X, c.Rows) // the inverse too is of the rows themselves
				for k := range want {
					var tolerance float64
					if len(out.Tolerances) > 0 {
						tolerance = out.Tolerances[k]
					}
					if !agree(got[k], want[k], comparison, tolerance) {
						t.Errorf("%s: value %d is %v, scikit-learn has %v (tolerance %g, %s)", out.Method, k, got[k], want[k], tolerance, out.Comparison)
					}
				}
			}
		})
	}
}

// runEachWay runs the whole batch, and every row alone, which must give the same bits.
func runEachWay(t *testing.T, m Model, method Method, x []float64, rows int) []float64 {
	t.Helper()
	columns, width := m.Columns(method), m.NumFeatures()
	batch := make([]float64, rows*columns)
	if err := m.Run(method, batch, x); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	single := make([]float64, columns)
	for i := range rows {
		if err := m.Run(method, single, x[i*width:(i+1)*width]); err != nil {
			t.Fatalf("%s of row %d: %v", method, i, err)
		}
		for k, v := range single {
			if math.Float64bits(v) != math.Float64bits(batch[i*columns+k]) {
				t.Errorf("%s of row %d is %v alone and %v in the batch", method, i, v, batch[i*columns+k])
			}
		}
	}
	return batch
}

func checkStringLabels(t *testing.T, m Model, x []float64, want []json.RawMessage) {
	t.Helper()
	texts, indices := make([]string, len(want)), make([]int, len(want))
	if err := m.PredictStrings(texts, x); err != nil {
		t.Fatal(err)
	}
	if err := m.PredictIndex(indices, x); err != nil {
		t.Fatal(err)
	}
	for i, raw := range want {
		var label string
		if err := json.Unmarshal(raw, &label); err != nil {
			t.Fatal(err)
		}
		if texts[i] != label || m.Classes().Strings()[indices[i]] != label {
			t.Errorf("row %d is %q, class %d; scikit-learn has %q", i, texts[i], indices[i], label)
		}
	}
	requireKind(t, m.Run(Predict, make([]float64, len(want)), x), ErrStringLabels)
}

// A batch of many blocks gives the bits of its rows alone, in pipelines too.
func TestBlocksGiveTheBitsOfSingleRows(t *testing.T) {
	for _, name := range []string{"nested pipeline with KMeans", "two scalers", "StandardScaler and LogisticRegression"} {
		c := caseNamed(t, name)
		m := c.model(t)
		var x []float64
		for len(x) < 3*1<<16 {
			x = append(x, c.X...)
		}
		rows := len(x) / m.NumFeatures()
		for _, method := range m.Methods() {
			columns := m.Columns(method)
			few, many := make([]float64, c.Rows*columns), make([]float64, rows*columns)
			if err := m.Run(method, few, c.X); err != nil {
				t.Fatal(err)
			}
			if err := m.Run(method, many, x); err != nil {
				t.Fatal(err)
			}
			for i, v := range many {
				if v != few[i%len(few)] {
					t.Fatalf("%s, %s: value %d is %v, expected %v", name, method, i, v, few[i%len(few)])
				}
			}
		}
		if m.Has(Predict) {
			indices := make([]int, rows)
			values := make([]float64, rows)
			if err := m.PredictIndex(indices, x); err != nil {
				t.Fatal(err)
			}
			if err := m.Run(Predict, values, x); err != nil {
				t.Fatal(err)
			}
			for i, k := range indices {
				if c := m.Classes(); c != nil {
					k = int(c.Ints()[k])
				}
				if float64(k) != values[i] {
					t.Fatalf("%s: row %d has index %d and label %v", name, i, k, values[i])
				}
			}
		}
	}
}

// Every arm of the oneof has a predictor, and a case that scikit-learn answered: here, or among the conformance vectors,
// whose formulas the tests of the Python package have in numpy too.
func TestEveryFamilyIsComplete(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range sklearnCases(t) {
		tested[setArm(c.proto(t))] = true
	}
	for _, family := range vectorFamilies(t) {
		tested[family] = true
	}
	arms := new(modelxpb.ModelProto).ProtoReflect().Descriptor().Oneofs().ByName("model").Fields()
	for i := range arms.Len() {
		field := arms.Get(i)
		p := new(modelxpb.ModelProto)
		p.ProtoReflect().Set(field, p.ProtoReflect().NewField(field))
		if _, err := New(p); err == nil {
			t.Errorf("an empty %s is accepted", field.Name())
		} else if e, ok := err.(*Error); ok && e.Kind == ErrUnknownFamily && e.Path == "" {
			t.Errorf("%s has no predictor: add it to compileFamily", field.Name())
		}
		if !tested[string(field.Name())] {
			t.Errorf("%s has no case in testdata/cases.json and no conformance vector", field.Name())
		}
	}
}

// vectorFamilies reads the families of the conformance vectors, which must be there.
func vectorFamilies(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "tests", "conformance", "vectors", "index.json"))
	if err != nil {
		t.Fatalf("the vectors are missing: %v; write them with make conformance", err)
	}
	var index struct {
		Cases []struct {
			Family string `json:"family"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(data, &index); err != nil {
		t.Fatal(err)
	}
	families := make([]string, len(index.Cases))
	for i, c := range index.Cases {
		families[i] = c.Family
	}
	return families
}

func kindOf(err error) Kind {
	if e, ok := err.(*Error); ok {
		return e.Kind
	}
	return Kind(fmt.Sprintf("%T", err))
}

func requireKind(t testing.TB, err error, want Kind) {
	t.Helper()
	if err == nil || kindOf(err) != want {
		t.Fatalf("error is %v, expected kind %s", err, want)
	}
}

// edit applies a change to a copy of a message.
func edit(p *modelxpb.ModelProto, change func(*modelxpb.ModelProto)) *modelxpb.ModelProto {
	p = proto.CloneOf(p)
	change(p)
	return p
}
