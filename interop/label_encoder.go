package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// labelEncoder computes LabelEncoderProto.
type labelEncoder struct{ encodedFeatures }

func newLabelEncoder(c *compiler, p *modelxpb.LabelEncoderProto, names []string, path string) (*labelEncoder, error) {
	features, err := newEncodedFeatures(c, p.GetFeatures(), names, path, noGroups)
	if err != nil {
		return nil, err
	}
	if n := features.width(); n != 1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".features", Found: fmt.Sprintf("%d features", n), Want: "1", Hint: exportAgain,
		}
	}
	return &labelEncoder{features}, nil
}

func (e *labelEncoder) outputs() []output {
	return []output{{opTransform, 1, TypeFloat64}, {opInverseTransform, 1, e.kindOfInverse()}}
}

func (e *labelEncoder) columnTypes(o op) []DataType {
	if o == opInverseTransform {
		return e.inputTypes()
	}
	return nil
}

func (e *labelEncoder) run(o op, dst, x []float64, first int) error {
	f := &e.features[0]
	for i, v := range x {
		if o == opTransform {
			k := f.find(v)
			if k < 0 {
				return e.refuse(first+i, 0, v)
			}
			dst[i] = float64(k)
			continue
		}
		if k := int64(v); float64(k) != v || k < 0 || k >= int64(len(f.values)) {
			return refusedValue(e.path, first+i, 0, v, fmt.Sprintf("the number of one of %d labels", len(f.values)))
		}
		dst[i] = f.values[int(v)]
	}
	return nil
}
