package modelx

import (
	"math"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// spec wraps parameters of a linear regression into a document.
func spec(modelSpec, parameters string) string {
	return `{"model_spec": {` + modelSpec + `}, "parameters": {` + parameters + `}}`
}

const goodParameters = `"coefficients": [2, -0.5], "intercept": 0.25, "n_features": 2`

var jsonDefects = []struct {
	name, text string
	kind       Kind
}{
	{"end in a string", `{"model_spec": {"name": "a`, ErrMalformed},
	{"end in an object", `{"model_spec": {`, ErrMalformed},
	{"data after the end", spec(`"name": "a"`, goodParameters) + "{}", ErrMalformed},
	{"no parameters", `{"model_spec": {"name": "a"}}`, ErrMalformed},
	{"no model_spec", `{"parameters": {}}`, ErrMalformed},
	{"model_spec is a list", `{"model_spec": [], "parameters": {}}`, ErrMalformed},
	{"parameters are null", `{"model_spec": {}, "parameters": null}`, ErrMalformed},
	{"name is a number", spec(`"name": 1`, goodParameters), ErrMalformed},
	{"name is null", spec(`"name": null`, goodParameters), ErrMalformed},
	{"key twice at the top", `{"model_spec": {}, "model_spec": {}, "parameters": {}}`, ErrDuplicateKey},
	{"key twice deep inside", spec(`"x": [{"b": {"c": 1, "c": 1}}]`, goodParameters), ErrDuplicateKey},
	{"key twice, once with an escape", spec(`"name": "a", "nam\u0065": "b"`, goodParameters), ErrDuplicateKey},
	{"key twice in parameters", spec(`"name": "a"`, goodParameters+`, "n_features": 2`), ErrDuplicateKey},
	{"number out of range", spec(`"name": "a"`, `"coefficients": [1e999], "n_features": 1`), ErrMalformed},
	{"long number out of range", spec(`"x": `+strings.Repeat("9", 400), goodParameters), ErrMalformed},
	{"NaN without quotes", spec(`"name": "a"`, `"coefficients": [NaN], "n_features": 1`), ErrMalformed},
	{"leading zero", spec(`"x": 01`, goodParameters), ErrMalformed},
	{"comma at the end", spec(`"x": [1,]`, goodParameters), ErrMalformed},
	{"comma at the end of an object", spec(`"x": 1,`, goodParameters), ErrMalformed},
	{"comment", "{/* */" + spec(`"x": 1`, goodParameters)[1:], ErrMalformed},
	{"invalid UTF-8", spec("\"x\": \"\xff\"", goodParameters), ErrMalformed},
	{"half a surrogate pair", spec(`"x": "\ud800"`, goodParameters), ErrMalformed},
	{"control character", spec("\"x\": \"\t\"", goodParameters), ErrMalformed},
	{"nested lists", spec(`"x": `+strings.Repeat("[", 100000), goodParameters), ErrTooDeep},
	{"one level too many", spec(`"x": `+strings.Repeat("[", 99)+strings.Repeat("]", 99), goodParameters), ErrTooDeep},
	{"unknown parameter", spec(`"name": "a"`, goodParameters+`, "link_power": 2`), ErrMalformed},
	{"list for a number", spec(`"name": "a"`, `"n_features": [2]`), ErrMalformed},
	{"unknown family", spec(`"family": "gaussian_process"`, `"trees": []`), ErrUnknownFamily},
	{"family of other messages", spec(`"family": "metadata"`, ``), ErrUnknownFamily},
	{"newer schema", spec(`"family": "new", "model": {"schema_version": 1000, "new": 1}`, `"trees": []`), ErrSchemaVersion},
	{"family in model", spec(`"model": {"kmeans": {}}`, goodParameters), ErrMalformed},
	{"no time", spec(`"created_at": "yesterday"`, goodParameters), ErrMalformed},
	{"metadata is a list", `{"model_spec": {}, "parameters": {` + goodParameters + `}, "metadata": []}`, ErrMalformed},
	{"metric is a list", `{"model_spec": {}, "parameters": {` + goodParameters + `}, "metadata": {"metrics": {"a": []}}}`,
		ErrMalformed},
}

func TestJSONDefects(t *testing.T) {
	for _, c := range jsonDefects {
		t.Run(c.name, func(t *testing.T) {
			_, err := DecodeBytes([]byte(c.text))
			requireKind(t, err, c.kind)
		})
	}
}

func TestJSONThatIsFine(t *testing.T) {
	for name, text := range map[string]string{
		"nothing in model_spec":   spec(``, goodParameters),
		"byte order mark":         "\xef\xbb\xbf" + spec(``, goodParameters),
		"white space before":      "\n\t\r {" + spec(``, goodParameters)[1:],
		"unknown keys":            spec(`"x": {"y": [null, true, -1.5e-3]}, "model": {"later": 1}`, goodParameters),
		"a hundred levels":        spec(`"x": `+strings.Repeat("[", 98)+strings.Repeat("]", 98), goodParameters),
		"escapes and pairs":       spec(`"x": "\ud83d\ude00\"\\\/\b\f\n\r\t\u00e9"`, goodParameters),
		"numbers as text":         spec(``, `"coefficients": ["2", -5E-1], "intercept": "0.25", "n_features": 2.0`),
		"names of JSON's mapping": spec(``, `"coefficients": [2, -0.5], "intercept": 0.25, "nFeatures": 2`),
	} {
		t.Run(name, func(t *testing.T) {
			m, err := DecodeBytes([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			y := make([]float64, 1)
			if err := m.Run(Predict, y, []float64{1, 1}); err != nil || y[0] != 1.75 {
				t.Errorf("predicts %v, %v; expected 1.75", y[0], err)
			}
		})
	}
}

// What JSON has no place for of its own stands where docs/formats.md says, and comes back.
func TestJSONDocument(t *testing.T) {
	text := `{
  "model_spec": {
    "name": "LinearRegression",
    "format_version": "1.0",
    "library": "scigo",
    "library_version": "0.3",
    "created_at": "2026-11-20T10:30:00.5+01:00"
  },
  "parameters": {"coefficients": [-0, 5e-324], "n_features": 2},
  "metadata": {"training_samples": 442, "metrics": {"r2": "NaN"}, "training_features": 10, "created_timestamp": 3}
}`
	p, encoding, err := Unmarshal([]byte(text))
	if err != nil || encoding != (Encoding{Format: FormatJSON}) {
		t.Fatal(encoding, err)
	}
	if p.Name != "LinearRegression" || p.Source.ClassName != "LinearRegression" || p.Source.Library != "scigo" ||
		p.Source.LibraryVersion != "0.3" {
		t.Errorf("name and source are %q, %v", p.Name, p.Source)
	}
	m := p.Metadata
	if m.CreatedTimestamp != 1795167000 || m.TrainingSamples != 442 || !math.IsNaN(m.Metrics["r2"]) {
		t.Errorf("metadata are %v", m)
	}
	properties := m.Properties.AsMap()
	if len(properties) != 2 || properties["training_features"] != 10.0 || properties["created_timestamp"] != 3.0 {
		t.Errorf("properties are %v", properties)
	}
	w := p.GetLinearRegression().Coefficients
	if math.Float64bits(w[0]) != 1<<63 || w[1] != 5e-324 {
		t.Errorf("coefficients are %v", w)
	}
	checkRoundTrip(t, p, FormatJSON)
	data, err := Marshal(p, FormatJSON)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`    "name": "LinearRegression",`, `    "library": "scigo",`, `    "library_version": "0.3",`,
		`    "created_at": "2026-11-20T09:30:00Z",`, `    "family": "linear_regression",`, `      5e-324`, `      -0,`,
		`    "training_samples": 442,`, `      "r2": "NaN"`, `    "training_features": 10`,
	} {
		if !strings.Contains(string(data), "\n"+line+"\n") {
			t.Errorf("no line %s in\n%s", line, data)
		}
	}
	p.Source.Library = "scikit-learn"
	if data, err = Marshal(p, FormatJSON); err != nil || !strings.Contains(string(data), `"sklearn_version": "0.3"`) {
		t.Errorf("%v:\n%s", err, data)
	}
}

// The name of a model that says nothing of its source is its own.
func TestJSONNameWithoutSource(t *testing.T) {
	p := linearModel()
	data, err := Marshal(p, FormatJSON)
	if err != nil {
		t.Fatal(err)
	}
	members, err := scanObject(data, 100)
	if err != nil || len(members) != 2 {
		t.Fatalf("keys are %v, %v; expected model_spec and parameters", members, err)
	}
	if !strings.Contains(string(members[0].value), `"name": "line",`+"\n    \"format_version\"") {
		t.Errorf("model_spec is %s", members[0].value)
	}
	checkRoundTrip(t, p, FormatJSON)
}

func TestJSONRefusesToLose(t *testing.T) {
	p := fullModel()
	p.Metadata.Properties.Fields["metrics"] = p.Metadata.Properties.Fields["none"]
	_, err := Marshal(p, FormatJSON)
	requireKind(t, err, ErrMalformed)
	p = fullModel()
	p.Metadata.CreatedTimestamp = 1 << 60
	_, err = Marshal(p, FormatJSON)
	requireKind(t, err, ErrMalformed)
	p = fullModel()
	p.Source.ClassName = "\xff"
	_, err = Marshal(p, FormatJSON)
	requireKind(t, err, ErrMalformed)
	// As a message this is not too deep, but as JSON it could not be read again.
	p = linearModel()
	p.Source = &modelxpb.Source{Params: map[string]*modelxpb.Value{"a": nestedValue(40)}}
	if _, err := Marshal(p, FormatProtobuf); err != nil {
		t.Error(err)
	}
	_, err = Marshal(p, FormatJSON)
	requireKind(t, err, ErrTooDeep)
}
