package modelx

import (
	"fmt"
	"math"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Histogram trees compare whole numbers instead of floats: the key of a value is greater where the value is, the key of NaN
// is less, or greater, than that of every number, as the node sends NaN. So a step needs no branch, whatever comes.

// orderedKey is the key of a number; zeros of both signs have the same.
func orderedKey(v float64) uint64 {
	bits := math.Float64bits(v + 0)
	return bits ^ (uint64(int64(bits)>>63) | 1<<63)
}

const (
	leastKey    = 0
	greatestKey = math.MaxUint64
)

// histNumber is a feature that nodes compare with thresholds. Its keys stand in two slots, which differ for NaN alone: one
// for nodes that send it to the left, one for the others. A slot that no node asks for is the one behind all others.
type histNumber struct {
	feature           int
	toLeft, toRight   uint32
	hasLeft, hasRight bool
}

// histCategory is a categorical feature that nodes ask for. Its key is the number of the category.
type histCategory struct {
	feature int
	slot    uint32
	// known are the categories of the feature.
	known *categoryLookup
}

// missingCategory is the number of what is no category. There are at most 255 categories.
const (
	missingCategory = 255
	maxCategories   = 255
)

// newHistCategories checks the categories, and returns those of each feature; nil for one that is not categorical, and for
// a model without.
func newHistCategories(c *compiler, p *modelxpb.HistGradientBoostingProto, path string) ([]*categoryLookup, error) {
	flags := p.GetCategorical()
	if len(flags) > 0 {
		if err := checkCount(len(flags), p.GetNFeatures(), 1, "n_features, or none", path+".categorical"); err != nil {
			return nil, err
		}
	}
	expected := 0
	for _, is := range flags {
		expected += int(bit(is))
	}
	if len(p.GetCategories()) != expected {
		return nil, &Error{
			Kind: ErrShape, Path: path + ".categories", Found: fmt.Sprintf("%d features", len(p.GetCategories())),
			Want: fmt.Sprintf("%d, one for each categorical feature", expected), Hint: exportAgain,
		}
	}
	if expected == 0 {
		return nil, nil
	}
	out, next := make([]*categoryLookup, len(flags)), 0
	for feature, is := range flags {
		if is {
			place := fmt.Sprintf("%s.categories[%d].categories", path, next)
			values, err := histCategories(p.GetCategories()[next].GetCategories(), place)
			if err != nil {
				return nil, err
			}
			if out[feature] = histStrings(c, p.GetCategories()[next]); out[feature] == nil {
				out[feature] = histNumbers(values)
			}
			next++
		}
	}
	return out, nil
}

// histNumbers returns the table of categories that are numbers, which are numbered in their order.
func histNumbers(values []float64) *categoryLookup {
	numbers := make([]int32, len(values))
	for i := range numbers {
		numbers[i] = int32(i)
	}
	lookup := newCategoryLookup(values, numbers)
	return &lookup
}

// histStrings returns the table of the checked categories of a feature of strings, nil for numbers.
func histStrings(c *compiler, p *modelxpb.CategoricalFeature) *categoryLookup {
	texts, none := p.GetCategories().GetStrings(), p.GetCategories().GetNone()
	numbers := len(p.GetCategories().GetInts()) + len(p.GetCategories().GetDoubles())
	if len(texts) == 0 && !none && (numbers > 0 || p.GetDtype() != "object") {
		return nil
	}
	return newStringLookup(c, texts, none)
}

// newStringLookup returns the table of strings, which are numbered in their order, and of None, which comes after them.
func newStringLookup(c *compiler, texts []string, none bool) *categoryLookup {
	values, numbers := make([]float64, len(texts)), make([]int32, len(texts))
	for i, text := range texts {
		values[i], numbers[i] = c.symbols.intern(text), int32(i)
	}
	lookup := newCategoryLookup(values, numbers)
	lookup.strings = true
	if none {
		lookup.none = int32(len(texts))
	}
	return &lookup
}

// histCategories checks the categories of one feature, and returns the numbers among them as float64.
func histCategories(p *modelxpb.Categories, path string) ([]float64, error) {
	ints, doubles := p.GetInts(), p.GetDoubles()
	texts := len(p.GetStrings()) > 0 || p.GetNone()
	if len(p.GetBools()) > 0 || (texts && len(ints)+len(doubles) > 0) || (len(ints) > 0 && (len(doubles) > 0 || p.GetNan())) {
		return nil, &Error{
			Kind: ErrShape, Path: path, Found: "categories of several types, or bools",
			Want: "ints, or doubles and NaN, or strings, None and NaN", Hint: exportAgain,
		}
	}
	if i, j := duplicate(p.GetStrings()); i >= 0 {
		return nil, &Error{
			Kind: ErrLabels, Path: path, Found: fmt.Sprintf("%q as categories %d and %d", p.GetStrings()[i], i, j),
			Want: "distinct ones", Hint: exportAgain,
		}
	}
	if err := checkFinite(doubles, path+".doubles"); err != nil {
		return nil, err
	}
	values := append(make([]float64, 0, len(ints)+len(doubles)), doubles...)
	for _, v := range ints {
		if v < -maxExact || v > maxExact {
			return nil, &Error{
				Kind: ErrShape, Path: path, Found: fmt.Sprint(v), Want: "ints within 2^53, which a float64 tells apart",
				Hint: exportAgain,
			}
		}
		values = append(values, float64(v))
	}
	inOrder := max(len(values), len(p.GetStrings())+int(bit(p.GetNone()))) <= maxCategories
	for i := 1; inOrder && i < len(values); i++ {
		inOrder = values[i-1] < values[i]
	}
	if !inOrder {
		return nil, &Error{
			Kind: ErrShape, Path: path, Found: fmt.Sprintf("%d categories, too many or not in order", max(len(values), len(p.GetStrings()))),
			Want: fmt.Sprintf("%d at most, each greater than the one before", maxCategories), Hint: exportAgain,
		}
	}
	return values, nil
}

// histFeatures turns rows into keys.
type histFeatures struct {
	numbers    []histNumber
	categories []histCategory
	// categorical are the features that may not be infinite.
	categorical []int
	// types are those of the features; nil when all are numbers.
	types []DataType
}

// setCategories takes the categories of each feature; nil for one that is not categorical, and for a model without.
func (f *histFeatures) setCategories(categories []*categoryLookup) {
	for i := range f.categories {
		f.categories[i].known = categories[f.categories[i].feature]
	}
	types, some := make([]DataType, len(categories)), false
	for feature, known := range categories {
		types[feature] = TypeFloat64
		if known == nil {
			continue
		}
		if known.strings {
			types[feature], some = TypeString, true
		} else {
			f.categorical = append(f.categorical, feature)
		}
	}
	if some {
		f.types = types
	}
}

// check refuses infinities in categorical features of numbers.
func (f *histFeatures) check(p *histGradientBoosting, row []float64, number int) error {
	for _, j := range f.categorical {
		if math.IsInf(row[j], 0) {
			return nonFiniteInput(p.path, number, j, row[j], "finite values or NaN in categorical features, as scikit-learn does")
		}
	}
	return nil
}

// fill writes the keys of a row into one lane.
func (f *histFeatures) fill(p *histGradientBoosting, cells []cell, lane int, row []float64, number int) error {
	if err := f.check(p, row, number); err != nil {
		return err
	}
	lane &= lanes - 1
	for i := range f.numbers {
		n := &f.numbers[i]
		toLeft, toRight := numberKeys(row[n.feature])
		cells[n.toLeft][lane], cells[n.toRight][lane] = toLeft, toRight
	}
	for i := range f.categories {
		c := &f.categories[i]
		cells[c.slot][lane] = c.number(row[c.feature])
	}
	return nil
}

// keys writes the keys of a row.
func (f *histFeatures) keys(p *histGradientBoosting, keys []uint64, row []float64, number int) error {
	if err := f.check(p, row, number); err != nil {
		return err
	}
	for i := range f.numbers {
		n := &f.numbers[i]
		keys[n.toLeft], keys[n.toRight] = numberKeys(row[n.feature])
	}
	for i := range f.categories {
		c := &f.categories[i]
		keys[c.slot] = c.number(row[c.feature])
	}
	return nil
}

// numberKeys are the keys of a value for nodes that send NaN to the left, and for those that send it to the right.
func numberKeys(v float64) (toLeft, toRight uint64) {
	if v != v {
		return leastKey, greatestKey
	}
	key := orderedKey(v)
	return key, key
}

// number is the number of the category that equals v.
func (c *histCategory) number(v float64) uint64 {
	if number := c.known.find(v); number != unknownNumber {
		return uint64(number)
	}
	return missingCategory
}
