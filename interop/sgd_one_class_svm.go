package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// sgdOneClassSVM computes SGDOneClassSVMProto.
type sgdOneClassSVM struct {
	path   string
	w      []float64
	offset float64
}

func newSGDOneClassSVM(p *modelxpb.SGDOneClassSVMProto, path string) (*sgdOneClassSVM, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	w := p.GetCoefficients()
	if err := checkCount(len(w), 1, p.GetNFeatures(), "n_features", path+".coefficients"); err != nil {
		return nil, err
	}
	if err := checkFinite(w, path+".coefficients"); err != nil {
		return nil, err
	}
	if !isFinite(p.GetOffset()) {
		return nil, &Error{
			Kind: ErrNonFinite, Path: path + ".offset", Found: formatFloat(p.GetOffset()), Want: "a finite value",
			Hint: exportAgain,
		}
	}
	return &sgdOneClassSVM{path: path, w: w, offset: p.GetOffset()}, nil
}

func (p *sgdOneClassSVM) width() int { return len(p.w) }

func (p *sgdOneClassSVM) outputs() []output {
	return []output{{opPredict, 0, TypeInt64}, {opDecisionFunction, 0, TypeFloat64}, {opScoreSamples, 0, TypeFloat64}}
}

func (p *sgdOneClassSVM) run(o op, dst, x []float64, first int) error {
	d := len(p.w)
	for i := range dst {
		row := x[i*d : (i+1)*d]
		s := dot(row, p.w) - p.offset
		if !isFinite(s) {
			if err := refuseNonFinite(p.path, first+i, row); err != nil {
				return err
			}
		}
		switch {
		case o == opDecisionFunction:
			dst[i] = s
		case o == opScoreSamples:
			dst[i] = s + p.offset
		case s >= 0:
			dst[i] = 1
		default:
			dst[i] = -1
		}
	}
	return nil
}
