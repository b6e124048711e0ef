package modelx

import (
	"bytes"
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
	histKnown
}

// histKnown are the categories of a feature: numbers in ascending order, or a table of strings.
type histKnown struct {
	values []float64
	// dense has the numbers of categories that are small whole numbers, by them; nil for others.
	dense []uint8
	// lookup is nil for numbers.
	lookup *categoryLookup
}

// missingCategory is the number of what is no category. There are at most 255 categories.
const (
	missingCategory = 255
	maxCategories   = 255
)

// newHistCategories checks the categories, and returns those of each feature; nil for one that is not categorical, and for
// a model without.
func newHistCategories(c *compiler, p *modelxpb.HistGradientBoostingProto, path string) ([]*histKnown, error) {
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
	out, next := make([]*histKnown, len(flags)), 0
	for feature, is := range flags {
		if is {
			place := fmt.Sprintf("%s.categories[%d].categories", path, next)
			values, err := histCategories(p.GetCategories()[next].GetCategories(), place)
			if err != nil {
				return nil, err
			}
			out[feature] = &histKnown{values: values, dense: denseNumbers(values), lookup: histStrings(c, p.GetCategories()[next])}
			next++
		}
	}
	return out, nil
}

// denseNumbers returns the numbers of ascending values by the values, or nil where these are not small and whole.
func denseNumbers(values []float64) []uint8 {
	const largest = 1023
	if len(values) == 0 || values[0] < 0 || values[len(values)-1] > largest {
		return nil
	}
	dense := bytes.Repeat([]byte{missingCategory}, int(values[len(values)-1])+1)
	for number, v := range values {
		if v != math.Trunc(v) {
			return nil
		}
		dense[int(v)] = uint8(number)
	}
	return dense
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
func (f *histFeatures) setCategories(categories []*histKnown) {
	for i := range f.categories {
		f.categories[i].histKnown = *categories[f.categories[i].feature]
	}
	types, some := make([]DataType, len(categories)), false
	for feature, known := range categories {
		types[feature] = TypeFloat64
		if known == nil {
			continue
		}
		if known.lookup != nil {
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
	if c.lookup != nil {
		if number := c.lookup.find(v); number != unknownNumber {
			return uint64(number)
		}
		return missingCategory
	}
	if c.dense != nil {
		if i := int(v); v >= 0 && v < float64(len(c.dense)) && float64(i) == v {
			return uint64(c.dense[i])
		}
		return missingCategory
	}
	low, high := 0, len(c.values)
	for low < high {
		if middle := (low + high) / 2; c.values[middle] < v {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(c.values) && c.values[low] == v {
		return uint64(low)
	}
	return missingCategory
}
