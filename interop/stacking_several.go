package modelx

import (
	"fmt"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// columnsFrom returns start ... end - 1.
func columnsFrom(start, end int) []int {
	out := make([]int, 0, end-start)
	for i := start; i < end; i++ {
		out = append(out, i)
	}
	return out
}

// setOutputs checks the classes of several labels, and chooses the columns of members that give probabilities of each.
func (s *stacking) setOutputs(p *modelxpb.StackingProto, path string) error {
	given := p.GetOutputs()
	if len(given) == 0 {
		return nil
	}
	if p.GetClasses() != nil || len(given) < 2 {
		return &Error{
			Kind: ErrLabels, Path: path + ".outputs", Found: fmt.Sprintf("%d labels, or classes beside them", len(given)),
			Want: "at least two, and no classes", Hint: exportAgain,
		}
	}
	for k, one := range given {
		labels, err := newLabels(one, fmt.Sprintf("%s.outputs[%d]", path, k))
		if err != nil {
			return err
		}
		s.lists = append(s.lists, labels)
	}
	for _, labels := range s.lists {
		if labels.kind != s.lists[0].kind {
			return &Error{
				Kind: ErrLabels, Path: path + ".outputs", Want: "one type", Hint: exportAgain,
				Found: fmt.Sprintf("labels of types %s and %s", s.lists[0].kind, labels.kind),
			}
		}
	}
	for i := range s.asked {
		if s.asked[i].op != opPredictProba {
			continue
		}
		trees := treesOfSeveral(s.members[i])
		if trees == nil {
			return &Error{
				Kind: ErrPipeline, Path: memberPath(path, i), Found: s.members[i].arm + " without probabilities of several labels",
				Want: "trees of several outputs", Hint: exportAgain,
			}
		}
		start := 0
		s.asked[i].kept = []int{}
		for _, end := range trees.ends {
			s.asked[i].kept = append(s.asked[i].kept, columnsFrom(start+1, end)...)
			start = end
		}
	}
	return nil
}

// innermost returns the last step of pipelines, and what delegates ask.
func innermost(n *node) *node {
	for {
		switch {
		case len(n.steps) > 0:
			n = n.steps[len(n.steps)-1]
		case n.arm == delegateArm:
			n = n.members[0]
		default:
			return n
		}
	}
}

// treesOfSeveral returns the trees that a model of several labels ends in; nil for any other model.
func treesOfSeveral(n *node) *treeModel {
	if t, ok := innermost(n).predictor.(*treeModel); ok && len(t.labels) > 1 {
		return t
	}
	return nil
}

// numbersOfOutputs returns the classes of each of several labels that a model predicts; none for any other model.
func numbersOfOutputs(n *node) []*Labels {
	switch m := innermost(n).predictor.(type) {
	case *treeModel:
		if len(m.labels) > 1 {
			return m.labels
		}
	case *stacking:
		return m.lists
	case *sgdClassifier:
		if !m.indexes() {
			two := &Labels{kind: TypeInt64, ints: []int64{0, 1}, values: []float64{0, 1}}
			lists := make([]*Labels, m.classes.Len())
			for k := range lists {
				lists[k] = two
			}
			return lists
		}
	}
	return nil
}

// checkSeveral checks that the last model predicts numbers of the classes of each label.
func (s *stacking) checkSeveral(transform output, path string) error {
	found := numbersOfOutputs(s.final)
	if len(found) != len(s.lists) {
		return &Error{
			Kind: ErrLabels, Path: path + ".final", Found: fmt.Sprintf("%d labels for each row", len(found)),
			Want: fmt.Sprint(len(s.lists)), Hint: exportAgain,
		}
	}
	for k, numbers := range found {
		n := int64(s.lists[k].Len())
		for i := range numbers.Len() {
			if numbers.kind != TypeInt64 || numbers.ints[i] < 0 || numbers.ints[i] >= n {
				return &Error{
					Kind: ErrLabels, Path: path + ".final", Found: fmt.Sprintf("the class %q of label %d", numbers.Text(i), k),
					Want: fmt.Sprintf("one of the ints 0 ... %d", n-1), Hint: exportAgain,
				}
			}
		}
	}
	s.outputList = []output{{opPredict, len(s.lists), s.lists[0].kind}}
	if trees := treesOfSeveral(s.final); trees != nil {
		s.outputList = append(s.outputList, output{opPredictProba, len(s.lists), TypeFloat64})
		s.places = append([]int{0}, trees.ends[:len(trees.ends)-1]...)
	}
	if out := s.final.find(opDecisionFunction); out != nil {
		s.outputList = append(s.outputList, *out)
	}
	s.outputList = append(s.outputList, transform)
	return nil
}

func (s *stacking) labelLists() []*Labels { return s.lists }

// severalLabels writes the values of the labels.
func (s *stacking) severalLabels(dst, x []float64, first int) error {
	for _, labels := range s.lists {
		if _, err := labels.numbers(s.path); err != nil {
			return err
		}
	}
	return s.askFinal(opPredict, len(s.lists), x, first, func(at int, given []float64) {
		for i, v := range given {
			dst[at+i] = s.lists[i%len(s.lists)].values[int(v)]
		}
	})
}

// labelIndices writes for each row and label the number of its class.
func (s *stacking) labelIndices(dst []int, x []float64, first int) error {
	return s.askFinal(opPredict, len(s.lists), x, first, func(at int, given []float64) {
		for i, v := range given {
			dst[at+i] = int(v)
		}
	})
}

// firstProbabilities writes for each label the probability of its first class.
func (s *stacking) firstProbabilities(dst, x []float64, first int) error {
	columns := s.final.find(opPredictProba).columns
	return s.askFinal(opPredictProba, columns, x, first, func(at int, given []float64) {
		for i := 0; i < len(given)/columns; i++ {
			for k, place := range s.places {
				dst[(at/columns+i)*len(s.places)+k] = given[i*columns+place]
			}
		}
	})
}

// askFinal gives what the last model answers, so many columns for each row, block after block; at is where a block begins.
func (s *stacking) askFinal(o op, columns int, x []float64, first int, write func(at int, given []float64)) error {
	b := s.buffers.borrow()
	defer s.buffers.put(b)
	for d, at := s.width(), 0; len(x) > 0; {
		rows := min(s.block, len(x)/d)
		meta := b.float(1, rows*s.columns)
		if err := s.stack(b, meta, x[:rows*d], first); err != nil {
			return err
		}
		given := b.float(2, rows*columns)
		if err := s.final.run(o, given, meta, first); err != nil {
			return err
		}
		write(at, given)
		at, x, first = at+rows*columns, x[rows*d:], first+rows
	}
	return nil
}
