package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// passthroughArm is the name of the family, whose steps a pipeline leaves out.
const passthroughArm = "passthrough"

// passthrough computes PassthroughProto.
type passthrough struct{ d int }

func newPassthrough(p *modelxpb.PassthroughProto, path string) (*passthrough, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	return &passthrough{d: int(p.GetNFeatures())}, nil
}

func (p *passthrough) width() int { return p.d }

func (p *passthrough) outputs() []output {
	return []output{{opTransform, p.d, TypeFloat64}, {opInverseTransform, p.d, TypeFloat64}}
}

func (p *passthrough) run(_ op, dst, x []float64, _ int) error {
	copy(dst, x)
	return nil
}
