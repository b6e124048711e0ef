package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// sgdClassifier computes SGDClassifierProto.
type sgdClassifier struct {
	path        string
	d           int
	w           []float64 // row-major, len(b) x d
	panels      panels    // of w
	b           []float64
	classes     *Labels
	probability modelxpb.SGDClassifierProto_Probability
	multilabel  bool
	outputList  []output
}

func newSGDClassifier(p *modelxpb.SGDClassifierProto, path string) (*sgdClassifier, error) {
	w, b := p.GetCoefficients(), p.GetIntercepts()
	if len(b) == 0 || int64(len(b)) > int64(1)<<31-1 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".intercepts", Found: fmt.Sprintf("%d intercepts", len(b)),
			Want: "one for each output", Hint: exportAgain,
		}
	}
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	err := checkCount(len(w), int32(len(b)), p.GetNFeatures(), "intercepts x n_features", path+".coefficients")
	if err != nil {
		return nil, err
	}
	if err := checkFinite(w, path+".coefficients"); err != nil {
		return nil, err
	}
	if err := checkFinite(b, path+".intercepts"); err != nil {
		return nil, err
	}
	classes, err := newLabels(p.GetClasses(), path+".classes")
	if err != nil {
		return nil, err
	}
	c := &sgdClassifier{
		path: path, d: int(p.GetNFeatures()), w: w, panels: newPanels(w, int(p.GetNFeatures())), b: b, classes: classes, probability: p.GetProbability(),
		multilabel: p.GetTarget() == modelxpb.SGDClassifierProto_TARGET_MULTILABEL,
	}
	if err := c.checkClasses(); err != nil {
		return nil, err
	}
	if err := c.checkChoices(p); err != nil {
		return nil, err
	}
	c.outputList = c.describe()
	return c, nil
}

// checkClasses checks that there are as many classes as outputs, or two for one output.
func (p *sgdClassifier) checkClasses() error {
	m, c := len(p.b), p.classes.Len()
	if p.multilabel {
		right := p.classes.kind == TypeInt64 && c == m
		for i := 0; right && i < m; i++ {
			right = p.classes.ints[i] == int64(i)
		}
		if !right {
			return &Error{
				Kind: ErrLabels, Path: p.path + ".classes", Found: fmt.Sprintf("%d labels of type %s", c, p.classes.kind),
				Want: fmt.Sprintf("the ints 0 ... %d of a multilabel model", m-1), Hint: exportAgain,
			}
		}
		return nil
	}
	if c < 2 || (m != c && (m != 1 || c != 2)) {
		return &Error{
			Kind: ErrLabels, Path: p.path + ".classes", Found: fmt.Sprintf("%d classes for %d outputs", c, m),
			Want: "as many classes as outputs, or 2 for 1", Hint: exportAgain,
		}
	}
	return nil
}

// checkChoices checks the enumerations, and that they suit each other and the number of outputs.
func (p *sgdClassifier) checkChoices(proto *modelxpb.SGDClassifierProto) error {
	place := p.path + ".probability"
	if err := checkEnum(int32(p.probability), modelxpb.SGDClassifierProto_Probability_name, place); err != nil {
		return err
	}
	err := checkEnum(int32(proto.GetTarget()), modelxpb.SGDClassifierProto_Target_name, p.path+".target")
	if err != nil {
		return err
	}
	softmax := p.probability == modelxpb.SGDClassifierProto_PROBABILITY_SOFTMAX
	if (p.multilabel && p.probability != 0) || (softmax && len(p.b) == 1) {
		return &Error{
			Kind: ErrShape, Path: place, Found: fmt.Sprintf("%s with %d outputs, multilabel: %t", p.probability, len(p.b), p.multilabel),
			Want: "none for multilabel models, and no softmax of one output", Hint: exportAgain,
		}
	}
	return nil
}

func (p *sgdClassifier) describe() []output {
	scores := output{opDecisionFunction, len(p.b), TypeFloat64}
	if len(p.b) == 1 {
		scores.columns = 0
	}
	if p.multilabel {
		return []output{{opPredict, len(p.b), TypeInt64}, scores}
	}
	outs := []output{{opPredict, 0, p.classes.kind}}
	if p.probability != modelxpb.SGDClassifierProto_PROBABILITY_UNSPECIFIED {
		c := p.classes.Len()
		outs = append(outs, output{opPredictProba, c, TypeFloat64}, output{opPredictLogProba, c, TypeFloat64})
	}
	return append(outs, scores)
}

func (p *sgdClassifier) width() int        { return p.d }
func (p *sgdClassifier) outputs() []output { return p.outputList }

func (p *sgdClassifier) run(o op, dst, x []float64, first int) error {
	switch {
	case o == opPredict && !p.multilabel:
		return p.labels(dst, x, first)
	case o == opPredictProba || o == opPredictLogProba:
		return p.probabilities(o, dst, x, first)
	}
	m := len(p.b)
	if m == 1 {
		if err := p.singleScores(dst, x, first); err != nil {
			return err
		}
	}
	for i := 0; len(dst) >= m && len(x) >= p.d; i++ {
		out := dst[:m]
		if m > 1 {
			if err := p.scores(out, x[:p.d], first+i); err != nil {
				return err
			}
		}
		if o == opPredict {
			for k, s := range out {
				out[k] = 0
				if s > 0 {
					out[k] = 1
				}
			}
		}
		dst, x = dst[m:], x[p.d:]
	}
	return nil
}

// scores writes the decision function of one row, of len(p.b) >= 2 values.
func (p *sgdClassifier) scores(out, row []float64, number int) error {
	p.panels.products(out, row)
	for k, b := range p.b {
		out[k] += b
	}
	// Each score has every input among its factors: the first one tells of them all.
	if !isFinite(out[0]) {
		return refuseNonFinite(p.path, number, row)
	}
	return nil
}

// singleScores writes the decision function of all rows of a model with a single output.
func (p *sgdClassifier) singleScores(dst, x []float64, first int) error {
	dots(dst, p.w, x)
	b := p.b[0]
	for i := range dst {
		dst[i] += b
		if !isFinite(dst[i]) {
			if err := refuseNonFinite(p.path, first+i, x[i*p.d:(i+1)*p.d]); err != nil {
				return err
			}
		}
	}
	return nil
}

// labels writes the values of the predicted classes.
func (p *sgdClassifier) labels(dst, x []float64, first int) error {
	values, err := p.classes.numbers(p.path)
	if err != nil {
		return err
	}
	if len(p.b) == 1 {
		if err := p.singleScores(dst, x, first); err != nil {
			return err
		}
		for i, s := range dst {
			dst[i] = values[positive(s)]
		}
		return nil
	}
	for i := range dst {
		k, err := p.class(x[i*p.d:(i+1)*p.d], first+i)
		if err != nil {
			return err
		}
		dst[i] = values[k]
	}
	return nil
}

// positive is the number of the class that a single score decides for.
func positive(s float64) int {
	if s > 0 {
		return 1
	}
	return 0
}

func (p *sgdClassifier) indexes() bool { return !p.multilabel }

func (p *sgdClassifier) index(dst []int, x []float64, first int) error {
	for i := range dst {
		k, err := p.class(x[i*p.d:(i+1)*p.d], first+i)
		if err != nil {
			return err
		}
		dst[i] = k
	}
	return nil
}

// class returns the number of a row's class: by the sign of a single score, or the first of the largest scores. NaN,
// which only an overflow can produce, is the largest.
func (p *sgdClassifier) class(row []float64, number int) (int, error) {
	if len(p.b) == 1 {
		var s [1]float64
		err := p.singleScores(s[:], row, number)
		return positive(s[0]), err
	}
	best, largest := 0, math.Inf(-1)
	var scores [panelBlock]float64
	for k := 0; k < len(p.b); k += panelBlock {
		n := p.panels.block(&scores, row, k)
		for i, b := range p.b[k : k+n] {
			score := scores[i] + b
			if k+i == 0 {
				if !isFinite(score) {
					if err := refuseNonFinite(p.path, number, row); err != nil {
						return 0, err
					}
				}
				largest = score
			} else if above(score, largest) {
				largest, best = score, k+i
			}
		}
	}
	return best, nil
}

// above reports whether s is larger than t, NaN being larger than all but itself.
func above(s, t float64) bool { return s > t || (s != s && t == t) }

// probabilities writes predict_proba, or its logarithm.
func (p *sgdClassifier) probabilities(o op, dst, x []float64, first int) error {
	c := p.classes.Len()
	if len(p.b) == 1 {
		// The scores wait in the second half, which is filled from the front no faster than they are used.
		scores := dst[len(dst)/2:]
		if err := p.singleScores(scores, x, first); err != nil {
			return err
		}
		for i, s := range scores {
			v := p.single(s)
			dst[2*i], dst[2*i+1] = 1-v, v
		}
	} else {
		for i := range len(x) / p.d {
			out := dst[i*c : (i+1)*c]
			if err := p.scores(out, x[i*p.d:(i+1)*p.d], first+i); err != nil {
				return err
			}
			p.normalize(out)
		}
	}
	if o == opPredictLogProba {
		for k, v := range dst {
			dst[k] = elementary.Log(v)
		}
	}
	return nil
}

// single turns one score into a probability, by the model's formula for scores that stand alone.
func (p *sgdClassifier) single(s float64) float64 {
	if p.probability == modelxpb.SGDClassifierProto_PROBABILITY_LOGISTIC {
		return elementary.Expit(s)
	}
	if s < -1 {
		s = -1
	}
	if s > 1 {
		s = 1
	}
	return (s + 1) / 2
}

// normalize turns the scores of all classes into probabilities, in place.
func (p *sgdClassifier) normalize(s []float64) {
	var sum float64
	if p.probability == modelxpb.SGDClassifierProto_PROBABILITY_SOFTMAX {
		largest := s[0]
		for _, v := range s[1:] {
			if above(v, largest) {
				largest = v
			}
		}
		for k, v := range s {
			s[k] = elementary.Exp(v - largest)
			sum += s[k]
		}
	} else {
		for k, v := range s {
			s[k] = p.single(v)
			sum += s[k]
		}
		if sum == 0 {
			for k := range s {
				s[k] = 1 / float64(len(s))
			}
			return
		}
	}
	for k := range s {
		s[k] /= sum
	}
}
