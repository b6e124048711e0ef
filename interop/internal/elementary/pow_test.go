package elementary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestLog1pIsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	points := []float64{0x1p-53, -0x1p-53, 0x1p-52, 1, 2, -0.5, 0x1p53, 1e300, math.MaxFloat64, -1 + 0x1p-53}
	for range 4_000 {
		points = append(points, rng.Float64()*2-1, math.Ldexp(rng.Float64()-0.5, -rng.IntN(60)), math.Ldexp(rng.Float64(), rng.IntN(900)))
	}
	check(t, "Log1p", points, 1, Log1p, func(x float64) *big.Float {
		// A float64 y next to 1 + x, and the series of ln(1 + d) for what is left: |d| <= 2^-53.
		exact := number(0).Add(number(1), number(x))
		y, _ := exact.Float64()
		d := number(0).Quo(number(0).Sub(exact, number(y)), number(y))
		square := number(0).Mul(d, d)
		out := number(0).Add(bigLog(y), d)
		if y == 1 {
			out = number(0).Set(d)
		}
		out.Sub(out, number(0).Quo(square, number(2)))
		return out.Add(out, square.Mul(square, d).Quo(square, number(3)))
	})
}

func TestExpm1IsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	points := []float64{0x1p-53, -0x1p-53, 1, -1, 40, -40, 40.1, math.Ln2, -math.Ln2, 709, -37.5, 1e-300}
	for range 4_000 {
		points = append(points, rng.NormFloat64()*3, math.Ldexp(rng.Float64()-0.5, -rng.IntN(60)), rng.Float64()*80-40)
	}
	for k := -2000; k < 2000; k++ {
		points = append(points, (float64(k)+0.5)*math.Ln2/128)
	}
	check(t, "Expm1", points, 2, Expm1, func(x float64) *big.Float {
		if math.Abs(x) > 0x1p-20 {
			return number(0).Sub(bigExp(number(x)), number(1))
		}
		sum, term := number(0), number(1) // The series, which loses nothing of a small x.
		for n := 1; n < 12; n++ {
			term.Mul(term, number(x)).Quo(term, number(float64(n)))
			sum.Add(sum, term)
		}
		return sum
	})
}

func TestPowIsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	var worst float64
	for range 20_000 {
		x, y := math.Ldexp(1+rng.Float64(), rng.IntN(60)-30), rng.NormFloat64()*20
		switch rng.IntN(4) {
		case 0:
			x, y = 1+math.Ldexp(rng.Float64()-0.5, -rng.IntN(50)), rng.NormFloat64()*1e3
		case 1:
			x = math.Ldexp(rng.Float64(), rng.IntN(2000)-1000)
			y = rng.Float64()*2 - 1
		case 2:
			x = math.Float64frombits(rng.Uint64N(0x0010000000000000-1) + 1)
			y = -rng.Float64()
		}
		if x == 1 || x == 0 {
			continue
		}
		exponent := number(0).Mul(bigLog(x), number(y))
		if e, _ := exponent.Float64(); e > 709 || e < -744 {
			continue
		}
		if d := ulps(Pow(x, y), bigExp(exponent)); d > worst {
			worst = d
			if worst >= 0.6 {
				t.Errorf("Pow(%v, %v) is off by %.4f ulp", x, y, worst)
			}
		}
	}
	t.Logf("largest error %.4f ulp", worst)
}

func check(t *testing.T, name string, points []float64, bound float64, f func(float64) float64, want func(float64) *big.Float) {
	t.Helper()
	var worst float64
	for _, x := range points {
		if x == 0 {
			continue
		}
		if d := ulps(f(x), want(x)); d > worst {
			worst = d
			if worst >= bound {
				t.Errorf("%s(%v) is off by %.4f ulp", name, x, worst)
			}
		}
	}
	t.Logf("%s: largest error %.4f ulp", name, worst)
}

func TestSpecialPowers(t *testing.T) {
	inf, nan, negativeZero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, x := range []float64{0, negativeZero, 1, -1, 2, -2, 0.5, -0.5, inf, -inf, nan, 0x1p-1074, -0x1p-1074, math.MaxFloat64} {
		for _, y := range []float64{0, negativeZero, 1, -1, 2, -2, 3, -3, 0.5, -0.5, inf, -inf, nan, 1e300, -1e300, 0x1p-1074, 0x1p53 + 2} {
			got, want := Pow(x, y), math.Pow(x, y) // Whose special cases are C's.
			exact := math.IsNaN(want) || math.IsInf(want, 0) || want == 0 || math.Abs(want) == 1
			same := math.Float64bits(got) == math.Float64bits(want) || (math.IsNaN(got) && math.IsNaN(want))
			if (exact && !same) || (!exact && math.Abs(got-want) > 1e-14*math.Abs(want)) {
				t.Errorf("Pow(%v, %v) = %v, expected %v", x, y, got, want)
			}
		}
	}
	for _, c := range []struct{ got, want float64 }{
		{Log1p(-1), -inf}, {Log1p(-2), nan}, {Log1p(inf), inf}, {Log1p(nan), nan}, {Log1p(negativeZero), negativeZero}, {Log1p(5e-324), 5e-324},
		{Expm1(inf), inf}, {Expm1(-inf), -1}, {Expm1(nan), nan}, {Expm1(negativeZero), negativeZero}, {Expm1(-5e-324), -5e-324}, {Expm1(710), inf},
	} {
		if math.Float64bits(c.got) != math.Float64bits(c.want) && !(math.IsNaN(c.got) && math.IsNaN(c.want)) {
			t.Errorf("%v, expected %v", c.got, c.want)
		}
	}
}

// The bits that every CPU must give: a compiler that fused a product and a sum would change some of them.
func TestBitsOfPowersAreFixed(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	var sum uint64
	for range 100_000 {
		x, y := rng.Float64()*50, rng.NormFloat64()*5
		sum = sum*31 + math.Float64bits(Pow(x, y))
		sum = sum*31 + math.Float64bits(Expm1(y)) ^ math.Float64bits(Log1p(x-0.9))
	}
	if sum != wantPowers {
		t.Errorf("the checksum is %#x, expected %#x", sum, uint64(wantPowers))
	}
}

const wantPowers = 0xd7fba885a8427501
