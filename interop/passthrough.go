package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// passthroughArm is the name of the family, whose steps a pipeline leaves out.
const passthroughArm = "passthrough"

// passthrough computes PassthroughProto.
type passthrough struct {
	d int
	// types are those of the features; nil when all are numbers.
	types []DataType
}

func newPassthrough(p *modelxpb.PassthroughProto, path string) (*passthrough, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	types, err := typesOf(p.GetStrings(), p.GetNFeatures(), path+".strings")
	if err != nil {
		return nil, err
	}
	return &passthrough{d: int(p.GetNFeatures()), types: types}, nil
}

// typesOf returns the types of features of which some are strings; nil when none is.
func typesOf(strings []bool, features int32, path string) ([]DataType, error) {
	if len(strings) == 0 {
		return nil, nil
	}
	if err := checkCount(len(strings), features, 1, "n_features, or none", path); err != nil {
		return nil, err
	}
	types, some := make([]DataType, len(strings)), false
	for i, is := range strings {
		types[i] = TypeFloat64
		if is {
			types[i], some = TypeString, true
		}
	}
	if !some {
		return nil, nil
	}
	return types, nil
}

func (p *passthrough) width() int                { return p.d }
func (p *passthrough) inputTypes() []DataType    { return p.types }
func (p *passthrough) columnTypes(op) []DataType { return p.types }

func (p *passthrough) outputs() []output {
	if p.types != nil {
		return []output{{opTransform, p.d, TypeNone}}
	}
	return []output{{opTransform, p.d, TypeFloat64}, {opInverseTransform, p.d, TypeFloat64}}
}

func (p *passthrough) run(_ op, dst, x []float64, _ int) error {
	copy(dst, x)
	return nil
}
