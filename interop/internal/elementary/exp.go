// Package elementary has exponentials, logarithms, powers, and the functions of the circle and the hyperbola, with the same
// bits on every CPU.
//
// Those of package math have assembly for some architectures, whose last bits are others than those of the Go code that
// runs elsewhere. The functions here reduce their argument with a table of 128 entries, and are off by less than 0.52
// units in the last place where they do not say otherwise. Every product is converted to float64 before it is added, so
// that no compiler fuses the two.
package elementary

import "math"

//go:generate go run generate.go

// toInteger added to a number below 2^51 rounds it to an integer, in the low bits of the sum.
const toInteger = 0x1.8p52

// Exp returns e to the x: +Inf above 709.78, 0 below -745.13, and NaN for NaN.
func Exp(x float64) float64 {
	switch {
	case x != x:
		return x
	case x > 710:
		return math.Inf(1)
	case x < -746:
		return 0
	}
	// x = n * ln 2 / 128 + r with |r| <= ln 2 / 256. The product with stepHi is exact: n has at most 18 bits.
	n := (float64(x*stepsPerUnit) + toInteger) - toInteger
	r := (x - float64(n*stepHi)) - float64(n*stepLo)
	return times(int64(n), r)
}

// extreme returns (value + rest) * 2^exponent, rounded once, where that overflows, or where it or rest may be subnormal.
func extreme(value, rest float64, exponent int64) float64 {
	y := value + rest
	if exponent > 0 {
		return float64(y*0x1p1023) * math.Ldexp(1, int(exponent-1023))
	}
	lost := (value - y) + rest
	// z * 2^-1022 is the result. Added to 1, it is rounded at the place where subnormal numbers end.
	factor := math.Ldexp(1, int(exponent+1022))
	z := float64(y * factor)
	if z >= 1 {
		return float64(z * 0x1p-1022)
	}
	sum := 1 + z
	sum += ((1 - sum) + z) + float64(lost*factor)
	return float64((sum - 1) * 0x1p-1022)
}

// Expit returns 1 / (1 + e^-s), the logistic function.
func Expit(s float64) float64 { return 1 / (1 + Exp(-s)) }
