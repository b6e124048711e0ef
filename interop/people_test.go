package modelx

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// peopleModel is age + a number for the city (Oslo 1000, Paris 2000, "" 3000, None 4000, NaN 5000, all others 0) + 100 for
// members. Nobody reads the note.
func peopleModel(names ...string) *modelxpb.ModelProto {
	step := func(name string, p *modelxpb.ModelProto) *modelxpb.ModelProto {
		p.Name = name
		return p
	}
	city := step("city", &modelxpb.ModelProto{Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
		Features: []*modelxpb.EncodedFeature{{
			Categories: &modelxpb.Categories{Strings: []string{"", "Oslo", "Paris"}, None: true, Nan: true}, Dtype: "object", AfterNone: 0,
		}},
		Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
	}}})
	numbers := step("numbers", &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Passthrough{
		Passthrough: &modelxpb.PassthroughProto{NFeatures: 2},
	}})
	columns := step("columns", &modelxpb.ModelProto{Model: &modelxpb.ModelProto_ColumnTransformer{
		ColumnTransformer: &modelxpb.ColumnTransformerProto{
			NFeatures: 4, Members: []*modelxpb.ModelProto{city, numbers},
			Selections: []*modelxpb.ColumnTransformerProto_Selection{{Columns: []uint32{1}}, {Columns: []uint32{0, 2}}},
		},
	}})
	sum := step("sum", &modelxpb.ModelProto{Model: &modelxpb.ModelProto_LinearRegression{
		LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{3000, 1000, 2000, 4000, 5000, 1, 100}, Intercept: proto.Float64(0), NFeatures: 7,
		},
	}})
	p := pipelineProto(columns, sum)
	p.Signature = &modelxpb.Signature{NFeatures: 4, FeatureNames: names, FeatureTypes: []modelxpb.DataType{
		modelxpb.DataType_DATA_TYPE_FLOAT64, modelxpb.DataType_DATA_TYPE_STRING, modelxpb.DataType_DATA_TYPE_BOOL,
		modelxpb.DataType_DATA_TYPE_UNSPECIFIED,
	}}
	return p
}

func people(t testing.TB) Model {
	t.Helper()
	return mustNew(t, peopleModel("age", "city", "member", "note"))
}

// requirePeople checks the answers for columns.
func requirePeople(t *testing.T, m Model, columns []Column, want ...float64) {
	t.Helper()
	got := make([]float64, len(want))
	if err := m.RunColumns(Predict, got, columns...); err != nil {
		t.Fatalf("%v for %+v", err, columns)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d is %v, expected %v: %+v", i, got[i], want[i], columns)
		}
	}
}

// readings is a model of the fields of reading, two of which are strings.
func readings(t testing.TB) Model {
	t.Helper()
	names := []string{"A", "B", "C", "D", "E", "F", "city", "land", "Member", "Count"}
	city := &modelxpb.EncodedFeature{Categories: &modelxpb.Categories{Strings: []string{"Oslo", "Paris", "Rome"}}}
	encoder := &modelxpb.ModelProto{Name: "strings", Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
		Features: []*modelxpb.EncodedFeature{city, city}, Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
	}}}
	p := &modelxpb.ModelProto{Model: &modelxpb.ModelProto_ColumnTransformer{ColumnTransformer: &modelxpb.ColumnTransformerProto{
		NFeatures: 10, Members: []*modelxpb.ModelProto{encoder, passthroughOf("numbers", 8)},
		Selections: []*modelxpb.ColumnTransformerProto_Selection{
			{Columns: []uint32{6, 7}}, {Columns: []uint32{0, 1, 2, 3, 4, 5, 8, 9}},
		},
	}}}
	p.Signature = &modelxpb.Signature{NFeatures: 10, FeatureNames: names}
	p.Signature.FeatureTypes = make([]modelxpb.DataType, len(names))
	for i := range names {
		p.Signature.FeatureTypes[i] = modelxpb.DataType_DATA_TYPE_FLOAT64
		if i == 6 || i == 7 {
			p.Signature.FeatureTypes[i] = modelxpb.DataType_DATA_TYPE_STRING
		}
	}
	return mustNew(t, p)
}
