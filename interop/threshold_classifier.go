package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// thresholdClassifier computes ThresholdClassifierProto.
type thresholdClassifier struct {
	labelled
	inner []*node
	// asked is what the model is asked for: the value at place of each row, or with negate its negative.
	asked      output
	place      int
	negate     bool
	threshold  float64
	positive   int
	outputList []output
	types      []DataType
	block      int
	buffers    scratches
}

func newThresholdClassifier(
	c *compiler, p *modelxpb.ThresholdClassifierProto, path string, depth int,
) (*thresholdClassifier, error) {
	inner, err := c.compile(p.GetModel(), path+".model", depth+1)
	if err != nil {
		return nil, err
	}
	t := &thresholdClassifier{inner: []*node{inner}, threshold: p.GetThreshold(), positive: int(p.GetPositive())}
	t.path, t.classes = path, inner.classes
	ix, ok := inner.predictor.(indexer)
	if !ok || !ix.indexes() || inner.classes == nil || inner.classes.Len() != 2 {
		return nil, &Error{
			Kind: ErrLabels, Path: path + ".model", Found: inner.arm + ", which does not tell two classes apart",
			Want: "a classifier of two classes", Hint: exportAgain,
		}
	}
	o, columns := opPredictProba, 2
	switch p.GetMethod() {
	case modelxpb.ThresholdClassifierProto_METHOD_PREDICT_PROBA:
		t.place = t.positive
	case modelxpb.ThresholdClassifierProto_METHOD_DECISION_FUNCTION:
		o, columns, t.negate = opDecisionFunction, 0, t.positive == 0
	default:
		return nil, unknownEnum(int32(p.GetMethod()), path+".method")
	}
	if p.GetPositive() > 1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".positive", Found: fmt.Sprintf("class %d", p.GetPositive()), Want: "0 or 1",
			Hint: exportAgain,
		}
	}
	out, err := requireNumbers(inner, o, columns, path+".model")
	if err != nil {
		return nil, err
	}
	t.asked = *out
	t.outputList = []output{{opPredict, 0, t.classes.kind}}
	for _, o := range []op{opPredictProba, opPredictLogProba, opDecisionFunction} {
		if out := inner.find(o); out != nil {
			t.outputList = append(t.outputList, *out)
		}
	}
	t.types = memberTypes(t.inner)
	t.block = max(1, cachedValues/2/t.width())
	return t, nil
}

func (t *thresholdClassifier) width() int             { return t.inner[0].width() }
func (t *thresholdClassifier) outputs() []output      { return t.outputList }
func (t *thresholdClassifier) inputTypes() []DataType { return t.types }
func (t *thresholdClassifier) indexes() bool          { return true }

func (t *thresholdClassifier) run(o op, dst, x []float64, first int) error {
	if o == opPredict {
		return t.labels(t, dst, x, first)
	}
	return t.inner[0].run(o, dst, x, first)
}

func (t *thresholdClassifier) index(dst []int, x []float64, first int) error {
	b := t.buffers.borrow()
	defer t.buffers.put(b)
	columns := t.asked.values()
	for d := t.width(); len(x) > 0; {
		rows := min(t.block, len(x)/d)
		given := b.float(0, rows*columns)
		if err := t.inner[0].run(t.asked.op, given, x[:rows*d], first); err != nil {
			return err
		}
		for i := range rows {
			score := given[i*columns+t.place]
			if t.negate {
				score = -score
			}
			if dst[i] = 1 - t.positive; score >= t.threshold {
				dst[i] = t.positive
			}
		}
		dst, x, first = dst[rows:], x[rows*d:], first+rows
	}
	return nil
}
