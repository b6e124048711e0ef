package modelx

import (
	"slices"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func labelBinarizerOf(categories *modelxpb.Categories, change func(*modelxpb.LabelBinarizerProto)) *modelxpb.ModelProto {
	p := &modelxpb.LabelBinarizerProto{Features: []*modelxpb.EncodedFeature{{Categories: categories}}, PosLabel: 1}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_LabelBinarizer{LabelBinarizer: p}}
}

func asTheyAre(*modelxpb.LabelBinarizerProto) {}

func setsOf(categories *modelxpb.Categories) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_MultiLabelBinarizer{MultiLabelBinarizer: &modelxpb.MultiLabelBinarizerProto{
		Features: []*modelxpb.EncodedFeature{{Categories: categories}},
	}}}
}

func TestWhatIsNoLabelIsRefused(t *testing.T) {
	numbers := labelBinarizerOf(&modelxpb.Categories{Ints: []int64{1, 2, 4}}, asTheyAre)
	words := labelBinarizerOf(&modelxpb.Categories{Strings: []string{"a", "b"}}, asTheyAre)
	indicator := labelBinarizerOf(&modelxpb.Categories{Ints: []int64{0, 1}}, func(p *modelxpb.LabelBinarizerProto) { p.Indicator = true })
	sets := setsOf(&modelxpb.Categories{Strings: []string{"a", "b"}})
	for _, c := range []struct {
		name   string
		model  *modelxpb.ModelProto
		method Method
		x      []float64
		kind   Kind
	}{
		{"a fraction", numbers, Transform, []float64{1, 2.5}, ErrRefusedValue},
		{"2^63", numbers, Transform, []float64{1 << 63}, ErrRefusedValue},
		{"NaN", numbers, Transform, []float64{nan}, ErrNonFiniteInput},
		{"an infinity", numbers, Transform, []float64{inf}, ErrNonFiniteInput},
		{"None", words, Transform, []float64{codeNone}, ErrUnknownCategory},
		{"NaN among words", words, Transform, []float64{nan}, ErrUnknownCategory},
		{"an indicator of 2", indicator, Transform, []float64{0, 2}, ErrRefusedValue},
		{"an indicator of NaN", indicator, Transform, []float64{0, nan}, ErrNonFiniteInput},
		{"half a label of a set", sets, InverseTransform, []float64{0, 0.5}, ErrRefusedValue},
		{"no label of a set", sets, InverseTransform, []float64{nan, 1}, ErrNonFiniteInput},
	} {
		m := mustNew(t, c.model)
		var err error
		if c.method == Transform {
			err = m.Run(Transform, make([]float64, len(c.x)/m.NumFeatures()*m.Columns(Transform)), c.x)
		} else {
			columns := make([]Column, len(c.x))
			for i, v := range c.x {
				columns[i] = Float64Column("", v)
			}
			_, err = m.ApplyColumns(c.method, columns...)
		}
		if kindOf(err) != c.kind {
			t.Errorf("%s: %v, want %s", c.name, err, c.kind)
		}
	}
}

// A batch with a third label gives what each row gives alone, unlike scikit-learn's.
func TestLabelsOfABatchDoNotHangOnEachOther(t *testing.T) {
	m := mustNew(t, labelBinarizerOf(&modelxpb.Categories{Strings: []string{"no", "yes"}}, asTheyAre))
	got := make([]float64, 3)
	if err := m.RunColumns(Transform, got, StringColumn("", "yes", "no", "perhaps")); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []float64{1, 0, 0}) {
		t.Errorf("found %v", got)
	}
}

func TestLabelSetsGoAndComeBack(t *testing.T) {
	m := mustNew(t, setsOf(&modelxpb.Categories{Strings: []string{"z", "a", ""}}))
	columns, err := LabelSets(m.NumFeatures(), [][]string{{"a", "a", "z", "a"}, nil, {"", "unknown"}})
	if err != nil {
		t.Fatal(err)
	}
	indicators, err := m.ApplyColumns(Transform, columns...)
	if err != nil {
		t.Fatal(err)
	}
	back, err := m.ApplyColumns(InverseTransform, indicators...)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"z", "a"}, nil, {""}}
	for row := range want {
		var found []string
		for i := range back {
			if back[i].missing(row) == Present {
				found = append(found, back[i].Strings[row])
			}
		}
		if !slices.Equal(found, want[row]) {
			t.Errorf("row %d came back as %q, want %q", row, found, want[row])
		}
	}
	if _, err := LabelSets(1, [][]string{{"a"}, {"a", "b"}}); kindOf(err) != ErrWrongWidth {
		t.Errorf("two labels in one column: %v", err)
	}
	if columns, err := LabelSets(-1, nil); err != nil || len(columns) != 0 {
		t.Errorf("no columns: %v, %v", columns, err)
	}
}

// Models that only Go code can build: none makes New panic.
func TestBinarizersAndThresholdsBuiltWronglyAreRefused(t *testing.T) {
	for name, p := range map[string]*modelxpb.ModelProto{
		"nil binarizer":   {Model: &modelxpb.ModelProto_LabelBinarizer{}},
		"nil sets":        {Model: &modelxpb.ModelProto_MultiLabelBinarizer{}},
		"nil threshold":   {Model: &modelxpb.ModelProto_ThresholdClassifier{}},
		"nil feature":     setsOf(nil),
		"nothing to know": labelBinarizerOf(nil, asTheyAre),
		"nil label": {Model: &modelxpb.ModelProto_Stacking{Stacking: &modelxpb.StackingProto{
			Members: []*modelxpb.ModelProto{{Name: "a", Model: linearOf(&modelxpb.LinearRegressionProto{
				NFeatures: 1, Coefficients: []float64{1}}).Model}},
			Methods: []modelxpb.StackingProto_Method{1}, Outputs: []*modelxpb.Labels{nil, nil},
		}}},
		"a threshold over a threshold over nothing": thresholdOf(thresholdOf(nil)),
	} {
		if _, err := New(p); err == nil {
			t.Errorf("%s is accepted", name)
		} else if kindOf(err) == "" {
			t.Errorf("%s: %v has no kind", name, err)
		}
	}
}
