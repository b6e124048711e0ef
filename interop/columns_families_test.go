package modelx

import (
	"math"
	"slices"
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

// imputerOf is an imputer of two columns, with an indicator of the first, changed.
func imputerOf(change func(*modelxpb.SimpleImputerProto)) *modelxpb.ModelProto {
	p := &modelxpb.SimpleImputerProto{
		NFeatures: 2, Missing: nan, Fill: &modelxpb.SimpleImputerProto_Fill{Doubles: []float64{7, 8}},
		Indicator: &modelxpb.MissingIndicatorProto{NFeatures: 2, Missing: nan, Columns: []int32{0}},
	}
	change(p)
	return &modelxpb.ModelProto{Name: "fill", Model: &modelxpb.ModelProto_SimpleImputer{SimpleImputer: p}}
}

func indicatorOf(missing float64, refuses bool, columns ...int32) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_MissingIndicator{MissingIndicator: &modelxpb.MissingIndicatorProto{
		NFeatures: 3, Missing: missing, Columns: columns, RefusesOthers: refuses,
	}}}
}

func invalidImputers() []invalid {
	type simple = modelxpb.SimpleImputerProto
	return []invalid{
		{"no column is told", indicatorOf(nan, false), ErrShape, "missing_indicator.columns"},
		{"infinity is missing", indicatorOf(inf, false, 0), ErrNonFinite, "missing_indicator.missing"},
		{"a column out of range", indicatorOf(nan, false, 3), ErrShape, "missing_indicator.columns[0]"},
		{"empty", imputerOf(func(p *simple) { p.Reset() }), ErrShape, "simple_imputer.n_features"},
		{"no values", imputerOf(func(p *simple) { p.Fill = nil }), ErrShape, "simple_imputer.fill.doubles"},
		{"a doubled column", imputerOf(func(p *simple) { p.LeftOut = []int32{1, 1} }), ErrShape, "simple_imputer.left_out[1]"},
		{"nothing remains", imputerOf(func(p *simple) {
			p.LeftOut, p.Indicator = []int32{0, 1}, nil
		}), ErrShape, "simple_imputer.left_out"},
		{"another missing value", imputerOf(func(p *simple) { p.Missing = 0 }), ErrShape, "simple_imputer.indicator.missing"},
		{"a refusing indicator", imputerOf(func(p *simple) {
			p.Indicator.RefusesOthers = true
		}), ErrShape, "simple_imputer.indicator.refuses_others"},
	}
}

// A gap where none was is refused, with the kind that its value has.
func TestIndicatorsRefuseNewGaps(t *testing.T) {
	dst := make([]float64, 4)
	m := mustNew(t, indicatorOf(nan, true, 0, 2))
	if err := m.Run(Transform, dst, []float64{nan, 1, 2, 3, 4, nan}); err != nil || dst[0] != 1 || dst[1] != 0 || dst[2] != 0 || dst[3] != 1 {
		t.Errorf("transform is %v, %v", dst, err)
	}
	if m.Type(Transform) != TypeBool {
		t.Errorf("the type is %s", m.Type(Transform))
	}
	requireKind(t, m.Run(Transform, dst, []float64{1, 1, 2, 3, nan, 5}), ErrNonFiniteInput)
	requireKind(t, m.Run(Transform, dst, []float64{1, 1, 2, 3, inf, 5}), ErrNonFiniteInput)
	numbers := mustNew(t, indicatorOf(-1, true, 0, 2))
	requireKind(t, numbers.Run(Transform, dst, []float64{1, 1, 2, -1, -1, 5}), ErrRefusedValue)
	requireKind(t, numbers.Run(Transform, dst, []float64{1, 1, 2, -1, nan, 5}), ErrNonFiniteInput)
}

func TestImputersFillAndTell(t *testing.T) {
	dst := make([]float64, 3)
	m := mustNew(t, imputerOf(func(*modelxpb.SimpleImputerProto) {}))
	if err := m.Run(Transform, dst, []float64{nan, 1}); err != nil || dst[0] != 7 || dst[1] != 1 || dst[2] != 1 {
		t.Errorf("transform is %v, %v", dst, err)
	}
	requireKind(t, m.Run(Transform, dst, []float64{nan, inf}), ErrNonFiniteInput)
	zeros := mustNew(t, imputerOf(func(p *modelxpb.SimpleImputerProto) { p.Missing, p.Indicator = 0, nil }))
	if err := zeros.Run(Transform, dst[:2], []float64{math.Copysign(0, -1), 5e-324}); err != nil || dst[0] != 7 || dst[1] != 5e-324 {
		t.Errorf("transform is %v, %v", dst, err)
	}
	requireKind(t, zeros.Run(Transform, dst[:2], []float64{nan, 1}), ErrNonFiniteInput)
}

// nearestOf is an imputer of two columns and three donors, changed.
func nearestOf(change func(*modelxpb.KNNImputerProto)) *modelxpb.ModelProto {
	p := &modelxpb.KNNImputerProto{
		NFeatures: 2, Missing: nan, NRows: 3, Rows: []float64{0, 1, 2, nan, 4, 5}, Means: []float64{2, 3}, NNeighbors: 2,
	}
	change(p)
	return &modelxpb.ModelProto{Name: "ask", Model: &modelxpb.ModelProto_KnnImputer{KnnImputer: p}}
}

func invalidNearest() []invalid {
	type nearest = modelxpb.KNNImputerProto
	return []invalid{
		{"empty", nearestOf(func(p *nearest) { p.Reset() }), ErrShape, "knn_imputer.n_features"},
		{"no donors", nearestOf(func(p *nearest) { p.NRows = 0 }), ErrShape, "knn_imputer.n_rows"},
		{"huge counts", nearestOf(func(p *nearest) { p.NRows, p.NFeatures = math.MaxInt32, math.MaxInt32 }), ErrShape, "knn_imputer.rows"},
		{"no neighbours", nearestOf(func(p *nearest) { p.NNeighbors = 0 }), ErrShape, "knn_imputer.n_neighbors"},
		{"infinite donor", nearestOf(func(p *nearest) { p.Rows[4] = inf }), ErrNonFinite, "knn_imputer.rows[4]"},
		{"NaN where a number is missing", nearestOf(func(p *nearest) { p.Missing = 0 }), ErrNonFinite, "knn_imputer.rows[3]"},
		{"infinite mean", nearestOf(func(p *nearest) { p.Means[1] = inf }), ErrNonFinite, "knn_imputer.means[1]"},
		{"unknown weights", nearestOf(func(p *nearest) { p.Weights = 5 }), ErrShape, "knn_imputer.weights"},
		{"no column remains", nearestOf(func(p *nearest) { p.Rows = []float64{nan, nan, nan, nan, nan, nan} }), ErrShape, "knn_imputer.rows"},
	}
}

// The heap takes the nearest, whatever their order; of equal ones the first.
func TestTheNearestAreTaken(t *testing.T) {
	const n = 200
	p := &modelxpb.KNNImputerProto{NFeatures: 2, Missing: nan, NRows: n, Means: []float64{0, 0}}
	for i := range n {
		p.Rows = append(p.Rows, float64(i*37%n), float64(i*37%n*10))
	}
	for _, k := range []int32{1, 2, 3, 10, 199, 200, 5000} {
		m := mustNew(t, nearestOf(func(out *modelxpb.KNNImputerProto) {
			out.Rows, out.NRows, out.NNeighbors = p.Rows, n, k
		}))
		dst := make([]float64, 2)
		if err := m.Run(Transform, dst, []float64{-1, nan}); err != nil {
			t.Fatal(err)
		}
		if want := 10 * float64(min(k, n)-1) / 2; dst[1] != want {
			t.Errorf("%d neighbours give %v, expected %v", k, dst[1], want)
		}
	}
	tied := mustNew(t, nearestOf(func(out *modelxpb.KNNImputerProto) {
		out.Rows, out.NNeighbors = []float64{1, 7, -1, 8, 1, 9}, 1
	}))
	dst := make([]float64, 2)
	if err := tied.Run(Transform, dst, []float64{0, nan}); err != nil || dst[1] != 7 {
		t.Errorf("transform is %v, %v; expected the first of equal ones, 7", dst, err)
	}
}

// roundsOf predicts the second of two columns from the first, changed.
func roundsOf(change func(*modelxpb.IterativeImputerProto)) *modelxpb.ModelProto {
	p := &modelxpb.IterativeImputerProto{
		NFeatures: 2, Missing: nan, Low: []float64{-inf, -inf}, High: []float64{inf, 12.5},
		Model:   imputerOf(func(p *modelxpb.SimpleImputerProto) { p.Indicator = nil }),
		Members: []*modelxpb.ModelProto{linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, Coefficients: []float64{3}})},
		Updates: []*modelxpb.IterativeImputerProto_Update{{Column: 1, Inputs: []int32{0}}},
	}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_IterativeImputer{IterativeImputer: p}}
}

func invalidRounds() []invalid {
	type rounds = modelxpb.IterativeImputerProto
	return []invalid{
		{"empty", roundsOf(func(p *rounds) { p.Reset() }), ErrShape, "iterative_imputer.n_features"},
		{"nothing fills first", roundsOf(func(p *rounds) { p.Model = nil }), ErrUnknownFamily, "iterative_imputer.model"},
		{"a model that does not fill", roundsOf(func(p *rounds) { p.Model = passthroughOf("", 2) }), ErrShape, "iterative_imputer.model"},
		{"an indicator inside", roundsOf(func(p *rounds) {
			p.Model = imputerOf(func(*modelxpb.SimpleImputerProto) {})
		}), ErrShape, "iterative_imputer.model"},
		{"no limits", roundsOf(func(p *rounds) { p.Low = nil }), ErrShape, "iterative_imputer.low"},
		{"NaN as a limit", roundsOf(func(p *rounds) { p.High[1] = nan }), ErrNonFinite, "iterative_imputer.high[1]"},
		{"limits upside down", roundsOf(func(p *rounds) { p.Low[1] = 13 }), ErrShape, "iterative_imputer.low"},
		{"a limit without another", roundsOf(func(p *rounds) {
			p.Members, p.Updates, p.High = nil, nil, nil
		}), ErrShape, "iterative_imputer.low"},
		{"unchanged out of range", roundsOf(func(p *rounds) { p.Unchanged = []int32{2} }), ErrShape, "iterative_imputer.unchanged[0]"},
		{"no updates", roundsOf(func(p *rounds) { p.Updates = nil }), ErrShape, "iterative_imputer.updates"},
		{"a nil update", roundsOf(func(p *rounds) {
			p.Updates = []*modelxpb.IterativeImputerProto_Update{nil}
		}), ErrShape, "iterative_imputer.members[0]"},
		{"a column out of range", roundsOf(func(p *rounds) { p.Updates[0].Column = 2 }), ErrShape, "iterative_imputer.updates[0].column"},
		{"an input out of range", roundsOf(func(p *rounds) { p.Updates[0].Inputs[0] = -1 }), ErrShape, "iterative_imputer.updates[0].inputs"},
		{"a model without predict", roundsOf(func(p *rounds) {
			p.Members[0] = passthroughOf("", 1)
		}), ErrShape, "iterative_imputer.members[0]"},
	}
}

func TestRoundsPredictWhatIsMissing(t *testing.T) {
	x, dst := []float64{2, nan, nan, 5, 9, nan, nan, nan}, make([]float64, 8)
	if err := mustNew(t, roundsOf(func(*modelxpb.IterativeImputerProto) {})).Run(Transform, dst, x); err != nil {
		t.Fatal(err)
	}
	// The last row has nothing to predict from: the first filling remains.
	if want := []float64{2, 6, 7, 5, 9, 12.5, 7, 8}; !slices.Equal(dst, want) {
		t.Errorf("transform is %v, expected %v", dst, want)
	}
	kept := mustNew(t, roundsOf(func(p *modelxpb.IterativeImputerProto) { p.Unchanged = []int32{1} }))
	if err := kept.Run(Transform, dst, x); err != nil || dst[1] != 8 {
		t.Errorf("transform is %v, %v; expected the first filling of an unchanged column", dst, err)
	}
}

func TestInvalidFamiliesOfColumns(t *testing.T) {
	for _, c := range slices.Concat(invalidSelectors(), invalidImputers(), invalidNearest(), invalidRounds()) {
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
