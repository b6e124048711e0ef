package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// powerTransformer computes PowerTransformerProto.
type powerTransformer struct {
	path             string
	powers           []power
	subtract, divide []float64 // both of a value for each power, or none
	boxCox           bool
}

// power has the exponent of a feature, and 2 less it, with their reciprocals.
type power struct{ l, m, inverseL, inverseM float64 }

func newPowerTransformer(p *modelxpb.PowerTransformerProto, path string) (*powerTransformer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	out := &powerTransformer{path: path, subtract: p.GetSubtract(), divide: p.GetDivide()}
	switch p.GetMethod() {
	case modelxpb.PowerTransformerProto_METHOD_YEO_JOHNSON:
	case modelxpb.PowerTransformerProto_METHOD_BOX_COX:
		out.boxCox = true
	default:
		return nil, unknownEnum(int32(p.GetMethod()), path+".method")
	}
	lambdas := p.GetLambdas()
	if err := checkCount(len(lambdas), 1, p.GetNFeatures(), "n_features", path+".lambdas"); err != nil {
		return nil, err
	}
	if err := checkFinite(lambdas, path+".lambdas"); err != nil {
		return nil, err
	}
	if err := out.checkScale(p, path); err != nil {
		return nil, err
	}
	out.powers = make([]power, len(lambdas))
	for j, l := range lambdas {
		out.powers[j] = power{l, 2 - l, 1 / l, 1 / (2 - l)}
		if p.GetSinglePrecision() {
			single := float32(l)
			if float64(single) != l {
				return nil, &Error{
					Kind: ErrShape, Path: fmt.Sprintf("%s.lambdas[%d]", path, j), Found: formatFloat(l),
					Want: "a float32 value", Hint: exportAgain,
				}
			}
			m := 2 - single
			out.powers[j] = power{l, float64(m), float64(1 / single), float64(1 / m)}
		}
	}
	return out, nil
}

func (p *powerTransformer) checkScale(proto *modelxpb.PowerTransformerProto, path string) error {
	if len(p.subtract) == 0 && len(p.divide) == 0 {
		return nil
	}
	for _, list := range []struct {
		values []float64
		field  string
	}{{p.subtract, ".subtract"}, {p.divide, ".divide"}} {
		if err := checkCount(len(list.values), 1, proto.GetNFeatures(), "n_features", path+list.field); err != nil {
			return err
		}
		if err := checkNotInfinite(list.values, path+list.field); err != nil {
			return err
		}
	}
	return checkNonZero(p.divide, path+".divide")
}

func (p *powerTransformer) width() int { return len(p.powers) }

func (p *powerTransformer) outputs() []output {
	d := len(p.powers)
	return []output{{opTransform, d, TypeFloat64}, {opInverseTransform, d, TypeFloat64}}
}

func (p *powerTransformer) run(o op, dst, x []float64, first int) error {
	d := len(p.powers)
	for i := 0; len(x) >= d && len(dst) >= d; i++ {
		row, out := x[:d], dst[:d]
		for j, v := range row {
			switch {
			case math.IsInf(v, 0):
				return refuseInfinite(p.path, first+i, row)
			case o == opInverseTransform:
				out[j] = p.invert(j, v)
				continue
			case p.boxCox && v <= 0:
				return refusedValue(p.path, first+i, j, v, "a positive number, as Box-Cox takes it")
			}
			t := p.powers[j].apply(v, p.boxCox)
			if len(p.divide) > 0 {
				t = (t - p.subtract[j]) / p.divide[j]
			}
			out[j] = t
		}
		x, dst = x[d:], dst[d:]
	}
	return nil
}

func (p *powerTransformer) invert(j int, t float64) float64 {
	if len(p.divide) > 0 {
		t = float64(t*p.divide[j]) + p.subtract[j]
	}
	if p.boxCox {
		return p.powers[j].undoBoxCox(t)
	}
	return p.powers[j].undoYeoJohnson(t)
}

func (p *power) apply(x float64, boxCox bool) float64 {
	if boxCox {
		return p.boxCox(x)
	}
	if x >= 0 {
		if math.Abs(p.l) < 0x1p-52 {
			return elementary.Log1p(x)
		}
		return elementary.Expm1(float64(p.l*elementary.Log1p(x))) / p.l
	}
	if math.Abs(p.l-2) > 0x1p-52 {
		return -elementary.Expm1(float64(p.m*elementary.Log1p(-x))) / p.m
	}
	return -elementary.Log1p(-x)
}

func (p *power) boxCox(x float64) float64 {
	logarithm := elementary.Log(x)
	u := float64(p.l * logarithm)
	switch {
	case math.Abs(p.l) < 1e-19:
		return logarithm
	case u < 709.78:
		return elementary.Expm1(u) / p.l
	default:
		return math.Copysign(elementary.Exp(u-elementary.Log(math.Abs(p.l))), p.l) - 1/p.l
	}
}

func (p *power) undoYeoJohnson(t float64) float64 {
	if t >= 0 {
		if math.Abs(p.l) < 0x1p-52 {
			return elementary.Exp(t) - 1
		}
		return elementary.Pow(float64(t*p.l)+1, p.inverseL) - 1
	}
	if math.Abs(p.l-2) > 0x1p-52 {
		return 1 - elementary.Pow(float64(-p.m*t)+1, p.inverseM)
	}
	return 1 - elementary.Exp(-t)
}

func (p *power) undoBoxCox(t float64) float64 {
	u := float64(p.l * t)
	switch {
	case p.l == 0:
		return elementary.Exp(t)
	case u < 1.79e308:
		return elementary.Exp(elementary.Log1p(u) / p.l)
	default:
		shifted := t + 1/p.l
		if p.l < 0 {
			shifted = -shifted
		}
		return elementary.Exp((elementary.Log(shifted) + elementary.Log(math.Abs(p.l))) / p.l)
	}
}
