package modelx

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// recorded attaches the model's own answers as its evidence, and the transforms of its steps as theirs.
func recorded(t testing.TB, p *modelxpb.ModelProto, rows int, x []float64) *modelxpb.ModelProto {
	t.Helper()
	p = proto.CloneOf(p)
	n, err := (&compiler{limits: DefaultLimits()}).compile(p, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	p.Evidence = &modelxpb.Evidence{
		Rows:     &modelxpb.Rows{NRows: int32(rows), NFeatures: int32(n.width()), Values: x},
		Producer: "this test",
	}
	transformed := x
	for _, out := range n.outs {
		given := x
		if out.op == opInverseTransform {
			given = transformed
		}
		answer := answerOf(t, n, out, given)
		if out.op == opTransform {
			transformed = answer.GetDoubles()
		}
		p.Evidence.Outputs = append(p.Evidence.Outputs, answer)
	}
	recordSteps(t, n, x)
	return p
}

func recordSteps(t testing.TB, n *node, x []float64) {
	for i, step := range n.steps {
		recordSteps(t, step, x)
		if i < len(n.steps)-1 {
			answer := answerOf(t, step, *step.find(opTransform), x)
			step.proto.Evidence = &modelxpb.Evidence{Outputs: []*modelxpb.Output{answer}}
			x = answer.GetDoubles()
		}
	}
}

func answerOf(t testing.TB, n *node, out output, x []float64) *modelxpb.Output {
	t.Helper()
	rows := len(x) / n.width()
	answer := &modelxpb.Output{Method: string(out.method()), NColumns: int32(out.columns)}
	if ix, ok := n.predictor.(indexer); ok && ix.indexes() && n.classes != nil && out.op == opPredict {
		indices := make([]int, rows)
		if err := ix.index(indices, x, 0); err != nil {
			t.Fatal(err)
		}
		for _, k := range indices {
			switch n.classes.Type() {
			case TypeInt64:
				answer.Ints = append(answer.Ints, n.classes.ints[k])
			case TypeFloat64:
				answer.Doubles = append(answer.Doubles, n.classes.doubles[k])
			case TypeString:
				answer.Strings = append(answer.Strings, n.classes.strings[k])
			default:
				answer.Bools = append(answer.Bools, n.classes.bools[k])
			}
		}
		return answer
	}
	values := make([]float64, rows*out.values())
	if err := n.run(out.op, values, x, 0); err != nil {
		t.Fatal(err)
	}
	switch out.kind {
	case TypeInt64:
		for _, v := range values {
			answer.Ints = append(answer.Ints, int64(v))
		}
	case TypeBool:
		for _, v := range values {
			answer.Bools = append(answer.Bools, v != 0)
		}
	default:
		answer.Doubles = values
	}
	return answer
}

// Every family replays its own answers, and refuses any one that is changed.
func TestEvidenceIsReplayedForEveryFamily(t *testing.T) {
	for _, c := range sklearnCases(t) {
		t.Run(c.Name, func(t *testing.T) {
			p := recorded(t, c.proto(t), c.Rows, c.X)
			m := mustNew(t, p)
			if err := m.Verify(context.Background()); err != nil {
				t.Fatal(err)
			}
			for i := range p.Evidence.Outputs {
				changed := proto.CloneOf(p)
				change(changed.Evidence.Outputs[i])
				_, err := New(changed)
				requireKind(t, err, ErrEvidenceMismatch)
				if !strings.Contains(err.Error(), p.Evidence.Outputs[i].Method) {
					t.Errorf("%v does not name %s", err, p.Evidence.Outputs[i].Method)
				}
				m, err := New(changed, WithoutEvidenceReplay())
				if err != nil {
					t.Fatal(err)
				}
				requireKind(t, m.Verify(context.Background()), ErrEvidenceMismatch)
			}
		})
	}
}

// change makes the last recorded value another one.
func change(o *modelxpb.Output) {
	switch {
	case len(o.Doubles) > 0:
		last := &o.Doubles[len(o.Doubles)-1]
		*last = math.Nextafter(*last, math.Inf(1))
	case len(o.Ints) > 0:
		o.Ints[len(o.Ints)-1] += 1 << 40
	case len(o.Strings) > 0:
		o.Strings[len(o.Strings)-1] += " "
	default:
		o.Bools[len(o.Bools)-1] = !o.Bools[len(o.Bools)-1]
	}
}

// A changed parameter is laid to the first step that has it, where the file tells.
func TestTheFirstDivergingStepIsNamed(t *testing.T) {
	c := caseNamed(t, "nested pipeline with KMeans")
	whole := recorded(t, c.proto(t), c.Rows, c.X)
	without := edit(whole, func(p *modelxpb.ModelProto) {
		for _, step := range p.GetPipeline().Steps {
			step.Evidence = nil
		}
	})
	inner := func(p *modelxpb.ModelProto) []*modelxpb.ModelProto {
		return p.GetPipeline().Steps[2].GetPipeline().Steps
	}
	for _, test := range []struct {
		path   string
		proto  *modelxpb.ModelProto
		change func(*modelxpb.ModelProto)
	}{
		{"pipeline.steps[0].affine_scaler", whole, func(p *modelxpb.ModelProto) {
			p.GetPipeline().Steps[0].GetAffineScaler().Multiply[3] *= 1.5
		}},
		{"pipeline.steps[2].pipeline.steps[0].affine_scaler", whole, func(p *modelxpb.ModelProto) {
			inner(p)[0].GetAffineScaler().Subtract[3] -= 1.5
		}},
		{"pipeline.steps[2].pipeline.steps[1].kmeans", whole, func(p *modelxpb.ModelProto) {
			inner(p)[1].GetKmeans().Centers[3] += 0.25
		}},
		// Without what its steps gave, all of them may be the cause.
		{"pipeline", without, func(p *modelxpb.ModelProto) {
			inner(p)[1].GetKmeans().Centers[3] += 0.25
		}},
	} {
		_, err := New(edit(test.proto, test.change))
		requireKind(t, err, ErrEvidenceMismatch)
		var e *Error
		if !errors.As(err, &e) || e.Path != test.path {
			t.Errorf("path is %q, expected %q: %v", e.Path, test.path, err)
		}
	}

	scalers := caseNamed(t, "two scalers")
	p := recorded(t, scalers.proto(t), scalers.Rows, scalers.X)
	p.Evidence.Outputs[1].Doubles[0]++
	_, err := New(p)
	requireKind(t, err, ErrEvidenceMismatch)
	if path := err.(*Error).Path; path != "pipeline" {
		t.Errorf("an inverse that differs is laid to %q", path)
	}
}

// A file may call its members what it likes; an error is one line for a log, the same as Python's.
func TestNamesInErrorsAreCut(t *testing.T) {
	n := &node{arm: "affine_scaler", proto: &modelxpb.ModelProto{Name: "\n\x1b[2J" + strings.Repeat("é", 5000)}}
	if got, want := n.called(), "??[2J"+strings.Repeat("é", 35)+"... (affine_scaler)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A model that refuses its own evidence rows does not serve.
func TestEvidenceThatTheModelRefuses(t *testing.T) {
	p := twoClasses(func(*modelxpb.SGDClassifierProto) {})
	p = recorded(t, p, 1, []float64{1, 2})
	p.Evidence.Rows.Values[1] = nan
	_, err := New(p)
	requireKind(t, err, ErrEvidenceMismatch)
	if !errors.Is(err, ErrNonFiniteInput) {
		t.Errorf("%v does not wrap the cause", err)
	}
}

func TestEvidenceOfWrongFormIsRefused(t *testing.T) {
	base := recorded(t, twoClasses(func(*modelxpb.SGDClassifierProto) {}), 2, []float64{1, 2, 3, 4})
	pipelined := recorded(t, pipelineProto(passthroughOf("a", 1), passthroughOf("b", 1)), 1, []float64{1})
	for _, test := range []struct {
		why    string
		proto  *modelxpb.ModelProto
		change func(p *modelxpb.ModelProto)
		path   string
	}{
		{"no rows", base, func(p *modelxpb.ModelProto) { p.Evidence.Rows = nil }, "evidence.rows"},
		{"negative rows", base, func(p *modelxpb.ModelProto) { p.Evidence.Rows.NRows = -2 }, "evidence.rows"},
		{"huge rows", base, func(p *modelxpb.ModelProto) { p.Evidence.Rows.NRows = math.MaxInt32 }, "evidence.rows"},
		{"other width", base, func(p *modelxpb.ModelProto) { p.Evidence.Rows.NFeatures = 4; p.Evidence.Rows.NRows = 1 }, "evidence.rows"},
		{"both lists", base, func(p *modelxpb.ModelProto) {
			p.Evidence.Rows.Values, p.Evidence.Rows.Eighths = []float64{1, 2}, []byte{1, 2}
		}, "evidence.rows"},
		{"missing value", base, func(p *modelxpb.ModelProto) { p.Evidence.Rows.Values = p.Evidence.Rows.Values[:3] }, "evidence.rows"},
		{"missing output", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs = p.Evidence.Outputs[:1] }, "evidence.outputs"},
		{"nil output", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[0] = nil }, "evidence.outputs[0]"},
		{"doubled output", base, func(p *modelxpb.ModelProto) {
			p.Evidence.Outputs = append(p.Evidence.Outputs, p.Evidence.Outputs[0])
		}, "evidence.outputs[2]"},
		{"unknown method", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Method = "fit" }, "evidence.outputs[1]"},
		{"other type", base, func(p *modelxpb.ModelProto) {
			p.Evidence.Outputs[0].Ints, p.Evidence.Outputs[0].Doubles = nil, []float64{3, 3}
		}, "evidence.outputs[0]"},
		{"two types", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[0].Bools = []bool{true, true} }, "evidence.outputs[0]"},
		{"other columns", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].NColumns = 1 }, "evidence.outputs[1]"},
		{"few values", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Doubles = []float64{1} }, "evidence.outputs[1]"},
		{"unknown comparison", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Comparison = 9 }, "evidence.outputs[1].comparison"},
		{"tolerance of labels", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[0].Comparison = 1 }, "evidence.outputs[0].comparison"},
		{"three tolerances", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Tolerances = []float64{1, 1, 1} }, "evidence.outputs[1].tolerances"},
		{"negative tolerance", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Tolerances = []float64{-1} }, "evidence.outputs[1].tolerances[0]"},
		{"infinite tolerance", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Tolerances = []float64{0, inf} }, "evidence.outputs[1].tolerances[1]"},
		{"NaN tolerance", base, func(p *modelxpb.ModelProto) { p.Evidence.Outputs[1].Tolerances = []float64{nan} }, "evidence.outputs[1].tolerances[0]"},
		{"a step's rows", pipelined, func(p *modelxpb.ModelProto) {
			p.GetPipeline().Steps[0].Evidence.Rows = &modelxpb.Rows{}
		}, "pipeline.steps[0].evidence.rows"},
		{"a step's inverse", pipelined, func(p *modelxpb.ModelProto) {
			p.GetPipeline().Steps[0].Evidence.Outputs[0].Method = "inverse_transform"
		}, "pipeline.steps[0].evidence.outputs[0]"},
	} {
		t.Run(test.why, func(t *testing.T) {
			_, err := New(edit(test.proto, test.change), WithoutEvidenceReplay())
			requireKind(t, err, ErrEvidence)
			if path := err.(*Error).Path; path != test.path {
				t.Errorf("path is %q, expected %q", path, test.path)
			}
		})
	}
}

func TestEighthsAreRows(t *testing.T) {
	p := recorded(t, twoClasses(func(*modelxpb.SGDClassifierProto) {}), 1, []float64{-0.125, 15.875})
	p.Evidence.Rows.Values, p.Evidence.Rows.Eighths = nil, []byte{0xff, 127}
	mustNew(t, p)
	p.Evidence.Rows.Eighths[1] = 126
	_, err := New(p)
	requireKind(t, err, ErrEvidenceMismatch)
}

func TestEighthsRepeat(t *testing.T) {
	// Three eighths for two rows of two values: 1, 2, 3, 1.
	p := recorded(t, twoClasses(func(*modelxpb.SGDClassifierProto) {}), 2, []float64{0.125, 0.25, 0.375, 0.125})
	p.Evidence.Rows.Values, p.Evidence.Rows.Eighths = nil, []byte{1, 2, 3}
	mustNew(t, p)
	p.Evidence.Rows.NRows = patternRows + 1
	_, err := New(p)
	requireKind(t, err, ErrEvidence)
}

func TestComparisons(t *testing.T) {
	negativeZero := math.Copysign(0, -1)
	for _, c := range []struct {
		comparison modelxpb.Output_Comparison
		a, b, off  float64
		want       bool
	}{
		{modelxpb.Output_COMPARISON_UNSPECIFIED, nan, nan, 0, true},
		{modelxpb.Output_COMPARISON_UNSPECIFIED, 0, negativeZero, 1, false},
		{modelxpb.Output_COMPARISON_UNSPECIFIED, 1, math.Nextafter(1, 2), 1, false},
		{modelxpb.Output_COMPARISON_ABSOLUTE, 0, negativeZero, 0, true},
		{modelxpb.Output_COMPARISON_ABSOLUTE, 1, 1.5, 0.5, true},
		{modelxpb.Output_COMPARISON_ABSOLUTE, 1, 1.5, 0.25, false},
		{modelxpb.Output_COMPARISON_ABSOLUTE, inf, inf, 0, true},
		{modelxpb.Output_COMPARISON_ABSOLUTE, inf, -inf, 1e300, false},
		{modelxpb.Output_COMPARISON_ABSOLUTE, nan, 1, 1e300, false},
		{modelxpb.Output_COMPARISON_LOG_PROBABILITY, -100, -101, 0.01, true},
		{modelxpb.Output_COMPARISON_LOG_PROBABILITY, -100, -inf, 1e-12, true},
		{modelxpb.Output_COMPARISON_LOG_PROBABILITY, -1, -inf, 1e-12, false},
		{modelxpb.Output_COMPARISON_LOG_PROBABILITY, -0.5, -0.25, 0.2, true},
		{modelxpb.Output_COMPARISON_LOG_PROBABILITY, -0.5, -0.25, 0.1, false},
		{modelxpb.Output_COMPARISON_SQUARED, 1e-3, 0, 1e-6, true},
		{modelxpb.Output_COMPARISON_SQUARED, 1e-3, 0, 1e-7, false},
		{modelxpb.Output_COMPARISON_SQUARED, 1e200, 2e200, 1, false},
		{modelxpb.Output_COMPARISON_RELATIVE, 101, 100, 0.01, true},
		{modelxpb.Output_COMPARISON_RELATIVE, 102, 100, 0.01, false},
		{modelxpb.Output_COMPARISON_RELATIVE, 1, inf, 0.01, false},
		{9, 1, 2, 5, false},
	} {
		if got := agree(c.a, c.b, c.comparison, c.off); got != c.want {
			t.Errorf("%v: %v and %v with tolerance %v: %t", c.comparison, c.a, c.b, c.off, got)
		}
	}
}
