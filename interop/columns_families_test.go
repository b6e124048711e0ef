package modelx

import (
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// selectorOf is a selector of two columns of three, changed.
func selectorOf(change func(*modelxpb.FeatureSelectorProto)) *modelxpb.ModelProto {
	p := &modelxpb.FeatureSelectorProto{NFeatures: 3, Selected: []int32{0, 2}}
	change(p)
	return &modelxpb.ModelProto{Name: "select", Model: &modelxpb.ModelProto_FeatureSelector{FeatureSelector: p}}
}

func asItIs(*modelxpb.FeatureSelectorProto) {}

func invalidSelectors() []invalid {
	return []invalid{
		{"empty", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Reset() }), ErrShape, "feature_selector.n_features"},
		{"no column", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Selected = nil }), ErrShape, "feature_selector.selected"},
		{"negative", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Selected[0] = -1 }), ErrShape, "feature_selector.selected[0]"},
		{"out of range", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Selected[1] = 3 }), ErrShape, "feature_selector.selected[1]"},
		{"doubled", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Selected[1] = 0 }), ErrShape, "feature_selector.selected[1]"},
		{"an empty model", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Model = &modelxpb.ModelProto{} }), ErrUnknownFamily, "feature_selector.model"},
		{"a wide model", selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.Model = passthroughOf("", 3) }), ErrShape, "feature_selector.model"},
		{"a narrow member", selectorOf(func(p *modelxpb.FeatureSelectorProto) {
			p.Members = []*modelxpb.ModelProto{passthroughOf("", 2)}
		}), ErrShape, "feature_selector.members[0]"},
		{"two members", selectorOf(func(p *modelxpb.FeatureSelectorProto) {
			p.Members = []*modelxpb.ModelProto{passthroughOf("", 3), nil}
		}), ErrShape, "feature_selector.members"},
		{"a nil member", selectorOf(func(p *modelxpb.FeatureSelectorProto) {
			p.Members = []*modelxpb.ModelProto{nil}
		}), ErrUnknownFamily, "feature_selector.members[0]"},
	}
}

func TestInvalidFamiliesOfColumns(t *testing.T) {
	for _, c := range invalidSelectors() {
		_, err := New(c.proto)
		e, ok := err.(*Error)
		if !ok || e.Kind != c.kind || e.Path != c.path {
			t.Errorf("%s: error is %v, expected kind %s at %q", c.why, err, c.kind, c.path)
		}
	}
}

// A column that is left out is checked like the others, unless any number is welcome.
func TestSelectorsCheckWhatTheyLeaveOut(t *testing.T) {
	x, dst := []float64{1, 2, 3, 4, nan, 6}, make([]float64, 4)
	err := mustNew(t, selectorOf(asItIs)).Run(Transform, dst, x)
	requireKind(t, err, ErrNonFiniteInput)
	taking := mustNew(t, selectorOf(func(p *modelxpb.FeatureSelectorProto) { p.AnyNumber = true }))
	if err := taking.Run(Transform, dst, x); err != nil || dst[0] != 1 || dst[1] != 3 || dst[2] != 4 || dst[3] != 6 {
		t.Errorf("transform is %v, %v", dst, err)
	}
	back := make([]float64, 3)
	if err := taking.Run(InverseTransform, back, []float64{7, 8}); err != nil || back[0] != 7 || back[1] != 0 || back[2] != 8 {
		t.Errorf("inverse_transform is %v, %v", back, err)
	}
	requireKind(t, taking.Run(InverseTransform, back, []float64{7, inf}), ErrNonFiniteInput)
}

// The selected columns of many rows reach the model in blocks; labels go by their numbers.
func TestSelectorsFeedTheirModelInBlocks(t *testing.T) {
	m := mustNew(t, selectorOf(func(p *modelxpb.FeatureSelectorProto) {
		p.Model = twoClasses(func(*modelxpb.SGDClassifierProto) {})
	}))
	const rows = 20000
	x := make([]float64, 3*rows)
	for i := range rows {
		x[3*i], x[3*i+1], x[3*i+2] = float64(i%7), 1e300, float64(i%3)
	}
	scores, indices := make([]float64, rows), make([]int, rows)
	if err := m.Run(DecisionFunction, scores, x); err != nil {
		t.Fatal(err)
	}
	if err := m.PredictIndex(indices, x); err != nil {
		t.Fatal(err)
	}
	for i, s := range scores {
		if want := float64(i%7) - 2*float64(i%3) + 0.5; s != want || indices[i] == 1 != (want > 0) {
			t.Fatalf("row %d has score %v and index %d; expected %v", i, s, indices[i], want)
		}
	}
	x[3*(rows-1)+1] = nan
	err := m.Run(Predict, scores, x)
	requireKind(t, err, ErrNonFiniteInput)
	if e := err.(*Error); e.Found != "NaN in row 19999, column 1" {
		t.Error(err)
	}
}
