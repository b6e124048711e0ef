package modelx

import (
	"math"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// inPipeline returns a pipeline of two column transformers: the first hands on a feature, scales one and fills one with
// text; the second scales and encodes what it gets.
func inPipeline(t *testing.T) Model {
	t.Helper()
	names := []string{"a", "b", "city", "d"}
	first := selections(
		selected{"same", []uint32{3}, &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Passthrough{
			Passthrough: &modelxpb.PassthroughProto{NFeatures: 1},
		}}},
		selected{"fill", []uint32{2}, &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SimpleImputer{
			SimpleImputer: &modelxpb.SimpleImputerProto{
				NFeatures: 1, Missing: math.NaN(), Strings: []bool{true}, MissingStrings: &modelxpb.MissingStrings{None: true},
				Fill: &modelxpb.SimpleImputerProto_Fill{Doubles: []float64{math.NaN()}, Strings: []string{"gap"}},
			},
		}}},
		selected{"scale", []uint32{1}, scaler(1e300)},
	)
	second := selections(
		selected{"encode", []uint32{1}, &modelxpb.ModelProto{Model: &modelxpb.ModelProto_OneHotEncoder{
			OneHotEncoder: &modelxpb.OneHotEncoderProto{Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ERROR, Features: []*modelxpb.EncodedFeature{
				{Categories: &modelxpb.Categories{Strings: []string{"Oslo"}}},
			}},
		}}},
		selected{"keep", []uint32{2, 0}, scaler(1, 1)},
	)
	first.GetColumnTransformer().NFeatures, second.GetColumnTransformer().NFeatures = 4, 3
	first.Name, second.Name = "first", "second"
	return mustNew(t, &modelxpb.ModelProto{
		Signature: &modelxpb.Signature{
			NFeatures: 4, FeatureNames: names, FeatureTypes: []modelxpb.DataType{0, 1, 4, 1},
		},
		Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{first, second}}},
	})
}

type selected struct {
	name    string
	columns []uint32
	model   *modelxpb.ModelProto
}

func selections(members ...selected) *modelxpb.ModelProto {
	p := &modelxpb.ColumnTransformerProto{}
	for _, m := range members {
		m.model.Name = m.name
		p.Members = append(p.Members, m.model)
		p.Selections = append(p.Selections, &modelxpb.ColumnTransformerProto_Selection{Columns: m.columns})
	}
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_ColumnTransformer{ColumnTransformer: p}}
}

func scaler(by ...float64) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_AffineScaler{
		AffineScaler: &modelxpb.AffineScalerProto{NFeatures: int32(len(by)), Multiply: by},
	}}
}

// TestRefusedValueIsNamedWhereTheCallerHasIt gives values that a model deep inside refuses: the error names the feature of
// the whole model by number and name, or else the step whose output has the value.
func TestRefusedValueIsNamedWhereTheCallerHasIt(t *testing.T) {
	m := inPipeline(t)
	for says, columns := range map[string][]Column{
		// Handed on by the first step, at another place.
		`+Inf in row 1, column 3 ("d")`: {
			Float64Column("b", 1, 1), StringColumn("city", "Oslo", "Oslo"), Float64Column("d", 1, math.Inf(1)),
		},
		`-Inf in row 0, column 1 ("b")`: {
			Float64Column("b", math.Inf(-1), 1), StringColumn("city", "Oslo", "Oslo"), Float64Column("d", 1, 1),
		},
		// An infinity that a step makes of a finite number.
		`+Inf in row 1, column 2 of what "first" gives`: {
			Float64Column("b", 1, 1e300), StringColumn("city", "Oslo", "Oslo"), Float64Column("d", 1, 1),
		},
		`"Rome" in row 1, column 2 ("city")`: {
			Float64Column("b", 1, 1), StringColumn("city", "Oslo", "Rome"), Float64Column("d", 1, 1),
		},
		// What was filled in is no value of the caller's.
		`"gap" in row 0, in the place of column 2 ("city")`: {
			Float64Column("b", 1), {Name: "city", Strings: []string{""}, Missing: []Missing{MissingNone}}, Float64Column("d", 1),
		},
	} {
		_, err := m.ApplyColumns(Transform, columns...)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("ApplyColumns: %v, want %s", err, says)
		}
		dst := make([]float64, columns[0].Len()*m.Columns(Transform))
		if err := m.RunColumns(Transform, dst, columns...); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("RunColumns: %v, want %s", err, says)
		}
	}
}
