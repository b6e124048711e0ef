package modelx

import (
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Encoders that only Go code can build: none makes New panic.
func TestEncodersBuiltWronglyAreRefused(t *testing.T) {
	type feature = modelxpb.EncodedFeature
	nothing := []*feature{nil}
	rare := []*feature{{Categories: &modelxpb.Categories{Strings: []string{"a", "b"}}, Infrequent: []uint32{0, 0}}}
	for name, p := range map[string]*modelxpb.ModelProto{
		"nil one-hot":        {Model: &modelxpb.ModelProto_OneHotEncoder{}},
		"nil ordinal":        {Model: &modelxpb.ModelProto_OrdinalEncoder{}},
		"nil target":         {Model: &modelxpb.ModelProto_TargetEncoder{}},
		"nil label":          {Model: &modelxpb.ModelProto_LabelEncoder{}},
		"one-hot of nothing": {Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{Features: nothing}}},
		"ordinal of nothing": {Model: &modelxpb.ModelProto_OrdinalEncoder{OrdinalEncoder: &modelxpb.OrdinalEncoderProto{Features: nothing}}},
		"target of nothing":  {Model: &modelxpb.ModelProto_TargetEncoder{TargetEncoder: &modelxpb.TargetEncoderProto{Features: nothing}}},
		"label of nothing":   {Model: &modelxpb.ModelProto_LabelEncoder{LabelEncoder: &modelxpb.LabelEncoderProto{Features: nothing}}},
		"doubled infrequent": {Model: &modelxpb.ModelProto_OrdinalEncoder{OrdinalEncoder: &modelxpb.OrdinalEncoderProto{Features: rare}}},
		"infrequent labels":  {Model: &modelxpb.ModelProto_LabelEncoder{LabelEncoder: &modelxpb.LabelEncoderProto{Features: rare}}},
	} {
		if _, err := New(p); err == nil {
			t.Errorf("%s is accepted", name)
		} else if kindOf(err) == "" {
			t.Errorf("%s: %v has no kind", name, err)
		}
	}
}

// Groups, numbers of what is missing and of what is unknown, one by one.
func TestOrdinalsOfEveryKind(t *testing.T) {
	unknown := -1.0
	m := mustNew(t, &modelxpb.ModelProto{Model: &modelxpb.ModelProto_OrdinalEncoder{OrdinalEncoder: &modelxpb.OrdinalEncoderProto{
		Features: []*modelxpb.EncodedFeature{{
			Categories: &modelxpb.Categories{Strings: []string{"a", "b", "c", "d"}, None: true, Nan: true}, AfterNone: 2,
			Infrequent: []uint32{0, 3},
		}},
		Missing: 9, Unknown: &unknown,
	}}})
	texts := []string{"a", "b", "", "c", "d", "", "e"}
	missing := []Missing{Present, Present, MissingNone, Present, Present, MissingNaN, Present}
	got := make([]float64, len(texts))
	if err := m.RunColumns(Transform, got, Column{Strings: texts, Missing: missing}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{3, 0, 1, 3, 2, 9, -1} {
		if got[i] != want {
			t.Errorf("%q is %v, want %v", texts[i], got[i], want)
		}
	}
	if m.Has(InverseTransform) {
		t.Error("there is a way back from infrequent categories beside NaN")
	}
}
