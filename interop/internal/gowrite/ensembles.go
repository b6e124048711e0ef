package main

import "github.com/modelx-dev/modelx/interop/modelxpb"

// twig is a tree of three leaves with these values: the first where the first feature is no larger than t, the others to
// both sides of 0 of the third feature. sizes are the leaves' training rows.
func twig(t float64, values [3]float64, sizes ...uint64) *modelxpb.TreeProto {
	return &modelxpb.TreeProto{
		Features: []int32{0, -1, 2, -1, -1}, Thresholds: []float64{t, 0}, Left: []uint32{1, 1}, Right: []uint32{2, 2},
		Values: values[:], NNodeSamples: sizes,
	}
}

// ensembles gives models of added trees, by a name that begins with their family's.
func ensembles(linear *modelxpb.ModelProto) map[string]*modelxpb.ModelProto {
	trees := []*modelxpb.TreeProto{
		twig(0.5, [3]float64{0.1, -0.2, 0.3}), twig(-1, [3]float64{1, 1e-3, -7}), twig(1.25, [3]float64{0.7, -0.7, 0.1}),
	}
	leaf := &modelxpb.TreeProto{Features: []int32{-1}, Values: []float64{0.125}}
	out := map[string]*modelxpb.ModelProto{
		// Python's class of such a tree takes NaN.
		"decision_tree": {Model: &modelxpb.ModelProto_DecisionTree{DecisionTree: &modelxpb.DecisionTreeProto{
			Tree: trees[0], NFeatures: 3, NOutputs: 1, AcceptsMissing: true,
		}}},
		"forest": {Model: &modelxpb.ModelProto_Forest{Forest: &modelxpb.ForestProto{
			Trees: append([]*modelxpb.TreeProto{leaf}, trees...), NFeatures: 3, NOutputs: 1, AcceptsMissing: true,
		}}},
		"isolation_forest": {Model: &modelxpb.ModelProto_IsolationForest{IsolationForest: &modelxpb.IsolationForestProto{
			Trees:     []*modelxpb.TreeProto{twig(-2.5, [3]float64{}, 1, 2, 2), twig(2.75, [3]float64{}, 3, 1, 1)},
			NFeatures: 3, Sizes: []uint64{1, 2, 3}, Lengths: []float64{0, 1, 1.207392357589623},
			// Twice the length for five rows.
			Normalizer: 2 * 2.327020052042847, Offset: -0.55,
		}}},
		"isolation_forest-columns": {Model: &modelxpb.ModelProto_IsolationForest{IsolationForest: &modelxpb.IsolationForestProto{
			Trees:     []*modelxpb.TreeProto{{Features: []int32{1, -1, -1}, Thresholds: []float64{2.5}, Left: []uint32{1}, Right: []uint32{2}, Values: []float64{0, 0}, NNodeSamples: []uint64{1, 1}}},
			NFeatures: 3, NColumns: 2, Columns: []uint32{2, 0}, Sizes: []uint64{1}, Lengths: []float64{0}, Normalizer: 1, Offset: -0.25,
		}}},
		"random_trees_embedding": {Model: &modelxpb.ModelProto_RandomTreesEmbedding{RandomTreesEmbedding: &modelxpb.RandomTreesEmbeddingProto{
			Trees: append([]*modelxpb.TreeProto{leaf}, trees...), NFeatures: 3,
		}}},
	}
	for name, p := range map[string]*modelxpb.GradientBoostingProto{
		"gradient_boosting": {Link: modelxpb.GradientBoostingProto_LINK_IDENTITY, Init: []float64{-1.5}, LearningRate: 0.1},
		"gradient_boosting-model": {
			Link: modelxpb.GradientBoostingProto_LINK_IDENTITY, Model: linear, LearningRate: 1,
		},
		"gradient_boosting-binary": {
			Link: modelxpb.GradientBoostingProto_LINK_LOGIT, Init: []float64{0.25}, LearningRate: 0.5,
			Classes: &modelxpb.Labels{Strings: []string{"no", "yes"}},
		},
		"gradient_boosting-exponential": {
			Link: modelxpb.GradientBoostingProto_LINK_HALF_LOGIT, Init: []float64{-0.125}, LearningRate: 2,
			Classes: &modelxpb.Labels{Bools: []bool{false, true}},
		},
		"gradient_boosting-multiclass": {
			Link: modelxpb.GradientBoostingProto_LINK_SOFTMAX, Init: []float64{0.5, 0, -1}, LearningRate: 0.1, NOutputs: 3,
			Classes: &modelxpb.Labels{Ints: []int64{-1, 0, 7}},
		},
	} {
		p.Trees, p.NFeatures, p.NOutputs = trees, 3, max(p.NOutputs, 1)
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_GradientBoosting{GradientBoosting: p}}
	}
	return out
}
