package elementary

import "math"

//go:generate go run generate_normal.go

// NormalCDF returns the probability of at most x in the normal distribution: 0 below -8.5, 1 above 8.5, NaN for NaN. It is
// off by less than 2^-52, and by less than 2^-34 of itself where x < 0.
func NormalCDF(x float64) float64 {
	size := math.Abs(x)
	if !(size < 8.5) {
		switch {
		case x != x:
			return x
		case x < 0:
			return 0
		}
		return 1
	}
	at := float64(size * 8)
	tail := piece(normalTails[int(at)][:], at)
	if x < 0 {
		return tail
	}
	return 1 - tail
}

// The series of the inverse is sqrt(2 pi) * (y + pi/3 * y^3 + 7 pi^2/30 * y^5 + ...).
const (
	rootOfTwoPi = 2.50662827463100050241576528481104525300698674060993831663
	cubic       = rootOfTwoPi * math.Pi / 3
	quintic     = rootOfTwoPi * 7 * math.Pi * math.Pi / 30
)

// NormalPPF returns the point up to which the normal distribution has the probability p, from 1e-7 - 2^-50 on and as far
// from 1. Any other p, and NaN, gives NaN. It is off by less than 2^-50 of 1 + |x|, but for what p itself leaves open.
func NormalPPF(p float64) float64 {
	rest := 1 - p // Exact where it counts: for p from 1/2 on.
	least := min(p, rest)
	switch {
	case !(least >= 1e-7-0x1p-50):
		return math.NaN()
	case math.Abs(p-0.5) < 0x1p-10:
		// The series around 1/2, where the logarithm would leave nothing of a small x.
		y := p - 0.5
		square := float64(y * y)
		return float64(y * (rootOfTwoPi + float64(square*(cubic+float64(square*quintic)))))
	}
	at := float64((math.Sqrt(-2*Log(least)) - 9.0/8) * 16)
	x := piece(normalPoints[int(at)][:], at)
	if p < 0.5 {
		return -x
	}
	return x
}

// piece computes a polynomial in the fraction of at, brought to -1 ... 1.
func piece(coefficients []float64, at float64) float64 {
	s := float64(2*(at-math.Trunc(at))) - 1
	sum := 0.0
	for i := len(coefficients) - 1; i >= 0; i-- {
		sum = float64(sum*s) + coefficients[i]
	}
	return sum
}
