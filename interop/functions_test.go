package modelx

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

func functionOf(p *modelxpb.FunctionProto) *modelxpb.ModelProto {
	return &modelxpb.ModelProto{Model: &modelxpb.ModelProto_Function{Function: p}}
}

// applied is a model of one feature whose transform is one function.
func applied(p *modelxpb.AppliedFunction) *modelxpb.ModelProto {
	return functionOf(&modelxpb.FunctionProto{NFeatures: 1, Transform: p})
}

// exactFunctions are those that function.proto calls exact, apart from those with parameters.
var exactFunctions = []modelxpb.Function{1, 6, 7, 9, 10, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}

func TestFunctionsAgreeWithNumpy(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "functions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]numbers
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	x := recorded["x"]
	for value, name := range modelxpb.Function_name {
		number := modelxpb.Function(value)
		if number == 0 || number >= modelxpb.Function_FUNCTION_CLIP {
			continue
		}
		want, known := recorded[name]
		if !known || len(want) != len(x) {
			t.Errorf("testdata/functions.json has %d values of %s", len(want), name)
			continue
		}
		m := mustNew(t, applied(&modelxpb.AppliedFunction{Function: number}))
		got := make([]float64, len(x))
		if err := m.Run(Transform, got, x); err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for i := range x {
			switch {
			case want[i] != want[i] && got[i] != got[i], math.Float64bits(got[i]) == math.Float64bits(want[i]):
			case slices.Contains(exactFunctions, number):
				t.Errorf("%s(%v) = %x, numpy has %x", name, x[i], got[i], want[i])
			default:
				size := math.Abs(want[i])
				if number == modelxpb.Function_FUNCTION_LOGIT {
					size = math.Abs(math.Log(x[i])) + math.Abs(math.Log1p(-x[i]))
				}
				off := math.Max(0, math.Abs(got[i]-want[i])-0x1p-1020) / size
				if !(off <= 1e-12) || (number <= modelxpb.Function_FUNCTION_LOG10 && off > 0x1p-50) {
					t.Errorf("%s(%v) = %x, numpy has %x: off by %g", name, x[i], got[i], want[i], off)
				}
				worst = max(worst, off)
			}
		}
		t.Logf("%s: off by at most %.2g of its size", name, worst)
	}
}

func TestInvalidFunctionsAreRefused(t *testing.T) {
	name := func(name string, change func(*modelxpb.AppliedFunction)) *modelxpb.ModelProto {
		p := &modelxpb.AppliedFunction{Name: name, NOutputs: 1}
		change(p)
		return applied(p)
	}
	root := func(change func(*modelxpb.AppliedFunction)) *modelxpb.ModelProto {
		p := &modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_SQRT}
		change(p)
		return applied(p)
	}
	same := func(*modelxpb.AppliedFunction) {}
	one := 1.0
	for _, c := range []invalid{
		{"empty", functionOf(&modelxpb.FunctionProto{}), ErrShape, "function.n_features"},
		{"nothing is set", applied(&modelxpb.AppliedFunction{}), ErrShape, "function.transform.function"},
		{"unknown", applied(&modelxpb.AppliedFunction{Function: -1}), ErrShape, "function.transform.function"},
		{"both", name("a.b", func(p *modelxpb.AppliedFunction) { p.Function = 2 }), ErrShape, "function.transform.function"},
		{"one part", name("log", same), ErrShape, "function.transform.name"},
		{"a dot at the end", name("a.", same), ErrShape, "function.transform.name"},
		{"a dot at the start", name(".a", same), ErrShape, "function.transform.name"},
		{"a space", name("a. b", same), ErrShape, "function.transform.name"},
		{"no outputs", name("a.b", func(p *modelxpb.AppliedFunction) { p.NOutputs = 0 }), ErrShape, "function.transform.n_outputs"},
		{"huge outputs", name("a.b", func(p *modelxpb.AppliedFunction) { p.NOutputs = math.MaxInt32 }), ErrShape, "function.transform.n_outputs"},
		{"not registered", name("a.b", same), ErrUnregisteredFunction, "function.transform.name"},
		{"limits of a named one", name("a.b", func(p *modelxpb.AppliedFunction) {
			p.Limits = &modelxpb.AppliedFunction_Limits{Low: &one}
		}), ErrShape, "function.transform.limits"},
		{"undone", root(func(p *modelxpb.AppliedFunction) { p.Undoes = true }), ErrShape, "function.transform.undoes"},
		{"outputs", root(func(p *modelxpb.AppliedFunction) { p.NOutputs = 1 }), ErrShape, "function.transform.n_outputs"},
		{"digits", root(func(p *modelxpb.AppliedFunction) { p.Decimals = math.MinInt32 }), ErrShape, "function.transform.decimals"},
		{"digits of a rounding", applied(&modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_ROUND, Decimals: -309}), ErrShape, "function.transform.decimals"},
		{"no limit", applied(&modelxpb.AppliedFunction{
			Function: modelxpb.Function_FUNCTION_CLIP, Limits: &modelxpb.AppliedFunction_Limits{},
		}), ErrShape, "function.transform.limits"},
		{"NaN", applied(&modelxpb.AppliedFunction{
			Function: modelxpb.Function_FUNCTION_CLIP, Limits: &modelxpb.AppliedFunction_Limits{Low: &one, High: &nan},
		}), ErrNonFinite, "function.transform.limits.high"},
		{"no replacements", applied(&modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_NAN_TO_NUM}), ErrShape, "function.transform.replacements"},
		{"an inverse of another width", functionOf(&modelxpb.FunctionProto{
			NFeatures: 1, Inverse: &modelxpb.AppliedFunction{Name: "a.b", NOutputs: 2},
		}), ErrShape, "function.inverse.n_outputs"},
	} {
		_, err := New(c.proto)
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != c.kind || e.Path != c.path {
			t.Errorf("%s: error is %v, expected kind %s at %q", c.why, err, c.kind, c.path)
		}
	}
	if _, err := New(applied(&modelxpb.AppliedFunction{Name: "a.b", NOutputs: 1})); err == nil || !strings.Contains(err.Error(), `RegisterFunction("a.b"`) {
		t.Errorf("%v does not say what to do", err)
	}
}

// register registers a function for the tests of this package, once.
func register(t testing.TB, name string, f Function) {
	t.Helper()
	if err := RegisterFunction(name, f); err != nil {
		t.Fatal(err)
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	f := Function{Apply: func(dst, x []float64) { copy(dst, x) }}
	register(t, "tests.taken", f)
	for _, c := range []struct {
		name string
		f    Function
		says string
	}{
		{"", f, "the name"}, {"log", f, "the name"}, {"a..b", f, "the name"}, {"a.b-c", f, "the name"}, {"a.\u00e9", f, "the name"},
		{"a." + strings.Repeat("b", 199), f, "the name"}, {"tests.taken", f, "tests.taken"}, {"tests.empty", Function{}, "Apply"},
		{"tests.negative", Function{Apply: f.Apply, Inputs: -1}, "-1 inputs"},
		{"tests.huge", Function{Apply: f.Apply, Outputs: 1<<20 + 1}, "1048577 outputs"},
	} {
		err := RegisterFunction(c.name, c.f)
		if !errors.Is(err, ErrRegistration) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: error is %v, expected one that says %q", c.name, err, c.says)
		}
	}
}

// Programs register and load from several goroutines. (The race detector watches.)
func TestRegistrationWhileModelsLoad(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			name := fmt.Sprintf("tests.goroutine_%d", i)
			if err := RegisterFunction(name, Function{Apply: func(dst, x []float64) { dst[0] = x[0] + float64(i) }}); err != nil {
				t.Error(err)
			}
			m, err := New(applied(&modelxpb.AppliedFunction{Name: name, NOutputs: 1}))
			if err != nil {
				t.Error(err)
				return
			}
			got := make([]float64, 2)
			if err := m.Run(Transform, got, []float64{1, 2}); err != nil || got[1] != 2+float64(i) {
				t.Errorf("%s gives %v, %v", name, got, err)
			}
		})
	}
	wg.Wait()
}

// unregistered is a file that Python wrote of the function 2 * x[0] + x[1], under another name.
func unregistered(t *testing.T, name string) *modelxpb.ModelProto {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "tests", "conformance", "invalid", "function", "unregistered.pb"))
	if err != nil {
		t.Fatal(err)
	}
	p := new(modelxpb.ModelProto)
	if err := proto.Unmarshal(data, p); err != nil {
		t.Fatal(err)
	}
	p.GetFunction().GetTransform().Name = name
	return p
}

func TestEvidenceHoldsRegisteredFunctionsTogether(t *testing.T) {
	register(t, "tests.double_and_add", Function{Inputs: 2, Outputs: 1, Apply: func(dst, x []float64) { dst[0] = 2*x[0] + x[1] }})
	register(t, "tests.add_twice", Function{Outputs: 1, Apply: func(dst, x []float64) { dst[0] = x[0] + 2*x[1] }})
	m := mustNew(t, unregistered(t, "tests.double_and_add"))
	if m.Columns(Transform) != 1 || m.Has(InverseTransform) {
		t.Errorf("methods are %v of %d columns", m.Methods(), m.Columns(Transform))
	}
	_, err := New(unregistered(t, "tests.add_twice"))
	requireKind(t, err, ErrEvidenceMismatch)
}

func TestRegisteredFunctionsHaveTheWidthsOfTheFile(t *testing.T) {
	nothing := func(dst, x []float64) {}
	register(t, "tests.three_to_two", Function{Inputs: 3, Outputs: 2, Apply: nothing, Inverse: nothing})
	register(t, "tests.each", Function{Apply: nothing, Inverse: nothing})
	register(t, "tests.one_way", Function{Apply: nothing})
	model := func(features int32, forward string, outputs int32, back string) *modelxpb.FunctionProto {
		p := &modelxpb.FunctionProto{NFeatures: features}
		if forward != "" {
			p.Transform = &modelxpb.AppliedFunction{Name: forward, NOutputs: outputs}
		}
		if back != "" {
			p.Inverse = &modelxpb.AppliedFunction{Name: back, NOutputs: features, Undoes: true}
		}
		return p
	}
	for _, c := range []struct {
		p    *modelxpb.FunctionProto
		path string
	}{
		{model(3, "tests.three_to_two", 2, "tests.three_to_two"), ""},
		{model(2, "tests.three_to_two", 2, ""), "function.transform.name"},
		{model(3, "tests.three_to_two", 3, ""), "function.transform.name"},
		{model(3, "", 0, "tests.three_to_two"), "function.inverse.name"},
		{model(5, "tests.each", 5, "tests.each"), ""},
		{model(5, "tests.each", 4, ""), "function.transform.name"},
		{model(5, "", 0, "tests.one_way"), "function.inverse.name"},
	} {
		_, err := New(functionOf(c.p))
		if c.path == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if e := (*Error)(nil); !errors.As(err, &e) || e.Kind != ErrUnregisteredFunction || e.Path != c.path {
			t.Errorf("%v: error is %v, expected one at %s", c.p, err, c.path)
		}
	}
}

func TestFunctionsRefuseWhatTheirFileRefuses(t *testing.T) {
	p := &modelxpb.FunctionProto{NFeatures: 2, FiniteOnly: true, Inverse: &modelxpb.AppliedFunction{Function: modelxpb.Function_FUNCTION_EXP}}
	m := mustNew(t, functionOf(p))
	dst := make([]float64, 4)
	for _, method := range []Method{Transform, InverseTransform} {
		for _, v := range []float64{nan, inf, -inf} {
			err := m.Run(method, dst, []float64{1, 2, 3, v})
			requireKind(t, err, ErrNonFiniteInput)
			if !strings.Contains(err.Error(), "in row 1, column 1") {
				t.Errorf("%v does not say where", err)
			}
		}
	}
	if err := m.Run(Transform, dst, []float64{1, 2, 3, 4}); err != nil || !slices.Equal(dst, []float64{1, 2, 3, 4}) {
		t.Errorf("no function gives %v, %v", dst, err)
	}
}
