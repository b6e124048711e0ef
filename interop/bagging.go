package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// bagging computes BaggingProto.
type bagging struct {
	labelled
	d       int
	members []*node
	// features are those that each member takes; nil where all take all.
	features [][]uint32
	// positions are the classes that the members' labels stand for.
	positions [][]int
	// logs says that members give the logarithms of their probabilities.
	logs       bool
	outputList []output
	types      []DataType
	block      int
	buffers    scratches
}

func newBagging(c *compiler, p *modelxpb.BaggingProto, path string, depth int) (*bagging, error) {
	members, err := c.compileMembers(p.GetMembers(), path, depth)
	if err != nil {
		return nil, err
	}
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	b := &bagging{d: int(p.GetNFeatures()), members: members}
	b.path = path
	if err := b.setFeatures(p.GetFeatures(), path); err != nil {
		return nil, err
	}
	if p.GetClasses() == nil {
		err = b.checkRegressors(path)
	} else {
		err = b.checkClassifiers(p.GetClasses(), path)
	}
	if err != nil {
		return nil, err
	}
	if err := b.setTypes(path); err != nil {
		return nil, err
	}
	widest := b.d
	for _, member := range members {
		for _, out := range member.outs {
			widest = max(widest, out.values())
		}
	}
	b.block = max(1, cachedValues/2/widest)
	return b, nil
}

// setFeatures checks which features the members take, and that they are as wide as that.
func (b *bagging) setFeatures(features []*modelxpb.BaggingProto_Features, path string) error {
	if len(features) > 0 {
		if err := checkCount(len(features), int32(len(b.members)), 1, "one for each member", path+".features"); err != nil {
			return err
		}
		b.features = make([][]uint32, len(features))
	}
	for i, taken := range features {
		b.features[i] = taken.GetIndices()
		for _, index := range b.features[i] {
			if int64(index) >= int64(b.d) {
				return &Error{
					Kind: ErrShape, Path: fmt.Sprintf("%s.features[%d].indices", path, i), Found: fmt.Sprintf("feature %d", index),
					Want: fmt.Sprintf("one of %d", b.d), Hint: exportAgain,
				}
			}
		}
	}
	for i, member := range b.members {
		n := b.d
		if b.features != nil {
			n = len(b.features[i])
		}
		if member.width() != n {
			return &Error{
				Kind: ErrPipeline, Path: memberPath(path, i), Found: fmt.Sprintf("a member of %d features", member.width()),
				Want: fmt.Sprintf("%d, which it is given", n), Hint: exportAgain,
			}
		}
	}
	return nil
}

// setTypes merges what the members take, by feature.
func (b *bagging) setTypes(path string) error {
	taken, strings := 0, false
	for _, member := range b.members {
		taken += member.width()
		strings = strings || member.types() != nil
	}
	if !strings {
		return nil
	}
	if err := checkUnread(b.d, taken, path); err != nil {
		return err
	}
	types, some := make([]DataType, b.d), false
	for i := range types {
		types[i] = TypeNone
	}
	for m, member := range b.members {
		for i := range member.width() {
			feature := i
			if b.features != nil {
				feature = int(b.features[m][i])
			}
			t := member.inputType(i)
			if t == TypeNone {
				continue
			}
			if types[feature] != TypeNone && types[feature] != t {
				return &Error{
					Kind: ErrPipeline, Path: memberPath(path, m), Found: fmt.Sprintf("feature %d of type %s", feature, t),
					Want: fmt.Sprintf("type %s, which others take", types[feature]), Hint: exportAgain,
				}
			}
			types[feature] = t
		}
	}
	for i, t := range types {
		// A feature that no member takes may be anything, and is a number where nothing says otherwise.
		if t == TypeNone {
			types[i] = TypeFloat64
		}
		some = some || types[i] != TypeFloat64
	}
	if some {
		b.types = types
	}
	return nil
}

func (b *bagging) checkRegressors(path string) error {
	columns := anyColumns
	for i, member := range b.members {
		out, err := requireNumbers(member, opPredict, columns, memberPath(path, i))
		if err != nil {
			return err
		}
		columns = out.columns
	}
	b.outputList = []output{{opPredict, columns, TypeFloat64}}
	return nil
}

func (b *bagging) checkClassifiers(labels *modelxpb.Labels, path string) error {
	var err error
	if b.classes, err = newLabels(labels, path+".classes"); err != nil {
		return err
	}
	k := b.classes.Len()
	b.positions = make([][]int, len(b.members))
	b.logs = b.members[0].find(opPredictLogProba) != nil
	for i, member := range b.members {
		place := memberPath(path, i)
		if b.positions[i], err = positions(member, k, place); err != nil {
			return err
		}
		n := len(b.positions[i])
		if member.find(opPredictProba) != nil {
			if _, err := requireNumbers(member, opPredictProba, n, place); err != nil {
				return err
			}
		}
		if b.logs {
			if _, err := requireNumbers(member, opPredictLogProba, n, place); err != nil {
				return err
			}
		}
	}
	b.outputList = []output{
		{opPredict, 0, b.classes.kind}, {opPredictProba, k, TypeFloat64}, {opPredictLogProba, k, TypeFloat64},
	}
	if columns, ok := b.scoreColumns(); ok {
		b.outputList = append(b.outputList, output{opDecisionFunction, columns, TypeFloat64})
	}
	return nil
}

// scoreColumns returns the columns of decision_function, which is there when all members have it for all classes.
func (b *bagging) scoreColumns() (int, bool) {
	columns := anyColumns
	for i, member := range b.members {
		out := member.find(opDecisionFunction)
		if out == nil || (i > 0 && out.columns != columns) || len(b.positions[i]) != b.classes.Len() {
			return 0, false
		}
		columns = out.columns
	}
	return columns, true
}

func (b *bagging) width() int             { return b.d }
func (b *bagging) outputs() []output      { return b.outputList }
func (b *bagging) inputTypes() []DataType { return b.types }
func (b *bagging) indexes() bool          { return b.classes != nil }

func (b *bagging) run(o op, dst, x []float64, first int) error {
	if o == opPredict && b.indexes() {
		return b.labels(b, dst, x, first)
	}
	columns := 1
	for _, out := range b.outputList {
		if out.op == o {
			columns = out.values()
		}
	}
	s := b.buffers.borrow()
	defer b.buffers.put(s)
	for len(x) > 0 {
		rows := min(b.block, len(x)/b.d)
		if err := b.compute(o, s, dst[:rows*columns], x[:rows*b.d], first); err != nil {
			return err
		}
		dst, x, first = dst[rows*columns:], x[rows*b.d:], first+rows
	}
	return nil
}

// compute is run for a block of rows, of a method that gives numbers.
func (b *bagging) compute(o op, s *scratch, dst, x []float64, first int) error {
	switch {
	case o == opPredictProba:
		return b.probabilities(s, dst, x, first)
	case o == opPredictLogProba && b.logs:
		return b.logProbabilities(s, dst, x, first)
	case o == opPredictLogProba:
		if err := b.probabilities(s, dst, x, first); err != nil {
			return err
		}
		for i, p := range dst {
			dst[i] = elementary.Log(p)
		}
		return nil
	}
	clear(dst)
	given := s.float(0, len(dst))
	for m, member := range b.members {
		if err := member.run(o, given, b.taken(s, m, x), first); err != nil {
			return err
		}
		for i, v := range given {
			dst[i] += v
		}
	}
	b.divide(dst)
	return nil
}

func (b *bagging) divide(sums []float64) {
	for i := range sums {
		sums[i] /= float64(len(b.members))
	}
}

// taken returns the features of the rows that a member takes.
func (b *bagging) taken(s *scratch, m int, x []float64) []float64 {
	if b.features == nil {
		return x
	}
	features := b.features[m]
	out := s.float(1, len(x)/b.d*len(features))
	for i := 0; (i+1)*b.d <= len(x); i++ {
		row, part := x[i*b.d:][:b.d], out[i*len(features):][:len(features)]
		for j, feature := range features {
			part[j] = row[feature]
		}
	}
	return out
}

// probabilities writes the mean of the members' probabilities, or votes.
func (b *bagging) probabilities(s *scratch, dst, x []float64, first int) error {
	clear(dst)
	rows, k := len(x)/b.d, b.classes.Len()
	for m, member := range b.members {
		positions, given := b.positions[m], b.taken(s, m, x)
		if member.find(opPredictProba) == nil {
			found := s.int(rows)
			if err := member.predictor.(indexer).index(found, given, first); err != nil {
				return err
			}
			for i, label := range found {
				dst[i*k+positions[label]]++
			}
			continue
		}
		p := s.float(0, rows*len(positions))
		if err := member.run(opPredictProba, p, given, first); err != nil {
			return err
		}
		for i := range rows {
			for j, position := range positions {
				dst[i*k+position] += p[i*len(positions)+j]
			}
		}
	}
	b.divide(dst)
	return nil
}

// logProbabilities writes the logarithm of the mean of the members' probabilities, from their logarithms.
func (b *bagging) logProbabilities(s *scratch, dst, x []float64, first int) error {
	for i := range dst {
		dst[i] = math.Inf(-1)
	}
	rows, k := len(x)/b.d, b.classes.Len()
	for m, member := range b.members {
		positions := b.positions[m]
		logs := s.float(0, rows*len(positions))
		if err := member.run(opPredictLogProba, logs, b.taken(s, m, x), first); err != nil {
			return err
		}
		for i := range rows {
			for j, position := range positions {
				dst[i*k+position] = logAddExp(dst[i*k+position], logs[i*len(positions)+j])
			}
		}
	}
	n := elementary.Log(float64(len(b.members)))
	for i := range dst {
		dst[i] -= n
	}
	return nil
}

// logAddExp returns log(e^a + e^b).
func logAddExp(a, b float64) float64 {
	if a == b {
		return a + math.Ln2
	}
	if d := a - b; d > 0 {
		return a + elementary.Log1p(elementary.Exp(-d))
	} else if d <= 0 {
		return b + elementary.Log1p(elementary.Exp(d))
	}
	return math.NaN()
}

func (b *bagging) index(dst []int, x []float64, first int) error {
	s := b.buffers.borrow()
	defer b.buffers.put(s)
	k := b.classes.Len()
	for len(x) > 0 {
		rows := min(b.block, len(x)/b.d)
		scores := s.float(2, rows*k)
		if err := b.probabilities(s, scores, x[:rows*b.d], first); err != nil {
			return err
		}
		for i := range rows {
			dst[i] = argmax(scores[i*k:][:k])
		}
		dst, x, first = dst[rows:], x[rows*b.d:], first+rows
	}
	return nil
}
