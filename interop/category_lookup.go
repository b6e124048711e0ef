package modelx

import "math"

// unknownNumber is what a lookup gives for a value that is no category.
const unknownNumber = -1

// categoryLookup finds the number of a category. Strings are numbers of the model's symbols, so that one table does for
// both: an array where categories are whole numbers close together, as symbols of one feature mostly are, and a map
// elsewhere. Neither allocates.
type categoryLookup struct {
	// low is the value that dense begins with.
	low   int64
	dense []int32
	// sparse is used where dense is nil. Its hash is seeded, so that no file makes it slow.
	sparse map[float64]int32
	// none and nan are the numbers of those categories, or unknownNumber. codeNone is none only in a feature of strings.
	none, nan int32
	strings   bool
}

// slack is how much longer than the list of categories an array of them may be, for each of them and in all.
const slack = 4

// newCategoryLookup makes the table of values, of which none is NaN; those with a place below 0 are left out.
func newCategoryLookup(values []float64, numbers []int32) categoryLookup {
	l := categoryLookup{none: unknownNumber, nan: unknownNumber}
	low, high, whole := int64(math.MaxInt64), int64(math.MinInt64), len(values) > 0
	for _, v := range values {
		i := int64(v)
		whole = whole && math.Abs(v) <= maxExact && float64(i) == v
		low, high = min(low, i), max(high, i)
	}
	if whole && high-low < int64(slack*len(values)+4*slack) {
		l.low, l.dense = low, make([]int32, high-low+1)
		for i := range l.dense {
			l.dense[i] = unknownNumber
		}
		for i, v := range values {
			l.dense[int64(v)-low] = numbers[i]
		}
		return l
	}
	l.sparse = make(map[float64]int32, len(values))
	for i, v := range values {
		l.sparse[v] = numbers[i]
	}
	return l
}

// find returns the number of the category that v is, or unknownNumber. v may be any float64.
func (l *categoryLookup) find(v float64) int32 {
	if l.dense != nil {
		if i := int64(v); float64(i) == v {
			if k := uint64(i - l.low); k < uint64(len(l.dense)) {
				return l.dense[k]
			}
		}
	} else if number, ok := l.sparse[v]; ok {
		return number
	}
	switch {
	case v != v:
		return l.nan
	case l.strings && v == codeNone:
		return l.none
	default:
		return unknownNumber
	}
}
