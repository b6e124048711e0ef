package elementary

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestExp2IsWithinItsBound(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	points := []float64{0x1p-60, -0x1p-60, 0x1p-1074, -0.5, -1.0 / 3, 1023.9999999999999, -1021.9999999999999, -1022.5, -1074.9}
	for range 8_000 {
		points = append(points, rng.Float64()*2099-1075, -rng.Float64()*3, rng.NormFloat64(), math.Ldexp(rng.Float64()-0.5, -rng.IntN(60)))
	}
	// Between two table entries the reduced argument is largest.
	for k := -2000; k < 2000; k++ {
		x := (float64(k) + 0.5) / 128
		points = append(points, x, math.Nextafter(x, 1000), math.Nextafter(x, -1000))
	}
	ln2 := bigLog(2)
	var worst, at float64
	for _, x := range points {
		if d := ulps(Exp2(x), bigExp(number(0).Mul(number(x), ln2))); d > worst {
			worst, at = d, x
		}
	}
	t.Logf("largest error %.4f ulp, at %v", worst, at)
	if worst >= bound {
		t.Errorf("Exp2(%v) is off by %.4f ulp", at, worst)
	}
}

func TestExp2OfWholeNumbersIsExact(t *testing.T) {
	for k := -1074; k < 1024; k++ {
		if got, want := Exp2(float64(k)), math.Ldexp(1, k); got != want {
			t.Errorf("Exp2(%d) = %x, expected %x", k, got, want)
		}
	}
}

func TestSpecialValuesOfExp2(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ x, want float64 }{
		{math.Copysign(0, -1), 1}, {inf, inf}, {-inf, 0}, {nan, nan}, {1024, inf}, {math.MaxFloat64, inf},
		{-1075.1, 0}, {-1080.5, 0}, {-math.MaxFloat64, 0},
	} {
		if got := Exp2(c.x); got != c.want && !(got != got && c.want != c.want) {
			t.Errorf("Exp2(%v) = %x, expected %x", c.x, got, c.want)
		}
	}
}

// As TestBitsAreFixed.
func TestBitsOfExp2AreFixed(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	var sum uint64
	for range 100_000 {
		sum = sum*31 + math.Float64bits(Exp2(rng.Float64()*2098-1074))
	}
	if sum != wantExp2 {
		t.Errorf("the checksum of Exp2 is %#x, expected %#x", sum, uint64(wantExp2))
	}
}

const wantExp2 = 0x3c9cff5b6bde3f33
