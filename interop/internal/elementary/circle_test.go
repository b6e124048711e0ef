package elementary

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// widePrecision is enough for the fraction of the largest float64 divided by pi.
const widePrecision = 1400

func wide(v float64) *big.Float { return new(big.Float).SetPrec(widePrecision).SetFloat64(v) }

// circlePi is 16 atan(1/5) - 4 atan(1/239), which shares nothing with the code under test.
var circlePi = func() *big.Float {
	atan := func(inverse float64) *big.Float {
		x := wide(0).Quo(wide(1), wide(inverse))
		square, sum := wide(0).Mul(x, x), wide(0)
		for n := 1; n < 700; n += 2 {
			term := wide(0).Quo(x, wide(float64(n)))
			if n%4 == 3 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			x.Mul(x, square)
		}
		return sum
	}
	first := atan(5)
	second := atan(239)
	return first.Sub(first.Mul(first, wide(16)), second.Mul(second, wide(4)))
}()

// bigSinCos gives both by Taylor's series, of what x leaves when whole turns are taken off.
func bigSinCos(x float64) (sin, cos *big.Float) {
	r := wide(x)
	turns := wide(0).Quo(r, wide(0).Mul(circlePi, wide(2)))
	whole, _ := turns.Int(nil)
	r.Sub(r, wide(0).Mul(wide(0).SetInt(whole), wide(0).Mul(circlePi, wide(2))))
	small := number(0).Set(r)
	square := number(0).Mul(small, small)
	sin, cos = number(0), number(0)
	term := number(1)
	for n := 0; n < 80; n += 2 {
		odd := number(0).Quo(number(0).Mul(term, small), number(float64(n+1)))
		if n%4 == 0 {
			cos.Add(cos, term)
			sin.Add(sin, odd)
		} else {
			cos.Sub(cos, term)
			sin.Sub(sin, odd)
		}
		term.Mul(term, square).Quo(term, number(float64(n+1)*float64(n+2)))
	}
	return sin, cos
}

// bigAtan is the series, after the angle was halved often enough.
func bigAtan(x *big.Float) *big.Float {
	const halvings = 30
	t := number(0).Set(x)
	for range halvings {
		root := number(0).Sqrt(number(0).Add(number(1), number(0).Mul(t, t)))
		t.Quo(t, root.Add(root, number(1)))
	}
	square, power, sum := number(0).Mul(t, t), number(0).Set(t), number(0)
	for n := 1; n < 14; n += 2 {
		term := number(0).Quo(power, number(float64(n)))
		if n%4 == 3 {
			term.Neg(term)
		}
		sum.Add(sum, term)
		power.Mul(power, square)
	}
	return sum.SetMantExp(sum, halvings)
}

// worst is the largest error of f on the points, in units of the last place.
func worst(t *testing.T, name string, f func(float64) float64, truth func(float64) *big.Float, points []float64, limit float64) {
	t.Helper()
	var most, at float64
	for _, x := range points {
		if d := ulps(f(x), truth(x)); !(d <= most) {
			most, at = d, x
		}
	}
	t.Logf("%s: largest error %.3f ulp, at %v, of %d points", name, most, at, len(points))
	if !(most < limit) {
		t.Errorf("%s(%v) = %v is off by %.3f ulp", name, at, f(at), most)
	}
}

// signed gives points of all sizes up to a largest one, of both signs.
func signed(seed uint64, n int, largest float64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := []float64{0x1p-1074, -0x1p-1022, 0x1p-60, -0x1p-28, 0x1p-26, largest, -largest}
	for range n {
		x := rng.NormFloat64() * 2
		if rng.IntN(3) == 0 {
			x = math.Ldexp(rng.Float64()-0.5, rng.IntN(60)-40)
		}
		if math.Abs(x) < largest {
			out = append(out, x)
		}
		out = append(out, (2*rng.Float64()-1)*largest)
	}
	return out
}

func TestTurnsAreWithinTheirBounds(t *testing.T) {
	points := signed(11, 60, 1e5)
	for _, x := range []float64{math.Pi, math.Pi / 2, math.Pi / 4, 3 * math.Pi / 4, 100 * math.Pi, 1e22, math.MaxFloat64} {
		points = append(points, x, -x, math.Nextafter(x, 0), math.Nextafter(x, 1e308))
	}
	// Of all float64, this one is nearest to a multiple of pi / 2.
	points = append(points, 0x1.6ac5b262ca1ffp+849)
	rng := rand.New(rand.NewPCG(12, 13))
	for range 60 {
		points = append(points, math.Ldexp(1+rng.Float64(), rng.IntN(1023)), float64(rng.IntN(1<<30))*math.Pi/2)
	}
	worst(t, "Sin", Sin, func(x float64) *big.Float { s, _ := bigSinCos(x); return s }, points, 1)
	worst(t, "Cos", Cos, func(x float64) *big.Float { _, c := bigSinCos(x); return c }, points, 1)
	worst(t, "Tan", Tan, func(x float64) *big.Float { s, c := bigSinCos(x); return s.Quo(s, c) }, points, 2)
}

func TestAnglesAreWithinTheirBounds(t *testing.T) {
	points := append(signed(14, 80, 50), 1e300, -1e9, 1, math.Nextafter(1, 2), 0.0625, 0.9375, 0.125)
	worst(t, "Arctan", Arctan, func(x float64) *big.Float { return bigAtan(number(x)) }, points, 1)
	points = append(signed(15, 80, 1)[:], 0.5, 1-0x1p-53, -1+0x1p-53)
	tangent := func(x float64) *big.Float {
		square := number(x)
		root := number(0).Sqrt(number(0).Sub(number(1), square.Mul(square, square)))
		return number(0).Quo(number(x), root)
	}
	inner := points[:0:0]
	for _, x := range points {
		if math.Abs(x) < 1 {
			inner = append(inner, x)
		}
	}
	worst(t, "Arcsin", Arcsin, func(x float64) *big.Float { return bigAtan(tangent(x)) }, inner, 4)
	worst(t, "Arccos", Arccos, func(x float64) *big.Float {
		half := number(0).Quo(number(0).Sub(number(1), number(x)), number(0).Add(number(1), number(x)))
		a := bigAtan(half.Sqrt(half))
		return a.Add(a, a)
	}, inner, 4)
}

func TestSpecialValuesOfTheCircle(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		name    string
		f       func(float64) float64
		x, want float64
	}{
		{"Sin", Sin, zero, zero}, {"Sin", Sin, inf, nan}, {"Sin", Sin, -inf, nan}, {"Sin", Sin, nan, nan},
		{"Cos", Cos, zero, 1}, {"Cos", Cos, inf, nan}, {"Cos", Cos, nan, nan}, {"Cos", Cos, 0x1p-1074, 1},
		{"Tan", Tan, zero, zero}, {"Tan", Tan, -inf, nan}, {"Tan", Tan, nan, nan}, {"Tan", Tan, 0x1p-1074, 0x1p-1074},
		{"Arctan", Arctan, zero, zero}, {"Arctan", Arctan, inf, math.Pi / 2}, {"Arctan", Arctan, -inf, -math.Pi / 2},
		{"Arctan", Arctan, nan, nan}, {"Arctan", Arctan, math.MaxFloat64, math.Pi / 2},
		{"Arcsin", Arcsin, 1, math.Pi / 2}, {"Arcsin", Arcsin, -1, -math.Pi / 2}, {"Arcsin", Arcsin, zero, zero},
		{"Arcsin", Arcsin, math.Nextafter(1, 2), nan}, {"Arcsin", Arcsin, -inf, nan}, {"Arcsin", Arcsin, nan, nan},
		{"Arccos", Arccos, 1, 0}, {"Arccos", Arccos, -1, math.Pi}, {"Arccos", Arccos, 0, math.Pi / 2},
		{"Arccos", Arccos, 1.5, nan}, {"Arccos", Arccos, -inf, nan}, {"Arccos", Arccos, inf, nan}, {"Arccos", Arccos, nan, nan},
	} {
		requireBits(t, c.name, c.f(c.x), c.x, c.want)
	}
}

func requireBits(t *testing.T, name string, got, x, want float64) {
	t.Helper()
	if !(math.IsNaN(want) && math.IsNaN(got)) && math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%s(%v) = %x, expected %x", name, x, got, want)
	}
}

// As TestBitsAreFixed, for all functions of this package that are not in its own tests.
func TestBitsOfTheOthersAreFixed(t *testing.T) {
	rng := rand.New(rand.NewPCG(16, 17))
	functions := []func(float64) float64{
		Sin, Cos, Tan, Arctan, Arcsin, Arccos, Sinh, Cosh, Tanh, Arcsinh, Arccosh, Arctanh, Cbrt, Log2, Log10, Logit,
	}
	var sum uint64
	for range 5_000 {
		x := []float64{rng.NormFloat64(), rng.Float64(), math.Ldexp(rng.Float64()-0.5, rng.IntN(400)-200)}
		for i, f := range functions {
			if y := f(x[(i+rng.IntN(3))%3]); y == y {
				sum = sum*31 + math.Float64bits(y)
			}
		}
	}
	if sum != wantOthers {
		t.Errorf("the checksum is %#x, expected %#x", sum, uint64(wantOthers))
	}
}

const wantOthers = 0xf95d157187144824
