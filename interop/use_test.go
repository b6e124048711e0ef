package modelx

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestCallsThatAreRefused(t *testing.T) {
	m := mustNew(t, twoClasses(func(*modelxpb.SGDClassifierProto) {}))
	one := make([]float64, 1)
	for _, c := range []struct {
		why  string
		err  error
		kind Kind
		says string
	}{
		{"method", m.Run(PredictProba, one, []float64{1, 2}), ErrUnsupportedMethod, "decision_function"},
		{"no such method", m.Run("fit", one, []float64{1, 2}), ErrUnsupportedMethod, `"fit"`},
		{"width", m.Run(Predict, one, []float64{1, 2, 3}), ErrWrongWidth, "rows of 2 values"},
		{"short destination", m.Run(Predict, one, make([]float64, 4)), ErrBuffer, "2 rows"},
		{"long destination", m.Run(Predict, one, nil), ErrBuffer, "0 rows"},
		{"nil destination", m.Run(Predict, nil, []float64{1, 2}), ErrBuffer, "1 rows"},
		{"index width", m.PredictIndex(make([]int, 1), []float64{1}), ErrWrongWidth, "rows of 2 values"},
		{"index destination", m.PredictIndex(nil, []float64{1, 2}), ErrBuffer, "1 rows"},
		{"strings destination", m.PredictStrings(nil, []float64{1, 2}), ErrBuffer, "1 rows"},
	} {
		t.Run(c.why, func(t *testing.T) {
			requireKind(t, c.err, c.kind)
			if !strings.Contains(c.err.Error(), c.says) {
				t.Errorf("%q does not say %q", c.err, c.says)
			}
		})
	}
	if err := m.Run(Predict, nil, nil); err != nil {
		t.Errorf("no rows are refused: %v", err)
	}
	var none context.Context
	if err := m.RunContext(none, Predict, one, []float64{1, 2}); err != nil {
		t.Error(err)
	}
	if err := m.Verify(none); err != nil {
		t.Error(err)
	}
}

// NaN and infinities are refused, taken or passed on as scikit-learn does, whichever method, row and column.
func TestNonFiniteInput(t *testing.T) {
	accepts := map[string][]float64{
		"affine_scaler":        {nan},
		"knn_imputer":          {nan},
		"iterative_imputer":    {nan},
		"power_transformer":    {nan},
		"quantile_transformer": {nan},
		"simple_imputer":       {nan},
		"missing_indicator":    {nan},
		"passthrough":          {nan, inf, -inf},
	}
	for _, c := range sklearnCases(t) {
		m := c.model(t)
		first := m.Family()
		if first == "pipeline" {
			first = setArm(m.Proto().GetPipeline().Steps[0])
		}
		for _, method := range m.Methods() {
			for _, v := range []float64{nan, inf, -inf} {
				x := slices.Clone(c.X)
				for i := range x { // Only the planted value may be at fault.
					if !isFinite(x[i]) {
						x[i] = 1
					}
				}
				row, column := c.Rows-1, m.NumFeatures()-1
				x[len(x)-1] = v
				err := m.Run(method, make([]float64, c.Rows*m.Columns(method)), x)
				if m.Type(method) == TypeString {
					err = m.PredictStrings(make([]string, c.Rows), x)
				}
				// A pipeline whose scaler takes a NaN refuses it at the step after.
				takes := slices.ContainsFunc(accepts[first], func(a float64) bool { return math.Float64bits(a) == math.Float64bits(v) })
				if takes && (m.Family() != "pipeline" || method == Transform && c.Name == "two scalers" || method == InverseTransform) {
					if err != nil {
						t.Errorf("%s: %s refuses %v: %v", c.Name, method, v, err)
					}
					continue
				}
				if err == nil {
					t.Errorf("%s: %s accepts %v", c.Name, method, v)
					continue
				}
				requireKind(t, err, ErrNonFiniteInput)
				if says := fmt.Sprintf("in row %d, column %d", row, column); !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
		}
	}
}

// Finite rows whose results overflow are answered, as scikit-learn does.
func TestOverflowIsNoBadInput(t *testing.T) {
	m := mustNew(t, twoClasses(func(*modelxpb.SGDClassifierProto) {}))
	dst := make([]float64, 1)
	if err := m.Run(DecisionFunction, dst, []float64{0, math.MaxFloat64}); err != nil || !math.IsInf(dst[0], -1) {
		t.Errorf("decision_function is %v, %v; expected -Inf", dst[0], err)
	}
	if err := m.Run(Predict, dst, []float64{0, math.MaxFloat64}); err != nil || dst[0] != 3 {
		t.Errorf("predict is %v, %v; expected 3", dst[0], err)
	}
	three := mustNew(t, classifierOf(&modelxpb.SGDClassifierProto{
		Coefficients: []float64{1, 0, 1e300, 1e300, 1e300, -1e300}, Intercepts: make([]float64, 3), NFeatures: 2, Classes: ints(1, 2, 3),
	}))
	if err := three.Run(Predict, dst, []float64{1e300, 1e300}); err != nil || dst[0] != 3 {
		t.Errorf("predict is %v, %v; expected 3, whose score is NaN", dst[0], err)
	}
}

// What a scaler makes infinite, the linear model after it refuses, naming the step.
func TestAnOverflowBetweenStepsNamesTheStep(t *testing.T) {
	linear := linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, Coefficients: []float64{0}})
	linear.Name = "linear"
	m := mustNew(t, pipelineProto(scalerOf(&modelxpb.AffineScalerProto{NFeatures: 1, Divide: []float64{1e-200}}), linear))
	err := m.Run(Predict, make([]float64, 2), []float64{1, 1e200})
	requireKind(t, err, ErrNonFiniteInput)
	if e := err.(*Error); e.Path != "pipeline.steps[1].linear_regression" || !strings.Contains(e.Found, "+Inf in row 1, column 0") {
		t.Error(err)
	}
}

// A clip does not hide an infinity, nor does an exponential.
func TestNothingHidesAnInfinity(t *testing.T) {
	clipped := mustNew(t, scalerOf(&modelxpb.AffineScalerProto{NFeatures: 1, Clip: &modelxpb.AffineScalerProto_Clip{High: 1}}))
	requireKind(t, clipped.Run(Transform, make([]float64, 1), []float64{-inf}), ErrNonFiniteInput)
	zero := mustNew(t, scalerOf(&modelxpb.AffineScalerProto{NFeatures: 1, Multiply: []float64{0}}))
	requireKind(t, zero.Run(Transform, make([]float64, 1), []float64{inf}), ErrNonFiniteInput)
	log := mustNew(t, linearOf(&modelxpb.LinearRegressionProto{
		NFeatures: 1, Coefficients: []float64{-1}, Link: modelxpb.LinearRegressionProto_LINK_LOG,
	}))
	requireKind(t, log.Run(Predict, make([]float64, 1), []float64{inf}), ErrNonFiniteInput)
	weightless := mustNew(t, linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, Coefficients: []float64{0}}))
	requireKind(t, weightless.Run(Predict, make([]float64, 1), []float64{nan}), ErrNonFiniteInput)
}

func TestLabelsOfEveryType(t *testing.T) {
	rows := []float64{0, 0, 0, 9} // scores 0.5 and -17.5: the second class, then the first
	for _, c := range []struct {
		labels *modelxpb.Labels
		kind   DataType
		values []float64
		texts  []string
	}{
		{ints(-3, 1<<53), TypeInt64, []float64{1 << 53, -3}, []string{"9007199254740992", "-3"}},
		{ints(3, 1<<53+1), TypeInt64, nil, []string{"9007199254740993", "3"}},
		{ints(math.MinInt64, 0), TypeInt64, nil, []string{"0", "-9223372036854775808"}},
		{&modelxpb.Labels{Doubles: []float64{0.1, 1e300}}, TypeFloat64, []float64{1e300, 0.1}, []string{"1e+300", "0.1"}},
		{&modelxpb.Labels{Strings: []string{"", "ja"}}, TypeString, nil, []string{"ja", ""}},
		{&modelxpb.Labels{Bools: []bool{false, true}}, TypeBool, []float64{1, 0}, []string{"true", "false"}},
	} {
		m := mustNew(t, twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = c.labels }))
		if got := m.Type(Predict); got != c.kind || m.Classes().Type() != c.kind || m.Classes().Len() != 2 {
			t.Errorf("%v: type %s", c.labels, got)
		}
		l := m.Classes()
		if !slices.Equal(l.Ints(), c.labels.Ints) || !slices.Equal(l.Floats(), c.labels.Doubles) ||
			!slices.Equal(l.Strings(), c.labels.Strings) || !slices.Equal(l.Bools(), c.labels.Bools) {
			t.Errorf("%v: the lists are others", c.labels)
		}
		values, texts, indices := make([]float64, 2), make([]string, 2), make([]int, 2)
		err := m.Run(Predict, values, rows)
		if c.values == nil {
			requireKind(t, err, ErrStringLabels)
			if !strings.Contains(err.Error(), "PredictStrings") {
				t.Errorf("%v does not say what to do", err)
			}
		} else if err != nil || !slices.Equal(values, c.values) {
			t.Errorf("%v: predict is %v, %v; expected %v", c.labels, values, err, c.values)
		}
		if err := m.PredictStrings(texts, rows); err != nil || !slices.Equal(texts, c.texts) {
			t.Errorf("%v: texts are %q, %v; expected %q", c.labels, texts, err, c.texts)
		}
		if err := m.PredictIndex(indices, rows); err != nil || !slices.Equal(indices, []int{1, 0}) {
			t.Errorf("%v: indices are %v, %v", c.labels, indices, err)
		}
	}
}

func TestModelsWithoutOneLabelHaveNoIndex(t *testing.T) {
	for _, name := range []string{"LinearRegression", "RidgeClassifier of several labels", "SGDOneClassSVM", "two scalers", "passthrough"} {
		c := caseNamed(t, name)
		m := c.model(t)
		requireKind(t, m.PredictIndex(make([]int, c.Rows), c.X), ErrUnsupportedMethod)
		requireKind(t, m.PredictStrings(make([]string, c.Rows), c.X), ErrUnsupportedMethod)
	}
}

// What the model gives out is a copy.
func TestModelsNeverChange(t *testing.T) {
	p := twoClasses(func(*modelxpb.SGDClassifierProto) {})
	p.Name, p.Version = "n", "v"
	p.Signature = &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "b"}}
	p.Metadata = &modelxpb.Metadata{CreatedTimestamp: 1, TrainingSamples: 5, Metrics: map[string]float64{"r2": 0.5}}
	m := mustNew(t, p)
	p.GetSgdClassifier().Coefficients[0] = 100
	m.Proto().GetSgdClassifier().Coefficients[0] = 100
	m.FeatureNames()[0] = "z"
	m.Methods()[0] = "z"
	m.Classes().Ints()[0] = 100
	m.Metadata().Metrics["r2"] = 100
	score := make([]float64, 1)
	if err := m.Run(DecisionFunction, score, []float64{1, 1}); err != nil || score[0] != -0.5 {
		t.Errorf("the model changed: %v, %v", score, err)
	}
	if m.FeatureNames()[0] != "a" || m.Methods()[0] != Predict || m.Classes().Ints()[0] != 3 || m.Metadata().Metrics["r2"] != 0.5 {
		t.Error("the model gave out what it keeps")
	}
	if m.Name() != "n" || m.Version() != "v" || m.Family() != "sgd_classifier" || m.NumFeatures() != 2 || m.Columns("fit") != 0 || m.Has("fit") {
		t.Error("the model describes itself wrongly")
	}
	if d := m.Metadata(); d.Created.Unix() != 1 || d.TrainingSamples != 5 || d.Properties != nil {
		t.Errorf("metadata is %+v", d)
	}
}

func TestContexts(t *testing.T) {
	c := caseNamed(t, "StandardScaler and LogisticRegression")
	m := mustNew(t, recorded(t, c.proto(t), c.Rows, c.X))
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := m.RunContext(ended, Predict, make([]float64, c.Rows), c.X); !errors.Is(err, context.Canceled) {
		t.Errorf("RunContext: %v", err)
	}
	if err := m.Verify(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify: %v", err)
	}
}

// All goroutines share one model, and get the bits that one alone gets. (The race detector watches.)
func TestConcurrentUse(t *testing.T) {
	for _, c := range sklearnCases(t) {
		m := mustNew(t, recorded(t, c.proto(t), c.Rows, c.X))
		alone := map[Method][]float64{}
		for _, method := range m.Methods() {
			if m.Type(method) != TypeString {
				alone[method] = runEachWay(t, m, method, c.X, c.Rows)
			}
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 20 {
					for _, method := range m.Methods() {
						if m.Type(method) == TypeString {
							continue
						}
						got := make([]float64, len(alone[method]))
						if err := m.Run(method, got, c.X); err != nil {
							t.Error(err)
						}
						for i, v := range got {
							if math.Float64bits(v) != math.Float64bits(alone[method][i]) {
								t.Errorf("%s: %s gives %v, and %v alone", c.Name, method, v, alone[method][i])
							}
						}
					}
				}
				if err := m.Verify(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}
