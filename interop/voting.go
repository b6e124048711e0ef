package modelx

import (
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// voting computes VotingProto.
type voting struct {
	labelled
	members []*node
	// positions are the classes that the members' labels stand for.
	positions  [][]int
	weights    []float64
	total      float64
	vote       modelxpb.VotingProto_Vote
	outputList []output
	types      []DataType
	block      int
	buffers    scratches
}

func newVoting(c *compiler, p *modelxpb.VotingProto, path string, depth int) (*voting, error) {
	members, err := c.compileMembers(p.GetMembers(), path, depth)
	if err != nil {
		return nil, err
	}
	if err := checkOneWidth(members, path); err != nil {
		return nil, err
	}
	v := &voting{members: members, weights: p.GetWeights(), total: p.GetTotal(), vote: p.GetVote()}
	v.path = path
	if len(v.weights) > 0 {
		if err := checkCount(len(v.weights), int32(len(members)), 1, "one for each member", path+".weights"); err != nil {
			return nil, err
		}
	}
	if err := checkFinite(v.weights, path+".weights"); err != nil {
		return nil, err
	}
	if !isFinite(v.total) || (v.total == 0) != (len(v.weights) == 0) {
		return nil, &Error{
			Kind: ErrNonFinite, Path: path + ".total", Found: formatFloat(v.total), Want: "the sum of the weights, not 0",
			Hint: exportAgain,
		}
	}
	if err := checkEnum(int32(v.vote), modelxpb.VotingProto_Vote_name, path+".vote"); err != nil {
		return nil, err
	}
	if err := v.checkVote(p, path); err != nil {
		return nil, err
	}
	if err := checkMemberTypes(members, path); err != nil {
		return nil, err
	}
	if len(v.weights) == 0 {
		v.total = float64(len(members))
	}
	v.types = memberTypes(members)
	v.describe(p.GetTransforms())
	return v, nil
}

// checkVote checks the classes, and that the members have what the vote asks for.
func (v *voting) checkVote(p *modelxpb.VotingProto, path string) error {
	if v.vote == modelxpb.VotingProto_VOTE_UNSPECIFIED {
		if p.GetClasses() != nil {
			return &Error{
				Kind: ErrLabels, Path: path + ".classes", Found: "classes of a mean of predictions", Want: "none",
				Hint: exportAgain,
			}
		}
		for i, member := range v.members {
			if _, err := requireNumbers(member, opPredict, 0, memberPath(path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	if v.classes, err = newLabels(p.GetClasses(), path+".classes"); err != nil {
		return err
	}
	v.positions = make([][]int, len(v.members))
	for i, member := range v.members {
		if v.positions[i], err = positions(member, v.classes.Len(), memberPath(path, i)); err != nil {
			return err
		}
		if v.vote == modelxpb.VotingProto_VOTE_SOFT {
			if _, err := requireNumbers(member, opPredictProba, v.classes.Len(), memberPath(path, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *voting) describe(transforms bool) {
	m := len(v.members)
	stacked := output{opTransform, m, TypeFloat64}
	switch v.vote {
	case modelxpb.VotingProto_VOTE_UNSPECIFIED:
		v.outputList = []output{{opPredict, 0, TypeFloat64}}
	case modelxpb.VotingProto_VOTE_SOFT:
		k := v.classes.Len()
		v.outputList = []output{{opPredict, 0, v.classes.kind}, {opPredictProba, k, TypeFloat64}}
		stacked.columns = m * k
	default:
		v.outputList = []output{{opPredict, 0, v.classes.kind}}
		stacked.kind = TypeInt64
	}
	if transforms {
		v.outputList = append(v.outputList, stacked)
	}
	v.block = max(1, cachedValues/2/max(v.each(), v.width()))
}

// each is how many values a member gives for a row, or how many classes it may vote for.
func (v *voting) each() int {
	if v.vote == modelxpb.VotingProto_VOTE_UNSPECIFIED {
		return 1
	}
	return v.classes.Len()
}

func (v *voting) width() int             { return v.members[0].width() }
func (v *voting) outputs() []output      { return v.outputList }
func (v *voting) inputTypes() []DataType { return v.types }
func (v *voting) indexes() bool          { return v.vote != modelxpb.VotingProto_VOTE_UNSPECIFIED }

func (v *voting) run(o op, dst, x []float64, first int) error {
	if o == opPredict && v.indexes() {
		return v.labels(v, dst, x, first)
	}
	columns := v.each()
	if o == opTransform {
		columns = v.outputList[len(v.outputList)-1].columns
	}
	s := v.buffers.borrow()
	defer v.buffers.put(s)
	for d := v.width(); len(x) > 0; {
		rows := min(v.block, len(x)/d)
		var err error
		if o == opTransform {
			err = v.stack(s, dst[:rows*columns], x[:rows*d], first)
		} else {
			err = v.mean(s, dst[:rows*columns], x[:rows*d], first)
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows*columns:], x[rows*d:], first+rows
	}
	return nil
}

// asked is what members are asked for.
func (v *voting) asked() op {
	if v.vote == modelxpb.VotingProto_VOTE_SOFT {
		return opPredictProba
	}
	return opPredict
}

// mean writes the weighted mean of what the members give.
func (v *voting) mean(s *scratch, dst, x []float64, first int) error {
	clear(dst)
	given := s.float(0, len(dst))
	for m, member := range v.members {
		if err := member.run(v.asked(), given, x, first); err != nil {
			return err
		}
		if len(v.weights) == 0 {
			for i, value := range given {
				dst[i] += value
			}
			continue
		}
		w := v.weights[m]
		for i, value := range given {
			dst[i] += float64(w * value)
		}
	}
	for i := range dst {
		dst[i] /= v.total
	}
	return nil
}

// stack writes what the members give, side by side.
func (v *voting) stack(s *scratch, dst, x []float64, first int) error {
	rows := len(x) / v.width()
	columns := len(dst) / max(rows, 1)
	each := columns / len(v.members)
	for m, member := range v.members {
		given := s.float(0, rows*each)
		if v.vote == modelxpb.VotingProto_VOTE_HARD {
			found := s.int(rows)
			if err := member.predictor.(indexer).index(found, x, first); err != nil {
				return err
			}
			for i, k := range found {
				given[i] = float64(v.positions[m][k])
			}
		} else if err := member.run(v.asked(), given, x, first); err != nil {
			return err
		}
		for i := range rows {
			copy(dst[i*columns+m*each:][:each], given[i*each:][:each])
		}
	}
	return nil
}

func (v *voting) index(dst []int, x []float64, first int) error {
	s := v.buffers.borrow()
	defer v.buffers.put(s)
	k := v.classes.Len()
	for d := v.width(); len(x) > 0; {
		rows := min(v.block, len(x)/d)
		scores := s.float(1, rows*k)
		var err error
		if v.vote == modelxpb.VotingProto_VOTE_SOFT {
			err = v.mean(s, scores, x[:rows*d], first)
			for i := range rows {
				dst[i] = argmax(scores[i*k:][:k])
			}
		} else {
			err = v.count(s, dst[:rows], scores, x[:rows*d], first)
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows:], x[rows*d:], first+rows
	}
	return nil
}

// count writes the classes with the most votes. Those beyond the largest label that was predicted are none of them, which
// matters where weights are negative.
func (v *voting) count(s *scratch, dst []int, votes, x []float64, first int) error {
	k := v.classes.Len()
	clear(votes)
	largest := s.float(2, len(dst))
	clear(largest)
	found := s.int(len(dst))
	for m, member := range v.members {
		if err := member.predictor.(indexer).index(found, x, first); err != nil {
			return err
		}
		w := 1.0
		if len(v.weights) > 0 {
			w = v.weights[m]
		}
		for i, label := range found {
			position := v.positions[m][label]
			votes[i*k+position] += w
			largest[i] = max(largest[i], float64(position))
		}
	}
	for i := range dst {
		dst[i] = argmax(votes[i*k:][:int(largest[i])+1])
	}
	return nil
}
