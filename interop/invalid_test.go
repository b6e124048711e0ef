package modelx

import (
	"errors"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

func linearOf(p *modelxpb.LinearRegressionProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_LinearRegression{LinearRegression: p}}
}

func classifierOf(p *modelxpb.SGDClassifierProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SgdClassifier{SgdClassifier: p}}
}

func kMeansOf(p *modelxpb.KMeansProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Kmeans{Kmeans: p}}
}

func bisectingOf(p *modelxpb.BisectingKMeansProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_BisectingKmeans{BisectingKmeans: p}}
}

func noveltyOf(p *modelxpb.SGDOneClassSVMProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_SgdOneClassSvm{SgdOneClassSvm: p}}
}

func scalerOf(p *modelxpb.AffineScalerProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: "s", Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: p}}
}

func passthroughOf(name string, width int32) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Name: name, Model: &modelxpb.ModelProto_Passthrough{
		Passthrough: &modelxpb.PassthroughProto{NFeatures: width},
	}}
}

func delegateOf(p *modelxpb.ModelProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Delegate{Delegate: &modelxpb.DelegateProto{Model: p}}}
}

func ints(labels ...int64) *modelxpb.Labels { return &modelxpb.Labels{Ints: labels} }

// twoClasses is a valid classifier of two features, changed.
func twoClasses(change func(*modelxpb.SGDClassifierProto)) *modelxpb.ModelProto {
	p := &modelxpb.SGDClassifierProto{
		Coefficients: []float64{1, -2}, Intercepts: []float64{0.5}, NFeatures: 2, Classes: ints(3, 7),
	}
	change(p)
	return classifierOf(p)
}

// tree is a valid model of three clusters in one dimension, changed.
func tree(change func(*modelxpb.BisectingKMeansProto)) *modelxpb.ModelProto {
	p := &modelxpb.BisectingKMeansProto{
		Centers: []float64{0, -1, 1, 0.5, 2}, Left: []int32{1, 0, 3, 0, 0}, Right: []int32{2, 0, 4, 0, 0},
		Labels: []int32{-1, 0, -1, 1, 2}, NClusters: 3, NFeatures: 1,
	}
	change(p)
	return bisectingOf(p)
}

func signed(s *modelxpb.Signature) *modelxpb.ModelProto {
	p := passthroughOf("", 2)
	p.Signature = s
	return p
}

func nested(depth int) *modelxpb.ModelProto {
	p := passthroughOf("leaf", 1)
	for range depth - 1 {
		p = &modelxpb.ModelProto{Name: "p", Model: &modelxpb.ModelProto_Pipeline{
			Pipeline: &modelxpb.PipelineProto{Steps: []*modelxpb.ModelProto{p}},
		}}
	}
	return p
}

type invalid struct {
	why   string
	proto *modelxpb.ModelProto
	kind  Kind
	path  string
}

func invalidParameters() []invalid {
	const big = math.MaxInt32
	return []invalid{
		{"no family", &modelxpb.ModelProto{}, ErrUnknownFamily, ""},
		{"a newer schema", &modelxpb.ModelProto{SchemaVersion: 1000}, ErrSchemaVersion, ""},
		{"a newer schema inside", pipelineProto(&modelxpb.ModelProto{Name: "a", SchemaVersion: 9}), ErrSchemaVersion, "pipeline.steps[0]"},

		{"linear: empty", linearOf(&modelxpb.LinearRegressionProto{}), ErrShape, "linear_regression.n_features"},
		{"linear: negative width", linearOf(&modelxpb.LinearRegressionProto{NFeatures: math.MinInt32}), ErrShape, "linear_regression.n_features"},
		{"linear: few coefficients", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 2, Coefficients: []float64{1}}), ErrShape, "linear_regression.coefficients"},
		{"linear: huge counts", linearOf(&modelxpb.LinearRegressionProto{NFeatures: big, NOutputs: big, Coefficients: []float64{1}}), ErrShape, "linear_regression.coefficients"},
		{"linear: counts whose product is 0 in 32 bits", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1 << 30, NOutputs: 4}), ErrShape, "linear_regression.coefficients"},
		{"linear: negative outputs", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, NOutputs: -1, Coefficients: []float64{1}}), ErrShape, "linear_regression.n_outputs"},
		{"linear: no intercepts", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, NOutputs: 1, Coefficients: []float64{1}}), ErrShape, "linear_regression.intercepts"},
		{"linear: intercepts of no outputs", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, Coefficients: []float64{1}, Intercepts: []float64{1}}), ErrShape, "linear_regression.intercepts"},
		{"linear: NaN", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 2, Coefficients: []float64{1, nan}}), ErrNonFinite, "linear_regression.coefficients[1]"},
		{"linear: infinite intercept", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, Coefficients: []float64{1}, Intercept: &inf}), ErrNonFinite, "linear_regression.intercept"},
		{"linear: infinite intercepts", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, NOutputs: 1, Coefficients: []float64{1}, Intercepts: []float64{inf}}), ErrNonFinite, "linear_regression.intercepts[0]"},
		{"linear: unknown link", linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1, Coefficients: []float64{1}, Link: 7}), ErrShape, "linear_regression.link"},

		{"classifier: empty", classifierOf(&modelxpb.SGDClassifierProto{}), ErrShape, "sgd_classifier.intercepts"},
		{"classifier: huge width", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.NFeatures = big }), ErrShape, "sgd_classifier.coefficients"},
		{"classifier: no width", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.NFeatures = 0 }), ErrShape, "sgd_classifier.n_features"},
		{"classifier: NaN", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Coefficients[0] = nan }), ErrNonFinite, "sgd_classifier.coefficients[0]"},
		{"classifier: infinite intercept", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Intercepts[0] = -inf }), ErrNonFinite, "sgd_classifier.intercepts[0]"},
		{"classifier: no classes", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = nil }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: one class", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = ints(1) }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: three classes of one output", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = ints(1, 2, 3) }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: doubled class", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = ints(1, 1) }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: doubled string", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = &modelxpb.Labels{Strings: []string{"", ""}} }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: classes of two types", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes.Bools = []bool{true} }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: NaN as a class", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Classes = &modelxpb.Labels{Doubles: []float64{1, nan}} }), ErrLabels, "sgd_classifier.classes.doubles[1]"},
		{"classifier: 0 and -0", twoClasses(func(p *modelxpb.SGDClassifierProto) {
			p.Classes = &modelxpb.Labels{Doubles: []float64{0, math.Copysign(0, -1)}}
		}), ErrLabels, "sgd_classifier.classes"},
		{"classifier: unknown probability", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Probability = 9 }), ErrShape, "sgd_classifier.probability"},
		{"classifier: softmax of one output", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Probability = 2 }), ErrShape, "sgd_classifier.probability"},
		{"classifier: unknown target", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Target = -1 }), ErrShape, "sgd_classifier.target"},
		{"classifier: labels of a multilabel model", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Target = 1 }), ErrLabels, "sgd_classifier.classes"},
		{"classifier: multilabel probability", twoClasses(func(p *modelxpb.SGDClassifierProto) { p.Target, p.Classes, p.Probability = 1, ints(0), 1 }), ErrShape, "sgd_classifier.probability"},

		{"delegate: empty", delegateOf(nil), ErrUnknownFamily, "delegate.model"},
		{"delegate: of no arm", delegateOf(&modelxpb.ModelProto{}), ErrUnknownFamily, "delegate.model"},
		{"delegate: a defect inside", delegateOf(passthroughOf("", 0)), ErrShape, "delegate.model.passthrough.n_features"},
		{"delegate: too deep", delegateOf(nested(16)), ErrTooDeep, "delegate.model" + strings.Repeat(".pipeline.steps[0]", 15)},

		{"kmeans: empty", kMeansOf(&modelxpb.KMeansProto{}), ErrShape, "kmeans.n_features"},
		{"kmeans: no clusters", kMeansOf(&modelxpb.KMeansProto{NFeatures: 1}), ErrShape, "kmeans.n_clusters"},
		{"kmeans: huge counts", kMeansOf(&modelxpb.KMeansProto{NFeatures: big, NClusters: big}), ErrShape, "kmeans.centers"},
		{"kmeans: NaN", kMeansOf(&modelxpb.KMeansProto{NFeatures: 1, NClusters: 1, Centers: []float64{nan}}), ErrNonFinite, "kmeans.centers[0]"},

		{"bisecting: empty", bisectingOf(&modelxpb.BisectingKMeansProto{}), ErrShape, "bisecting_kmeans.n_features"},
		{"bisecting: no nodes", bisectingOf(&modelxpb.BisectingKMeansProto{NFeatures: 1, NClusters: 1}), ErrShape, "bisecting_kmeans.centers"},
		{"bisecting: huge count of clusters", tree(func(p *modelxpb.BisectingKMeansProto) { p.NClusters = big }), ErrShape, "bisecting_kmeans.labels"},
		{"bisecting: no clusters", tree(func(p *modelxpb.BisectingKMeansProto) { p.NClusters = 0 }), ErrShape, "bisecting_kmeans.n_clusters"},
		{"bisecting: few children", tree(func(p *modelxpb.BisectingKMeansProto) { p.Right = p.Right[:3] }), ErrShape, "bisecting_kmeans.left"},
		{"bisecting: NaN", tree(func(p *modelxpb.BisectingKMeansProto) { p.Centers[0] = nan }), ErrNonFinite, "bisecting_kmeans.centers[0]"},
		{"bisecting: child out of range", tree(func(p *modelxpb.BisectingKMeansProto) { p.Left[0] = 5 }), ErrTree, "bisecting_kmeans.left[0]"},
		{"bisecting: negative child", tree(func(p *modelxpb.BisectingKMeansProto) { p.Right[0] = math.MinInt32 }), ErrTree, "bisecting_kmeans.right[0]"},
		{"bisecting: cycle", tree(func(p *modelxpb.BisectingKMeansProto) { p.Left[2] = 2 }), ErrTree, "bisecting_kmeans.left[2]"},
		{"bisecting: one child", tree(func(p *modelxpb.BisectingKMeansProto) { p.Left[2] = 0 }), ErrTree, "bisecting_kmeans.left[2]"},
		{"bisecting: two parents", tree(func(p *modelxpb.BisectingKMeansProto) { p.Right[0] = 1 }), ErrTree, "bisecting_kmeans.right[0]"},
		{"bisecting: orphans", tree(func(p *modelxpb.BisectingKMeansProto) { p.Left[2], p.Right[2] = 0, 0 }), ErrTree, "bisecting_kmeans.left"},
		{"bisecting: label at an inner node", tree(func(p *modelxpb.BisectingKMeansProto) { p.Labels[2] = 1 }), ErrTree, "bisecting_kmeans.labels[2]"},
		{"bisecting: no label at a leaf", tree(func(p *modelxpb.BisectingKMeansProto) { p.Labels[1] = -1 }), ErrTree, "bisecting_kmeans.labels[1]"},
		{"bisecting: doubled label", tree(func(p *modelxpb.BisectingKMeansProto) { p.Labels[1] = 1 }), ErrTree, "bisecting_kmeans.labels[3]"},
		{"bisecting: label out of range", tree(func(p *modelxpb.BisectingKMeansProto) { p.Labels[1] = 3 }), ErrTree, "bisecting_kmeans.labels[1]"},

		{"novelty: empty", noveltyOf(&modelxpb.SGDOneClassSVMProto{}), ErrShape, "sgd_one_class_svm.n_features"},
		{"novelty: huge width", noveltyOf(&modelxpb.SGDOneClassSVMProto{NFeatures: big}), ErrShape, "sgd_one_class_svm.coefficients"},
		{"novelty: NaN", noveltyOf(&modelxpb.SGDOneClassSVMProto{NFeatures: 1, Coefficients: []float64{nan}}), ErrNonFinite, "sgd_one_class_svm.coefficients[0]"},
		{"novelty: NaN offset", noveltyOf(&modelxpb.SGDOneClassSVMProto{NFeatures: 1, Coefficients: []float64{1}, Offset: nan}), ErrNonFinite, "sgd_one_class_svm.offset"},

		{"scaler: empty", scalerOf(&modelxpb.AffineScalerProto{}), ErrShape, "affine_scaler.n_features"},
		{"scaler: few values", scalerOf(&modelxpb.AffineScalerProto{NFeatures: 2, Add: []float64{1}}), ErrShape, "affine_scaler.add"},
		{"scaler: infinity", scalerOf(&modelxpb.AffineScalerProto{NFeatures: 1, Subtract: []float64{-inf}}), ErrNonFinite, "affine_scaler.subtract[0]"},
		{"scaler: zero divisor", scalerOf(&modelxpb.AffineScalerProto{NFeatures: 2, Divide: []float64{nan, 0}}), ErrNonFinite, "affine_scaler.divide[1]"},
		{"scaler: NaN clip", scalerOf(&modelxpb.AffineScalerProto{NFeatures: 1, Clip: &modelxpb.AffineScalerProto_Clip{High: nan}}), ErrNonFinite, "affine_scaler.clip[1]"},
		{"scaler: empty clip", scalerOf(&modelxpb.AffineScalerProto{NFeatures: 1, Clip: &modelxpb.AffineScalerProto_Clip{Low: 1}}), ErrShape, "affine_scaler.clip"},

		{"passthrough: empty", passthroughOf("", 0), ErrShape, "passthrough.n_features"},

		{"pipeline: empty", pipelineProto(), ErrPipeline, "pipeline.steps"},
		{"pipeline: nil step", pipelineProto(nil), ErrPipeline, "pipeline.steps[0].name"},
		{"pipeline: doubled name", pipelineProto(passthroughOf("a", 1), passthroughOf("a", 1)), ErrPipeline, "pipeline.steps"},
		{"pipeline: widths that do not meet", pipelineProto(passthroughOf("a", 1), passthroughOf("b", 2)), ErrPipeline, "pipeline.steps[0]"},
		{"pipeline: classifier before the end", pipelineProto(logisticProto(), scalerProto()), ErrPipeline, "pipeline.steps[0]"},
		{"pipeline: a step's own defect", pipelineProto(passthroughOf("a", 1), linearNamed("b")), ErrShape, "pipeline.steps[1].linear_regression.coefficients"},
		{"pipeline: too deep", nested(17), ErrTooDeep, strings.Repeat("pipeline.steps[0].", 15) + "pipeline.steps[0]"},
	}
}

func linearNamed(name string) *modelxpb.ModelProto {
	p := linearOf(&modelxpb.LinearRegressionProto{NFeatures: 1})
	p.Name = name
	return p
}

func invalidSignatures() []invalid {
	spec := func(method string, columns int32, kind modelxpb.DataType) *modelxpb.OutputSpec {
		return &modelxpb.OutputSpec{Method: method, NColumns: columns, Type: kind}
	}
	const double = modelxpb.DataType_DATA_TYPE_FLOAT64
	right, second := spec("transform", 2, double), spec("inverse_transform", 2, double)
	return []invalid{
		{"width", signed(&modelxpb.Signature{}), ErrSignature, "signature.n_features"},
		{"few names", signed(&modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a"}}), ErrSignature, "signature.feature_names"},
		{"doubled names", signed(&modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "a"}}), ErrSignature, "signature.feature_names"},
		{"empty name", signed(&modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", ""}}), ErrSignature, "signature.feature_names[1]"},
		{"missing method", signed(&modelxpb.Signature{NFeatures: 2, Outputs: []*modelxpb.OutputSpec{right}}), ErrSignature, "signature.outputs"},
		{"unknown method", signed(&modelxpb.Signature{NFeatures: 2, Outputs: []*modelxpb.OutputSpec{spec("predict", 2, double)}}), ErrSignature, "signature.outputs[0]"},
		{"wrong columns", signed(&modelxpb.Signature{NFeatures: 2, Outputs: []*modelxpb.OutputSpec{spec("transform", 3, double), second}}), ErrSignature, "signature.outputs[0]"},
		{"wrong type", signed(&modelxpb.Signature{NFeatures: 2, Outputs: []*modelxpb.OutputSpec{right, spec("inverse_transform", 2, 2)}}), ErrSignature, "signature.outputs[1]"},
		{"doubled method", signed(&modelxpb.Signature{NFeatures: 2, Outputs: []*modelxpb.OutputSpec{right, second, right}}), ErrSignature, "signature.outputs[2]"},
		{"nil output", signed(&modelxpb.Signature{NFeatures: 2, Outputs: []*modelxpb.OutputSpec{nil}}), ErrSignature, "signature.outputs[0]"},
		{"a step's", pipelineProto(edit(passthroughOf("a", 2), func(p *modelxpb.ModelProto) { p.Signature = &modelxpb.Signature{} })), ErrSignature, "pipeline.steps[0].signature.n_features"},
	}
}

func TestInvalidModelsAreRefused(t *testing.T) {
	for _, c := range append(invalidParameters(), invalidSignatures()...) {
		t.Run(c.why, func(t *testing.T) {
			m, err := New(c.proto)
			if m != nil || err == nil {
				t.Fatal("the model is accepted")
			}
			var e *Error
			if !errors.As(err, &e) || e.Kind != c.kind || !errors.Is(err, c.kind) {
				t.Fatalf("error is %v, expected kind %s", err, c.kind)
			}
			if e.Path != c.path {
				t.Errorf("path is %q, expected %q", e.Path, c.path)
			}
			if e.Found == "" || e.Want == "" {
				t.Errorf("%q does not say what was found and expected", err)
			}
		})
	}
}

// The valid models that the table above changes are valid.
func TestModelsBehindTheInvalidOnesAreValid(t *testing.T) {
	for name, p := range map[string]*modelxpb.ModelProto{
		"binary":   twoClasses(func(*modelxpb.SGDClassifierProto) {}),
		"tree":     tree(func(*modelxpb.BisectingKMeansProto) {}),
		"nested":   nested(16),
		"no specs": signed(&modelxpb.Signature{NFeatures: 2, FeatureNames: []string{"a", "b"}}),
		"NaN scale": scalerOf(&modelxpb.AffineScalerProto{
			NFeatures: 1, Subtract: []float64{nan}, Divide: []float64{nan}, Multiply: []float64{0}, Add: []float64{nan},
		}),
	} {
		if _, err := New(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(nested(17), WithMaxDepth(17)); err != nil {
		t.Error(err)
	}
	_, err := New(nested(3), WithMaxDepth(2))
	requireKind(t, err, ErrTooDeep)
}

// Messages that only Go code can build: none makes New panic.
func TestMessagesBuiltWronglyAreRefused(t *testing.T) {
	_, err := New(nil)
	requireKind(t, err, ErrUnknownFamily)

	cycle := pipelineProto()
	cycle.GetPipeline().Steps = []*modelxpb.ModelProto{edit(passthroughOf("a", 1), func(*modelxpb.ModelProto) {}), cycle}
	_, err = New(cycle)
	requireKind(t, err, ErrTooDeep)

	list := &structpb.ListValue{}
	list.Values = []*structpb.Value{structpb.NewListValue(list)}
	loop := passthroughOf("", 1)
	loop.Metadata = &modelxpb.Metadata{Properties: &structpb.Struct{Fields: map[string]*structpb.Value{"a": structpb.NewListValue(list)}}}
	_, err = New(loop)
	requireKind(t, err, ErrTooDeep)

	loop.Metadata = nil
	loop.Source = &modelxpb.Source{Params: map[string]*modelxpb.Value{"a": {Kind: (*modelxpb.Value_List)(nil)}, "b": nil}}
	if _, err := New(loop); err != nil {
		t.Errorf("nil values in the source, which Go does not read: %v", err)
	}

	for name, p := range map[string]*modelxpb.ModelProto{
		"typed nil arm":         {Model: (*modelxpb.ModelProto_Kmeans)(nil)},
		"nil family message":    {Model: &modelxpb.ModelProto_Kmeans{}},
		"nil linear":            {Model: &modelxpb.ModelProto_LinearRegression{}},
		"nil classifier":        {Model: &modelxpb.ModelProto_SgdClassifier{}},
		"nil bisecting":         {Model: &modelxpb.ModelProto_BisectingKmeans{}},
		"nil novelty":           {Model: &modelxpb.ModelProto_SgdOneClassSvm{}},
		"nil scaler":            {Model: &modelxpb.ModelProto_AffineScaler{}},
		"nil passthrough":       {Model: &modelxpb.ModelProto_Passthrough{}},
		"nil histograms":        {Model: &modelxpb.ModelProto_HistGradientBoosting{}},
		"nil pipeline":          {Model: &modelxpb.ModelProto_Pipeline{}},
		"typed nil in a step":   pipelineProto(&modelxpb.ModelProto{Name: "a", Model: (*modelxpb.ModelProto_Pipeline)(nil)}),
		"nil pointer as a step": pipelineProto(passthroughOf("a", 1), nil),
	} {
		if _, err := New(p); err == nil {
			t.Errorf("%s is accepted", name)
		} else if kindOf(err) == "" {
			t.Errorf("%s: %v has no kind", name, err)
		}
	}
}
