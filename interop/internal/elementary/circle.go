package elementary

import (
	"math"
	"math/bits"
)

//go:generate go run generate_circle.go

// Sin returns the sine of x, of any size: NaN for NaN and infinities. It is off by less than a unit in the last place.
func Sin(x float64) float64 {
	if math.Abs(x) < 0x1p-27 {
		return x // Which keeps the sign of a zero.
	}
	quarter, r, rest := turn(x)
	switch quarter {
	case 0:
		return sine(r, rest)
	case 1:
		return cosine(r, rest)
	case 2:
		return -sine(r, rest)
	}
	return -cosine(r, rest)
}

// Cos is the cosine, as [Sin] is the sine.
func Cos(x float64) float64 {
	quarter, r, rest := turn(x)
	switch quarter {
	case 0:
		return cosine(r, rest)
	case 1:
		return -sine(r, rest)
	case 2:
		return -cosine(r, rest)
	}
	return sine(r, rest)
}

// Tan returns the tangent of x, of any size: NaN for NaN and infinities. It is off by less than two units in the last place.
func Tan(x float64) float64 {
	if math.Abs(x) < 0x1p-27 {
		return x
	}
	quarter, r, rest := turn(x)
	if quarter&1 == 0 {
		return sine(r, rest) / cosine(r, rest)
	}
	return -cosine(r, rest) / sine(r, rest)
}

// sine returns sin(r + rest) for |r| <= pi / 4 and a rest below the last place of r, by the series.
func sine(r, rest float64) float64 {
	r2 := float64(r * r)
	p := -1.0/1307674368000 + float64(r2*(1.0/355687428096000))
	p = -1.0/39916800 + float64(r2*(1.0/6227020800+float64(r2*p)))
	p = -1.0/5040 + float64(r2*(1.0/362880+float64(r2*p)))
	p = -1.0/6 + float64(r2*(1.0/120+float64(r2*p)))
	return r + (float64(float64(r*r2)*p) + float64(rest*(1-float64(r2*0.5))))
}

// cosine returns cos(r + rest), as [sine] does.
func cosine(r, rest float64) float64 {
	r2 := float64(r * r)
	p := 1.0/20922789888000 + float64(r2*(-1.0/6402373705728000))
	p = 1.0/479001600 + float64(r2*(-1.0/87178291200+float64(r2*p)))
	p = 1.0/40320 + float64(r2*(-1.0/3628800+float64(r2*p)))
	p = 1.0/24 + float64(r2*(-1.0/720+float64(r2*p)))
	half := float64(r2 * 0.5)
	most := 1 - half
	return most + (((1 - most) - half) + (float64(float64(r2*r2)*p) - float64(r*rest)))
}

// turn returns x as a multiple of pi / 2, of which two bits are kept, and r + rest, which is at most pi / 4 from zero and off
// by less than 2^-100 of itself. For NaN and infinities r is NaN.
func turn(x float64) (quarter uint64, r, rest float64) {
	if math.Abs(x) <= math.Pi/4 {
		return 0, x, 0
	}
	raw := math.Float64bits(x)
	exponent := int(raw>>52&0x7ff) - 1075
	if exponent == 0x7ff-1075 {
		return 0, math.NaN(), 0
	}
	mantissa := raw&(1<<52-1) | 1<<52
	// |x| = mantissa * 2^exponent. Bits of 2 / pi that would give multiples of four turns by pi / 2 are left out.
	skip := max(exponent-2, 0)
	w2, w1, w0 := window(skip)
	// p = mantissa * window, of which the lowest 192 bits are four such turns when exponent >= 2.
	c0, p0 := bits.Mul64(mantissa, w0)
	c1, p1 := bits.Mul64(mantissa, w1)
	c2, p2 := bits.Mul64(mantissa, w2)
	var carry uint64
	p1, carry = bits.Add64(p1, c0, 0)
	p2, carry = bits.Add64(p2, c1, carry)
	p3 := c2 + carry
	if shift := uint(2 - exponent); exponent < 2 {
		p0, p1, p2 = p0>>shift|p1<<(64-shift), p1>>shift|p2<<(64-shift), p2>>shift|p3<<(64-shift)
	}
	quarter = p2 >> 62
	// What is left of a turn by pi / 2, with the point before p2.
	p2, p1, p0 = p2<<2|p1>>62, p1<<2|p0>>62, p0<<2
	negative := p2>>63 == 1
	if negative {
		quarter++
		var borrow uint64
		p0, borrow = bits.Sub64(0, p0, 0)
		p1, borrow = bits.Sub64(0, p1, borrow)
		p2, _ = bits.Sub64(0, p2, borrow)
	}
	// No float64 but 0 is so near a multiple of pi / 2 that all of p2 were zeros.
	zeros := bits.LeadingZeros64(p2)
	p2, p1 = p2<<zeros|p1>>(64-zeros), p1<<zeros|p0>>(64-zeros)
	scale := math.Float64frombits(uint64(1023-53-zeros) << 52)
	high := float64(p2>>11) * scale
	low := float64(p2<<53|p1>>11) * (scale * 0x1p-64)
	// Times pi / 2. The fused operation is exact everywhere.
	r = float64(high * halfPiHi)
	lost := math.FMA(high, halfPiHi, -r)
	rest = lost + (float64(high*halfPiLo) + float64(low*halfPiHi))
	if negative != (x < 0) {
		r, rest = -r, -rest
	}
	if x < 0 {
		quarter = -quarter
	}
	return quarter & 3, r, rest
}

// window returns 192 bits of 2 / pi, without so many of the first.
func window(skip int) (w2, w1, w0 uint64) {
	words := twoOverPi[skip>>6:]
	shift := uint(skip & 63)
	return words[0]<<shift | words[1]>>(64-shift), words[1]<<shift | words[2]>>(64-shift), words[2]<<shift | words[3]>>(64-shift)
}

// Arctan returns the arcus tangent of x, +-pi/2 for infinities. It is off by less than a unit in the last place.
func Arctan(x float64) float64 {
	size := math.Abs(x)
	if size < 0x1p-27 || x != x {
		return x
	}
	if size > 1 {
		// pi / 2 - arctan(1 / size)
		inverse := 1 / size
		negated := -inverse
		lost := math.FMA(negated, size, 1)
		hi, lo := angle(inverse, lost/size)
		return math.Copysign(halfPiHi-(hi-(halfPiLo-lo)), x)
	}
	hi, lo := angle(size, 0)
	return math.Copysign(hi+lo, x)
}

// angle returns the arcus tangent of x + rest, from 0 to 1, as a sum.
func angle(x, rest float64) (hi, lo float64) {
	if x != x || x == 0 {
		return x, 0 // Of 1 / infinity.
	}
	i := math.Floor(float64(x*8) + 0.5)
	c := float64(i * 0.125) // Exact; as a quotient it would be fused all the same.
	t := x
	if i > 0 {
		t = (x - c) / (1 + float64(x*c))
	}
	t += rest / (1 + float64(x*x))
	t2 := float64(t * t)
	p := -1.0/11 + float64(t2*(1.0/13))
	p = -1.0/7 + float64(t2*(1.0/9+float64(t2*p)))
	p = -1.0/3 + float64(t2*(1.0/5+float64(t2*p)))
	series := float64(float64(t*t2) * p)
	base := angles[int(i)]
	hi = base.hi + t
	return hi, (t - (hi - base.hi)) + (base.lo + series)
}

// Arcsin returns the arcus sine of x, NaN outside of -1 ... 1. It is off by less than four units in the last place.
func Arcsin(x float64) float64 {
	if math.Abs(x) < 0x1p-27 {
		return x
	}
	return Arctan(x / math.Sqrt(float64((1-x)*(1+x))))
}

// Arccos returns the arcus cosine of x, NaN outside of -1 ... 1. It is off by less than four units in the last place.
func Arccos(x float64) float64 { return 2 * Arctan(math.Sqrt((1-x)/(1+x))) }
