package modelx_test

import (
	"errors"
	"fmt"
	"log"

	"gonum.org/v1/gonum/mat"

	"github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// flowers is a classifier of two measurements. Programs get theirs from modelx.Load.
func flowers() modelx.Model {
	m, err := modelx.New(&modelxpb.ModelProto{
		Name:      "flowers",
		Signature: &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"length", "width"}},
		Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
			Coefficients: []float64{1, -2},
			Intercepts:   []float64{0.5},
			NFeatures:    2,
			Classes:      &modelxpb.Labels{Strings: []string{"setosa", "virginica"}},
			Probability:  modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC,
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	return m
}

func Example() {
	m, err := modelx.Load("testdata/flowers.pb")
	if err != nil {
		log.Fatal(err)
	}
	x := []float64{
		5.1, 3.5, // one row
		6.3, 1.8, // the next
	}
	labels := make([]string, 2)
	if err := m.PredictStrings(labels, x); err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.FeatureNames(), labels)
	// Output: [length width] [setosa virginica]
}

func ExampleLoad() {
	_, err := modelx.Load("testdata/flowers.pb", modelx.WithMaxFileBytes(16))
	fmt.Println(errors.Is(err, modelx.ErrTooLarge))
	// Output: true
}

func ExampleModel_run() {
	m := flowers()
	x := []float64{5.1, 3.5, 6.3, 1.8}
	rows := len(x) / m.NumFeatures()
	probabilities := make([]float64, rows*m.Columns(modelx.PredictProba)) // make it once, use it for every batch
	if err := m.Run(modelx.PredictProba, probabilities, x); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", probabilities)
	// Output: [0.802 0.198 0.039 0.961]
}

func ExampleModel_predictIndex() {
	m := flowers()
	index := make([]int, 1)
	if err := m.PredictIndex(index, []float64{6.3, 1.8}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(index[0], m.Classes().Text(index[0]))
	// Output: 1 virginica
}

func ExampleRunDense() {
	scores, err := modelx.RunDense(flowers(), modelx.DecisionFunction, mat.NewDense(2, 2, []float64{5.1, 3.5, 6.3, 1.8}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", mat.Formatted(scores))
	// Output:
	// ⎡-1.4⎤
	// ⎣ 3.2⎦
}

func ExampleError() {
	m := flowers()
	err := m.Run(modelx.DecisionFunction, make([]float64, 1), []float64{5.1})
	var e *modelx.Error
	if errors.As(err, &e) {
		fmt.Println(e.Kind == modelx.ErrWrongWidth)
		fmt.Println(err)
	}
	// Output:
	// true
	// modelx: wrong_width: found 1 values, expected rows of 2 values; give the features that the model was fitted with, row by row
}
