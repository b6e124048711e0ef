package modelx_test

import (
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// A model can be built in Go. modelx.load gives it back in Python as a scikit-learn estimator.
func ExampleSave() {
	p := &modelxpb.ModelProto{
		Name: "house prices", Version: "1", SchemaVersion: 1,
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{3, 0.5}, Intercept: proto.Float64(10), NFeatures: 2,
		}},
		Signature: &modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"rooms", "area"}},
	}
	folder, err := os.MkdirTemp("", "modelx")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // an example
	path := filepath.Join(folder, "prices.json.gz")
	if err := modelx.Save(path, p); err != nil {
		log.Fatal(err)
	}

	model, err := modelx.Load(path)
	if err != nil {
		log.Fatal(err)
	}
	price := make([]float64, 1)
	if err := model.Run(modelx.Predict, price, []float64{4, 90}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Name(), price[0])
	// Output: house prices 67
}

// A model that was edited contradicts what its file recorded of the training library.
func ExampleDropEvidence() {
	p := &modelxpb.ModelProto{
		Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{3}, NFeatures: 1,
		}},
		Evidence: &modelxpb.Evidence{
			Rows:     &modelxpb.Rows{NRows: 1, NFeatures: 1, Values: []float64{2}},
			Outputs:  []*modelxpb.Output{{Method: "predict", Doubles: []float64{6}}},
			Producer: "scikit-learn 1.9.1",
		},
	}
	p.GetLinearRegression().Coefficients[0] = 4
	_, err := modelx.New(p)
	fmt.Println(errors.Is(err, modelx.ErrEvidenceMismatch))

	modelx.DropEvidence(p) // On purpose: nothing vouches for the model any more.
	_, err = modelx.New(p)
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}
