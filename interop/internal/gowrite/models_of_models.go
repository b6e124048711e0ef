package main

import (
	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// modelsOfModels gives models made of those in base, by a name that begins with their family's.
func modelsOfModels(base map[string]*modelxpb.ModelProto) map[string]*modelxpb.ModelProto {
	numbers := &modelxpb.Labels{Ints: []int64{0, 1, 2}}
	colors := &modelxpb.Labels{Strings: []string{"blau", "grün", "rot"}}
	classifiers := named(base["sgd_classifier-softmax"], base["sgd_classifier-softmax"])
	regressors := named(base["linear_regression"], base["linear_regression-log"])
	return map[string]*modelxpb.ModelProto{
		"voting": {Model: &modelxpb.ModelProto_Voting{Voting: &modelxpb.VotingProto{
			Members: classifiers, Weights: []float64{0.25, 0.5}, Total: 0.75, Classes: colors,
			Vote: modelxpb.VotingProto_VOTE_SOFT, Transforms: true,
		}}},
		"voting-hard": {Model: &modelxpb.ModelProto_Voting{Voting: &modelxpb.VotingProto{
			Members: classifiers, Classes: colors, Vote: modelxpb.VotingProto_VOTE_HARD, Transforms: true,
		}}},
		"voting-mean": {Model: &modelxpb.ModelProto_Voting{Voting: &modelxpb.VotingProto{Members: regressors, Transforms: true}}},
		"bagging": {Model: &modelxpb.ModelProto_Bagging{Bagging: &modelxpb.BaggingProto{
			Members: classifiers, NFeatures: 4, Classes: colors,
			Features: []*modelxpb.BaggingProto_Features{{Indices: []uint32{3, 1, 1}}, {Indices: []uint32{0, 2, 3}}},
		}}},
		"bagging-mean": {Model: &modelxpb.ModelProto_Bagging{Bagging: &modelxpb.BaggingProto{Members: regressors, NFeatures: 3}}},
		"ada_boost": {Model: &modelxpb.ModelProto_AdaBoost{AdaBoost: &modelxpb.AdaBoostProto{
			Members: classifiers, Weights: []float64{1, 0.5}, Total: 1.5, Classes: numbers,
		}}},
		"ada_boost-median": {Model: &modelxpb.ModelProto_AdaBoost{AdaBoost: &modelxpb.AdaBoostProto{
			Members: regressors, Weights: []float64{1, 2},
		}}},
		"transformed_target": {Model: &modelxpb.ModelProto_TransformedTarget{TransformedTarget: &modelxpb.TransformedTargetProto{
			Model: regressors[0], Inverse: modelxpb.Function_FUNCTION_EXPM1,
		}}},
		"transformed_target-scaled": {Model: &modelxpb.ModelProto_TransformedTarget{
			TransformedTarget: &modelxpb.TransformedTargetProto{
				Model: regressors[0], Final: &modelxpb.ModelProto{Name: "scale", Model: &modelxpb.ModelProto_AffineScaler{
					AffineScaler: &modelxpb.AffineScalerProto{NFeatures: 1, Subtract: []float64{2}, Divide: []float64{0.3}},
				}},
			},
		}},
		"column_transformer": {Model: &modelxpb.ModelProto_ColumnTransformer{ColumnTransformer: &modelxpb.ColumnTransformerProto{
			NFeatures: 4, Members: named(base["affine_scaler"], base["passthrough"]),
			Selections: []*modelxpb.ColumnTransformerProto_Selection{
				{Columns: []uint32{3, 0, 1}, Weight: proto.Float64(0.1)}, {Columns: []uint32{2, 2, 0}},
			},
		}}},
		"threshold_classifier": {Model: &modelxpb.ModelProto_ThresholdClassifier{
			ThresholdClassifier: &modelxpb.ThresholdClassifierProto{
				Model: base["sgd_classifier-bools"], Threshold: -0.25,
				Method: modelxpb.ThresholdClassifierProto_METHOD_DECISION_FUNCTION,
			},
		}},
		"stacking-several": {Model: &modelxpb.ModelProto_Stacking{Stacking: &modelxpb.StackingProto{
			Members: regressors, Methods: []modelxpb.StackingProto_Method{1, 1},
			Outputs: []*modelxpb.Labels{{Ints: []int64{-1, 4}}, {Ints: []int64{0, 1}}},
			Final: &modelxpb.ModelProto{Name: "final", Model: &modelxpb.ModelProto_SgdClassifier{
				SgdClassifier: &modelxpb.SGDClassifierProto{
					Coefficients: []float64{1, -0.5, 0.25, 0.125}, Intercepts: []float64{0.5, -1}, NFeatures: 2,
					Classes: &modelxpb.Labels{Ints: []int64{0, 1}}, Target: modelxpb.SGDClassifierProto_TARGET_MULTILABEL,
				},
			}},
		}}},
		"stacking": {Model: &modelxpb.ModelProto_Stacking{Stacking: &modelxpb.StackingProto{
			Members: regressors, Methods: []modelxpb.StackingProto_Method{1, 1}, Passthrough: true,
			Final: &modelxpb.ModelProto{Name: "final", Model: &modelxpb.ModelProto_LinearRegression{
				LinearRegression: &modelxpb.LinearRegressionProto{
					Coefficients: []float64{0.5, 0.25, 1, 2, -1}, Intercept: proto.Float64(0.125), NFeatures: 5,
				},
			}},
		}}},
	}
}

// named copies models and gives them names of members.
func named(models ...*modelxpb.ModelProto) []*modelxpb.ModelProto {
	out := make([]*modelxpb.ModelProto, len(models))
	for i, p := range models {
		out[i] = proto.CloneOf(p)
		out[i].Name = string(rune('a' + i))
	}
	return out
}
