package elementary

import "math"

// Sinh returns the hyperbolic sine of x. Like the other functions of this file, it is off by less than four units in the last
// place.
func Sinh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case size < 0x1p-27 || x != x:
		return x // Which keeps the sign of a zero.
	case size > 22:
		return math.Copysign(halfExp(size), x)
	}
	t := Expm1(size)
	return math.Copysign(float64(0.5*(t+t/(t+1))), x)
}

// Cosh returns the hyperbolic cosine of x.
func Cosh(x float64) float64 {
	size := math.Abs(x)
	if size > 22 {
		return halfExp(size)
	}
	t := Exp(size)
	return float64(0.5*t) + 0.5/t
}

// halfExp returns e^x / 2, also where e^x is infinite and its half is not.
func halfExp(x float64) float64 {
	if x < 709 {
		return float64(0.5 * Exp(x))
	}
	root := Exp(float64(0.5 * x))
	return float64(0.5*root) * root
}

// Tanh returns the hyperbolic tangent of x.
func Tanh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case size < 0x1p-27 || x != x:
		return x
	case size > 22:
		return math.Copysign(1, x)
	}
	t := Expm1(float64(-2 * size))
	return math.Copysign(-t/(t+2), x)
}

// Arcsinh returns the inverse of [Sinh].
func Arcsinh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case size < 0x1p-27 || x != x:
		return x
	case size > 0x1p28:
		return math.Copysign(Log(size)+math.Ln2, x)
	}
	square := float64(size * size)
	return math.Copysign(Log1p(size+square/(1+math.Sqrt(1+square))), x)
}

// Arccosh returns the inverse of [Cosh] from 1 on, and NaN below.
func Arccosh(x float64) float64 {
	switch {
	case x < 1:
		return math.NaN()
	case x > 0x1p28:
		return Log(x) + math.Ln2
	}
	t := x - 1
	return Log1p(t + math.Sqrt(float64(t*(x+1))))
}

// Arctanh returns the inverse of [Tanh]: infinities for 1 and -1, NaN beyond.
func Arctanh(x float64) float64 {
	size := math.Abs(x)
	switch {
	case size < 0x1p-27 || x != x:
		return x
	case size > 1:
		return math.NaN()
	}
	return math.Copysign(float64(0.5*Log1p(float64(2*size)/(1-size))), x)
}

// Logit returns ln(p / (1 - p)): infinities for 0 and 1, NaN beyond. It is off by less than four units in the last place,
// also next to 1/2.
func Logit(p float64) float64 {
	if p < 0.25 || p > 0.75 || p != p {
		return Log(p / (1 - p))
	}
	// ln(1 + d) - ln(1 - d) is twice the inverse of the hyperbolic tangent of d; d is exact.
	return 2 * Arctanh(float64(2*p)-1)
}
