package plainjson

import "math"

// The texts that stand for what JSON has no number for.
const (
	nan         = "NaN"
	infinity    = "Infinity"
	negInfinity = "-Infinity"
)

// NonFinite is the text that stands for a value that is no finite number.
func NonFinite(v float64) string {
	switch {
	case math.IsNaN(v):
		return nan
	case v > 0:
		return infinity
	default:
		return negInfinity
	}
}

// ReadNonFinite returns the value that a text stands for, and whether it stands for one.
func ReadNonFinite(text string) (float64, bool) {
	switch text {
	case nan:
		return math.NaN(), true
	case infinity:
		return math.Inf(1), true
	case negInfinity:
		return math.Inf(-1), true
	default:
		return 0, false
	}
}
