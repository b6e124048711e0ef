package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

const (
	// quantileMargin is how near to the outermost quantiles a value counts as one of them.
	quantileMargin = 1e-7
	// normalLow and normalHigh are the normal distribution's points at 1e-7 - 2^-52 from 0 and from 1.
	normalLow, normalHigh = -5.199337582605575, 5.19933758270342
)

// quantileTransformer computes QuantileTransformerProto.
type quantileTransformer struct {
	path       string
	references []float64
	// mirrored are the references from the last to the first, with the other sign.
	mirrored []float64
	features []quantiles
	normal   bool
}

// quantiles are those of a feature, and the same from the last to the first, with the other sign.
type quantiles struct{ up, mirrored []float64 }

func newQuantileTransformer(p *modelxpb.QuantileTransformerProto, path string) (*quantileTransformer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	references, values, d := p.GetReferences(), p.GetQuantiles(), int(p.GetNFeatures())
	if len(references) == 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".references", Found: "no references", Want: "at least one", Hint: exportAgain,
		}
	}
	if err := checkAscending(references, path+".references", "the references"); err != nil {
		return nil, err
	}
	if int64(len(values)) != int64(len(references))*int64(d) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".quantiles", Found: fmt.Sprintf("%d values", len(values)),
			Want: fmt.Sprintf("%d references x %d features", len(references), d), Hint: exportAgain,
		}
	}
	out := &quantileTransformer{path: path, references: references, mirrored: mirror(references), features: make([]quantiles, d)}
	for j := range out.features {
		own := make([]float64, len(references))
		for i := range own {
			own[i] = values[i*d+j]
		}
		if err := checkAscending(own, path+".quantiles", fmt.Sprintf("those of feature %d", j)); err != nil {
			return nil, err
		}
		out.features[j] = quantiles{own, mirror(own)}
	}
	switch p.GetOutput() {
	case modelxpb.QuantileTransformerProto_OUTPUT_UNIFORM:
	case modelxpb.QuantileTransformerProto_OUTPUT_NORMAL:
		out.normal = true
	default:
		return nil, unknownEnum(int32(p.GetOutput()), path+".output")
	}
	return out, nil
}

// checkAscending checks that values are finite and in ascending order; equal ones may follow each other.
func checkAscending(values []float64, path, meaning string) error {
	for i, v := range values {
		if !isFinite(v) {
			return &Error{
				Kind: ErrNonFinite, Path: path, Found: formatFloat(v) + " among " + meaning, Want: "finite values",
				Hint: exportAgain,
			}
		}
		if i > 0 && v < values[i-1] {
			return &Error{
				Kind: ErrShape, Path: path, Found: fmt.Sprintf("%v after %v among %s", v, values[i-1], meaning),
				Want: "ascending order", Hint: exportAgain,
			}
		}
	}
	return nil
}

// mirror returns values from the last to the first, with the other sign.
func mirror(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[len(values)-1-i] = -v
	}
	return out
}

func (p *quantileTransformer) width() int { return len(p.features) }

func (p *quantileTransformer) outputs() []output {
	d := len(p.features)
	return []output{{opTransform, d, TypeFloat64}, {opInverseTransform, d, TypeFloat64}}
}

func (p *quantileTransformer) run(o op, dst, x []float64, first int) error {
	d := len(p.features)
	for i := 0; len(x) >= d && len(dst) >= d; i++ {
		row, out := x[:d], dst[:d]
		for j, v := range row {
			switch {
			case math.IsInf(v, 0):
				return refuseInfinite(p.path, first+i, row)
			case v != v:
				out[j] = v
			case o == opInverseTransform:
				out[j] = p.invert(p.features[j].up, v)
			case p.normal:
				out[j] = normalPoint(p.rank(&p.features[j], v))
			default:
				out[j] = p.rank(&p.features[j], v)
			}
		}
		x, dst = x[d:], dst[d:]
	}
	return nil
}

// rank returns p of transform.
func (p *quantileTransformer) rank(q *quantiles, v float64) float64 {
	lowest, highest := q.up[0], q.up[len(q.up)-1]
	switch {
	case p.isLowest(v, lowest):
		return 0
	case p.isHighest(v, highest):
		return 1
	}
	// Of equal quantiles, one direction takes the last and the other the first.
	return float64(0.5 * (interpolate(v, q.up, p.references) - interpolate(-v, q.mirrored, p.mirrored)))
}

func (p *quantileTransformer) isLowest(v, lowest float64) bool {
	return (p.normal && v-quantileMargin < lowest) || (!p.normal && v == lowest)
}

func (p *quantileTransformer) isHighest(v, highest float64) bool {
	return (p.normal && v+quantileMargin > highest) || (!p.normal && v == highest)
}

func (p *quantileTransformer) invert(q []float64, y float64) float64 {
	if p.normal {
		y = elementary.NormalCDF(y)
	}
	switch {
	case p.isLowest(y, 0):
		return q[0]
	case p.isHighest(y, 1):
		return q[len(q)-1]
	}
	return interpolate(y, p.references, q)
}

// normalPoint returns the normal distribution's point at p, within its limits.
func normalPoint(p float64) float64 {
	switch {
	case p <= quantileMargin-0x1p-52:
		return normalLow
	case p >= 1-(quantileMargin-0x1p-52):
		return normalHigh
	}
	return min(max(elementary.NormalPPF(p), normalLow), normalHigh)
}

// interpolate returns interp(v, a, b).
func interpolate(v float64, a, b []float64) float64 {
	n := len(a)
	i := countAtMost(a, v) - 1
	switch {
	case i < 0:
		return b[0]
	case i == n-1 || a[i] == v:
		return b[i]
	}
	slope := (b[i+1] - b[i]) / (a[i+1] - a[i])
	y := float64(slope*(v-a[i])) + b[i]
	if y != y {
		if y = float64(slope*(v-a[i+1])) + b[i+1]; y != y && b[i] == b[i+1] {
			y = b[i]
		}
	}
	return y
}
