package modelx

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func binarizerOf(p *modelxpb.BinarizerProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Binarizer{Binarizer: p}}
}

func normalizerOf(p *modelxpb.NormalizerProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Normalizer{Normalizer: p}}
}

// centerer is a valid centerer of two columns, changed.
func centerer(change func(*modelxpb.KernelCentererProto)) *modelxpb.ModelProto {
	p := &modelxpb.KernelCentererProto{NFeatures: 2, ColumnMeans: []float64{0.5, 2}, Mean: 1.25}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_KernelCenterer{KernelCenterer: p}}
}

func polynomialOf(p *modelxpb.PolynomialFeaturesProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_PolynomialFeatures{PolynomialFeatures: p}}
}

// bins is a valid discretizer of two features, changed.
func bins(change func(*modelxpb.KBinsDiscretizerProto)) *modelxpb.ModelProto {
	p := &modelxpb.KBinsDiscretizerProto{
		NFeatures: 2, NBins: []int32{2, 1}, Edges: []float64{0, 1, 3, -inf, inf}, Encoding: 1,
	}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_KBinsDiscretizer{KBinsDiscretizer: p}}
}

// powers is a valid transformer of two features, changed.
func powers(change func(*modelxpb.PowerTransformerProto)) *modelxpb.ModelProto {
	p := &modelxpb.PowerTransformerProto{
		NFeatures: 2, Method: 2, Lambdas: []float64{0.5, 2}, Subtract: []float64{0, nan}, Divide: []float64{1, 2},
	}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_PowerTransformer{PowerTransformer: p}}
}

// ranks is a valid transformer of two features, changed.
func ranks(change func(*modelxpb.QuantileTransformerProto)) *modelxpb.ModelProto {
	p := &modelxpb.QuantileTransformerProto{
		NFeatures: 2, References: []float64{0, 0.5, 1}, Quantiles: []float64{0, -1, 1, -1, 4, 7}, Output: 1,
	}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_QuantileTransformer{QuantileTransformer: p}}
}

// curves is a valid transformer of two features into splines, changed.
func curves(change func(*modelxpb.SplineTransformerProto)) *modelxpb.ModelProto {
	p := &modelxpb.SplineTransformerProto{
		NFeatures: 2, Degree: 1, Knots: []float64{0, 1, 2, 3, 0, 1, 2, 3}, Extrapolation: 1, IncludeBias: true,
	}
	change(p)
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SplineTransformer{SplineTransformer: p}}
}

func TestInvalidPreprocessorsAreRefused(t *testing.T) {
	const big = math.MaxInt32
	for _, c := range []invalid{
		{"binarizer: empty", binarizerOf(&modelxpb.BinarizerProto{}), ErrShape, "binarizer.n_features"},
		{"binarizer: NaN", binarizerOf(&modelxpb.BinarizerProto{NFeatures: 1, Threshold: nan}), ErrNonFinite, "binarizer.threshold"},
		{"normalizer: empty", normalizerOf(&modelxpb.NormalizerProto{}), ErrShape, "normalizer.n_features"},
		{"normalizer: no norm", normalizerOf(&modelxpb.NormalizerProto{NFeatures: 1}), ErrShape, "normalizer.norm"},
		{"normalizer: unknown norm", normalizerOf(&modelxpb.NormalizerProto{NFeatures: 1, Norm: -4}), ErrShape, "normalizer.norm"},
		{"centerer: empty", centerer(func(p *modelxpb.KernelCentererProto) { p.NFeatures = 0 }), ErrShape, "kernel_centerer.n_features"},
		{"centerer: huge", centerer(func(p *modelxpb.KernelCentererProto) { p.NFeatures = big }), ErrShape, "kernel_centerer.column_means"},
		{"centerer: infinity", centerer(func(p *modelxpb.KernelCentererProto) { p.ColumnMeans[1] = inf }), ErrNonFinite, "kernel_centerer.column_means[1]"},
		{"centerer: NaN", centerer(func(p *modelxpb.KernelCentererProto) { p.Mean = nan }), ErrNonFinite, "kernel_centerer.mean"},
		{"polynomial: empty", polynomialOf(&modelxpb.PolynomialFeaturesProto{}), ErrShape, "polynomial_features.n_features"},
		{"polynomial: no columns", polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: 1}), ErrShape, "polynomial_features.max_degree"},
		{"polynomial: huge", polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: big, MaxDegree: big}), ErrShape, "polynomial_features.max_degree"},
		{"polynomial: huge products", polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: big, MaxDegree: 2, InteractionOnly: true}), ErrShape, "polynomial_features.max_degree"},
		{"polynomial: upside down", polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: 1, MinDegree: 2, MaxDegree: 1}), ErrShape, "polynomial_features.min_degree"},
		{"bins: empty", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.Reset() }), ErrShape, "k_bins_discretizer.n_features"},
		{"bins: no count", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.NBins[1] = 0 }), ErrShape, "k_bins_discretizer.n_bins[1]"},
		{"bins: huge counts", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.NBins = []int32{big, big} }), ErrShape, "k_bins_discretizer.edges"},
		{"bins: infinite edge", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.Edges[2] = inf }), ErrNonFinite, "k_bins_discretizer.edges"},
		{"bins: descending", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.Edges[1] = 4 }), ErrShape, "k_bins_discretizer.edges"},
		{"bins: no float32", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.Edges[1], p.SinglePrecision = 0.1, true }), ErrShape, "k_bins_discretizer.edges"},
		{"bins: no encoding", bins(func(p *modelxpb.KBinsDiscretizerProto) { p.Encoding = 0 }), ErrShape, "k_bins_discretizer.encoding"},
		{"powers: empty", powers(func(p *modelxpb.PowerTransformerProto) { p.Reset() }), ErrShape, "power_transformer.n_features"},
		{"powers: no method", powers(func(p *modelxpb.PowerTransformerProto) { p.Method = 0 }), ErrShape, "power_transformer.method"},
		{"powers: few exponents", powers(func(p *modelxpb.PowerTransformerProto) { p.NFeatures = big }), ErrShape, "power_transformer.lambdas"},
		{"powers: NaN", powers(func(p *modelxpb.PowerTransformerProto) { p.Lambdas[1] = nan }), ErrNonFinite, "power_transformer.lambdas[1]"},
		{"powers: no float32", powers(func(p *modelxpb.PowerTransformerProto) { p.Lambdas[1], p.SinglePrecision = 0.1, true }), ErrShape, "power_transformer.lambdas[1]"},
		{"powers: half a scale", powers(func(p *modelxpb.PowerTransformerProto) { p.Subtract = nil }), ErrShape, "power_transformer.subtract"},
		{"powers: zero divisor", powers(func(p *modelxpb.PowerTransformerProto) { p.Divide[1] = 0 }), ErrNonFinite, "power_transformer.divide[1]"},
		{"ranks: empty", ranks(func(p *modelxpb.QuantileTransformerProto) { p.Reset() }), ErrShape, "quantile_transformer.n_features"},
		{"ranks: no references", ranks(func(p *modelxpb.QuantileTransformerProto) { p.References = nil }), ErrShape, "quantile_transformer.references"},
		{"ranks: NaN reference", ranks(func(p *modelxpb.QuantileTransformerProto) { p.References[0] = nan }), ErrNonFinite, "quantile_transformer.references"},
		{"ranks: few quantiles", ranks(func(p *modelxpb.QuantileTransformerProto) { p.NFeatures = big }), ErrShape, "quantile_transformer.quantiles"},
		{"ranks: infinite quantile", ranks(func(p *modelxpb.QuantileTransformerProto) { p.Quantiles[5] = inf }), ErrNonFinite, "quantile_transformer.quantiles"},
		{"ranks: descending", ranks(func(p *modelxpb.QuantileTransformerProto) { p.Quantiles[3] = -2 }), ErrShape, "quantile_transformer.quantiles"},
		{"ranks: no output", ranks(func(p *modelxpb.QuantileTransformerProto) { p.Output = 0 }), ErrShape, "quantile_transformer.output"},
		{"splines: empty", curves(func(p *modelxpb.SplineTransformerProto) { p.Reset() }), ErrShape, "spline_transformer.n_features"},
		{"splines: huge width", curves(func(p *modelxpb.SplineTransformerProto) { p.NFeatures = big }), ErrShape, "spline_transformer.knots"},
		{"splines: huge degree", curves(func(p *modelxpb.SplineTransformerProto) { p.Degree = big }), ErrShape, "spline_transformer.knots"},
		{"splines: negative degree", curves(func(p *modelxpb.SplineTransformerProto) { p.Degree = -1 }), ErrShape, "spline_transformer.degree"},
		{"splines: constant steps", curves(func(p *modelxpb.SplineTransformerProto) { p.Degree, p.Extrapolation = 0, 2 }), ErrShape, "spline_transformer.degree"},
		{"splines: few knots", curves(func(p *modelxpb.SplineTransformerProto) { p.Knots = p.Knots[:7] }), ErrShape, "spline_transformer.knots"},
		{"splines: few knots of a period", curves(func(p *modelxpb.SplineTransformerProto) { p.Degree, p.Extrapolation, p.NFeatures = 3, 5, 1 }), ErrShape, "spline_transformer.knots"},
		{"splines: no column", curves(func(p *modelxpb.SplineTransformerProto) { p.IncludeBias, p.Extrapolation = false, 5 }), ErrShape, "spline_transformer.knots"},
		{"splines: too short to go on", curves(func(p *modelxpb.SplineTransformerProto) {
			p.Extrapolation, p.Degree, p.Knots = 3, 0, []float64{0, 1, 0, 1}
		}), ErrShape, "spline_transformer.knots"},
		{"splines: infinite knot", curves(func(p *modelxpb.SplineTransformerProto) { p.Knots[3] = inf }), ErrNonFinite, "spline_transformer.knots"},
		{"splines: descending", curves(func(p *modelxpb.SplineTransformerProto) { p.Knots[5] = -1 }), ErrShape, "spline_transformer.knots"},
		{"splines: no extrapolation", curves(func(p *modelxpb.SplineTransformerProto) { p.Extrapolation = 0 }), ErrShape, "spline_transformer.extrapolation"},
	} {
		t.Run(c.why, func(t *testing.T) { requireInvalid(t, c) })
	}
}

func requireInvalid(t *testing.T, c invalid) {
	t.Helper()
	_, err := New(c.proto)
	requireKind(t, err, c.kind)
	if e := err.(*Error); e.Path != c.path || e.Found == "" || e.Want == "" {
		t.Errorf("%v, expected the path %q, what was found and what was expected", err, c.path)
	}
}

// What is no bin is refused, with its place.
func TestRowsWithoutABinAreRefused(t *testing.T) {
	ordinal := mustNew(t, bins(func(*modelxpb.KBinsDiscretizerProto) {}))
	dst := make([]float64, 4)
	if err := ordinal.Run(InverseTransform, dst, []float64{1.9, 0, -2, -1}); err != nil || dst[0] != 2 || dst[2] != 0.5 || dst[1] == dst[1] {
		t.Errorf("inverse_transform gives %v, %v", dst, err)
	}
	for _, bad := range []float64{2, -3, 1e300, -1e300} {
		err := ordinal.Run(InverseTransform, dst, []float64{1, 0, bad, 0})
		requireKind(t, err, ErrRefusedValue)
		if !strings.Contains(err.Error(), "in row 1, column 0") {
			t.Error(err)
		}
	}
	columns := mustNew(t, bins(func(p *modelxpb.KBinsDiscretizerProto) { p.Encoding = 2 }))
	if err := columns.Run(InverseTransform, dst[:2], []float64{0.25, 0.75, 1}); err != nil || dst[0] != 2 {
		t.Errorf("inverse_transform gives %v, %v", dst[:2], err)
	}
	requireKind(t, columns.Run(InverseTransform, dst[:2], []float64{0, 1, 0}), ErrRefusedValue)
	requireKind(t, columns.Run(InverseTransform, dst[:2], []float64{-1, 1, 1}), ErrRefusedValue)
	requireKind(t, columns.Run(InverseTransform, dst[:2], []float64{0, nan, 1}), ErrNonFiniteInput)
}

// Box-Cox takes positive numbers, and NaN; no power takes an infinity.
func TestPowersRefuseWhatTheyAreNotOf(t *testing.T) {
	boxCox := mustNew(t, powers(func(*modelxpb.PowerTransformerProto) {}))
	yeoJohnson := mustNew(t, powers(func(p *modelxpb.PowerTransformerProto) { p.Method = 1 }))
	dst := make([]float64, 4)
	for _, bad := range []float64{0, math.Copysign(0, -1), -1, -5e-324} {
		x := []float64{1, nan, 2, bad}
		err := boxCox.Run(Transform, dst, x)
		requireKind(t, err, ErrRefusedValue)
		if !strings.Contains(err.Error(), "in row 1, column 1") {
			t.Error(err)
		}
		if err := yeoJohnson.Run(Transform, dst, x); err != nil || dst[1] == dst[1] {
			t.Errorf("transform gives %v, %v", dst, err)
		}
	}
	for _, m := range []Model{boxCox, yeoJohnson} {
		for _, method := range m.Methods() {
			requireKind(t, m.Run(method, dst, []float64{1, nan, 2, inf}), ErrNonFiniteInput)
		}
	}
}

// NaN stays NaN between ranks, and infinities are refused.
func TestRanksOfWhatIsNotFinite(t *testing.T) {
	for _, output := range []modelxpb.QuantileTransformerProto_Output{1, 2} {
		m := mustNew(t, ranks(func(p *modelxpb.QuantileTransformerProto) { p.Output = output }))
		dst := make([]float64, 4)
		for _, method := range m.Methods() {
			if err := m.Run(method, dst, []float64{nan, 1, 1, nan}); err != nil || dst[0] == dst[0] || dst[3] == dst[3] || dst[1] != dst[1] {
				t.Errorf("%s gives %v, %v", method, dst, err)
			}
			err := m.Run(method, dst, []float64{nan, 1, 1, -inf})
			requireKind(t, err, ErrNonFiniteInput)
			if !strings.Contains(err.Error(), "-Inf in row 1, column 1") {
				t.Error(err)
			}
		}
	}
}

// Beyond the knots, values are refused where the model says so, and NaN is refused or gives zeros.
func TestSplinesBeyondTheirKnots(t *testing.T) {
	m := mustNew(t, curves(func(*modelxpb.SplineTransformerProto) {}))
	dst := make([]float64, 8)
	for _, bad := range []float64{0.5, 2.5, -1e300, math.Nextafter(2, 3)} {
		err := m.Run(Transform, dst, []float64{1, 2, 1.5, bad})
		requireKind(t, err, ErrRefusedValue)
		if !strings.Contains(err.Error(), "in row 1, column 1") || !strings.Contains(err.Error(), "from 1 to 2") {
			t.Error(err)
		}
	}
	requireKind(t, m.Run(Transform, dst, []float64{1, 2, 1.5, nan}), ErrNonFiniteInput)
	zeros := mustNew(t, curves(func(p *modelxpb.SplineTransformerProto) { p.MissingZeros, p.Extrapolation = true, 2 }))
	if err := zeros.Run(Transform, dst, []float64{1, nan, inf, 1.25}); err != nil ||
		!slices.Equal(dst, []float64{1, 0, 0, 0, 0, 1, 0.75, 0.25}) {
		t.Errorf("transform gives %v, %v", dst, err)
	}
}

// NaN and infinities are refused with their place, in each of several rows and columns.
func TestPreprocessorsRefuseWhatIsNotFinite(t *testing.T) {
	for name, p := range map[string]*modelxpb.ModelProto{
		"binarizer":          binarizerOf(&modelxpb.BinarizerProto{NFeatures: 2, Threshold: 1}),
		"normalizer l1":      normalizerOf(&modelxpb.NormalizerProto{NFeatures: 2, Norm: 1}),
		"normalizer l2":      normalizerOf(&modelxpb.NormalizerProto{NFeatures: 2, Norm: 2}),
		"normalizer max":     normalizerOf(&modelxpb.NormalizerProto{NFeatures: 2, Norm: 3}),
		"centerer":           centerer(func(*modelxpb.KernelCentererProto) {}),
		"polynomial":         polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: 2, MaxDegree: 2}),
		"polynomial of ones": polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: 2, IncludeBias: true}),
		"bins":               bins(func(*modelxpb.KBinsDiscretizerProto) {}),
	} {
		m := mustNew(t, p)
		for _, bad := range []float64{nan, inf, -inf} {
			for _, at := range []int{4, 5} {
				x := []float64{1, 2, 1e300, 1e300, 3, 4}
				x[at] = bad
				err := m.Run(Transform, make([]float64, 3*m.Columns(Transform)), x)
				requireKind(t, err, ErrNonFiniteInput)
				if want := []string{"in row 2, column 0", "in row 2, column 1"}[at-4]; !strings.Contains(err.Error(), want) {
					t.Errorf("%s: %v, expected %q", name, err, want)
				}
			}
		}
	}
}

func TestTermsAreCounted(t *testing.T) {
	for _, c := range []struct {
		features, degree int32
		interactions     bool
		want             int64
	}{
		{3, 0, false, 0}, {3, 1, false, 3}, {3, 2, false, 9}, {3, 3, false, 19}, {1, 1 << 20, false, 1 << 20},
		{1 << 20, 1, false, 1 << 20}, {3, 2, true, 6}, {3, 9, true, 7}, {20, 20, true, 1<<20 - 1},
	} {
		if got := countTerms(c.features, c.degree, c.interactions); got != c.want {
			t.Errorf("%v: %d terms", c, got)
		}
	}
	m := mustNew(t, polynomialOf(&modelxpb.PolynomialFeaturesProto{NFeatures: 20, MaxDegree: 20, InteractionOnly: true}))
	if m.Columns(Transform) != 1<<20-1 {
		t.Errorf("%d columns", m.Columns(Transform))
	}
}
