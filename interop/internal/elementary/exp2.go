package elementary

import "math"

// Exp2 returns 2 to the x: +Inf from 1024 on, 0 below -1075, and NaN for NaN. It is off by less than 0.52 units in the
// last place.
func Exp2(x float64) float64 {
	switch {
	case x != x:
		return x
	case x >= 1024:
		return math.Inf(1)
	case x < -1080:
		return 0
	}
	// x = n / 128 + r with |r| <= 2^-8. Both the product with 128 and r are exact.
	n := (float64(x*128) + toInteger) - toInteger
	r := float64((x - float64(n*(1.0/128))) * math.Ln2)
	return times(int64(n), r)
}

// times returns 2^(n/128) * e^r, for |r| <= ln 2 / 256.
func times(n int64, r float64) float64 {
	power := &powers[n&127]
	exponent := n >> 7
	p := growth(power.tail, r)
	if exponent < -960 || exponent > 1023 {
		return extreme(power.value, float64(power.value*p), exponent)
	}
	scale := math.Float64frombits(math.Float64bits(power.value) + uint64(exponent)<<52)
	return scale + float64(scale*p)
}

// growth returns e^r - 1 + tail by the series of e^r, for |r| <= ln 2 / 256. Its error is a small part of the unit in the
// last place of 1, and of its own last place where tail is 0.
func growth(tail, r float64) float64 {
	r2 := float64(r * r)
	low := 1.0/2 + float64(r*(1.0/6))
	high := 1.0/24 + float64(r*(1.0/120+float64(r*(1.0/720))))
	return r + (tail + float64(r2*(low+float64(r2*high))))
}
