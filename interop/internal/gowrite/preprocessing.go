package main

import (
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// preprocessing gives models of the transformers of single rows, by a name that begins with their family's.
func preprocessing() map[string]*modelxpb.ModelProto {
	out := map[string]*modelxpb.ModelProto{
		"binarizer": {Model: &modelxpb.ModelProto_Binarizer{Binarizer: &modelxpb.BinarizerProto{NFeatures: 3, Threshold: 0.5}}},
		"kernel_centerer": {Model: &modelxpb.ModelProto_KernelCenterer{KernelCenterer: &modelxpb.KernelCentererProto{
			NFeatures: 3, ColumnMeans: []float64{0.5, -1.25, 3}, Mean: 0.75,
		}}},
		"polynomial_features": {Model: &modelxpb.ModelProto_PolynomialFeatures{PolynomialFeatures: &modelxpb.PolynomialFeaturesProto{
			NFeatures: 3, MaxDegree: 3, IncludeBias: true,
		}}},
		"polynomial_features-interactions": {Model: &modelxpb.ModelProto_PolynomialFeatures{
			PolynomialFeatures: &modelxpb.PolynomialFeaturesProto{NFeatures: 3, MinDegree: 2, MaxDegree: 3, InteractionOnly: true},
		}},
	}
	low := 0.5
	for name, p := range map[string]*modelxpb.FunctionProto{
		"function": {
			Transform: &modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_ARCSINH},
			Inverse:   &modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_SINH},
		},
		"function-clip": {
			Transform:  &modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_CLIP, Limits: &modelxpb.AppliedFunction_Limits{Low: &low}},
			Inverse:    &modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_ROUND, Decimals: 1},
			FiniteOnly: true,
		},
		"function-gaps": {
			Transform: &modelxpb.AppliedFunction{
				Function: modelxpb.Function_FUNCTION_NAN_TO_NUM, Replacements: &modelxpb.AppliedFunction_Replacements{Nan: -1, NegativeInfinity: 2},
			},
		},
	} {
		p.NFeatures = 3
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Function{Function: p}}
	}
	for name, norm := range map[string]modelxpb.NormalizerProto_Norm{
		"normalizer": modelxpb.NormalizerProto_NORM_L2, "normalizer-l1": modelxpb.NormalizerProto_NORM_L1,
		"normalizer-max": modelxpb.NormalizerProto_NORM_MAX,
	} {
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Normalizer{
			Normalizer: &modelxpb.NormalizerProto{NFeatures: 3, Norm: norm},
		}}
	}
	for name, encoding := range map[string]modelxpb.KBinsDiscretizerProto_Encoding{
		"k_bins_discretizer":         modelxpb.KBinsDiscretizerProto_ENCODING_ORDINAL,
		"k_bins_discretizer-columns": modelxpb.KBinsDiscretizerProto_ENCODING_ONE_HOT,
	} {
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_KBinsDiscretizer{
			KBinsDiscretizer: &modelxpb.KBinsDiscretizerProto{
				NFeatures: 3, NBins: []int32{2, 1, 3}, Encoding: encoding,
				Edges: []float64{-1, 0.25, 2, math.Inf(-1), math.Inf(1), -3, -1, 1, 3},
			},
		}}
	}
	for name, p := range map[string]*modelxpb.PowerTransformerProto{
		"power_transformer": {
			Method: modelxpb.PowerTransformerProto_METHOD_YEO_JOHNSON, Lambdas: []float64{0, 2, -0.75},
			Subtract: []float64{0.5, 0.25, -1}, Divide: []float64{2, 0.5, 3},
		},
		"power_transformer-powers": {Method: modelxpb.PowerTransformerProto_METHOD_YEO_JOHNSON, Lambdas: []float64{1, 1.5, 0.1}},
	} {
		p.NFeatures = 3
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_PowerTransformer{PowerTransformer: p}}
	}
	for name, output := range map[string]modelxpb.QuantileTransformerProto_Output{
		"quantile_transformer":        modelxpb.QuantileTransformerProto_OUTPUT_UNIFORM,
		"quantile_transformer-normal": modelxpb.QuantileTransformerProto_OUTPUT_NORMAL,
	} {
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_QuantileTransformer{
			QuantileTransformer: &modelxpb.QuantileTransformerProto{
				NFeatures: 3, References: []float64{0, 0.5, 1}, Output: output,
				Quantiles: []float64{-2, -1, -3, 0.1, 0, -3, 2.5, 1, 3},
			},
		}}
	}
	for name, beyond := range map[string]modelxpb.SplineTransformerProto_Extrapolation{
		"spline_transformer":          modelxpb.SplineTransformerProto_EXTRAPOLATION_CONSTANT,
		"spline_transformer-linear":   modelxpb.SplineTransformerProto_EXTRAPOLATION_LINEAR,
		"spline_transformer-continue": modelxpb.SplineTransformerProto_EXTRAPOLATION_CONTINUE,
		"spline_transformer-periodic": modelxpb.SplineTransformerProto_EXTRAPOLATION_PERIODIC,
	} {
		out[name] = &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SplineTransformer{
			SplineTransformer: &modelxpb.SplineTransformerProto{
				NFeatures: 3, Degree: 2, Extrapolation: beyond, IncludeBias: name != "spline_transformer",
				Knots: []float64{-3, -2, -1, 0, 1, 2, 3, -2, -1.5, -1, 0.5, 1, 2, 4, 0, 0, 0, 1, 2, 2, 2},
			},
		}}
	}
	return out
}
