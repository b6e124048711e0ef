package main

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// people is age + 1000 for Oslo, 2000 for "", 4000 for None, 5000 for NaN.
func people() *modelxpb.ModelProto {
	columns := &modelxpb.ModelProto{Name: "columns", Model: &modelxpb.ModelProto_ColumnTransformer{
		ColumnTransformer: &modelxpb.ColumnTransformerProto{
			NFeatures: 2,
			Members: []*modelxpb.ModelProto{
				{Name: "city", Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
					Features: []*modelxpb.EncodedFeature{{
						Categories: &modelxpb.Categories{Strings: []string{"", "Oslo"}, None: true, Nan: true}, Dtype: "object", AfterNone: 0,
					}},
					Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
				}}},
				{Name: "age", Model: &modelxpb.ModelProto_Passthrough{Passthrough: &modelxpb.PassthroughProto{NFeatures: 1}}},
			},
			Selections: []*modelxpb.ColumnTransformerProto_Selection{{Columns: []uint32{1}}, {Columns: []uint32{0}}},
		},
	}}
	sum := &modelxpb.ModelProto{Name: "sum", Model: &modelxpb.ModelProto_LinearRegression{
		LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{2000, 1000, 4000, 5000, 1}, Intercept: proto.Float64(0), NFeatures: 5,
		},
	}}
	return withTypes(&modelxpb.ModelProto{Model: &modelxpb.ModelProto_Pipeline{
		Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{columns, sum}},
	}})
}

// withTypes names the features age, a number, and city, a string.
func withTypes(p *modelxpb.ModelProto) *modelxpb.ModelProto {
	p.Signature = &modelxpb.Signature{
		NFeatures: 2, FeatureNames: []string{"age", "city"},
		FeatureTypes: []modelxpb.DataType{modelxpb.DataType_DATA_TYPE_FLOAT64, modelxpb.DataType_DATA_TYPE_STRING},
	}
	return p
}

func TestPredictReadsColumnsOfStrings(t *testing.T) {
	path := save(t, "people.pb", people())
	for name, c := range map[string]struct {
		in, out string
		args    []string
	}{
		"CSV":           {"1,Oslo\n2,\n3,\"\"\n4,Rome\n", "1001\n5002\n2003\n4\n", nil},
		"gaps are None": {"2,\n", "4002\n", []string{"--gaps", "none"}},
		"header":        {"city,x,age\nOslo,?,1\n", "1001\n", []string{"--header"}},
		"JSON lines":    {"{\"age\":1,\"city\":\"Oslo\"}\n\n{\"city\":null,\"age\":2,\"x\":[]}\n", "1001\n4002\n", nil},
		"JSON":          {`[{"age":1,"city":"Oslo"},{"city":null,"age":2}]`, "1001\n5002\n", []string{"--gaps", "nan"}},
		"no rows":       {"[]", "", nil},
	} {
		for _, block := range []string{"0", "1"} {
			t.Run(name, func(t *testing.T) {
				requireRun(t, runWith(c.in, append([]string{"predict", "-m", path, "--block", block}, c.args...)...), exitOK, c.out)
			})
		}
	}
	for name, c := range map[string]struct {
		in, kind, place string
		args            []string
	}{
		"a number for a string": {`{"age":1,"city":5}`, "column_type", `column "city"`, nil},
		"a key that is missing": {"{\"age\":1,\"city\":\"\"}\n{\"city\":\"\"}", "missing_column", `column "age"`, nil},
		"a key twice":           {`{"age":1,"age":1}`, "duplicate_key", "line 1, column 10", nil},
		"no JSON":               {`[{"age":1,"city":""}`, "malformed", "line 1, column 20", nil},
		"a word for a number":   {"1,Oslo\nold,Oslo\n", "not_numeric", "line 2, column 1 (age)", nil},
		"a gap among numbers":   {"\n1,Oslo\n,\n", "non_finite_input", "line 3", nil},
		"no column":             {"age\n1\n", "missing_column", "line 1", []string{"--header"}},
	} {
		t.Run(name, func(t *testing.T) {
			requireError(t, runWith(c.in, append([]string{"predict", "--json", "-m", path}, c.args...)...), exitBadInput, c.kind, c.place)
		})
	}
	requireError(t, runWith("", "predict", "--json", "-m", path, "--gaps", "0"), exitUsage, "usage", "")
	// What is refused is told by its name; that the city is NaN is no defect.
	r := runWith(",\n", "predict", "-m", path)
	if !strings.Contains(r.errOut, "NaN as feature 1 (age)") {
		t.Error(r.errOut)
	}
}

func TestPredictWritesColumnsOfStrings(t *testing.T) {
	path := save(t, "encoder.pb", withTypes(&modelxpb.ModelProto{Model: &modelxpb.ModelProto_OneHotEncoder{
		OneHotEncoder: &modelxpb.OneHotEncoderProto{
			Features: []*modelxpb.EncodedFeature{
				{Categories: &modelxpb.Categories{Doubles: []float64{0.5}, Nan: true}, Dtype: "float64"},
				{Categories: &modelxpb.Categories{Strings: []string{"", "a \"b\""}, None: true, Nan: true}, Dtype: "object"},
			},
			Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ERROR,
		},
	}}))
	args := []string{"predict", "-m", path, "--method", "inverse_transform"}
	in := "1,0,0,1,0,0\n0,1,1,0,0,0\n1,0,0,0,1,0\n1,0,0,0,0,1\n"
	csv := "0.5,\"a \"\"b\"\"\"\nnan,\"\"\n0.5,\n0.5,\n"
	requireRun(t, runWith(in, args...), exitOK, csv)
	requireRun(t, runWith(in, append(args, "--block", "1")...), exitOK, csv)
	requireRun(t, runWith(in, append(args, "--format", "jsonl")...), exitOK,
		"[0.5,\"a \\\"b\\\"\"]\n[\"NaN\",\"\"]\n[0.5,null]\n[0.5,null]\n")
	requireError(t, runWith(in+"1,0,0,0,0,inf\n", append(args, "--json")...), exitBadInput, "non_finite_input", "line 5")
}

func TestInspectShowsTypes(t *testing.T) {
	path := save(t, "people.pb", people())
	r := runWith("", "inspect", "--json", path)
	if !strings.Contains(r.out, "\"feature_types\": [\n    \"float64\",\n    \"string\"\n  ]") {
		t.Error(r.out)
	}
	if r = runWith("", "inspect", path); !strings.Contains(r.out, "feature types    float64, string\n") {
		t.Error(r.out)
	}
}
