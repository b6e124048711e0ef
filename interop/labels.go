package modelx

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// Labels are the classes of a classifier, of one type, in the order of its outputs. They never change.
type Labels struct {
	kind    DataType
	ints    []int64
	doubles []float64
	strings []string
	bools   []bool
	// values are the labels as float64; nil when one of them has none.
	values []float64
}

// maxExact is 2^53: every int up to it is a float64.
const maxExact = 1 << 53

// Len is the number of classes.
func (l *Labels) Len() int {
	switch l.kind {
	case TypeInt64:
		return len(l.ints)
	case TypeFloat64:
		return len(l.doubles)
	case TypeString:
		return len(l.strings)
	default:
		return len(l.bools)
	}
}

// Type is the type that the labels have: TypeInt64, TypeFloat64, TypeString or TypeBool.
func (l *Labels) Type() DataType { return l.kind }

// Ints returns a copy of integer labels, or nil for labels of another type.
func (l *Labels) Ints() []int64 { return slices.Clone(l.ints) }

// Floats returns a copy of floating-point labels, or nil for labels of another type.
func (l *Labels) Floats() []float64 { return slices.Clone(l.doubles) }

// Strings returns a copy of string labels, or nil for labels of another type.
func (l *Labels) Strings() []string { return slices.Clone(l.strings) }

// Bools returns a copy of boolean labels, or nil for labels of another type.
func (l *Labels) Bools() []bool { return slices.Clone(l.bools) }

// Text returns label i as text: strings as they are, ints in decimal, floats as the shortest decimal that reads back
// exactly, bools as "true" and "false". It panics when i is out of range, as indexing a slice does.
func (l *Labels) Text(i int) string {
	switch l.kind {
	case TypeInt64:
		return strconv.FormatInt(l.ints[i], 10)
	case TypeFloat64:
		return strconv.FormatFloat(l.doubles[i], 'g', -1, 64)
	case TypeString:
		return l.strings[i]
	default:
		return strconv.FormatBool(l.bools[i])
	}
}

// Value returns label i as a float64, bools as 0 and 1. It is false for strings, and for ints beyond 2^53.
func (l *Labels) Value(i int) (float64, bool) {
	switch l.kind {
	case TypeInt64:
		v := l.ints[i]
		return float64(v), -maxExact <= v && v <= maxExact
	case TypeFloat64:
		return l.doubles[i], true
	case TypeString:
		return 0, false
	default:
		if l.bools[i] {
			return 1, true
		}
		return 0, true
	}
}

// numbers returns the labels as float64, or an error where one of them has none. path is the model's.
func (l *Labels) numbers(path string) ([]float64, error) {
	if l.values == nil {
		return nil, &Error{
			Kind: ErrStringLabels, Path: path, Found: fmt.Sprintf("labels of type %s that no float64 holds", l.kind),
			Want: "numeric labels up to 2^53", Hint: "use PredictStrings, or PredictIndex with Classes",
		}
	}
	return l.values, nil
}

// newLabels checks p: exactly one list, distinct labels, finite floats.
func newLabels(p *modelxpb.Labels, path string) (*Labels, error) {
	l := &Labels{ints: p.GetInts(), doubles: p.GetDoubles(), strings: p.GetStrings(), bools: p.GetBools()}
	lists := 0
	for _, list := range []struct {
		n    int
		kind DataType
	}{{len(l.ints), TypeInt64}, {len(l.doubles), TypeFloat64}, {len(l.strings), TypeString}, {len(l.bools), TypeBool}} {
		if list.n > 0 {
			lists++
			l.kind = list.kind
		}
	}
	if lists != 1 {
		return nil, &Error{
			Kind: ErrLabels, Path: path, Found: fmt.Sprintf("%d lists of labels", lists), Want: "exactly one",
			Hint: "export the model again",
		}
	}
	for i, v := range l.doubles {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, &Error{
				Kind: ErrLabels, Path: fmt.Sprintf("%s.doubles[%d]", path, i), Found: formatFloat(v), Want: "a finite label",
			}
		}
	}
	first, second := duplicate(l.ints)
	if first < 0 {
		first, second = duplicate(l.doubles)
	}
	if first < 0 {
		first, second = duplicate(l.strings)
	}
	if first < 0 {
		first, second = duplicate(l.bools)
	}
	if first >= 0 {
		return nil, &Error{
			Kind: ErrLabels, Path: path, Found: fmt.Sprintf("label %q as numbers %d and %d", l.Text(first), first, second),
			Want: "distinct labels", Hint: "export the model again",
		}
	}
	l.values = make([]float64, l.Len())
	for i := range l.values {
		v, ok := l.Value(i)
		if !ok {
			l.values = nil
			break
		}
		l.values[i] = v
	}
	return l, nil
}

// duplicate returns the places of the first value that is there twice, or -1.
func duplicate[T comparable](values []T) (first, second int) {
	seen := make(map[T]int, len(values))
	for i, v := range values {
		if j, ok := seen[v]; ok {
			return j, i
		}
		seen[v] = i
	}
	return -1, -1
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
