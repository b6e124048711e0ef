package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// transformedTarget computes TransformedTargetProto.
type transformedTarget struct {
	regressor *node
	// transformer is nil where there is a function.
	transformer *node
	function    func(float64) float64
	// given and columns are how many values the regressor and the whole predict for a row.
	given, columns int
	outputList     []output
	block          int
	buffers        scratches
}

func newTransformedTarget(
	c *compiler, p *modelxpb.TransformedTargetProto, path string, depth int,
) (*transformedTarget, error) {
	regressor, err := c.compile(p.GetModel(), path+".model", depth+1)
	if err != nil {
		return nil, err
	}
	predict, err := requireNumbers(regressor, opPredict, anyColumns, path+".model")
	if err != nil {
		return nil, err
	}
	t := &transformedTarget{regressor: regressor, given: predict.values(), columns: predict.values()}
	function, known := plainFunctions[p.GetInverse()]
	if known == (p.GetFinal() != nil) || (!known && p.GetInverse() != 0) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".inverse", Found: fmt.Sprintf("function %d", p.GetInverse()),
			Want: "one that this release knows, or a transformer", Hint: exportAgain,
		}
	}
	t.function = function
	if p.GetFinal() != nil {
		if err := t.setTransformer(c, p.GetFinal(), path+".final", depth); err != nil {
			return nil, err
		}
	}
	if n := int(p.GetNOutputs()); n != t.columns && (n != 0 || t.columns != 1) {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".n_outputs", Found: fmt.Sprint(n), Want: fmt.Sprint(t.columns), Hint: exportAgain,
		}
	}
	t.outputList = []output{{opPredict, int(p.GetNOutputs()), TypeFloat64}}
	t.block = max(1, cachedValues/2/max(t.given, t.width()))
	return t, nil
}

// setTransformer checks the transformer, whose inverse_transform takes what the regressor predicts.
func (t *transformedTarget) setTransformer(c *compiler, p *modelxpb.ModelProto, path string, depth int) error {
	var err error
	if t.transformer, err = c.compile(p, path, depth+1); err != nil {
		return err
	}
	transform := t.transformer.find(opTransform)
	if transform == nil || transform.columns != t.given {
		return &Error{
			Kind: ErrPipeline, Path: path, Found: "a transformer of other targets", Want: fmt.Sprintf("%d columns", t.given),
			Hint: exportAgain,
		}
	}
	for _, o := range []op{opTransform, opInverseTransform} {
		if _, err := requireNumbers(t.transformer, o, anyColumns, path); err != nil {
			return err
		}
	}
	t.columns = t.transformer.find(opInverseTransform).values()
	return nil
}

// inside returns all models inside.
func (t *transformedTarget) inside() []*node {
	if t.transformer == nil {
		return []*node{t.regressor}
	}
	return []*node{t.regressor, t.transformer}
}

func (t *transformedTarget) width() int        { return t.regressor.width() }
func (t *transformedTarget) outputs() []output { return t.outputList }

func (t *transformedTarget) inputTypes() []DataType {
	if taker, ok := t.regressor.predictor.(stringTaker); ok {
		return taker.inputTypes()
	}
	return nil
}

func (t *transformedTarget) run(_ op, dst, x []float64, first int) error {
	if t.transformer == nil {
		if err := t.regressor.run(opPredict, dst, x, first); err != nil {
			return err
		}
		if t.function != nil {
			for i, v := range dst {
				dst[i] = t.function(v)
			}
		}
		return nil
	}
	s := t.buffers.borrow()
	defer t.buffers.put(s)
	for d := t.width(); len(x) > 0; {
		rows := min(t.block, len(x)/d)
		given := s.float(0, rows*t.given)
		err := t.regressor.run(opPredict, given, x[:rows*d], first)
		if err == nil {
			err = t.transformer.run(opInverseTransform, dst[:rows*t.columns], given, first)
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows*t.columns:], x[rows*d:], first+rows
	}
	return nil
}
