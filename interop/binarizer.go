package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// binarizer computes BinarizerProto.
type binarizer struct {
	path      string
	d         int
	threshold float64
}

func newBinarizer(p *modelxpb.BinarizerProto, path string) (*binarizer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if err := checkFiniteValue(p.GetThreshold(), path+".threshold"); err != nil {
		return nil, err
	}
	return &binarizer{path: path, d: int(p.GetNFeatures()), threshold: p.GetThreshold()}, nil
}

func (p *binarizer) width() int { return p.d }

func (p *binarizer) outputs() []output { return []output{{opTransform, p.d, TypeFloat64}} }

func (p *binarizer) run(_ op, dst, x []float64, first int) error {
	dst = dst[:len(x)]
	for i, v := range x {
		if !isFinite(v) {
			return refuseNonFinite(p.path, first+i/p.d, x[i/p.d*p.d:][:p.d])
		}
		dst[i] = 0
		if v > p.threshold {
			dst[i] = 1
		}
	}
	return nil
}
