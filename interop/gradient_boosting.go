package modelx

import (
	"fmt"
	"sync"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// gradientBoosting computes GradientBoostingProto.
type gradientBoosting struct {
	path string
	// k is how many sums there are for each row.
	k          int
	start      *boostingStart
	trees      *treeSums
	link       modelxpb.GradientBoostingProto_Link
	classes    *Labels
	outputList []output
	// sums are *[]float64, for the labels of several classes.
	sums sync.Pool
}

func newGradientBoosting(
	c *compiler, p *modelxpb.GradientBoostingProto, path string, depth int,
) (*gradientBoosting, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if err := checkPositive(p.GetNOutputs(), path+".n_outputs"); err != nil {
		return nil, err
	}
	g := &gradientBoosting{path: path, k: int(p.GetNOutputs()), link: p.GetLink()}
	if err := g.checkLink(p); err != nil {
		return nil, err
	}
	rate := p.GetLearningRate()
	if !isFinite(rate) {
		return nil, &Error{
			Kind: ErrNonFinite, Path: path + ".learning_rate", Found: formatFloat(rate), Want: "a finite value", Hint: exportAgain,
		}
	}
	trees := p.GetTrees()
	if len(trees) == 0 || len(trees)%g.k != 0 {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".trees", Found: fmt.Sprintf("%d trees", len(trees)),
			Want: fmt.Sprintf("%d for each stage, and at least one stage", g.k), Hint: exportAgain,
		}
	}
	set, leaves, err := newTreeSet(trees, p.GetNFeatures(), 1, false, path, func(i int) string {
		return fmt.Sprintf("%s.trees[%d]", path, i)
	})
	if err != nil {
		return nil, err
	}
	if g.start, err = newBoostingStart(c, p, set, path, depth); err != nil {
		return nil, err
	}
	var columns []int
	if g.k > 1 {
		columns = make([]int, len(trees))
		for i := range columns {
			columns[i] = i % g.k
		}
	}
	g.trees = newTreeSums(set, leaves, 1, columns, func(tree int) []float64 {
		values := make([]float64, len(trees[tree].GetValues()))
		for i, v := range trees[tree].GetValues() {
			values[i] = rate * v
		}
		return values
	})
	g.describe()
	return g, nil
}

// checkLink checks the link, the number of sums and the classes against each other.
func (p *gradientBoosting) checkLink(proto *modelxpb.GradientBoostingProto) (err error) {
	place := p.path + ".link"
	if err := checkEnum(int32(p.link), modelxpb.GradientBoostingProto_Link_name, place); err != nil {
		return err
	}
	softmax := p.link == modelxpb.GradientBoostingProto_LINK_SOFTMAX
	switch {
	case p.link == modelxpb.GradientBoostingProto_LINK_UNSPECIFIED:
		return &Error{Kind: ErrShape, Path: place, Found: "no link", Want: "one of the schema's", Hint: exportAgain}
	case softmax && p.k < 3, !softmax && p.k != 1:
		return &Error{
			Kind: ErrShape, Path: p.path + ".n_outputs", Found: fmt.Sprint(p.k), Want: "at least 3 sums for a softmax, else 1",
			Hint: exportAgain,
		}
	}
	if p.link == modelxpb.GradientBoostingProto_LINK_IDENTITY {
		if c := proto.GetClasses(); len(c.GetInts())+len(c.GetDoubles())+len(c.GetStrings())+len(c.GetBools()) > 0 {
			return &Error{
				Kind: ErrLabels, Path: p.path + ".classes", Found: "classes of a regressor", Want: "none", Hint: exportAgain,
			}
		}
		return nil
	}
	if p.classes, err = newLabels(proto.GetClasses(), p.path+".classes"); err != nil {
		return err
	}
	if want := max(2, p.k); p.classes.Len() != want {
		return &Error{
			Kind: ErrLabels, Path: p.path + ".classes", Found: fmt.Sprintf("%d classes", p.classes.Len()),
			Want: fmt.Sprintf("%d, for %d sums", want, p.k), Hint: exportAgain,
		}
	}
	return nil
}

func (p *gradientBoosting) describe() {
	if p.classes == nil {
		p.outputList = []output{{opPredict, 0, TypeFloat64}}
		return
	}
	c, scores := p.classes.Len(), p.k
	if scores == 1 {
		scores = 0
	}
	p.outputList = []output{
		{opPredict, 0, p.classes.kind}, {opPredictProba, c, TypeFloat64}, {opPredictLogProba, c, TypeFloat64},
		{opDecisionFunction, scores, TypeFloat64},
	}
}

// members are the models inside.
func (p *gradientBoosting) members() []*node {
	if p.start.model == nil {
		return nil
	}
	return []*node{p.start.model}
}

func (p *gradientBoosting) width() int        { return p.trees.set.d }
func (p *gradientBoosting) outputs() []output { return p.outputList }

func (p *gradientBoosting) run(o op, dst, x []float64, first int) error {
	switch {
	case o == opPredictProba || o == opPredictLogProba:
		return p.probabilities(o, dst, x, first)
	case o == opPredict && p.classes != nil:
		return p.labels(dst, x, first)
	default:
		return p.raw(dst, x, first)
	}
}

// raw writes the sums of each row.
func (p *gradientBoosting) raw(dst, x []float64, first int) error {
	if err := p.start.write(dst, x, first); err != nil {
		return err
	}
	return p.trees.add(dst, p.k, x, first)
}

// labels writes the values of the predicted classes.
func (p *gradientBoosting) labels(dst, x []float64, first int) error {
	values, err := p.classes.numbers(p.path)
	if err != nil {
		return err
	}
	if p.k == 1 {
		if err := p.raw(dst, x, first); err != nil {
			return err
		}
		for i, s := range dst {
			dst[i] = values[notNegative(s)]
		}
		return nil
	}
	return p.each(x, first, func(row int, sums []float64) { dst[row] = values[argmax(sums)] })
}

// notNegative is the number of the class that a single sum decides for.
func notNegative(s float64) int {
	if s >= 0 {
		return 1
	}
	return 0
}

// each calls f with the sums of each row.
func (p *gradientBoosting) each(x []float64, first int, f func(row int, sums []float64)) error {
	rows := len(x) / p.width()
	b, _ := p.sums.Get().(*[]float64)
	if b == nil {
		b = new([]float64)
	}
	defer p.sums.Put(b)
	if cap(*b) < rows*p.k {
		*b = make([]float64, rows*p.k)
	}
	sums := (*b)[:rows*p.k]
	if err := p.raw(sums, x, first); err != nil {
		return err
	}
	for i := range rows {
		f(i, sums[i*p.k:(i+1)*p.k])
	}
	return nil
}

func (p *gradientBoosting) indexes() bool { return p.classes != nil }

func (p *gradientBoosting) index(dst []int, x []float64, first int) error {
	if p.k == 1 {
		return p.each(x, first, func(row int, sums []float64) { dst[row] = notNegative(sums[0]) })
	}
	return p.each(x, first, func(row int, sums []float64) { dst[row] = argmax(sums) })
}

// probabilities writes predict_proba, or its logarithm.
func (p *gradientBoosting) probabilities(o op, dst, x []float64, first int) error {
	if p.k == 1 {
		// The sums wait in the second half, which is filled from the front no faster than they are used.
		sums := dst[len(dst)/2:]
		if err := p.raw(sums, x, first); err != nil {
			return err
		}
		for i, s := range sums {
			if p.link == modelxpb.GradientBoostingProto_LINK_HALF_LOGIT {
				s *= 2
			}
			v := elementary.Expit(s)
			dst[2*i], dst[2*i+1] = 1-v, v
		}
	} else {
		if err := p.raw(dst, x, first); err != nil {
			return err
		}
		for rest := dst; len(rest) >= p.k; rest = rest[p.k:] {
			softmax(rest[:p.k])
		}
	}
	if o == opPredictLogProba {
		for k, v := range dst {
			dst[k] = elementary.Log(v)
		}
	}
	return nil
}

// softmax turns scores into probabilities, in place.
func softmax(s []float64) {
	top := s[argmax(s)]
	var sum float64
	for k, v := range s {
		s[k] = elementary.Exp(v - top)
		sum += s[k]
	}
	for k := range s {
		s[k] /= sum
	}
}
