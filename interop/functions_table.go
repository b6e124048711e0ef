package modelx

import (
	"math"

	"github.com/modelx-dev/modelx/interop/internal/elementary"
	"github.com/modelx-dev/modelx/interop/modelxpb"
)

// plainFunctions are the functions of one value that have no parameters; nil for the identity.
var plainFunctions = map[modelxpb.Function]func(float64) float64{
	modelxpb.Function_FUNCTION_IDENTITY:    nil,
	modelxpb.Function_FUNCTION_EXP:         elementary.Exp,
	modelxpb.Function_FUNCTION_EXPM1:       elementary.Expm1,
	modelxpb.Function_FUNCTION_LOG:         elementary.Log,
	modelxpb.Function_FUNCTION_LOG1P:       elementary.Log1p,
	modelxpb.Function_FUNCTION_SQRT:        math.Sqrt,
	modelxpb.Function_FUNCTION_SQUARE:      func(x float64) float64 { return float64(x * x) },
	modelxpb.Function_FUNCTION_EXP2:        elementary.Exp2,
	modelxpb.Function_FUNCTION_RECIPROCAL:  func(x float64) float64 { return 1 / x },
	modelxpb.Function_FUNCTION_NEGATIVE:    func(x float64) float64 { return -x },
	modelxpb.Function_FUNCTION_LOG2:        elementary.Log2,
	modelxpb.Function_FUNCTION_LOG10:       elementary.Log10,
	modelxpb.Function_FUNCTION_ABSOLUTE:    math.Abs,
	modelxpb.Function_FUNCTION_SIGN:        sign,
	modelxpb.Function_FUNCTION_FLOOR:       math.Floor,
	modelxpb.Function_FUNCTION_CEIL:        math.Ceil,
	modelxpb.Function_FUNCTION_TRUNC:       math.Trunc,
	modelxpb.Function_FUNCTION_RINT:        math.RoundToEven,
	modelxpb.Function_FUNCTION_IS_NAN:      func(x float64) float64 { return oneOrZero(x != x) },
	modelxpb.Function_FUNCTION_IS_INFINITE: func(x float64) float64 { return oneOrZero(math.IsInf(x, 0)) },
	modelxpb.Function_FUNCTION_IS_FINITE:   func(x float64) float64 { return oneOrZero(isFinite(x)) },
	modelxpb.Function_FUNCTION_RADIANS:     func(x float64) float64 { return float64(x * (math.Pi / 180)) },
	modelxpb.Function_FUNCTION_DEGREES:     func(x float64) float64 { return float64(x * (180 / math.Pi)) },
	modelxpb.Function_FUNCTION_CBRT:        elementary.Cbrt,
	modelxpb.Function_FUNCTION_SIN:         elementary.Sin,
	modelxpb.Function_FUNCTION_COS:         elementary.Cos,
	modelxpb.Function_FUNCTION_TAN:         elementary.Tan,
	modelxpb.Function_FUNCTION_ARCSIN:      elementary.Arcsin,
	modelxpb.Function_FUNCTION_ARCCOS:      elementary.Arccos,
	modelxpb.Function_FUNCTION_ARCTAN:      elementary.Arctan,
	modelxpb.Function_FUNCTION_SINH:        elementary.Sinh,
	modelxpb.Function_FUNCTION_COSH:        elementary.Cosh,
	modelxpb.Function_FUNCTION_TANH:        elementary.Tanh,
	modelxpb.Function_FUNCTION_ARCSINH:     elementary.Arcsinh,
	modelxpb.Function_FUNCTION_ARCCOSH:     elementary.Arccosh,
	modelxpb.Function_FUNCTION_ARCTANH:     elementary.Arctanh,
	modelxpb.Function_FUNCTION_EXPIT:       elementary.Expit,
	modelxpb.Function_FUNCTION_LOGIT:       elementary.Logit,
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	case x == 0:
		return 0
	}
	return x
}

func oneOrZero(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// clip returns min(max(x, low), high), and NaN for NaN.
func clip(low, high float64) func(float64) float64 {
	return func(x float64) float64 {
		if x < low {
			x = low
		}
		if x > high {
			x = high
		}
		return x
	}
}

// replace returns the function that leaves no NaN and no infinity but those that it puts in their places.
func replace(p *modelxpb.AppliedFunction_Replacements) func(float64) float64 {
	nan, positive, negative := p.GetNan(), p.GetPositiveInfinity(), p.GetNegativeInfinity()
	return func(x float64) float64 {
		switch {
		case isFinite(x):
			return x
		case x > 0:
			return positive
		case x < 0:
			return negative
		}
		return nan
	}
}

// round returns the rounding to so many digits behind the point, or before it, as numpy does it.
func round(decimals int32) func(float64) float64 {
	power := 1.0
	for range max(decimals, -decimals) {
		power *= 10
	}
	switch {
	case decimals > 0:
		return func(x float64) float64 { return math.RoundToEven(float64(x*power)) / power }
	case decimals < 0:
		return func(x float64) float64 { return float64(math.RoundToEven(x/power) * power) }
	}
	return math.RoundToEven
}
