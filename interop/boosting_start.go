package modelx

import (
	"fmt"
	"sync"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// boostingStart is what the sums of GradientBoostingProto begin with: constants, or the answers of a model.
type boostingStart struct {
	constants []float64
	model     *node
	op        op
	// columns is how many values the model gives for each row.
	columns int
	link    modelxpb.GradientBoostingProto_Link
	clip    float64
	set     *treeSet
	// buffers are *startBuffers, kept from one call to the next.
	buffers sync.Pool
}

// startBuffers hold the rows rounded to float32, and what the model says of them.
type startBuffers struct{ rows, answers []float64 }

// newBoostingStart checks that there is one beginning, and that it has the form of the sums.
func newBoostingStart(
	c *compiler, p *modelxpb.GradientBoostingProto, set *treeSet, path string, depth int,
) (*boostingStart, error) {
	s := &boostingStart{link: p.GetLink(), clip: p.GetClip(), set: set}
	if p.GetModel() == nil {
		s.constants = p.GetInit()
		if err := checkCount(len(s.constants), 1, p.GetNOutputs(), "n_outputs", path+".init"); err != nil {
			return nil, err
		}
		if err := checkFinite(s.constants, path+".init"); err != nil {
			return nil, err
		}
		return s, checkClip(s.clip, false, path)
	}
	if err := checkCount(len(p.GetInit()), 1, 0, "the sums begin with a model", path+".init"); err != nil {
		return nil, err
	}
	var err error
	if s.model, err = c.compile(p.GetModel(), path+".model", depth+1); err != nil {
		return nil, err
	}
	classifier := s.link != modelxpb.GradientBoostingProto_LINK_IDENTITY
	s.op, s.columns = opPredict, 1
	if classifier {
		s.op, s.columns = opPredictProba, max(2, int(p.GetNOutputs()))
	}
	if err := s.checkModel(set.d, path+".model"); err != nil {
		return nil, err
	}
	return s, checkClip(s.clip, classifier, path)
}

// checkModel checks that the model takes rows of d numbers, and gives as many numbers as the sums begin with.
func (s *boostingStart) checkModel(d int, path string) error {
	if s.model.width() != d {
		return &Error{
			Kind: ErrShape, Path: path, Found: fmt.Sprintf("a model of %d features", s.model.width()), Want: fmt.Sprint(d),
			Hint: exportAgain,
		}
	}
	out := s.model.find(s.op)
	fits := out != nil && out.kind == TypeFloat64 && out.values() == s.columns
	for _, t := range s.model.types() {
		fits = fits && t == TypeFloat64
	}
	if !fits {
		return &Error{
			Kind: ErrShape, Path: path, Found: fmt.Sprintf("%s, which lacks it", s.model.arm),
			Want: fmt.Sprintf("a model whose %s gives %d numbers for rows of numbers", methods[s.op], s.columns), Hint: exportAgain,
		}
	}
	return nil
}

// checkClip checks how far probabilities are kept from 0 and 1: some way, or not at all.
func checkClip(clip float64, wanted bool, path string) error {
	want := "0, without a classifier to begin with"
	if wanted {
		want = "a number between 0 and 0.5"
	}
	if wanted && clip > 0 && clip < 0.5 || !wanted && clip == 0 {
		return nil
	}
	return &Error{Kind: ErrShape, Path: path + ".clip", Found: formatFloat(clip), Want: want, Hint: exportAgain}
}

// write sets the sums of each row of x, as many for each as dst has place for.
func (s *boostingStart) write(dst, x []float64, first int) error {
	if s.model == nil {
		if len(s.constants) == 1 {
			for i := range dst {
				dst[i] = s.constants[0]
			}
			return nil
		}
		for len(dst) > 0 {
			dst = dst[copy(dst, s.constants):]
		}
		return nil
	}
	b, _ := s.buffers.Get().(*startBuffers)
	if b == nil {
		b = new(startBuffers)
	}
	defer s.buffers.Put(b)
	if cap(b.rows) < len(x) {
		b.rows = make([]float64, len(x))
	}
	rows := b.rows[:len(x)]
	for i, v := range x {
		f := float32(v)
		if f-f != 0 {
			// Trees and model refuse it alike; the trees' message is the one of this model.
			if err := s.set.refuse(v, first+i/s.set.d, i%s.set.d); err != nil {
				return err
			}
		}
		rows[i] = float64(f)
	}
	if s.link == modelxpb.GradientBoostingProto_LINK_IDENTITY {
		return s.model.run(s.op, dst, rows, first)
	}
	n := len(x) / s.set.d * s.columns
	if cap(b.answers) < n {
		b.answers = make([]float64, n)
	}
	answers := b.answers[:n]
	if err := s.model.run(s.op, answers, rows, first); err != nil {
		return err
	}
	s.unlink(dst, answers)
	return nil
}

// unlink writes the sums that probabilities come of.
func (s *boostingStart) unlink(dst, probabilities []float64) {
	for k, p := range probabilities {
		probabilities[k] = min(max(p, s.clip), 1-s.clip)
	}
	if s.link != modelxpb.GradientBoostingProto_LINK_SOFTMAX {
		for i := range dst {
			p := probabilities[2*i+1]
			dst[i] = elementary.Log(p / (1 - p))
			if s.link == modelxpb.GradientBoostingProto_LINK_HALF_LOGIT {
				dst[i] *= 0.5
			}
		}
		return
	}
	for k := s.columns; len(dst) >= k; dst, probabilities = dst[k:], probabilities[k:] {
		var sum float64
		for _, p := range probabilities[:k] {
			sum += elementary.Log(p)
		}
		mean := elementary.Exp(sum / float64(k))
		for i, p := range probabilities[:k] {
			dst[i] = elementary.Log(p / mean)
		}
	}
}
