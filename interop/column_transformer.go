package modelx

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// columnTransformer computes ColumnTransformerProto.
type columnTransformer struct {
	d, columns int
	branches   []branch
	members    []*node
	// inputs and outputs have the types where one is of strings; else they are nil.
	inputs, given []DataType
	// block is how many rows pass through a member at a time.
	block int
	// buffers are *between, kept from one call to the next: a member's rows, and what it gives.
	buffers sync.Pool
}

// branch is a member with the features that it takes, and where its columns begin in the output.
type branch struct {
	*node
	columns  []int // nil for all
	at, n    int
	weighted bool
	weight   float64
}

func newColumnTransformer(c *compiler, p *modelxpb.ColumnTransformerProto, path string, depth int) (*columnTransformer, error) {
	if err := checkWidth(p.GetNFeatures(), path); err != nil {
		return nil, err
	}
	if err := checkMemberNames(p, path); err != nil {
		return nil, err
	}
	t := &columnTransformer{d: int(p.GetNFeatures())}
	for i, selection := range p.GetSelections() {
		if err := checkSelection(selection, p.GetNFeatures(), fmt.Sprintf("%s.selections[%d]", path, i)); err != nil {
			return nil, err
		}
	}
	widest := 1
	for i, member := range p.GetMembers() {
		place := fmt.Sprintf("%s.members[%d]", path, i)
		n, err := c.compile(member, place, depth+1)
		if err != nil {
			return nil, err
		}
		b, err := newBranch(n, p.GetSelections()[i], t.d, place)
		if err != nil {
			return nil, err
		}
		b.at = t.columns
		t.columns += b.n
		t.branches, t.members = append(t.branches, b), append(t.members, n)
		widest = max(widest, n.width(), b.n)
	}
	t.block = max(1, cachedValues/2/widest)
	return t, t.setTypes(path)
}

// checkMemberNames checks that there are members, as many as selections, and that their names are distinct and not empty.
func checkMemberNames(p *modelxpb.ColumnTransformerProto, path string) error {
	members := p.GetMembers()
	if len(members) == 0 || len(p.GetSelections()) != len(members) {
		return &Error{
			Kind: ErrShape, Path: path + ".selections",
			Found: fmt.Sprintf("%d selections for %d members", len(p.GetSelections()), len(members)),
			Want:  "as many, and at least one", Hint: exportAgain,
		}
	}
	names := make([]string, len(members))
	for i, member := range members {
		if names[i] = member.GetName(); names[i] == "" {
			return &Error{
				Kind: ErrPipeline, Path: path + ".members", Found: "an empty name", Want: "a name for each member", Hint: exportAgain,
			}
		}
	}
	if i, j := duplicate(names); i >= 0 {
		return &Error{
			Kind: ErrPipeline, Path: path + ".members", Found: fmt.Sprintf("%q as members %d and %d", names[i], i, j),
			Want: "distinct names", Hint: exportAgain,
		}
	}
	return nil
}

func checkSelection(s *modelxpb.ColumnTransformerProto_Selection, d int32, path string) error {
	for i, column := range s.GetColumns() {
		if int64(column) >= int64(d) {
			return &Error{
				Kind: ErrShape, Path: fmt.Sprintf("%s.columns[%d]", path, i), Found: fmt.Sprintf("feature %d", column),
				Want: fmt.Sprintf("one below %d", d), Hint: exportAgain,
			}
		}
	}
	if s.Weight != nil && !isFinite(s.GetWeight()) {
		return &Error{
			Kind: ErrNonFinite, Path: path + ".weight", Found: formatFloat(s.GetWeight()), Want: "a finite value", Hint: exportAgain,
		}
	}
	return nil
}

func newBranch(n *node, s *modelxpb.ColumnTransformerProto_Selection, d int, path string) (branch, error) {
	out := n.find(opTransform)
	if out == nil {
		return branch{}, &Error{
			Kind: ErrPipeline, Path: path, Found: n.arm + ", which has no transform", Want: "a transformer", Hint: exportAgain,
		}
	}
	b := branch{node: n, n: out.values(), weighted: s.Weight != nil, weight: s.GetWeight()}
	selected := d
	if len(s.GetColumns()) > 0 {
		selected = len(s.GetColumns())
		b.columns = make([]int, selected)
		for i, column := range s.GetColumns() {
			b.columns[i] = int(column)
		}
	}
	if n.width() != selected {
		return branch{}, &Error{
			Kind: ErrPipeline, Path: path, Found: fmt.Sprintf("%d features for a member that takes %d", selected, n.width()),
			Want: "as many", Hint: exportAgain,
		}
	}
	return b, nil
}

// setTypes finds the type of each feature, which all members that take it share, and of each column of the output.
func (t *columnTransformer) setTypes(path string) error {
	if t.columns > math.MaxInt32 {
		return &Error{
			Kind: ErrShape, Path: path + ".members", Found: fmt.Sprintf("%d columns", t.columns),
			Want: fmt.Sprintf("at most %d", math.MaxInt32), Hint: exportAgain,
		}
	}
	if err := t.setInputs(path); err != nil {
		return err
	}
	gives := false
	for i, b := range t.branches {
		strings := slices.Contains(b.columnTypes(opTransform), TypeString)
		if b.weighted && strings {
			return &Error{
				Kind: ErrPipeline, Path: fmt.Sprintf("%s.selections[%d].weight", path, i), Found: "a weight of strings",
				Want: "none, for strings have no multiples", Hint: exportAgain,
			}
		}
		gives = gives || strings
	}
	if !gives {
		return nil
	}
	t.given = make([]DataType, 0, t.columns)
	for _, b := range t.branches {
		if types := b.columnTypes(opTransform); types != nil {
			t.given = append(t.given, types...)
			continue
		}
		for range b.n {
			t.given = append(t.given, TypeFloat64)
		}
	}
	return nil
}

// setInputs finds the types of the features, and makes a list of them only where they are not all numbers: a few bytes may
// declare any number of features.
func (t *columnTransformer) setInputs(path string) error {
	taken, numbers := 0, -1 // the first member that takes all features as numbers
	for i := len(t.branches) - 1; i >= 0; i-- {
		b := &t.branches[i]
		taken += b.width()
		if b.columns == nil && b.types() == nil {
			numbers = i
		}
	}
	if numbers >= 0 {
		for i := range t.branches {
			b := &t.branches[i]
			if j := slices.Index(b.types(), TypeString); j >= 0 {
				return twoTypes(b.feature(j), TypeFloat64, TypeString, memberPath(path, max(i, numbers)))
			}
		}
		return nil
	}
	if err := checkUnread(t.d, taken, path); err != nil {
		return err
	}
	inputs := make([]DataType, t.d)
	for i := range t.branches {
		b := &t.branches[i]
		for j := range b.width() {
			at, taken := b.feature(j), b.inputType(j)
			if taken != TypeNone && inputs[at] != TypeNone && inputs[at] != taken {
				return twoTypes(at, inputs[at], taken, memberPath(path, i))
			}
			inputs[at] = max(inputs[at], taken)
		}
	}
	if slices.ContainsFunc(inputs, func(taken DataType) bool { return taken != TypeFloat64 }) {
		t.inputs = inputs
	}
	return nil
}

// feature is the number, in the whole, of the member's feature j.
func (br *branch) feature(j int) int {
	if br.columns == nil {
		return j
	}
	return br.columns[j]
}

func twoTypes(feature int, a, b DataType, path string) error {
	return &Error{
		Kind: ErrPipeline, Path: path, Found: fmt.Sprintf("feature %d as %s and as %s", feature, a, b), Want: "one type",
		Hint: exportAgain,
	}
}

func (t *columnTransformer) width() int                { return t.d }
func (t *columnTransformer) inputTypes() []DataType    { return t.inputs }
func (t *columnTransformer) columnTypes(op) []DataType { return t.given }
func (t *columnTransformer) outputs() []output {
	kind := TypeFloat64
	if t.given != nil {
		kind = TypeNone
	}
	return []output{{opTransform, t.columns, kind}}
}

func (t *columnTransformer) run(_ op, dst, x []float64, first int) error {
	b, ok := t.buffers.Get().(*between)
	if !ok {
		b = new(between)
	}
	defer t.buffers.Put(b)
	for len(x) > 0 {
		rows := min(t.block, len(x)/t.d)
		for i := range t.branches {
			if err := t.branches[i].run(b, dst, x, t.columns, t.d, rows, first); err != nil {
				return err
			}
		}
		dst, x, first = dst[rows*t.columns:], x[rows*t.d:], first+rows
	}
	return nil
}

// run gives some rows to the member, and puts what it gives into its columns of dst, which has rows of this width.
func (br *branch) run(b *between, dst, x []float64, width, d, rows, first int) error {
	given := br.gather(b, x, d, rows)
	out := given
	if br.arm != passthroughArm {
		out = b.buffer(1, rows*br.n)
		if err := br.predictor.run(opTransform, out, given, first); err != nil {
			return err
		}
	}
	for i := range rows {
		to, from := dst[i*width+br.at:][:br.n], out[i*br.n:][:br.n]
		if !br.weighted {
			copy(to, from)
			continue
		}
		for j, v := range from {
			to[j] = v * br.weight
		}
	}
	return nil
}

// gather returns the member's features of some rows.
func (br *branch) gather(b *between, x []float64, d, rows int) []float64 {
	if br.columns == nil {
		return x[:rows*d]
	}
	n := len(br.columns)
	out := b.buffer(0, rows*n)
	for i := range rows {
		to, row := out[i*n:][:n], x[i*d:][:d]
		for j, column := range br.columns {
			to[j] = row[column]
		}
	}
	return out
}
