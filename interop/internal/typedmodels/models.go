// Package typedmodels has small models with features of strings, for the tests of what serves them and of what asks for
// them.
package typedmodels

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const (
	float64s = modelxpb.DataType_DATA_TYPE_FLOAT64
	bools    = modelxpb.DataType_DATA_TYPE_BOOL
	texts    = modelxpb.DataType_DATA_TYPE_STRING
	unread   = modelxpb.DataType_DATA_TYPE_UNSPECIFIED
)

// People is age + a number for the city (Oslo 1000, Paris 2000, "" 3000, None 4000, NaN 5000, all others 0) + 100 for
// members. Nobody reads the note. Without names, the model has none.
func People(names ...string) *modelxpb.ModelProto {
	city := encoder(&modelxpb.EncodedFeature{
		Categories: &modelxpb.Categories{Strings: []string{"", "Oslo", "Paris"}, None: true, Nan: true}, Dtype: "object",
	})
	p := pipeline("people",
		columns(4, []*modelxpb.ModelProto{city, passthrough(2)}, []uint32{1}, []uint32{0, 2}),
		sum(3000, 1000, 2000, 4000, 5000, 1, 100))
	p.Signature = &modelxpb.Signature{
		NFeatures: 4, FeatureNames: names, FeatureTypes: []modelxpb.DataType{float64s, texts, bools, unread},
	}
	return p
}

// PeopleNames are those of People's features.
func PeopleNames() []string { return []string{"age", "city", "member", "note"} }

// Colors encodes two features of strings without names: red, green, "é" and None as 0 to 3. Others are refused. Its
// inverse_transform gives strings alone.
func Colors() *modelxpb.ModelProto {
	feature := &modelxpb.EncodedFeature{
		Categories: &modelxpb.Categories{Strings: []string{"green", "red", "\u00e9"}, None: true}, Dtype: "object",
	}
	return &modelxpb.ModelProto{
		Name: "colors", Version: "1", SchemaVersion: 2,
		Model: &modelxpb.ModelProto_OrdinalEncoder{OrdinalEncoder: &modelxpb.OrdinalEncoderProto{
			Features: []*modelxpb.EncodedFeature{feature, feature}, Missing: math.NaN(),
		}},
	}
}

// Filled puts "none" in the place of None, and passes a number and all other strings through: its transform, which is all
// it has, gives strings and numbers.
func Filled() *modelxpb.ModelProto {
	imputer := &modelxpb.ModelProto{Name: "imputer", Model: &modelxpb.ModelProto_SimpleImputer{SimpleImputer: &modelxpb.SimpleImputerProto{
		NFeatures: 1, Missing: math.NaN(), Strings: []bool{true}, MissingStrings: &modelxpb.MissingStrings{None: true},
		Fill: &modelxpb.SimpleImputerProto_Fill{Doubles: []float64{math.NaN()}, Strings: []string{"none"}},
	}}}
	p := columns(2, []*modelxpb.ModelProto{imputer, passthrough(1)}, []uint32{0}, []uint32{1})
	p.Name, p.Version, p.SchemaVersion = "filled", "1", 2
	p.Signature = &modelxpb.Signature{
		NFeatures: 2, FeatureNames: []string{"word", "number"}, FeatureTypes: []modelxpb.DataType{texts, float64s},
	}
	return p
}

// Wide has 8 features of strings, s0 to s7, with 10 categories each, c0 to c9, and 22 of numbers, n0 to n21: the mixed
// model that speed is measured with.
func Wide() *modelxpb.ModelProto {
	const strings, numbers, categories = 8, 22, 10
	feature := &modelxpb.EncodedFeature{Categories: new(modelxpb.Categories)}
	for i := range categories {
		feature.Categories.Strings = append(feature.Categories.Strings, fmt.Sprintf("c%d", i))
	}
	signature := &modelxpb.Signature{NFeatures: strings + numbers}
	var features []*modelxpb.EncodedFeature
	var first, second []uint32
	for i := range uint32(strings + numbers) {
		if i < strings {
			features, first = append(features, feature), append(first, i)
			signature.FeatureNames = append(signature.FeatureNames, fmt.Sprintf("s%d", i))
			signature.FeatureTypes = append(signature.FeatureTypes, texts)
		} else {
			second = append(second, i)
			signature.FeatureNames = append(signature.FeatureNames, fmt.Sprintf("n%d", i-strings))
			signature.FeatureTypes = append(signature.FeatureTypes, float64s)
		}
	}
	weights := make([]float64, strings*categories+numbers)
	for i := range weights {
		weights[i] = float64(i%7) - 3
	}
	p := pipeline("wide", columns(strings+numbers, []*modelxpb.ModelProto{encoder(features...), passthrough(numbers)}, first, second),
		sum(weights...))
	p.Signature = signature
	return p
}

func encoder(features ...*modelxpb.EncodedFeature) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "encoder", Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
		Features: features, Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
	}}}
}

func passthrough(width int32) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "numbers", Model: &modelxpb.ModelProto_Passthrough{
		Passthrough: &modelxpb.PassthroughProto{NFeatures: width},
	}}
}

// columns gives each member its own.
func columns(width int32, members []*modelxpb.ModelProto, chosen ...[]uint32) *modelxpb.ModelProto {
	c := &modelxpb.ColumnTransformerProto{NFeatures: width, Members: members}
	for _, places := range chosen {
		c.Selections = append(c.Selections, &modelxpb.ColumnTransformerProto_Selection{Columns: places})
	}
	return &modelxpb.ModelProto{Name: "columns", Model: &modelxpb.ModelProto_ColumnTransformer{ColumnTransformer: c}}
}

func sum(weights ...float64) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "sum", Model: &modelxpb.ModelProto_LinearRegression{
		LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: weights, Intercept: proto.Float64(0), NFeatures: int32(len(weights)),
		},
	}}
}

func pipeline(name string, steps ...*modelxpb.ModelProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{
		Name: name, Version: "1", SchemaVersion: 2,
		Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{Steps: steps}},
	}
}
