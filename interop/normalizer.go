package modelx

import (
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// smallestNorm is the norm below which a row stays as it is.
const smallestNorm = 10 * 0x1p-52

// normalizer computes NormalizerProto.
type normalizer struct {
	path string
	d    int
	norm func(row []float64) float64
}

func newNormalizer(p *modelxpb.NormalizerProto, path string) (*normalizer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	n := &normalizer{path: path, d: int(p.GetNFeatures())}
	switch p.GetNorm() {
	case modelxpb.NormalizerProto_NORM_L1:
		n.norm = sumOfAbsolutes
	case modelxpb.NormalizerProto_NORM_L2:
		n.norm = func(row []float64) float64 { return math.Sqrt(dot(row, row)) }
	case modelxpb.NormalizerProto_NORM_MAX:
		n.norm = largestAbsolute
	default:
		return nil, unknownEnum(int32(p.GetNorm()), path+".norm")
	}
	return n, nil
}

func (p *normalizer) width() int { return p.d }

func (p *normalizer) outputs() []output { return []output{{opTransform, p.d, TypeFloat64}} }

func (p *normalizer) run(_ op, dst, x []float64, first int) error {
	for i := 0; len(x) >= p.d && len(dst) >= p.d; i++ {
		row, out := x[:p.d], dst[:p.d]
		norm := p.norm(row)
		// A norm may overflow without an infinity in the row; one with NaN or an infinity among its terms is no number.
		if !isFinite(norm) {
			if err := refuseNonFinite(p.path, first+i, row); err != nil {
				return err
			}
		}
		if norm < smallestNorm {
			norm = 1
		}
		for j, v := range row {
			out[j] = v / norm
		}
		x, dst = x[p.d:], dst[p.d:]
	}
	return nil
}

// sumOfAbsolutes is the sum of |x[j]|, in the order of [dot].
func sumOfAbsolutes(x []float64) float64 {
	var sums [4]float64
	for j, v := range x {
		sums[j&3] += math.Abs(v)
	}
	return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

// largestAbsolute is the largest |x[j]|, or NaN if there is one.
func largestAbsolute(x []float64) float64 {
	largest := 0.0
	for _, v := range x {
		if a := math.Abs(v); a > largest || a != a {
			if largest = a; a != a {
				break
			}
		}
	}
	return largest
}
