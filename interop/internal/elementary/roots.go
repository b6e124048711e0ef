package elementary

import "math"

// Cbrt returns the cube root of x, which has its sign. It is off by less than a unit in the last place.
func Cbrt(x float64) float64 {
	size := math.Abs(x)
	if size == 0 || !(size <= math.MaxFloat64) {
		return x
	}
	scale := 1.0
	if size < 0x1p-600 {
		size, scale = size*0x1p300, 0x1p-100
	}
	y := Exp(Log(size) / 3)
	// One step of Newton's iteration. The fused operations are exact everywhere: square + lost is y * y.
	square := float64(y * y)
	lost := math.FMA(y, y, -square)
	over := math.FMA(square, y, -size)
	excess := over + float64(lost*y)
	y -= excess / float64(3*square)
	return math.Copysign(float64(y*scale), x)
}

// Log2 returns the logarithm of x to the base 2, with the special cases of [Log]; that of a power of two is exact. It is off
// by less than a unit in the last place.
func Log2(x float64) float64 { return otherBase(x, 1/math.Ln2, log2eLow) }

// Log10 returns the logarithm of x to the base 10, with the special cases of [Log]. It is off by less than a unit in the
// last place.
func Log10(x float64) float64 { return otherBase(x, 1/math.Ln10, log10eLow) }

const (
	// log2eLow and log10eLow are what float64 leaves of 1 / ln 2 and 1 / ln 10.
	log2eLow  = 0x1.777d0ffda0d24p-56
	log10eLow = 0x1.95355baaafad3p-57
)

// otherBase returns ln x * (factor + low).
func otherBase(x, factor, low float64) float64 {
	if !(x > 0 && x <= math.MaxFloat64) {
		return Log(x)
	}
	bits, k := math.Float64bits(x), int64(0)
	if x < 0x1p-1022 {
		bits, k = math.Float64bits(x*0x1p52), -52
	}
	first, second := logarithm(bits, k)
	high := first + second
	rest := second - (high - first)
	product := float64(high * factor)
	rounded := math.FMA(high, factor, -product)
	return product + (rounded + (float64(high*low) + float64(rest*factor)))
}
