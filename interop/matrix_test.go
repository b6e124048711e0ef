package modelx

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func TestRunDenseTakesEveryKindOfMatrix(t *testing.T) {
	m := mustNew(t, twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Probability = 1 }))
	wide := mat.NewDense(2, 4, []float64{9, 1, 2, 9, 9, 3, -4, 9})
	plain := mat.NewDense(2, 2, []float64{1, 2, 3, -4})
	want := make([]float64, 4)
	if err := m.Run(PredictProba, want, plain.RawMatrix().Data); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]mat.Matrix{
		"dense":      plain,
		"view":       wide.Slice(0, 2, 1, 3),
		"transposed": mat.NewDense(2, 2, []float64{1, 3, 2, -4}).T(),
	} {
		got, err := RunDense(m, PredictProba, x)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !mat.Equal(got, mat.NewDense(2, 2, want)) {
			t.Errorf("%s: %v, expected %v", name, mat.Formatted(got), want)
		}
	}
}

func TestRunDenseRefuses(t *testing.T) {
	m := mustNew(t, twoClasses(func(*modelxpb.SGDClassifierProto) {}))
	for _, c := range []struct {
		why    string
		method Method
		x      mat.Matrix
		kind   Kind
	}{
		{"another width", Predict, mat.NewDense(1, 3, nil), ErrWrongWidth},
		{"an empty matrix", Predict, &mat.Dense{}, ErrWrongWidth},
		{"a nil *mat.Dense", Predict, (*mat.Dense)(nil), ErrWrongWidth},
		{"nil", Predict, nil, ErrNotNumeric},
		{"a method that is not there", PredictProba, mat.NewDense(1, 2, nil), ErrUnsupportedMethod},
		{"NaN", Predict, mat.NewDense(1, 2, []float64{0, nan}), ErrNonFiniteInput},
	} {
		t.Run(c.why, func(t *testing.T) {
			_, err := RunDense(m, c.method, c.x)
			requireKind(t, err, c.kind)
		})
	}
	_, err := RunDense(nil, Predict, mat.NewDense(1, 2, nil))
	requireKind(t, err, ErrNotNumeric)
}
