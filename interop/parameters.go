package modelx

import (
	"fmt"
	"math"
)

// checkWidth checks n_features, the width of an input row.
func checkWidth(n int32, path string) error { return checkPositive(n, path+".n_features") }

func checkPositive(n int32, path string) error {
	if n < 1 {
		return &Error{Kind: ErrShape, Path: path, Found: fmt.Sprint(n), Want: "at least 1", Hint: exportAgain}
	}
	return nil
}

const exportAgain = "the file is damaged or was edited: export the model again"

// checkCount checks that a list has rows * columns values, both of which are >= 0. meaning says what they are.
func checkCount(found int, rows, columns int32, meaning, path string) error {
	// int64 holds the product of any two int32; int need not.
	if want := int64(rows) * int64(columns); int64(found) != want {
		return &Error{
			Kind: ErrShape, Path: path, Found: fmt.Sprintf("%d values", found), Want: fmt.Sprintf("%d (%s)", want, meaning),
			Hint: exportAgain,
		}
	}
	return nil
}

// checkFinite checks that no value is NaN or an infinity.
func checkFinite(values []float64, path string) error {
	for i, v := range values {
		if !isFinite(v) {
			return &Error{
				Kind: ErrNonFinite, Path: fmt.Sprintf("%s[%d]", path, i), Found: formatFloat(v), Want: "a finite value",
				Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkNotInfinite is checkFinite for lists where NaN is legal.
func checkNotInfinite(values []float64, path string) error {
	for i, v := range values {
		if math.IsInf(v, 0) {
			return &Error{
				Kind: ErrNonFinite, Path: fmt.Sprintf("%s[%d]", path, i), Found: formatFloat(v),
				Want: "a finite value or NaN", Hint: exportAgain,
			}
		}
	}
	return nil
}

// checkEnum checks that an enumeration has a value that this release knows.
func checkEnum(value int32, names map[int32]string, path string) error {
	if _, ok := names[value]; !ok {
		return &Error{
			Kind: ErrShape, Path: path, Found: fmt.Sprintf("value %d", value), Want: "one that this release knows",
			Hint: "use a newer release of modelx",
		}
	}
	return nil
}

// checkFiniteValue is checkFinite for a field of one value.
func checkFiniteValue(v float64, path string) error {
	if !isFinite(v) {
		return &Error{
			Kind: ErrNonFinite, Path: path, Found: formatFloat(v), Want: "a finite value", Hint: exportAgain,
		}
	}
	return nil
}

// unknownEnum is the error for an enumeration whose value this release does not know, or that is not set.
func unknownEnum(value int32, path string) error {
	return &Error{
		Kind: ErrShape, Path: path, Found: fmt.Sprintf("value %d", value), Want: "one that this release knows",
		Hint: "use a newer release of modelx",
	}
}
