package elementary

import "math"

// smallestReduced is 0.6875, where the range of the reduced argument begins: it ends at twice that.
const smallestReduced = 0x3fe6000000000000

// Log returns the natural logarithm of x: -Inf for 0, NaN below 0 and for NaN, +Inf for +Inf.
func Log(x float64) float64 {
	bits := math.Float64bits(x)
	var k int64
	if bits-0x0010000000000000 >= 0x7ff0000000000000-0x0010000000000000 { // Not a positive normal number.
		switch {
		case x == 0:
			return math.Inf(-1)
		case x < 0:
			return math.NaN()
		case x != x || x > math.MaxFloat64:
			return x
		}
		bits = math.Float64bits(x * 0x1p52)
		k = -52
	}
	high, low := logarithm(bits, k)
	return high + low
}

// logarithm returns ln(2^k * x) as a sum, for the positive normal number x with these bits. It is off by less than 2^-61
// of itself.
func logarithm(bits uint64, k int64) (high, low float64) {
	// x = 2^k * z, z from 0.6875 to 1.375.
	offset := bits - smallestReduced
	entry := &logarithms[offset>>45&127]
	k += int64(offset) >> 52
	z := math.Float64frombits(bits - offset&(0xfff<<52))

	// r + s = z * inverse - 1, exactly: inverse has so few bits that both products are exact.
	upper := math.Float64frombits(math.Float64bits(z) &^ (1<<21 - 1))
	a := float64(upper*entry.inverse) - 1
	b := float64((z - upper) * entry.inverse)
	r := a + b
	t := r - a
	s := (a - (r - t)) + (b - t)

	// ln x = k * ln 2 - ln(inverse) + ln(1 + r + s). The first two and r add up to high + low, without an error but
	// that of low. base is zero or larger than r.
	n := float64(k)
	base := float64(n*ln2Hi) + entry.hi
	high = base + r
	low = (r - (high - base)) + (float64(n*ln2Lo) + entry.lo) + (s - float64(s*r))

	// ln(1 + r) - r, by its series; |r| < 2^-7.
	r2 := float64(r * r)
	p := 1.0/7 + float64(r*(-1.0/8+float64(r*(1.0/9))))
	p = 1.0/5 + float64(r*(-1.0/6+float64(r*p)))
	p = 1.0/3 + float64(r*(-1.0/4+float64(r*p)))
	return high, low + float64(r2*(-1.0/2+float64(r*p)))
}
