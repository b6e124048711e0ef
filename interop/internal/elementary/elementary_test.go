package elementary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

const precision = 240

func number(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }

// bigExp is e^x by the Taylor series of e^(x / 2^40), squared 40 times: a way that shares nothing with the code under test.
func bigExp(x *big.Float) *big.Float {
	const halvings = 40
	r := number(0).SetMantExp(x, -halvings)
	sum, term := number(1), number(1)
	for n := 1; n < 12; n++ {
		term.Mul(term, r).Quo(term, number(float64(n)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog is Newton's iteration on bigExp, from a float64. (math.Log of subnormal numbers is off by far on amd64.)
func bigLog(x float64) *big.Float {
	fraction, exponent := math.Frexp(x)
	y := number(math.Log(fraction) + float64(exponent)*math.Ln2)
	for range 3 { // y += x * e^-y - 1: 50 correct bits become 200.
		e := bigExp(number(0).Neg(y))
		y.Add(y, e.Mul(e, number(x)).Sub(e, number(1)))
	}
	return y
}

// ulps is how far got is from want, in units of the last place that want has as a float64.
func ulps(got float64, want *big.Float) float64 {
	rounded, _ := want.Float64()
	_, exponent := math.Frexp(rounded)
	unit := math.Ldexp(1, max(exponent-53, -1074))
	difference := number(0).Sub(number(got), want)
	d, _ := difference.Quo(difference, number(unit)).Float64()
	return math.Abs(d)
}

const bound = 0.52

func TestExpIsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	points := []float64{
		0, math.Copysign(0, -1), 1, -1, 0x1p-60, -0x1p-60, 0x1p-1074, 709.782712893384, 709.78271289338397,
		-708.3964185322641, -708.39641853226408, -708.396418532264106, -745.1332191019411, -745.13, -744.4400719213812,
		math.Ln2, -math.Ln2, math.Ln2 / 256, -math.Ln2 / 256, 36.04, -36.74,
	}
	for range 8_000 {
		points = append(points, rng.Float64()*1456-746, rng.NormFloat64()*3, -708-rng.Float64()*37.2, math.Ldexp(rng.Float64()-0.5, -rng.IntN(60)))
	}
	// Between two table entries the reduced argument is largest.
	for k := -2000; k < 2000; k++ {
		x := (float64(k) + 0.5) * math.Ln2 / 128
		points = append(points, x, math.Nextafter(x, 1000), math.Nextafter(x, -1000))
	}
	var worst, at float64
	for _, x := range points {
		if x > 709.782712893384 || x < -745.1332191019412 {
			continue
		}
		if d := ulps(Exp(x), bigExp(number(x))); d > worst {
			worst, at = d, x
		}
	}
	t.Logf("largest error %.4f ulp, at %v", worst, at)
	if worst >= bound {
		t.Errorf("Exp(%v) is off by %.4f ulp", at, worst)
	}
}

func TestLogIsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	points := []float64{1, 2, 0.5, math.E, 0x1p-1074, 0x1.fffffffffffffp-1023, 0x1p-1022, math.MaxFloat64, 0.6875, 1.375}
	for _, x := range []float64{1, 0.6875, 1.375, 1 - 1.0/256, 1 + 1.0/128} {
		for range 200 {
			points = append(points, x*(1+math.Ldexp(rng.Float64()-0.5, -rng.IntN(52))))
		}
	}
	for range 4_000 {
		points = append(points, rng.Float64(), 0.6+rng.Float64(), math.Ldexp(1+rng.Float64(), rng.IntN(2040)-1020),
			math.Float64frombits(rng.Uint64N(0x7ff0000000000000-1)+1))
	}
	for i := range uint64(128) {
		start := math.Float64frombits(smallestReduced + i<<45)
		points = append(points, start, math.Nextafter(start, 0))
	}
	var worst, at float64
	for _, x := range points {
		if d := ulps(Log(x), bigLog(x)); x != 1 && d > worst {
			worst, at = d, x
		}
	}
	t.Logf("largest error %.4f ulp, at %v", worst, at)
	if worst >= bound {
		t.Errorf("Log(%v) is off by %.4f ulp", at, worst)
	}
}

func TestSpecialValues(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	negativeZero := math.Copysign(0, -1)
	for _, c := range []struct {
		name    string
		f       func(float64) float64
		x, want float64
	}{
		{"Exp", Exp, 0, 1}, {"Exp", Exp, negativeZero, 1}, {"Exp", Exp, inf, inf}, {"Exp", Exp, -inf, 0}, {"Exp", Exp, nan, nan},
		{"Exp", Exp, 709.782712893384, 0x1.fffffffffff2ap+1023}, {"Exp", Exp, 709.7827128933841, inf}, {"Exp", Exp, math.MaxFloat64, inf},
		{"Exp", Exp, -745.1332191019411, 0x1p-1074}, {"Exp", Exp, -745.1332191019412, 0}, {"Exp", Exp, -math.MaxFloat64, 0},
		{"Log", Log, 1, 0}, {"Log", Log, 0, -inf}, {"Log", Log, negativeZero, -inf}, {"Log", Log, inf, inf},
		{"Log", Log, -1, nan}, {"Log", Log, -inf, nan}, {"Log", Log, nan, nan}, {"Log", Log, -0x1p-1074, nan},
		{"Expit", Expit, 0, 0.5}, {"Expit", Expit, inf, 1}, {"Expit", Expit, -inf, 0}, {"Expit", Expit, nan, nan}, {"Expit", Expit, -800, 0},
	} {
		got := c.f(c.x)
		if math.IsNaN(c.want) && math.IsNaN(got) {
			continue
		}
		if math.Float64bits(got) != math.Float64bits(c.want) {
			t.Errorf("%s(%v) = %x, expected %x", c.name, c.x, got, c.want)
		}
	}
}

// The bits that every CPU must give: a compiler that fused a product and a sum would change some of them.
func TestBitsAreFixed(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var exp, log uint64
	for range 100_000 {
		exp = exp*31 + math.Float64bits(Exp(rng.Float64()*1450-745))
		log = log*31 + math.Float64bits(Log(math.Float64frombits(rng.Uint64N(0x7ff0000000000000))))
	}
	if exp != wantExp || log != wantLog {
		t.Errorf("checksums of Exp and Log are %#x and %#x, expected %#x and %#x", exp, log, uint64(wantExp), uint64(wantLog))
	}
}

const wantExp, wantLog = 0xaff4e92910dda0ea, 0xf0aebe75f205e86e

func BenchmarkExp(b *testing.B) {
	x := -3.7
	for b.Loop() {
		x = -3.7 + Exp(x)
	}
}

func BenchmarkLog(b *testing.B) {
	x := 0.3
	for b.Loop() {
		x = 2 + Log(x)*1e-3
	}
}
