package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// function computes FunctionProto.
type function struct {
	path string
	d    int
	// forward and back are nil for the identity.
	forward, back *appliedFunction
	// columns is how many values transform gives for a row.
	columns    int
	finiteOnly bool
	outputList []output
}

// appliedFunction is one function of values, or one of rows.
type appliedFunction struct {
	each func(float64) float64
	// row is of rows of `inputs` values, for each of which it gives `outputs`.
	row             func(dst, x []float64)
	inputs, outputs int
}

func newFunction(p *modelxpb.FunctionProto, path string) (*function, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	f := &function{path: path, d: int(p.GetNFeatures()), finiteOnly: p.GetFiniteOnly()}
	f.columns = f.d
	// All that a file says is checked before functions are looked up, which a file may lack without being wrong.
	for _, one := range []struct {
		p    *modelxpb.AppliedFunction
		name string
	}{{p.GetTransform(), ".transform"}, {p.GetInverse(), ".inverse"}} {
		if one.p != nil {
			if err := checkApplied(one.p, path+one.name); err != nil {
				return nil, err
			}
		}
	}
	if n := p.GetTransform().GetNOutputs(); n != 0 {
		f.columns = int(n)
	}
	if p.GetInverse() != nil {
		back := f.columns
		if n := p.GetInverse().GetNOutputs(); n != 0 {
			back = int(n)
		}
		if back != f.d {
			return nil, &Error{
				Kind: ErrShape, Path: path + ".inverse.n_outputs", Found: fmt.Sprintf("%d values", back),
				Want: fmt.Sprintf("%d, as many as a row has", f.d), Hint: exportAgain,
			}
		}
	}
	var err error
	if f.forward, err = newAppliedFunction(p.GetTransform(), f.d, f.columns, path+".transform"); err != nil {
		return nil, err
	}
	if f.back, err = newAppliedFunction(p.GetInverse(), f.columns, f.d, path+".inverse"); err != nil {
		return nil, err
	}
	f.outputList = []output{{opTransform, f.columns, TypeFloat64}}
	if p.GetInverse() != nil || f.columns == f.d {
		f.outputList = append(f.outputList, output{opInverseTransform, f.d, TypeFloat64})
	}
	return f, nil
}

// checkApplied checks a function that a file applies.
func checkApplied(p *modelxpb.AppliedFunction, path string) error {
	wrong := func(field, found, want string) error {
		return &Error{Kind: ErrShape, Path: path + field, Found: found, Want: want, Hint: exportAgain}
	}
	number, registered := p.GetFunction(), p.GetName() != ""
	_, known := modelxpb.Function_name[int32(number)]
	known = known && number != modelxpb.Function_FUNCTION_UNSPECIFIED
	if known == registered || (registered && number != 0) {
		return wrong(".function", fmt.Sprintf("value %d", number), "one that this release knows, or a name")
	}
	if registered && !isFunctionName(p.GetName()) {
		return wrong(".name", fmt.Sprintf("%.60q", p.GetName()), "parts of letters, digits and underscores, joined by dots")
	}
	if p.GetUndoes() && !registered {
		return wrong(".undoes", "the inverse of a function without a name", "a name")
	}
	switch n := p.GetNOutputs(); {
	case registered && (n < 1 || n > maxFunctionOutputs):
		return wrong(".n_outputs", fmt.Sprint(n), fmt.Sprintf("1 to %d", maxFunctionOutputs))
	case !registered && n != 0:
		return wrong(".n_outputs", fmt.Sprint(n), "0")
	}
	limits := p.GetLimits()
	clips := number == modelxpb.Function_FUNCTION_CLIP
	if clips != (limits != nil) || (clips && limits.Low == nil && limits.High == nil) {
		return wrong(".limits", "limits without a clip, or none for one", "one or two for a clip")
	}
	for _, limit := range []struct {
		value float64
		name  string
	}{{limits.GetLow(), "low"}, {limits.GetHigh(), "high"}} {
		if limit.value != limit.value {
			return &Error{
				Kind: ErrNonFinite, Path: path + ".limits." + limit.name, Found: "NaN", Want: "a number", Hint: exportAgain,
			}
		}
	}
	if (number == modelxpb.Function_FUNCTION_NAN_TO_NUM) != (p.GetReplacements() != nil) {
		return wrong(".replacements", "replacements without need, or none", "some for FUNCTION_NAN_TO_NUM alone")
	}
	most := int32(0)
	if number == modelxpb.Function_FUNCTION_ROUND {
		most = 308
	}
	if n := p.GetDecimals(); n < -most || n > most {
		return wrong(".decimals", fmt.Sprint(n), fmt.Sprintf("-%d to %d", most, most))
	}
	return nil
}

// newAppliedFunction makes the function of a checked message; nil for the identity.
func newAppliedFunction(p *modelxpb.AppliedFunction, inputs, outputs int, path string) (*appliedFunction, error) {
	if p == nil {
		return nil, nil
	}
	a := &appliedFunction{inputs: inputs, outputs: outputs}
	var err error
	switch number := p.GetFunction(); number {
	case modelxpb.Function_FUNCTION_UNSPECIFIED:
		a.row, err = registeredFunction(p.GetName(), p.GetUndoes(), inputs, outputs, path+".name")
	case modelxpb.Function_FUNCTION_CLIP:
		low, high := math.Inf(-1), math.Inf(1)
		if p.GetLimits().Low != nil {
			low = p.GetLimits().GetLow()
		}
		if p.GetLimits().High != nil {
			high = p.GetLimits().GetHigh()
		}
		a.each = clip(low, high)
	case modelxpb.Function_FUNCTION_NAN_TO_NUM:
		a.each = replace(p.GetReplacements())
	case modelxpb.Function_FUNCTION_ROUND:
		a.each = round(p.GetDecimals())
	default:
		each, known := plainFunctions[number]
		if !known {
			return nil, unknownEnum(int32(number), path+".function")
		}
		if each == nil {
			return nil, nil
		}
		a.each = each
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (f *function) width() int        { return f.d }
func (f *function) outputs() []output { return f.outputList }

func (f *function) run(o op, dst, x []float64, first int) error {
	applied, width := f.forward, f.d
	if o == opInverseTransform {
		applied, width = f.back, f.columns
	}
	if f.finiteOnly {
		for i := 0; (i+1)*width <= len(x); i++ {
			if err := refuseNonFinite(f.path, first+i, x[i*width:(i+1)*width]); err != nil {
				return err
			}
		}
	}
	applied.run(dst, x)
	return nil
}

// run applies the function to each value, or to each row.
func (a *appliedFunction) run(dst, x []float64) {
	switch {
	case a == nil:
		copy(dst, x)
	case a.each != nil:
		for i, v := range x[:min(len(x), len(dst))] {
			dst[i] = a.each(v)
		}
	default:
		for len(x) >= a.inputs && len(dst) >= a.outputs {
			// The capacities end with the row: nothing that is appended reaches another.
			a.row(dst[:a.outputs:a.outputs], x[:a.inputs:a.inputs])
			dst, x = dst[a.outputs:], x[a.inputs:]
		}
	}
}
