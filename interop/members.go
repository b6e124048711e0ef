package modelx

import (
	"fmt"
	"slices"
	"sync"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// compileMembers checks the models that an ensemble is made of, and makes their predictors: at least one, with names.
func (c *compiler) compileMembers(list []*modelxpb.ModelProto, path string, depth int) ([]*node, error) {
	if len(list) == 0 {
		return nil, &Error{
			Kind: ErrPipeline, Path: path + ".members", Found: "no members", Want: "at least one", Hint: exportAgain,
		}
	}
	names := make([]string, len(list))
	for i, member := range list {
		if names[i] = member.GetName(); names[i] == "" {
			return nil, &Error{
				Kind: ErrPipeline, Path: fmt.Sprintf("%s.members[%d].name", path, i), Found: "an empty name",
				Want: "a name for each member", Hint: exportAgain,
			}
		}
	}
	if i, j := duplicate(names); i >= 0 {
		return nil, &Error{
			Kind: ErrPipeline, Path: path + ".members", Found: fmt.Sprintf("%q as members %d and %d", names[i], i, j),
			Want: "distinct names", Hint: exportAgain,
		}
	}
	members := make([]*node, len(list))
	for i, member := range list {
		n, err := c.compile(member, memberPath(path, i), depth+1)
		if err != nil {
			return nil, err
		}
		members[i] = n
	}
	return members, nil
}

func memberPath(path string, i int) string { return fmt.Sprintf("%s.members[%d]", path, i) }

// checkOneWidth checks that all members take rows of one width.
func checkOneWidth(members []*node, path string) error {
	for i, member := range members {
		if w := members[0].width(); member.width() != w {
			return &Error{
				Kind: ErrPipeline, Path: memberPath(path, i), Found: fmt.Sprintf("%d features", member.width()),
				Want: fmt.Sprintf("%d, the width of the first member", w), Hint: exportAgain,
			}
		}
	}
	return nil
}

// anyColumns stands for columns that requireNumbers does not look at.
const anyColumns = -1

// requireNumbers checks that a model inside of another has a method that gives numbers, in so many columns.
func requireNumbers(n *node, o op, columns int, path string) (*output, error) {
	out := n.find(o)
	if out == nil || (out.kind != TypeFloat64 && out.kind != TypeInt64) {
		return nil, &Error{
			Kind: ErrPipeline, Path: path, Found: fmt.Sprintf("%s without %s of numbers", n.arm, methods[o]),
			Want: "a model that has it", Hint: exportAgain,
		}
	}
	if columns != anyColumns && out.columns != columns {
		return nil, &Error{
			Kind: ErrPipeline, Path: path, Found: fmt.Sprintf("%s of %d columns", methods[o], out.columns),
			Want: fmt.Sprintf("%d columns", columns), Hint: exportAgain,
		}
	}
	return out, nil
}

// positions returns the number of the ensemble's class that each class of a member stands for: the member's class itself,
// which is one of the ints from 0 up to, but not including, classes.
func positions(n *node, classes int, path string) ([]int, error) {
	ix, ok := n.predictor.(indexer)
	if !ok || !ix.indexes() || n.classes == nil {
		return nil, &Error{
			Kind: ErrLabels, Path: path, Found: n.arm + ", which gives no one class for each row", Want: "a classifier",
			Hint: exportAgain,
		}
	}
	out := make([]int, n.classes.Len())
	for i := range out {
		if n.classes.kind != TypeInt64 || n.classes.ints[i] < 0 || n.classes.ints[i] >= int64(classes) {
			return nil, &Error{
				Kind: ErrLabels, Path: path, Found: fmt.Sprintf("the class %q of type %s", n.classes.Text(i), n.classes.kind),
				Want: fmt.Sprintf("one of the ints 0 ... %d", classes-1), Hint: exportAgain,
			}
		}
		out[i] = int(n.classes.ints[i])
	}
	return out, nil
}

// memberTypes merges the types of what models that are given the same rows take: nil when all take numbers.
func memberTypes(members []*node) []DataType {
	var types []DataType
	if !slices.ContainsFunc(members, func(member *node) bool { return member.types() != nil }) {
		return nil
	}
	for _, member := range members {
		for i := range member.width() {
			if t := member.inputType(i); t != TypeFloat64 {
				if types == nil {
					types = make([]DataType, member.width())
					for k := range types {
						types[k] = members[0].inputType(k)
					}
				}
				if types[i] == TypeNone {
					types[i] = t
				}
			} else if types != nil && types[i] == TypeNone {
				types[i] = t
			}
		}
	}
	return types
}

// checkMemberTypes checks that members agree on which features are strings.
func checkMemberTypes(members []*node, path string) error {
	types := memberTypes(members)
	for k, member := range members {
		for i := range types {
			if t := member.inputType(i); t != TypeNone && (t == TypeString) != (types[i] == TypeString) {
				return &Error{
					Kind: ErrPipeline, Path: memberPath(path, k), Found: fmt.Sprintf("feature %d of type %s", i, t),
					Want: fmt.Sprintf("type %s, which others take", types[i]), Hint: exportAgain,
				}
			}
		}
	}
	return nil
}

// scratch is what an ensemble computes with, kept from one call to the next.
type scratch struct {
	floats [3][]float64
	ints   []int
}

func (s *scratch) float(i, n int) []float64 {
	if cap(s.floats[i]) < n {
		s.floats[i] = make([]float64, n)
	}
	return s.floats[i][:n]
}

func (s *scratch) int(n int) []int {
	if cap(s.ints) < n {
		s.ints = make([]int, n)
	}
	return s.ints[:n]
}

// scratches gives them out.
type scratches struct{ pool sync.Pool }

func (p *scratches) borrow() *scratch {
	if s, ok := p.pool.Get().(*scratch); ok {
		return s
	}
	return new(scratch)
}

func (p *scratches) put(s *scratch) { p.pool.Put(s) }

// labelled is a classifier made of models, whose predict is one of its classes.
type labelled struct {
	path    string
	classes *Labels
	indices scratches
}

// labels writes the values of the classes that index numbers.
func (l *labelled) labels(ix indexer, dst, x []float64, first int) error {
	if l.classes.values == nil {
		return &Error{
			Kind: ErrStringLabels, Path: l.path, Found: fmt.Sprintf("labels of type %s that no float64 holds", l.classes.kind),
			Want: "numeric labels up to 2^53", Hint: "use PredictStrings, or PredictIndex with Classes",
		}
	}
	s := l.indices.borrow()
	defer l.indices.put(s)
	found := s.int(len(dst))
	if err := ix.index(found, x, first); err != nil {
		return err
	}
	for i, k := range found {
		dst[i] = l.classes.values[k]
	}
	return nil
}

// argmax returns the first index of the largest value, NaN being larger than all.
func argmax(values []float64) int {
	best := 0
	for k, v := range values {
		if above(v, values[best]) {
			best = k
		}
	}
	return best
}
