package elementary

import "math"

// Log1p returns ln(1 + x): NaN below -1, -Inf for -1. It is off by less than a unit in the last place.
func Log1p(x float64) float64 {
	switch {
	case math.Abs(x) < 0x1p-54 || x != x || x > math.MaxFloat64:
		return x // Which keeps the sign of a zero.
	case x < -1:
		return math.NaN()
	case x == -1:
		return math.Inf(-1)
	}
	// sum + rest = 1 + x, exactly.
	sum := 1 + x
	rest := x - (sum - 1)
	if x > 1 {
		rest = 1 - (sum - x)
	}
	high, low := logarithm(math.Float64bits(sum), 0)
	return high + (low + rest/sum)
}

// Expm1 returns e to the x, less 1. It is off by less than two units in the last place.
func Expm1(x float64) float64 {
	switch {
	case math.Abs(x) < 0x1p-54 || x != x:
		return x // Which keeps the sign of a zero.
	case x > 40:
		return Exp(x) // Of which 1 is no digit.
	case x < -40:
		return -1
	}
	n := (float64(x*stepsPerUnit) + toInteger) - toInteger
	r := (x - float64(n*stepHi)) - float64(n*stepLo)
	power := &powers[int64(n)&127]
	scale := math.Float64frombits(math.Float64bits(power.value) + uint64(int64(n)>>7)<<52)
	return (scale - 1) + float64(scale*growth(power.tail, r))
}

// Pow returns x to the y, with the special cases of C's pow: 1 for y = 0 and for x = 1, NaN for a negative x unless y is
// an integer, and so on. It is off by less than 0.6 units in the last place.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x != x || y != y:
		return x + y
	}
	integer := math.Trunc(y) == y
	sign := 1.0
	if integer && math.Signbit(x) && math.Mod(math.Abs(y), 2) == 1 {
		sign = -1
	}
	size := math.Abs(x)
	switch {
	case size == 1:
		if x < 0 && !integer {
			return math.NaN()
		}
		return sign
	case size == 0 || size > math.MaxFloat64 || math.IsInf(y, 0):
		if (size > 1) == (y > 0) {
			return sign * math.Inf(1)
		}
		return sign * 0
	case x < 0 && !integer:
		return math.NaN()
	}
	bits, k := math.Float64bits(size), int64(0)
	if size < 0x1p-1022 {
		bits, k = math.Float64bits(size*0x1p52), -52
	}
	first, second := logarithm(bits, k)
	high := first + second
	low := second - (high - first)
	// product + rest = y * ln x. The fused operation is exact everywhere.
	product := float64(y * high)
	switch {
	case product > 710:
		return sign * math.Inf(1)
	case product < -746:
		return sign * 0
	}
	lost := math.FMA(y, high, -product)
	rest := lost + float64(y*low)
	n := (float64(product*stepsPerUnit) + toInteger) - toInteger
	r := (product - float64(n*stepHi)) - float64(n*stepLo)
	return sign * times(int64(n), r+rest)
}
