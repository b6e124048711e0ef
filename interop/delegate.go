package modelx

import "github.com/modelx-dev/modelx/interop/modelxpb"

// delegateArm is the family's name.
const delegateArm = "delegate"

// newDelegate checks DelegateProto and returns its model, whose predictor is the delegate's own: it costs nothing.
func newDelegate(c *compiler, p *modelxpb.DelegateProto, path string, depth int) (*node, error) {
	return c.compile(p.GetModel(), path+".model", depth+1)
}
