package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// encodedFeature is a checked EncodedFeature.
type encodedFeature struct {
	categoryLookup
	// values are the categories in the order of their numbers: float64, or for strings numbers of the model's symbols.
	values []float64
	// groupOf is the group of each category that is in one, and first the first category of each group.
	groupOf []int32
	first   []int32
	// rare reports whether the last group is that of the infrequent categories.
	rare bool
}

// encodedFeatures are the features of an encoder.
type encodedFeatures struct {
	path     string
	names    []string
	features []encodedFeature
	// types are those of the features; nil when all are numbers.
	types   []DataType
	symbols *symbols
}

// grouping says which categories of an encoder are in groups, and may be infrequent.
type grouping uint8

const (
	noGroups grouping = iota
	// groupsOfAll has NaN among the others.
	groupsOfAll
	// groupsOfPresent leaves NaN alone.
	groupsOfPresent
)

// newEncodedFeatures checks features. names are those of the signature, which is checked later.
func newEncodedFeatures(
	c *compiler, p []*modelxpb.EncodedFeature, names []string, path string, grouped grouping,
) (encodedFeatures, error) {
	out := encodedFeatures{path: path, symbols: c.symbols}
	if len(names) == len(p) {
		out.names = names
	}
	if len(p) == 0 {
		return out, &Error{
			Kind: ErrShape, Path: path + ".features", Found: "no features", Want: "at least one", Hint: exportAgain,
		}
	}
	for j, feature := range p {
		f, err := newEncodedFeature(c, feature, fmt.Sprintf("%s.features[%d]", path, j), grouped)
		if err != nil {
			return out, err
		}
		out.features = append(out.features, *f)
	}
	out.types = out.typesOfFeatures()
	return out, nil
}

func newEncodedFeature(c *compiler, p *modelxpb.EncodedFeature, path string, grouped grouping) (*encodedFeature, error) {
	known := p.GetCategories()
	values, err := categoryValues(c, p, path)
	if err != nil {
		return nil, err
	}
	numbers := make([]int32, len(values))
	after := len(values) - int(min(int64(p.GetAfterNone()), int64(len(values))))
	for k := range numbers {
		numbers[k] = int32(k)
		if known.GetNone() && k >= after {
			numbers[k]++
		}
	}
	f := &encodedFeature{categoryLookup: newCategoryLookup(values, numbers)}
	f.strings = !p.GetNumber() && len(known.GetDoubles())+len(known.GetInts())+len(known.GetBools()) == 0
	f.values = values
	if known.GetNone() {
		f.none = int32(after)
		f.values = append(append(append([]float64{}, values[:after]...), codeNone), values[after:]...)
	}
	if known.GetNan() {
		f.nan = int32(len(f.values))
		f.values = append(f.values, math.NaN())
	}
	if err := f.group(p.GetInfrequent(), path+".infrequent", grouped); err != nil {
		return nil, err
	}
	return f, nil
}

// categoryValues returns the list of the categories as float64, checked.
func categoryValues(c *compiler, p *modelxpb.EncodedFeature, path string) ([]float64, error) {
	known, place := p.GetCategories(), path+".categories"
	refuse := func(kind Kind, at, found, want string) error {
		return &Error{Kind: kind, Path: at, Found: found, Want: want, Hint: exportAgain}
	}
	lists, values := 0, []float64(nil)
	for _, n := range [...]int{len(known.GetDoubles()), len(known.GetInts()), len(known.GetStrings()), len(known.GetBools())} {
		if n > 0 {
			lists++
		}
	}
	if lists > 1 || (lists == 0 && !known.GetNone() && !known.GetNan()) {
		return nil, refuse(ErrLabels, place, fmt.Sprintf("%d lists of categories", lists), "one, or a missing value")
	}
	for _, v := range known.GetDoubles() {
		if !isFinite(v) {
			return nil, refuse(ErrNonFinite, place, formatFloat(v), "finite categories")
		}
		values = append(values, v)
	}
	for _, v := range known.GetInts() {
		if v > maxExact || v < -maxExact {
			return nil, refuse(ErrShape, place, fmt.Sprint(v), "integers within 2^53, which a float64 holds")
		}
		values = append(values, float64(v))
	}
	for _, v := range known.GetBools() {
		value := 0.0
		if v {
			value = 1
		}
		values = append(values, value)
	}
	for _, v := range known.GetStrings() {
		values = append(values, c.symbols.intern(v))
	}
	if i, j := duplicate(values); i >= 0 {
		return nil, refuse(ErrLabels, place, fmt.Sprintf("categories %d and %d alike", i, j), "distinct ones")
	}
	if known.GetNone() && (p.GetNumber() || len(values) > len(known.GetStrings())) {
		return nil, refuse(ErrLabels, place, "None in a feature of numbers", "numbers or NaN")
	}
	if limit := len(values); int64(p.GetAfterNone()) > int64(limit) || (p.GetAfterNone() > 0 && !known.GetNone()) {
		return nil, refuse(ErrShape, path+".after_none", fmt.Sprint(p.GetAfterNone()), "no more than come after None")
	}
	if p.GetNumber() && (lists > 0 || !known.GetNan()) {
		return nil, refuse(ErrShape, path+".number", "number set", "it only where NaN is the one category")
	}
	return values, nil
}

// group makes the groups.
func (f *encodedFeature) group(infrequent []uint32, path string, grouped grouping) error {
	n := len(f.values)
	if f.nan >= 0 && grouped == groupsOfPresent {
		n--
	}
	for i, k := range infrequent {
		if grouped == noGroups || int64(k) >= int64(n) || (i > 0 && infrequent[i-1] >= k) {
			return &Error{
				Kind: ErrShape, Path: path, Found: fmt.Sprintf("category %d", k),
				Want: fmt.Sprintf("numbers below %d in ascending order, or none", n), Hint: exportAgain,
			}
		}
	}
	f.groupOf = make([]int32, n)
	rare := int32(n - len(infrequent))
	for k, next := 0, int32(0); k < len(f.groupOf); k++ {
		if len(infrequent) > 0 && int(infrequent[0]) == k {
			infrequent, f.groupOf[k] = infrequent[1:], rare
			f.rare = true
			continue
		}
		f.groupOf[k] = next
		f.first = append(f.first, int32(k))
		next++
	}
	if f.rare {
		for k, g := range f.groupOf {
			if g == rare {
				f.first = append(f.first, int32(k))
				break
			}
		}
	}
	return nil
}

// groups is the number of groups.
func (f *encodedFeature) groups() int { return len(f.first) }

// value returns what a group is in the input, for which rare is the string of all infrequent categories.
func (f *encodedFeature) value(group int, rare float64) float64 {
	if f.rare && group == len(f.first)-1 {
		return rare
	}
	return f.values[f.first[group]]
}

// missing is what stands for no category.
func (f *encodedFeature) missing() float64 {
	if f.strings {
		return codeNone
	}
	return math.NaN()
}

func (e *encodedFeatures) width() int { return len(e.features) }

// infinite reports whether v is an infinity in a feature of numbers, which is refused whatever becomes of unknown values.
func (e *encodedFeatures) infinite(j int, v float64) bool {
	return math.IsInf(v, 0) && !e.features[j].strings
}

func (e *encodedFeatures) inputTypes() []DataType { return e.types }

func (e *encodedFeatures) typesOfFeatures() []DataType {
	types, some := make([]DataType, len(e.features)), false
	for j := range types {
		types[j] = TypeFloat64
		if e.features[j].strings {
			types[j], some = TypeString, true
		}
	}
	if !some {
		return nil
	}
	return types
}

// invertible reports whether each feature comes back as strings alone or as numbers alone.
func (e *encodedFeatures) invertible() bool {
	for j := range e.features {
		if e.features[j].rare && !e.features[j].strings {
			return false
		}
	}
	return true
}

// kindOfInverse is the kind of the output of inverse_transform.
func (e *encodedFeatures) kindOfInverse() DataType {
	if e.inputTypes() == nil {
		return TypeFloat64
	}
	return TypeNone
}

// refuse returns the error for a value of feature j that is no category, or that no column of numbers holds.
func (e *encodedFeatures) refuse(row, j int, v float64) error {
	if e.infinite(j, v) {
		return nonFiniteInput(e.path, row, j, v, "finite values or NaN, as scikit-learn does")
	}
	return e.unknownCategory(row, j, v)
}
