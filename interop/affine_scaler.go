package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// affineScaler computes AffineScalerProto.
type affineScaler struct {
	path                            string
	d                               int
	subtract, divide, multiply, add []float64 // d values each, or none
	clip                            bool
	low, high                       float64
}

func newAffineScaler(p *modelxpb.AffineScalerProto, path string) (*affineScaler, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	s := &affineScaler{
		path: path, d: int(p.GetNFeatures()), subtract: p.GetSubtract(), divide: p.GetDivide(),
		multiply: p.GetMultiply(), add: p.GetAdd(),
	}
	for _, list := range []struct {
		values []float64
		field  string
	}{{s.subtract, ".subtract"}, {s.divide, ".divide"}, {s.multiply, ".multiply"}, {s.add, ".add"}} {
		if len(list.values) == 0 {
			continue
		}
		if err := checkCount(len(list.values), 1, p.GetNFeatures(), "n_features, or none", path+list.field); err != nil {
			return nil, err
		}
		if err := checkNotInfinite(list.values, path+list.field); err != nil {
			return nil, err
		}
		if list.field == ".divide" {
			if err := checkNonZero(list.values, path+list.field); err != nil {
				return nil, err
			}
		}
	}
	if c := p.GetClip(); c != nil {
		s.clip, s.low, s.high = true, c.GetLow(), c.GetHigh()
		if err := checkFinite([]float64{s.low, s.high}, path+".clip"); err != nil {
			return nil, err
		}
		if s.low > s.high {
			return nil, &Error{
				Kind: ErrShape, Path: path + ".clip", Found: formatFloat(s.low) + " over " + formatFloat(s.high),
				Want: "low <= high", Hint: exportAgain,
			}
		}
	}
	return s, nil
}

func checkNonZero(values []float64, path string) error {
	for i, v := range values {
		if v == 0 {
			return &Error{
				Kind: ErrNonFinite, Path: fmt.Sprintf("%s[%d]", path, i), Found: "a zero divisor",
				Want: "a value other than 0", Hint: exportAgain,
			}
		}
	}
	return nil
}

func (p *affineScaler) width() int { return p.d }

func (p *affineScaler) outputs() []output {
	return []output{{opTransform, p.d, TypeFloat64}, {opInverseTransform, p.d, TypeFloat64}}
}

func (p *affineScaler) run(o op, dst, x []float64, first int) error {
	for i := 0; len(dst) >= p.d && len(x) >= p.d; i++ {
		out, row := dst[:p.d], x[:p.d]
		if o == opInverseTransform {
			p.undo(out, row)
		} else {
			p.apply(out, row)
		}
		// An infinity stays one, or becomes NaN, in every step but the clip: results that are finite need no second look.
		for _, t := range out {
			if !isFinite(t) {
				if err := refuseInfinite(p.path, first+i, row); err != nil {
					return err
				}
				break
			}
		}
		if p.clip && o != opInverseTransform {
			limit(out, p.low, p.high)
		}
		dst, x = dst[p.d:], x[p.d:]
	}
	return nil
}

// apply computes all of transform but the clip.
func (p *affineScaler) apply(out, row []float64) {
	out = out[:len(row)]
	if len(p.subtract) == len(row) && len(p.divide) == len(row) { // StandardScaler, RobustScaler: one pass.
		standardize(out, row, p.subtract, p.divide)
	} else {
		copy(out, row)
		for j, v := range p.subtract {
			out[j] -= v
		}
		for j, v := range p.divide {
			out[j] /= v
		}
	}
	// Each loop stores its result, rounded to float64, before the next one reads it: nothing is left to fuse.
	for j, v := range p.multiply {
		out[j] = float64(out[j] * v)
	}
	for j, v := range p.add {
		out[j] += v
	}
}

// standardizeGo is standardize in plain Go.
func standardizeGo(dst, x, subtract, divide []float64) {
	dst, subtract, divide = dst[:len(x)], subtract[:len(x)], divide[:len(x)]
	for j, t := range x {
		dst[j] = (t - subtract[j]) / divide[j]
	}
}

// undo computes inverse_transform.
func (p *affineScaler) undo(out, row []float64) {
	copy(out, row)
	for j, v := range p.add {
		out[j] -= v
	}
	for j, v := range p.multiply {
		out[j] /= v
	}
	for j, v := range p.divide {
		out[j] = float64(out[j] * v)
	}
	for j, v := range p.subtract {
		out[j] += v
	}
}

// limit clips values to low ... high. NaN stays.
func limit(values []float64, low, high float64) {
	for j, t := range values {
		if t < low {
			values[j] = low
		}
		if t > high {
			values[j] = high
		}
	}
}
