// Command gowrite builds a model of every family in Go, from nothing, and saves it in every format that Go writes, with
// Go's own answers beside it. The tests of the Python package load these files as estimators and compare.
//
//	go run ./internal/gowrite FOLDER
package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gowrite FOLDER")
		os.Exit(2)
	}
	for name, p := range models() {
		if err := write(os.Args[1], name, p); err != nil {
			fmt.Fprintf(os.Stderr, "gowrite: %s: %v\n", name, err)
			os.Exit(1)
		}
	}
}

// models gives models by a name that begins with their family's.
func models() map[string]*modelxpb.ModelProto {
	out := map[string]*modelxpb.ModelProto{
		"linear_regression": {Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{0.1, -2.5, 1e-3}, Intercept: proto.Float64(4), NFeatures: 3,
		}}},
		"linear_regression-outputs": {Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{1, 2, 3, 0.25, 0.5, -0.75}, NFeatures: 3, NOutputs: 2, Intercepts: []float64{-1, 1},
		}}},
		"linear_regression-log": {Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: &modelxpb.LinearRegressionProto{
			Coefficients: []float64{0.1, 0.2, 0.3}, Intercept: proto.Float64(-1), NFeatures: 3, Link: modelxpb.LinearRegressionProto_LINK_LOG,
		}}},
		"sgd_one_class_svm": {Model: &modelxpb.ModelProto_SgdOneClassSvm{SgdOneClassSvm: &modelxpb.SGDOneClassSVMProto{
			Coefficients: []float64{0.3, -0.4, 0.5}, Offset: 0.125, NFeatures: 3,
		}}},
		"kmeans": {Model: &modelxpb.ModelProto_Kmeans{Kmeans: &modelxpb.KMeansProto{
			Centers: []float64{0, 0, 0, 1, 1, 1, -2, 0.5, 3}, NClusters: 3, NFeatures: 3,
		}}},
		"bisecting_kmeans": {Model: &modelxpb.ModelProto_BisectingKmeans{BisectingKmeans: &modelxpb.BisectingKMeansProto{
			Centers: []float64{0, 0, 0, -1, 0, 0, 1, 0, 0, 1, 2, 0, 1, -2, 0}, Left: []int32{1, 0, 3, 0, 0},
			Right: []int32{2, 0, 4, 0, 0}, Labels: []int32{-1, 1, -1, 0, 2}, NClusters: 3, NFeatures: 3,
		}}},
		"affine_scaler": {Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{
			NFeatures: 3, Subtract: []float64{1, 0.1, -3}, Divide: []float64{2, 0.3, 1e-3},
		}}},
		"affine_scaler-clip": {Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{
			NFeatures: 3, Multiply: []float64{0.5, 0.1, 3}, Add: []float64{0, 0.3, -1},
			Clip: &modelxpb.AffineScalerProto_Clip{Low: -0.5, High: 1},
		}}},
		"feature_selector": {Model: &modelxpb.ModelProto_FeatureSelector{FeatureSelector: &modelxpb.FeatureSelectorProto{
			NFeatures: 3, Selected: []int32{0, 2},
		}}},
		"feature_selector-any": {Model: &modelxpb.ModelProto_FeatureSelector{FeatureSelector: &modelxpb.FeatureSelectorProto{
			NFeatures: 3, Selected: []int32{1}, AnyNumber: true,
		}}},
		"simple_imputer": {Model: &modelxpb.ModelProto_SimpleImputer{SimpleImputer: &modelxpb.SimpleImputerProto{
			NFeatures: 4, Missing: math.NaN(), Fill: &modelxpb.SimpleImputerProto_Fill{Doubles: []float64{0.5, -1, math.NaN(), 1e300}},
			LeftOut:   []int32{2},
			Indicator: &modelxpb.MissingIndicatorProto{NFeatures: 4, Missing: math.NaN(), Columns: []int32{0, 2}},
		}}},
		"simple_imputer-number": {Model: &modelxpb.ModelProto_SimpleImputer{SimpleImputer: &modelxpb.SimpleImputerProto{
			NFeatures: 2, Missing: -1, Fill: &modelxpb.SimpleImputerProto_Fill{Doubles: []float64{math.NaN(), 0}},
		}}},
		"missing_indicator": {Model: &modelxpb.ModelProto_MissingIndicator{MissingIndicator: &modelxpb.MissingIndicatorProto{
			NFeatures: 3, Missing: math.NaN(), Columns: []int32{0, 2}, RefusesOthers: true,
		}}},
		"knn_imputer": {Model: &modelxpb.ModelProto_KnnImputer{KnnImputer: &modelxpb.KNNImputerProto{
			NFeatures: 2, Missing: math.NaN(), NRows: 3, Rows: []float64{0, 1, 2, math.NaN(), 4, 5}, Means: []float64{2, 3}, NNeighbors: 2,
			Weights: modelxpb.KNNImputerProto_WEIGHTS_DISTANCE,
		}}},
		"hist_gradient_boosting": {Model: &modelxpb.ModelProto_HistGradientBoosting{HistGradientBoosting: &modelxpb.HistGradientBoostingProto{
			NFeatures: 3, Baseline: []float64{0.5}, Categorical: []bool{false, false, true},
			Categories: []*modelxpb.CategoricalFeature{{Categories: &modelxpb.Categories{Doubles: []float64{-1, 0, 2}}}},
			Features:   []int32{0, -1, 2, -1, -1, 1, -1, -1}, Thresholds: []float64{0.25, -1}, MissingLeft: []bool{true, false, true},
			Values: []float64{1, -2, 3, 0.125, -0.25}, LeftCategories: []uint32{5, 0, 0, 0, 0, 0, 0, 0},
		}}},
		"passthrough": {Model: &modelxpb.ModelProto_Passthrough{Passthrough: &modelxpb.PassthroughProto{NFeatures: 3}}},
	}
	maps.Copy(out, preprocessing())
	maps.Copy(out, encoders())
	maps.Copy(out, ensembles(out["linear_regression"]))
	strings := &modelxpb.Labels{Strings: []string{"nein", "vielleicht", "ja ✓"}}
	ints := &modelxpb.Labels{Ints: []int64{-5, math.MaxInt64}}
	zeroToTwo := &modelxpb.Labels{Ints: []int64{0, 1, 2}}
	wide := []float64{1, 0, 0.5, 0, 1, -0.5, -1, -1, 0.25}
	out["sgd_classifier"] = classifier(wide, strings, modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC)
	out["sgd_classifier-softmax"] = classifier(wide, zeroToTwo, modelxpb.SGDClassifierProto_PROBABILITY_SOFTMAX)
	out["sgd_classifier-huber"] = classifier(wide[:3], ints, modelxpb.SGDClassifierProto_PROBABILITY_MODIFIED_HUBER)
	out["sgd_classifier-bools"] = classifier(wide[3:6], &modelxpb.Labels{Bools: []bool{false, true}}, 0)
	out["sgd_classifier-floats"] = classifier(wide, &modelxpb.Labels{Doubles: []float64{-1, 0, 2}}, 0)
	out["sgd_classifier-multilabel"] = classifier(wide, zeroToTwo, 0)
	out["sgd_classifier-multilabel"].GetSgdClassifier().Target = modelxpb.SGDClassifierProto_TARGET_MULTILABEL
	out["feature_selector-model"] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_FeatureSelector{
		FeatureSelector: &modelxpb.FeatureSelectorProto{NFeatures: 5, Selected: []int32{0, 1, 4}, Model: out["linear_regression"]},
	}}
	out["iterative_imputer"] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_IterativeImputer{
		IterativeImputer: &modelxpb.IterativeImputerProto{
			NFeatures: 2, Missing: -1, Model: out["simple_imputer-number"], Low: []float64{-10, math.Inf(-1)},
			High: []float64{10, math.Inf(1)}, Updates: []*modelxpb.IterativeImputerProto_Update{{Column: 1, Inputs: []int32{0, 1, 0}}},
			Members: []*modelxpb.ModelProto{out["linear_regression"]},
		},
	}}
	out["pipeline"] = pipeline(out["affine_scaler"], out["passthrough"], out["sgd_classifier"])
	out["pipeline-distances"] = pipeline(pipeline(out["affine_scaler-clip"], out["kmeans"]), out["linear_regression"])
	maps.Copy(out, modelsOfModels(out))
	out["delegate"] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Delegate{
		Delegate: &modelxpb.DelegateProto{Model: proto.CloneOf(out["pipeline"])},
	}}
	return out
}

func classifier(
	coefficients []float64, classes *modelxpb.Labels, probability modelxpb.SGDClassifierProto_Probability,
) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: &modelxpb.SGDClassifierProto{
		Coefficients: coefficients, Intercepts: []float64{0.5, -0.25, 0.125}[:len(coefficients)/3], NFeatures: 3,
		Classes: classes, Probability: probability,
	}}}
}

func pipeline(steps ...*modelxpb.ModelProto) *modelxpb.ModelProto {
	p := new(modelxpb.PipelineProto)
	for i, step := range steps {
		named := proto.CloneOf(step)
		named.Name = fmt.Sprintf("step %d", i)
		p.Steps = append(p.Steps, named)
	}
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Pipeline{Pipeline: p}}
}

// write saves a model in every format, the message in the GOB file once more as protobuf, and Go's answers.
func write(folder, name string, p *modelxpb.ModelProto) error {
	p.Name, p.Version = name, "from Go"
	path := filepath.Join(folder, name)
	for _, suffix := range []string{".pb", ".json", ".gob", ".pb.zst", ".json.gz"} {
		if err := modelx.Save(path+suffix, p); err != nil {
			return err
		}
	}
	m, err := modelx.Load(path + ".gob")
	if err != nil {
		return err
	}
	if err := modelx.Save(path+".gob.pb", m.Proto()); err != nil {
		return err
	}
	answers, err := answers(m)
	if err != nil {
		return err
	}
	data, err := proto.Marshal(answers)
	if err != nil {
		return err
	}
	return os.WriteFile(path+".expected", data, 0o600)
}

// answeredRows is the number of rows of answers.
const answeredRows = 24

// value is the i-th value of the rows of answers: neither regular nor random.
func value(i int) float64 { return 3 * math.Sin(float64(7*i+1)) }

// answers runs every method on a few rows.
func answers(m modelx.Model) (*modelxpb.Evidence, error) {
	const rows = answeredRows
	d := m.NumFeatures()
	x := make([]float64, rows*d)
	for i := range x {
		if x[i] = value(i); m.Family() == "label_binarizer" {
			x[i] = math.Trunc(math.Abs(x[i]) / 1.6) // It takes labels alone: 0 and 1.
		}
	}
	out := &modelxpb.Evidence{Rows: &modelxpb.Rows{NRows: rows, NFeatures: int32(d), Values: x}}
	given := x
	for _, method := range m.Methods() {
		recorded := &modelxpb.Output{Method: string(method)}
		if method == modelx.Predict && m.Classes() != nil && m.Columns(method) == 1 {
			recorded.Strings = make([]string, rows)
			if err := m.PredictStrings(recorded.Strings, x); err != nil {
				return nil, err
			}
		} else {
			recorded.Doubles = make([]float64, rows*m.Columns(method))
			if err := m.Run(method, recorded.Doubles, given); err != nil {
				return nil, err
			}
		}
		if method == modelx.Transform && m.Has(modelx.InverseTransform) {
			given = recorded.Doubles // The input of inverse_transform, which comes next.
		}
		out.Outputs = append(out.Outputs, recorded)
	}
	return out, nil
}
