package elementary

import (
	"math"
	"math/big"
	"testing"
)

// exponentials gives e^x and e^-x.
func exponentials(x float64) (up, down *big.Float) {
	up = bigExp(number(x))
	return up, number(0).Quo(number(1), up)
}

func TestHyperbolicFunctionsAreWithinTheirBounds(t *testing.T) {
	points := append(signed(21, 60, 710), 22, math.Nextafter(22, 30), -0.3465, 0.34658, 709.5, -1e-9)
	worst(t, "Sinh", Sinh, func(x float64) *big.Float {
		if math.Abs(x) < 1e-20 {
			return number(x)
		}
		up, down := exponentials(x)
		return up.Sub(up, down).Quo(up, number(2))
	}, points, 4)
	worst(t, "Cosh", Cosh, func(x float64) *big.Float {
		up, down := exponentials(x)
		return up.Add(up, down).Quo(up, number(2))
	}, points, 4)
	worst(t, "Tanh", Tanh, func(x float64) *big.Float {
		if math.Abs(x) < 1e-20 {
			return number(x)
		}
		up, down := exponentials(x)
		return number(0).Quo(number(0).Sub(up, down), number(0).Add(up, down))
	}, points, 4)
}

// bigLogOf is Newton's iteration, as bigLog for a number with more digits than a float64.
func bigLogOf(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := bigLog(f)
	for range 2 {
		e := bigExp(number(0).Neg(y))
		y.Add(y, e.Mul(e, x).Sub(e, number(1)))
	}
	return y
}

func TestInverseHyperbolicFunctionsAreWithinTheirBounds(t *testing.T) {
	root := func(x float64, one float64) *big.Float {
		square := number(x)
		square.Mul(square, square).Add(square, number(one))
		return square.Sqrt(square)
	}
	var up, inside []float64
	for _, x := range signed(22, 60, 1) {
		if math.Abs(x) < 1 && math.Abs(x) > 1e-12 {
			up, inside = append(up, 1+math.Abs(x), 1/math.Abs(x)), append(inside, x)
		}
	}
	all := append(append([]float64{1e300, -1e9, 0x1p28, 0x1.8p28}, up...), inside...)
	worst(t, "Arcsinh", Arcsinh, func(x float64) *big.Float {
		r := root(x, 1)
		y := bigLogOf(r.Add(r, number(math.Abs(x))))
		if x < 0 {
			y.Neg(y)
		}
		return y
	}, all, 4)
	worst(t, "Arccosh", Arccosh, func(x float64) *big.Float {
		r := root(x, -1)
		return bigLogOf(r.Add(r, number(x)))
	}, append([]float64{1 + 0x1p-52, 0x1p28, 1e300}, up...), 4)
	odds := func(x float64) *big.Float {
		return number(0).Quo(number(0).Add(number(1), number(x)), number(0).Sub(number(1), number(x)))
	}
	worst(t, "Arctanh", Arctanh, func(x float64) *big.Float {
		y := bigLogOf(odds(x))
		return y.Quo(y, number(2))
	}, append([]float64{1 - 0x1p-53, -0.5}, inside...), 4)
	var shares []float64
	for _, x := range inside {
		shares = append(shares, math.Abs(x), 0.5+x/1e3)
	}
	worst(t, "Logit", Logit, func(p float64) *big.Float {
		return bigLogOf(number(0).Quo(number(p), number(0).Sub(number(1), number(p))))
	}, append([]float64{0.25, 0.75, 0x1p-1074, 1 - 0x1p-53, 0.5 + 0x1p-52}, shares...), 4)
}

func TestRootsAndOtherLogarithmsAreWithinTheirBounds(t *testing.T) {
	points := append(signed(23, 80, math.MaxFloat64), 1, 8, 27, 1e-300, 0x1.23p-1060)
	worst(t, "Cbrt", Cbrt, func(x float64) *big.Float {
		y := bigLog(math.Abs(x))
		y = bigExp(y.Quo(y, number(3)))
		if x < 0 {
			y.Neg(y)
		}
		return y
	}, points, 1)
	var sizes []float64
	for _, x := range points {
		if x = math.Abs(x); x != 1 {
			sizes = append(sizes, x, 1+math.Mod(x, 1)/1e3+0x1p-40)
		}
	}
	for _, c := range []struct {
		name string
		f    func(float64) float64
		base float64
	}{{"Log2", Log2, 2}, {"Log10", Log10, 10}} {
		base := bigLog(c.base)
		worst(t, c.name, c.f, func(x float64) *big.Float { return number(0).Quo(bigLog(x), base) }, sizes, 1)
	}
	for k := -1074; k < 1024; k++ {
		if got := Log2(math.Ldexp(1, k)); got != float64(k) {
			t.Errorf("Log2(2^%d) = %v", k, got)
		}
	}
	for k, x := 0, 1.0; k < 23; k, x = k+1, x*10 {
		if got := Log10(x); got != float64(k) {
			t.Errorf("Log10(1e%d) = %v", k, got)
		}
	}
}

func TestSpecialValuesOfTheHyperbola(t *testing.T) {
	inf, nan, zero := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		name    string
		f       func(float64) float64
		x, want float64
	}{
		{"Sinh", Sinh, zero, zero}, {"Sinh", Sinh, -inf, -inf}, {"Sinh", Sinh, nan, nan}, {"Sinh", Sinh, 711, inf},
		{"Cosh", Cosh, zero, 1}, {"Cosh", Cosh, -inf, inf}, {"Cosh", Cosh, nan, nan}, {"Cosh", Cosh, -711, inf},
		{"Tanh", Tanh, zero, zero}, {"Tanh", Tanh, -inf, -1}, {"Tanh", Tanh, nan, nan}, {"Tanh", Tanh, 1e300, 1},
		{"Arcsinh", Arcsinh, zero, zero}, {"Arcsinh", Arcsinh, -inf, -inf}, {"Arcsinh", Arcsinh, nan, nan},
		{"Arccosh", Arccosh, 1, 0}, {"Arccosh", Arccosh, 0.5, nan}, {"Arccosh", Arccosh, inf, inf}, {"Arccosh", Arccosh, nan, nan},
		{"Arccosh", Arccosh, -inf, nan},
		{"Arctanh", Arctanh, zero, zero}, {"Arctanh", Arctanh, 1, inf}, {"Arctanh", Arctanh, -1, -inf}, {"Arctanh", Arctanh, 1.5, nan},
		{"Arctanh", Arctanh, -inf, nan}, {"Arctanh", Arctanh, nan, nan},
		{"Logit", Logit, 0, -inf}, {"Logit", Logit, 1, inf}, {"Logit", Logit, 0.5, 0}, {"Logit", Logit, -0.1, nan}, {"Logit", Logit, 1.1, nan},
		{"Logit", Logit, nan, nan}, {"Logit", Logit, inf, nan},
		{"Cbrt", Cbrt, zero, zero}, {"Cbrt", Cbrt, -inf, -inf}, {"Cbrt", Cbrt, nan, nan},
		{"Log2", Log2, zero, -inf}, {"Log2", Log2, -1, nan}, {"Log2", Log2, inf, inf}, {"Log2", Log2, nan, nan},
		{"Log10", Log10, 0, -inf}, {"Log10", Log10, -inf, nan}, {"Log10", Log10, inf, inf}, {"Log10", Log10, nan, nan},
	} {
		requireBits(t, c.name, c.f(c.x), c.x, c.want)
	}
}
