package modelx

import (
	"fmt"
	"slices"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// stackingOps are what members are asked for.
var stackingOps = map[modelxpb.StackingProto_Method]op{
	modelxpb.StackingProto_METHOD_PREDICT:           opPredict,
	modelxpb.StackingProto_METHOD_PREDICT_PROBA:     opPredictProba,
	modelxpb.StackingProto_METHOD_DECISION_FUNCTION: opDecisionFunction,
}

// stacking computes StackingProto.
type stacking struct {
	labelled
	members []*node
	// asked is what each member is asked for, and which of its columns are taken.
	asked       []stacked
	final       *node
	passthrough bool
	// columns is how wide transform is.
	columns int
	// positions are the classes that the labels of final stand for.
	positions []int
	// lists are the classes of each of several labels, and places the column of each one's first class among the
	// probabilities of final.
	lists      []*Labels
	places     []int
	outputList []output
	types      []DataType
	block      int
	buffers    scratches
}

// stacked is what one member adds to transform: the kept columns of a method, or all of them where kept is nil.
type stacked struct {
	op      op
	kind    DataType
	columns int
	kept    []int
}

// width is how many columns it adds.
func (s *stacked) width() int {
	if s.kept != nil {
		return len(s.kept)
	}
	return s.columns
}

func newStacking(c *compiler, p *modelxpb.StackingProto, path string, depth int) (*stacking, error) {
	members, err := c.compileMembers(p.GetMembers(), path, depth)
	if err != nil {
		return nil, err
	}
	if err := checkOneWidth(members, path); err != nil {
		return nil, err
	}
	s := &stacking{members: members, passthrough: p.GetPassthrough()}
	s.path = path
	if err := checkCount(len(p.GetMethods()), int32(len(members)), 1, "one for each member", path+".methods"); err != nil {
		return nil, err
	}
	if err := s.setMethods(p, path); err != nil {
		return nil, err
	}
	if err := s.setOutputs(p, path); err != nil {
		return nil, err
	}
	for i := range s.asked {
		s.columns += s.asked[i].width()
	}
	if s.passthrough {
		s.columns += s.width()
	}
	if s.final, err = c.compile(p.GetFinal(), path+".final", depth+1); err != nil {
		return nil, err
	}
	if p.GetClasses() != nil {
		if s.classes, err = newLabels(p.GetClasses(), path+".classes"); err != nil {
			return nil, err
		}
	}
	if err := s.checkFinal(path); err != nil {
		return nil, err
	}
	if err := checkMemberTypes(members, path); err != nil {
		return nil, err
	}
	s.types = memberTypes(members)
	if s.passthrough && s.types != nil {
		return nil, &Error{
			Kind: ErrPipeline, Path: path + ".final", Found: "strings that are passed on", Want: "numbers", Hint: exportAgain,
		}
	}
	s.block = max(1, cachedValues/2/max(s.columns, s.width()))
	return s, nil
}

// setMethods checks that the members have what they are asked for.
func (s *stacking) setMethods(p *modelxpb.StackingProto, path string) error {
	for _, method := range p.GetMethods() {
		if _, ok := stackingOps[method]; !ok {
			return &Error{
				Kind: ErrShape, Path: path + ".methods", Found: fmt.Sprintf("method %d", method),
				Want: "one that this release knows", Hint: "use a newer release of modelx",
			}
		}
	}
	labels := p.GetClasses()
	two := len(labels.GetInts())+len(labels.GetDoubles())+len(labels.GetStrings())+len(labels.GetBools()) == 2
	for i, method := range p.GetMethods() {
		out, err := requireNumbers(s.members[i], stackingOps[method], anyColumns, memberPath(path, i))
		if err != nil {
			return err
		}
		one := stacked{op: out.op, kind: out.kind, columns: out.values()}
		if two && out.op == opPredictProba {
			one.kept = columnsFrom(1, one.columns)
		}
		s.asked = append(s.asked, one)
	}
	return nil
}

// checkFinal checks that the last model takes what the members give, and gives what the whole does.
func (s *stacking) checkFinal(path string) error {
	if s.final.width() != s.columns {
		return &Error{
			Kind: ErrPipeline, Path: path + ".final", Found: fmt.Sprintf("%d features", s.final.width()),
			Want: fmt.Sprintf("%d, which the members give", s.columns), Hint: exportAgain,
		}
	}
	transform := output{opTransform, s.columns, TypeInt64}
	if s.passthrough || slices.ContainsFunc(s.asked, func(one stacked) bool { return one.kind != TypeInt64 }) {
		transform.kind = TypeFloat64
	}
	if len(s.lists) > 0 {
		return s.checkSeveral(transform, path)
	}
	if s.classes == nil {
		if _, err := requireNumbers(s.final, opPredict, 0, path+".final"); err != nil {
			return err
		}
		s.outputList = []output{{opPredict, 0, TypeFloat64}, transform}
		return nil
	}
	var err error
	if s.positions, err = positions(s.final, s.classes.Len(), path+".final"); err != nil {
		return err
	}
	s.outputList = []output{{opPredict, 0, s.classes.kind}}
	for _, o := range []op{opPredictProba, opDecisionFunction} {
		if out := s.final.find(o); out != nil {
			s.outputList = append(s.outputList, *out)
		}
	}
	s.outputList = append(s.outputList, transform)
	return nil
}

// inside returns all models inside.
func (s *stacking) inside() []*node { return append(slices.Clone(s.members), s.final) }

func (s *stacking) width() int             { return s.members[0].width() }
func (s *stacking) outputs() []output      { return s.outputList }
func (s *stacking) inputTypes() []DataType { return s.types }
func (s *stacking) indexes() bool          { return s.classes != nil }

func (s *stacking) run(o op, dst, x []float64, first int) error {
	switch {
	case o == opPredict && s.indexes():
		return s.labels(s, dst, x, first)
	case o == opPredict && len(s.lists) > 0:
		return s.severalLabels(dst, x, first)
	case o == opPredictProba && len(s.lists) > 0:
		return s.firstProbabilities(dst, x, first)
	}
	columns := 1
	for _, out := range s.outputList {
		if out.op == o {
			columns = out.values()
		}
	}
	b := s.buffers.borrow()
	defer s.buffers.put(b)
	for d := s.width(); len(x) > 0; {
		rows := min(s.block, len(x)/d)
		meta := dst[:rows*columns]
		if o != opTransform {
			meta = b.float(1, rows*s.columns)
		}
		err := s.stack(b, meta, x[:rows*d], first)
		if err == nil && o != opTransform {
			err = s.final.run(o, dst[:rows*columns], meta, first)
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows*columns:], x[rows*d:], first+rows
	}
	return nil
}

// stack writes what the members give, side by side, and the rows themselves where they are passed on.
func (s *stacking) stack(b *scratch, meta, x []float64, first int) error {
	rows, at := len(x)/s.width(), 0
	for m, one := range s.asked {
		given := b.float(0, rows*one.columns)
		if err := s.members[m].run(one.op, given, x, first); err != nil {
			return err
		}
		for i := range rows {
			from, to := given[i*one.columns:(i+1)*one.columns], meta[i*s.columns+at:]
			if one.kept == nil {
				copy(to, from)
			}
			for j, column := range one.kept {
				to[j] = from[column]
			}
		}
		at += one.width()
	}
	if s.passthrough {
		for i, d := 0, s.width(); i < rows; i++ {
			copy(meta[i*s.columns+at:], x[i*d:][:d])
		}
	}
	return nil
}

func (s *stacking) index(dst []int, x []float64, first int) error {
	b := s.buffers.borrow()
	defer s.buffers.put(b)
	for d := s.width(); len(x) > 0; {
		rows := min(s.block, len(x)/d)
		meta := b.float(1, rows*s.columns)
		err := s.stack(b, meta, x[:rows*d], first)
		if err == nil {
			err = s.final.predictor.(indexer).index(dst[:rows], meta, first)
		}
		if err != nil {
			return err
		}
		for i, k := range dst[:rows] {
			dst[i] = s.positions[k]
		}
		dst, x, first = dst[rows:], x[rows*d:], first+rows
	}
	return nil
}
