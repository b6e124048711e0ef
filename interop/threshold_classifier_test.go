package modelx

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func thresholdOf(inner *modelxpb.ModelProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_ThresholdClassifier{ThresholdClassifier: &modelxpb.ThresholdClassifierProto{
		Model: inner, Method: modelxpb.ThresholdClassifierProto_METHOD_DECISION_FUNCTION,
	}}}
}

// The score of twoClasses for (a, 0) is a + 0.5; the classes are 3 and 7.
func TestScoresAtTheThresholdReachIt(t *testing.T) {
	inner := twoClasses(func(*modelxpb.SGDClassifierProto) {})
	x := []float64{0, 0, math.Nextafter(0.25, 1) - 0.25, 0, -1, 0, -0.5, 0}
	for _, c := range []struct {
		threshold float64
		positive  uint32
		want      []float64
	}{
		{0.5, 1, []float64{7, 7, 3, 3}},
		{math.Nextafter(0.5, 1), 1, []float64{3, 3, 3, 3}},
		{0, 0, []float64{7, 7, 3, 3}}, // 0 and its negative reach it.
		{-0.5, 0, []float64{3, 3, 3, 3}},
		{nan, 1, []float64{3, 3, 3, 3}},
		{nan, 0, []float64{7, 7, 7, 7}},
		{-inf, 1, []float64{7, 7, 7, 7}},
	} {
		p := thresholdOf(inner)
		p.GetThresholdClassifier().Threshold, p.GetThresholdClassifier().Positive = c.threshold, c.positive
		m := mustNew(t, p)
		got := make([]float64, 4)
		if err := m.Run(Predict, got, x); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("threshold %v for class %d: found %v, want %v", c.threshold, c.positive, got, c.want)
		}
	}
}

// Rows that the model inside refuses are refused, by their number, in whatever block they are.
func TestAThresholdNamesTheRow(t *testing.T) {
	m := mustNew(t, thresholdOf(twoClasses(func(*modelxpb.SGDClassifierProto) {})))
	const rows = 9000
	x, got := make([]float64, 2*rows), make([]int, rows)
	x[2*8765] = nan
	if err := m.PredictIndex(got, x); kindOf(err) != ErrNonFiniteInput || !strings.Contains(err.Error(), "row 8765,") {
		t.Errorf("%v", err)
	}
}
