package main

import (
	"math"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// encoders gives a model of each encoder, whose categories are among the rows of answers.
func encoders() map[string]*modelxpb.ModelProto {
	type feature = modelxpb.EncodedFeature
	known := func(first, step, n int) *feature {
		var values []float64
		for i := range n {
			values = append(values, value(first+step*i))
		}
		slices.Sort(values)
		return &feature{Categories: &modelxpb.Categories{Doubles: values}}
	}
	gaps := known(1, 6, 4)
	gaps.Categories.Nan = true
	rare := known(0, 4, 5)
	rare.Infrequent = []uint32{1, 3}
	ints := &feature{Categories: &modelxpb.Categories{Ints: []int64{-2, 0, 7}}}
	return map[string]*modelxpb.ModelProto{
		"one_hot_encoder": {Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
			Features: []*feature{known(0, 4, 5), gaps}, Dropped: []uint32{1, 1}, Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_ZEROS,
		}}},
		"one_hot_encoder-infrequent": {Model: &modelxpb.ModelProto_OneHotEncoder{OneHotEncoder: &modelxpb.OneHotEncoderProto{
			Features: []*feature{rare, ints}, Unknown: modelxpb.OneHotEncoderProto_UNKNOWN_INFREQUENT,
		}}},
		"ordinal_encoder": {Model: &modelxpb.ModelProto_OrdinalEncoder{OrdinalEncoder: &modelxpb.OrdinalEncoderProto{
			Features: []*feature{known(0, 4, 5), gaps}, Missing: -5, Unknown: proto.Float64(math.NaN()),
		}}},
		"target_encoder": {Model: &modelxpb.ModelProto_TargetEncoder{TargetEncoder: &modelxpb.TargetEncoderProto{
			Features: []*feature{known(0, 4, 2), ints}, Encodings: []float64{1, 2, 0.1, 0.2, 3, 4, 5, 0.3, 0.4, 0.5},
			Means: []float64{10, -0.5}, Target: modelxpb.TargetEncoderProto_TARGET_MULTICLASS,
			Classes: &modelxpb.Labels{Strings: []string{"a", "b"}},
		}}},
		"label_binarizer": {Model: &modelxpb.ModelProto_LabelBinarizer{LabelBinarizer: &modelxpb.LabelBinarizerProto{
			Features: []*feature{ints}, NegLabel: -1, PosLabel: 3,
		}}},
		"label_binarizer-indicator": {Model: &modelxpb.ModelProto_LabelBinarizer{LabelBinarizer: &modelxpb.LabelBinarizerProto{
			Features: []*feature{{Categories: &modelxpb.Categories{Ints: []int64{0, 1, 2}}}}, PosLabel: 2, Indicator: true,
		}}},
		"multi_label_binarizer": {Model: &modelxpb.ModelProto_MultiLabelBinarizer{
			MultiLabelBinarizer: &modelxpb.MultiLabelBinarizerProto{Features: []*feature{known(0, 5, 4)}},
		}},
		"label_encoder": {Model: &modelxpb.ModelProto_LabelEncoder{LabelEncoder: &modelxpb.LabelEncoderProto{
			Features: []*feature{known(0, 1, answeredRows)},
		}}},
	}
}
