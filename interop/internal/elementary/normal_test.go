package elementary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// bigTail is the probability of more than x, by its continued fraction from 3 on and else by the series around 0.
func bigTail(x float64) *big.Float {
	z := number(x)
	density := bigExp(number(0).Quo(number(0).Mul(z, z), number(-2)))
	density.Quo(density, number(0).Sqrt(number(0).Mul(number(2), bigPi())))
	if x >= 3 {
		fraction := number(x)
		for k := 400; k >= 1; k-- {
			fraction = number(0).Add(z, fraction.Quo(number(float64(k)), fraction))
		}
		return density.Quo(density, fraction)
	}
	sum, term := number(0), number(x)
	for n := 3; n < 400; n += 2 {
		sum.Add(sum, term)
		term.Mul(term, z).Mul(term, z).Quo(term, number(float64(n)))
	}
	return number(0).Sub(number(0.5), density.Mul(density, sum))
}

func bigPi() *big.Float {
	pi, _ := new(big.Float).SetPrec(precision).SetString("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")
	return pi
}

func TestNormalCDFIsWithinItsBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	var worst, worstRelative float64
	for i := range 1_500 {
		x := rng.Float64() * 8.5
		if i < 1000 {
			x = float64(i%68) / 8
			if i%3 == 0 {
				x = math.Nextafter(x, 0)
			}
		}
		want := bigTail(x)
		difference, _ := number(0).Sub(want, number(NormalCDF(-x))).Float64()
		tail, _ := want.Float64()
		worst = max(worst, math.Abs(difference))
		worstRelative = max(worstRelative, math.Abs(difference)/tail)
		above, _ := number(0).Sub(number(0).Sub(number(1), want), number(NormalCDF(x))).Float64()
		worst = max(worst, math.Abs(above))
	}
	t.Logf("largest error %g, %g of the tail", worst, worstRelative)
	if worst >= 0x1p-52 || worstRelative >= 0x1p-34 {
		t.Errorf("the errors are %g and %g of the tail", worst, worstRelative)
	}
}

func TestNormalPPFIsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	points := []float64{1e-7 - 0x1p-52, 1e-7, 1 - (1e-7 - 0x1p-52), math.Nextafter(0.5, 0), math.Nextafter(0.5, 1), 0.25, 0.75}
	for range 1_000 {
		points = append(points, 1e-7+rng.Float64()*(1-3e-7), 1e-7+math.Ldexp(rng.Float64(), -rng.IntN(20))*0.99)
	}
	var worst float64
	for _, p := range points {
		x := NormalPPF(p)
		// The distance to the true point: what is missing of p, over the density.
		missing := number(0).Sub(bigTail(math.Abs(x)), number(min(p, 1-p)))
		if (x < 0) != (p < 0.5) {
			t.Fatalf("NormalPPF(%v) = %v", p, x)
		}
		d, _ := missing.Float64()
		off := math.Abs(d) / (math.Exp(-x*x/2) / math.Sqrt(2*math.Pi))
		worst = max(worst, off/(1+math.Abs(x)))
	}
	t.Logf("largest error %g", worst)
	if worst >= 0x1p-50 {
		t.Errorf("the error is %g", worst)
	}
}

func TestSpecialValuesOfTheNormalDistribution(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ got, want float64 }{
		{NormalCDF(0), 0.5}, {NormalCDF(inf), 1}, {NormalCDF(-inf), 0}, {NormalCDF(nan), nan}, {NormalCDF(9), 1}, {NormalCDF(-9), 0},
		{NormalPPF(0.5), 0}, {NormalPPF(nan), nan}, {NormalPPF(0), nan}, {NormalPPF(1), nan}, {NormalPPF(-1), nan}, {NormalPPF(2), nan},
		// There and back at the limits that QuantileTransformer has.
		{NormalCDF(NormalPPF(1 - (1e-7 - 0x1p-52))), 1 - (1e-7 - 0x1p-52)},
	} {
		if c.got != c.want && !(math.IsNaN(c.got) && math.IsNaN(c.want)) {
			t.Errorf("%v, expected %v", c.got, c.want)
		}
	}
}

// The bits that every CPU must give: a compiler that fused a product and a sum would change some of them.
func TestBitsOfTheNormalDistributionAreFixed(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	var sum uint64
	for range 100_000 {
		sum = sum*31 + math.Float64bits(NormalCDF(rng.NormFloat64()*3))
		sum = sum*31 + math.Float64bits(NormalPPF(rng.Float64()))
	}
	if sum != wantNormal {
		t.Errorf("the checksum is %#x, expected %#x", sum, uint64(wantNormal))
	}
}

const wantNormal = 0xaae4cbaeb5b2fb81
