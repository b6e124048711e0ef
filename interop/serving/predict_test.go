package serving

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	modelx "github.com/modelx-dev/modelx/interop"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

var nan, inf = math.NaN(), math.Inf(1)

func TestPredictRefusesWhatIsWrongInTheOrderOfTheContract(t *testing.T) {
	p := startWith(t, line("1", 0))
	five := make([]float64, 5)
	for _, c := range []struct {
		why     string
		request Request
		kind    Kind
		text    string
	}{
		{"rows before the model", Request{Rows: -1, Model: "x"}, BadRequest, `rows is -1; expected 0 or more`},
		{"model", Request{Model: "no\"such\x07"}, UnknownModel, `no model "no\u0022such\u0007"; expected one of "line"`},
		{"version", Request{Version: "9"}, UnknownVersion, `model "line" has no version "9" in service; expected one of "1"`},
		{
			"method before the shape", Request{Methods: []modelx.Method{"predict", "fit"}, Features: five}, UnsupportedMethod,
			`the model has no method "fit"; expected one of predict`,
		},
		{"width", Request{Features: five}, WrongWidth, `features has 5 values; expected a multiple of 2`},
		{"width with rows", Request{Features: five, Rows: 1}, WrongWidth, `features has 5 values for 1 rows; expected 2`},
		{"nothing with rows", Request{Rows: 2}, WrongWidth, `features has 0 values for 2 rows; expected 4`},
		{
			"overflow", Request{Features: make([]float64, 2), Rows: math.MaxInt64}, WrongWidth,
			`features has 2 values for 9223372036854775807 rows; expected 18446744073709551614`,
		},
		{"no rows", Request{}, NoRows, `no rows; expected at least one`},
		{"rows before values", Request{Features: slices.Repeat([]float64{nan}, 20_002)}, TooManyRows, `10001 rows; expected at most 10000`},
		{"NaN", Request{Features: []float64{0, 0, 1, nan}}, NonFiniteInput, `row 2, feature 2 ("b\u0022mi") is NaN; expected a finite number`},
		{"infinity", Request{Features: []float64{inf, 0}}, NonFiniteInput, `row 1, feature 1 ("a") is Infinity; expected a finite number`},
		{"minus infinity", Request{Features: []float64{0, -inf}}, NonFiniteInput, `row 1, feature 2 ("b\u0022mi") is -Infinity; expected a finite number`},
	} {
		t.Run(c.why, func(t *testing.T) {
			var response Response
			requireError(t, p.Predict(t.Context(), &c.request, &response), c.kind, c.text)
		})
	}
}

// 2^62 rows of 4 values are 2^64, which is 0 in 64 bits: as many values as there are.
func TestRowsDoNotOverflowIntoAMatch(t *testing.T) {
	p := startWith(t, &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Passthrough{Passthrough: &modelxpb.PassthroughProto{NFeatures: 4}}})
	var response Response
	err := p.Predict(t.Context(), &Request{Rows: 1 << 62}, &response)
	requireError(t, err, WrongWidth, "features has 0 values for 4611686018427387904 rows; expected 18446744073709551616")
}

func TestServedRefusesWhatPlaneRefuses(t *testing.T) {
	served, err := startWith(t, line("1", 0)).Served("", "")
	requireNone(t, err)
	var response Response
	requireError(t, served.Predict(t.Context(), &Request{Rows: -1}, &response), BadRequest, "rows is -1; expected 0 or more")
	requireError(t, served.Predict(t.Context(), &Request{}, &response), NoRows, "no rows; expected at least one")
	requireNone(t, served.Predict(t.Context(), &Request{Model: "another", Features: []float64{1, 2}}, &response))
}

// Of several values, the first that the model refuses by itself is named.
func TestTheValueThatTheModelRefusesIsNamed(t *testing.T) {
	p := startWith(t, scaler())
	var response Response
	transform := []modelx.Method{modelx.Transform}
	requireNone(t, p.Predict(t.Context(), &Request{Methods: transform, Features: []float64{nan, 0, nan}}, &response))
	if !math.IsNaN(response.Outputs[0].Values[0]) {
		t.Error("NaN does not go through")
	}
	err := p.Predict(t.Context(), &Request{Methods: transform, Features: []float64{0, 0, 0, nan, -inf, inf}}, &response)
	requireError(t, err, NonFiniteInput, "row 2, feature 2 is -Infinity; expected a finite number")
}

func TestOverflowIsTold(t *testing.T) {
	p := startWith(t, &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Pipeline{Pipeline: &modelxpb.PipelineProto{
		Steps: []*modelxpb.ModelProto{
			{Name: "scale", Model: &modelxpb.ModelProto_AffineScaler{AffineScaler: &modelxpb.AffineScalerProto{
				NFeatures: 2, Multiply: []float64{1e300, 1},
			}}},
			{Name: "line", Model: line("", 0).Model},
		},
	}}})
	var response Response
	err := p.Predict(t.Context(), &Request{Features: []float64{0, 1, 1e300, 1}}, &response)
	requireError(t, err, RefusedValue, "row 2 has values that the model does not take, or that overflow inside it")
	info, err := p.Info("", "")
	requireNone(t, err)
	equal(t, "the class", info.ClassName, "Pipeline")
}

func TestOutputsAreDescribed(t *testing.T) {
	both := []modelx.Method{modelx.PredictProba, modelx.Predict}
	x := []float64{1, 0, -1, 0}
	for _, c := range []struct {
		why     string
		classes *modelxpb.Labels
		kind    modelx.DataType
		indexed bool
		values  []float64
	}{
		{"text", &modelxpb.Labels{Strings: []string{"no", "yes"}}, modelx.TypeString, true, []float64{1, 0}},
		{"ints", &modelxpb.Labels{Ints: []int64{-7, 4}}, modelx.TypeInt64, false, []float64{4, -7}},
		{"large ints", &modelxpb.Labels{Ints: []int64{1 << 60, 4}}, modelx.TypeInt64, true, []float64{1, 0}},
		{"bools", &modelxpb.Labels{Bools: []bool{false, true}}, modelx.TypeBool, false, []float64{1, 0}},
		{"floats", &modelxpb.Labels{Doubles: []float64{0.5, 1.5}}, modelx.TypeFloat64, false, []float64{1.5, 0.5}},
	} {
		t.Run(c.why, func(t *testing.T) {
			p := startWith(t, classifier(c.classes))
			var response Response
			requireNone(t, p.Predict(t.Context(), &Request{Features: x, Methods: both}, &response))
			equal(t, "the model", response.Model+" "+response.Version, "side 1")
			equal(t, "the number of rows", response.Rows, 2)
			proba, labels := response.Outputs[0], response.Outputs[1]
			if proba.Method != modelx.PredictProba || proba.Columns != 2 || proba.Vector || proba.Indexed || len(proba.Values) != 4 {
				t.Errorf("the probabilities are %+v", proba)
			}
			if labels.Method != modelx.Predict || labels.Columns != 1 || !labels.Vector || labels.Type != c.kind || labels.Indexed != c.indexed {
				t.Errorf("the labels are %+v", labels)
			}
			same(t, "the labels", labels.Values, c.values)
			if labels.Classes[0].Len() != 2 || proba.Classes != nil {
				t.Error("labels have classes, and probabilities have none")
			}
			served, err := p.Served("", "")
			requireNone(t, err)
			equal(t, "the number of methods", len(served.Methods()), 4)
			equal(t, "whether the labels are indexed", served.Methods()[0].Indexed, c.indexed)
		})
	}
}

func TestWithoutMethodsTheModelsFirstIsTaken(t *testing.T) {
	p := startWith(t, scaler())
	var response Response
	requireNone(t, p.Predict(t.Context(), &Request{Features: []float64{1, 2, 3}}, &response))
	equal(t, "the method", response.Outputs[0].Method, modelx.Transform)
	err := p.Predict(t.Context(), &Request{Features: []float64{1, 2, 3}, Methods: []modelx.Method{modelx.Predict}}, &response)
	requireError(t, err, UnsupportedMethod, `the model has no method "predict"; expected one of transform, inverse_transform`)
}

// Many rows are computed by several goroutines, and their bits are those of each row alone.
func TestManyRowsAreTheSameAsEachAlone(t *testing.T) {
	const width, rows = 37, 3 * fewRows
	random := rand.New(rand.NewPCG(1, 2))
	weights := make([]float64, 3*width)
	for i := range weights {
		weights[i] = random.NormFloat64()
	}
	model := &modelxpb.ModelProto{Version: "1", Model: &modelxpb.ModelProto_SgdClassifier{
		SgdClassifier: &modelxpb.SGDClassifierProto{
			Coefficients: weights, Intercepts: []float64{1, 2, 3}, NFeatures: width,
			Classes: &modelxpb.Labels{Strings: []string{"a", "b", "c"}}, Probability: modelxpb.SGDClassifierProto_PROBABILITY_SOFTMAX,
		},
	}}
	p := startWith(t, model)
	served, err := p.Served("", "")
	requireNone(t, err)
	x := make([]float64, rows*width)
	for i := range x {
		x[i] = random.NormFloat64()
	}
	methods := []modelx.Method{modelx.Predict, modelx.PredictProba, modelx.DecisionFunction}
	var all, one Response
	requireNone(t, served.Predict(t.Context(), &Request{Features: x, Methods: methods}, &all))
	for i, out := range all.Outputs {
		split := make([]float64, len(out.Values))
		info := MethodInfo{Method: out.Method, Columns: out.Columns, Indexed: out.Indexed}
		requireNone(t, served.computeParts(t.Context(), info, split, x, rows, 7))
		if !slices.Equal(split, out.Values) {
			t.Errorf("%s in parts differs", methods[i])
		}
	}
	for row := range rows {
		requireNone(t, served.Predict(t.Context(), &Request{Features: x[row*width : (row+1)*width], Methods: methods}, &one))
		for i, out := range one.Outputs {
			if want := all.Outputs[i].Values[row*out.Columns : (row+1)*out.Columns]; !slices.Equal(out.Values, want) {
				t.Fatalf("row %d of %s is %v alone, %v among others", row, out.Method, out.Values, want)
			}
		}
	}
	x[(rows-1)*width+3] = nan
	err = served.Predict(t.Context(), &Request{Features: x}, &all)
	requireError(t, err, NonFiniteInput, "row 6144, feature 4 is NaN; expected a finite number")
}

func TestTheContextEndsAPrediction(t *testing.T) {
	for _, model := range []*modelxpb.ModelProto{line("1", 0), classifier(&modelxpb.Labels{Strings: []string{"a", "b"}})} {
		p := startWith(t, model)
		var response Response
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		requireError(t, p.Predict(cancelled, &Request{Features: make([]float64, 2)}, &response), Cancelled, "the client went away")
		late, cancel := context.WithDeadline(t.Context(), time.Unix(1, 0))
		defer cancel()
		err := p.Predict(late, &Request{Features: make([]float64, 2)}, &response)
		requireError(t, err, DeadlineExceeded, "the deadline passed before the answer was ready")
		err = p.Predict(late, &Request{Features: slices.Repeat([]float64{nan}, 20_000)}, &response)
		requireError(t, err, DeadlineExceeded, "the deadline passed before the answer was ready")
	}
}

func TestRequestsAreCounted(t *testing.T) {
	p := startWith(t, line("1", 0))
	var response Response
	requireNone(t, p.Predict(t.Context(), &Request{Features: make([]float64, 2)}, &response))
	requireError(t, p.Predict(t.Context(), &Request{}, &response), NoRows, "no rows; expected at least one")
	served, err := p.Served("", "")
	requireNone(t, err)
	requireError(t, served.Refuse(NewError(WrongWidth, "x")), WrongWidth, "x")
	info, err := p.Info("line", "1")
	requireNone(t, err)
	equal(t, "the number of requests", info.RequestsServed, 3)
}

func TestAPredictionAllocatesNothing(t *testing.T) {
	for why, model := range map[string]*modelxpb.ModelProto{
		"numbers": line("1", 0), "text": classifier(&modelxpb.Labels{Strings: []string{"a", "b"}}),
	} {
		p := startWith(t, model)
		ctx := t.Context()
		request, response := &Request{Features: []float64{1, 2}, Methods: []modelx.Method{modelx.Predict}}, new(Response)
		requireNone(t, p.Predict(ctx, request, response))
		if n := testing.AllocsPerRun(1000, func() { _ = p.Predict(ctx, request, response) }); n != 0 {
			t.Errorf("%s: %v allocations for a prediction", why, n)
		}
	}
}

// defective is a model with a defect, which no real one is known to have.
type defective struct{ modelx.Model }

func (defective) RunContext(context.Context, modelx.Method, []float64, []float64) error {
	panic("a defect")
}

func TestADefectEndsOneRequestOnly(t *testing.T) {
	served, err := startWith(t, line("1", 0)).Served("", "")
	requireNone(t, err)
	served.model = defective{served.model}
	var response Response
	err = served.Predict(t.Context(), &Request{Features: make([]float64, 2)}, &response)
	requireError(t, err, Internal, "an internal error; the server's log tells more")
	if cause := err.(*Error).Unwrap(); cause == nil || !strings.HasPrefix(cause.Error(), "a defect\n") { //nolint:errorlint // it is one
		t.Errorf("the cause is %v", cause)
	}
	err = served.computeParts(t.Context(), served.methods[0], make([]float64, 4), make([]float64, 8), 4, 2)
	if err == nil || !strings.HasPrefix(err.Error(), "a defect\n") {
		t.Errorf("the error is %v", err)
	}
}

func FuzzPredict(f *testing.F) {
	f.Add([]byte{1, 2, 3}, int64(1), "predict")
	f.Add([]byte{0xff, 0xf0}, int64(-1), "")
	p := startWith(f, line("1", 0))
	f.Fuzz(func(t *testing.T, data []byte, rows int64, method string) {
		values := make([]float64, len(data))
		for i, b := range data {
			values[i] = math.Float64frombits(uint64(b) << 56)
		}
		request := &Request{Features: values, Rows: rows}
		if method != "" {
			request.Methods = []modelx.Method{modelx.Method(method)}
		}
		var response Response
		err := p.Predict(t.Context(), request, &response)
		if err == nil {
			if len(response.Outputs[0].Values) != response.Rows || response.Rows < 1 {
				t.Fatalf("%d values for %d rows", len(response.Outputs[0].Values), response.Rows)
			}
			return
		}
		if e, ok := err.(*Error); !ok || e.Kind == Internal || e.HTTPStatus() >= 500 { //nolint:errorlint // it is said to be one
			t.Fatalf("the error is %v", err)
		}
	})
}

func BenchmarkPredict(b *testing.B) {
	p := startWith(b, line("1", 0))
	served, err := p.Served("", "")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
	defer cancel()
	methods := []modelx.Method{modelx.Predict}
	for _, rows := range []int{1, 1000, 10_000} {
		x := make([]float64, 2*rows)
		name := map[int]string{1: "1", 1000: "1000", 10_000: "10000"}[rows]
		b.Run("model/rows="+name, func(b *testing.B) {
			dst := make([]float64, rows)
			for b.Loop() {
				if err := served.model.RunContext(ctx, modelx.Predict, dst, x); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("plane/rows="+name, func(b *testing.B) {
			request, response := &Request{Model: "line", Methods: methods, Features: x}, new(Response)
			for b.Loop() {
				if err := p.Predict(ctx, request, response); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
