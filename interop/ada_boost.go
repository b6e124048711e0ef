package modelx

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// adaBoost computes AdaBoostProto.
type adaBoost struct {
	labelled
	members []*node
	weights []float64
	total   float64
	// positions are the classes that the members' labels stand for.
	positions [][]int
	// real says that members give probabilities in the place of votes.
	real       bool
	outputList []output
	types      []DataType
	block      int
	buffers    scratches
	ranks      sync.Pool
}

// ranked is a member's prediction and weight.
type ranked struct{ value, weight float64 }

func newAdaBoost(c *compiler, p *modelxpb.AdaBoostProto, path string, depth int) (*adaBoost, error) {
	members, err := c.compileMembers(p.GetMembers(), path, depth)
	if err != nil {
		return nil, err
	}
	if err := checkOneWidth(members, path); err != nil {
		return nil, err
	}
	a := &adaBoost{members: members, weights: p.GetWeights(), total: p.GetTotal()}
	a.path = path
	if err := checkCount(len(a.weights), int32(len(members)), 1, "one for each member", path+".weights"); err != nil {
		return nil, err
	}
	if err := checkFinite(a.weights, path+".weights"); err != nil {
		return nil, err
	}
	if !isFinite(a.total) || (a.total == 0) == (p.GetClasses() != nil) {
		return nil, &Error{
			Kind: ErrNonFinite, Path: path + ".total", Found: formatFloat(a.total),
			Want: "the sum of a classifier's weights, not 0", Hint: exportAgain,
		}
	}
	if err := a.checkMembers(p.GetClasses(), path); err != nil {
		return nil, err
	}
	if a.real = p.GetReal(); a.real {
		if err := a.checkProbabilities(path); err != nil {
			return nil, err
		}
	}
	if err := checkMemberTypes(members, path); err != nil {
		return nil, err
	}
	a.types = memberTypes(members)
	a.block = max(1, cachedValues/4/max(a.width(), len(members)))
	return a, nil
}

// checkMembers checks the classes, and that the members are classifiers of them, or regressors.
func (a *adaBoost) checkMembers(labels *modelxpb.Labels, path string) error {
	if labels == nil {
		for i, member := range a.members {
			if _, err := requireNumbers(member, opPredict, 0, memberPath(path, i)); err != nil {
				return err
			}
		}
		a.outputList = []output{{opPredict, 0, TypeFloat64}}
		return nil
	}
	var err error
	if a.classes, err = newLabels(labels, path+".classes"); err != nil {
		return err
	}
	k := a.classes.Len()
	if k < 2 {
		return &Error{
			Kind: ErrLabels, Path: path + ".classes", Found: "one class", Want: "two at least", Hint: exportAgain,
		}
	}
	a.positions = make([][]int, len(a.members))
	for i, member := range a.members {
		if a.positions[i], err = placesAmong(a.classes, member, memberPath(path, i)); err != nil {
			return err
		}
	}
	scores := output{opDecisionFunction, k, TypeFloat64}
	if k == 2 {
		scores.columns = 0
	}
	a.outputList = []output{
		{opPredict, 0, a.classes.kind}, {opPredictProba, k, TypeFloat64}, {opPredictLogProba, k, TypeFloat64}, scores,
	}
	return nil
}

// placesAmong returns where the classes of a member stand among those of the whole.
func placesAmong(classes *Labels, n *node, path string) ([]int, error) {
	ix, ok := n.predictor.(indexer)
	if !ok || !ix.indexes() || n.classes == nil {
		return nil, &Error{
			Kind: ErrLabels, Path: path, Found: n.arm + ", which gives no one class for each row", Want: "a classifier",
			Hint: exportAgain,
		}
	}
	places := make(map[string]int, classes.Len())
	for i := range classes.Len() {
		places[classes.Text(i)] = i
	}
	out := make([]int, n.classes.Len())
	for i := range out {
		place, ok := places[n.classes.Text(i)]
		if !ok || n.classes.kind != classes.kind {
			return nil, &Error{
				Kind: ErrLabels, Path: path, Found: fmt.Sprintf("the class %q of type %s", n.classes.Text(i), n.classes.kind),
				Want: "one of the model's", Hint: exportAgain,
			}
		}
		out[i] = place
	}
	return out, nil
}

func (a *adaBoost) width() int             { return a.members[0].width() }
func (a *adaBoost) outputs() []output      { return a.outputList }
func (a *adaBoost) inputTypes() []DataType { return a.types }
func (a *adaBoost) indexes() bool          { return a.classes != nil }

func (a *adaBoost) run(o op, dst, x []float64, first int) error {
	if o == opPredict && a.indexes() {
		return a.labels(a, dst, x, first)
	}
	s := a.buffers.borrow()
	defer a.buffers.put(s)
	for d := a.width(); len(x) > 0; {
		rows := min(a.block, len(x)/d)
		columns := 1
		var err error
		if !a.indexes() {
			err = a.medians(s, dst[:rows], x[:rows*d], first)
		} else {
			k := a.classes.Len()
			if o != opDecisionFunction || k > 2 {
				columns = k
			}
			votes := s.float(0, rows*k)
			if err = a.votes(s, votes, x[:rows*d], first); err == nil {
				a.finish(o, dst[:rows*columns], votes)
			}
		}
		if err != nil {
			return err
		}
		dst, x, first = dst[rows*columns:], x[rows*d:], first+rows
	}
	return nil
}

// votes writes f, for each row and class.
func (a *adaBoost) votes(s *scratch, votes, x []float64, first int) error {
	clear(votes)
	if a.real {
		return a.realVotes(s, votes, x, first)
	}
	k := a.classes.Len()
	against := -1 / float64(k-1)
	found := s.int(len(votes) / k)
	for m, member := range a.members {
		if err := member.predictor.(indexer).index(found, x, first); err != nil {
			return err
		}
		w := a.weights[m]
		other := float64(against * w)
		for i, label := range found {
			row, place := votes[i*k:][:k], a.positions[m][label]
			for j := range row {
				if j == place {
					row[j] += w
				} else {
					row[j] += other
				}
			}
		}
	}
	for i := range votes {
		votes[i] /= a.total
	}
	return nil
}

// leastProbability is the smallest one that a logarithm is taken of.
const leastProbability = 0x1p-52

// checkProbabilities checks that each member has a probability for each class of the model's, in their order.
func (a *adaBoost) checkProbabilities(path string) error {
	if a.classes == nil {
		return &Error{Kind: ErrLabels, Path: path + ".real", Found: "real without classes", Want: "a classifier", Hint: exportAgain}
	}
	for i, member := range a.members {
		if !slices.Equal(a.positions[i], columnsFrom(0, a.classes.Len())) {
			return &Error{
				Kind: ErrLabels, Path: memberPath(path, i), Found: "other classes, or another order", Want: "just the model's",
				Hint: exportAgain,
			}
		}
		if _, err := requireNumbers(member, opPredictProba, a.classes.Len(), memberPath(path, i)); err != nil {
			return err
		}
	}
	return nil
}

// realVotes is votes of members that give probabilities. votes are 0.
func (a *adaBoost) realVotes(s *scratch, votes, x []float64, first int) error {
	k := a.classes.Len()
	share, others := 1/float64(k), float64(k-1)
	given := s.float(1, len(votes))
	for _, member := range a.members {
		if err := member.run(opPredictProba, given, x, first); err != nil {
			return err
		}
		for i := 0; i < len(votes); i += k {
			row, sum := given[i:i+k], 0.0
			for j, p := range row {
				row[j] = elementary.Log(max(p, leastProbability))
				sum += row[j]
			}
			mean := float64(share * sum)
			for j, l := range row {
				votes[i+j] += float64(others * (l - mean))
			}
		}
	}
	for i := range votes {
		votes[i] /= a.total
	}
	return nil
}

// finish turns f into what a method gives.
func (a *adaBoost) finish(o op, dst, votes []float64) {
	k := a.classes.Len()
	for i := 0; (i+1)*k <= len(votes); i++ {
		f := votes[i*k:][:k]
		if o == opDecisionFunction {
			if k == 2 {
				dst[i] = -f[0] + f[1]
			} else {
				copy(dst[i*k:], f)
			}
			continue
		}
		out := dst[i*k:][:k]
		if k == 2 {
			d := -f[0] + f[1]
			out[0], out[1] = -d/2, d/2
		} else {
			for j, v := range f {
				out[j] = v / float64(k-1)
			}
		}
		toProbabilities(out)
		if o == opPredictLogProba {
			for j, v := range out {
				out[j] = elementary.Log(v)
			}
		}
	}
}

// toProbabilities writes the softmax of scores in their place.
func toProbabilities(z []float64) {
	largest := z[argmax(z)]
	var sum float64
	for j, v := range z {
		z[j] = elementary.Exp(v - largest)
		sum += z[j]
	}
	for j := range z {
		z[j] /= sum
	}
}

func (a *adaBoost) index(dst []int, x []float64, first int) error {
	s := a.buffers.borrow()
	defer a.buffers.put(s)
	k := a.classes.Len()
	for d := a.width(); len(x) > 0; {
		rows := min(a.block, len(x)/d)
		votes := s.float(0, rows*k)
		if err := a.votes(s, votes, x[:rows*d], first); err != nil {
			return err
		}
		for i := range rows {
			f := votes[i*k:][:k]
			if k == 2 {
				dst[i] = positive(-f[0] + f[1])
			} else {
				dst[i] = argmax(f)
			}
		}
		dst, x, first = dst[rows:], x[rows*d:], first+rows
	}
	return nil
}

// medians writes the weighted median of the members' predictions.
func (a *adaBoost) medians(s *scratch, dst, x []float64, first int) error {
	rows, m := len(dst), len(a.members)
	given := s.float(0, rows*m)
	for i, member := range a.members {
		if err := member.run(opPredict, given[i*rows:][:rows], x, first); err != nil {
			return err
		}
	}
	pooled, ok := a.ranks.Get().(*[]ranked)
	if !ok {
		made := make([]ranked, m)
		pooled = &made
	}
	defer a.ranks.Put(pooled)
	order := *pooled
	for row := range rows {
		for i := range order {
			order[i] = ranked{given[i*rows+row], a.weights[i]}
		}
		slices.SortStableFunc(order, func(a, b ranked) int { return cmp.Compare(a.value, b.value) })
		dst[row] = median(order)
	}
	return nil
}

// median returns the first of the sorted values at which half of the weights is reached.
func median(order []ranked) float64 {
	var all, sum float64
	for _, one := range order {
		all += one.weight
	}
	for _, one := range order {
		if sum += one.weight; sum >= 0.5*all {
			return one.value
		}
	}
	return order[0].value
}
