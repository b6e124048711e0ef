"""FunctionProto and its functions as the comments of function.proto define them."""

from __future__ import annotations

import math

import numpy as np


def _each(function):
    """Make a function of Python's math one of arrays, NaN where it refuses."""

    def one(value):
        try:
            return function(value)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.copysign(math.inf, value) if function is not math.cosh else math.inf

    return lambda x: np.array([one(float(value)) for value in x.reshape(-1)]).reshape(x.shape)


def _where(condition, chosen, other):
    return np.where(condition, chosen, other)


def _logit(x):
    return np.log(x) - np.log1p(-x)


def _power_of_ten(decimals):
    return math.prod([10.0] * abs(decimals), start=1.0)


# By the number of Function, from UNSPECIFIED on.
FUNCTIONS = [
    None,
    np.asarray,
    np.exp,
    np.expm1,
    np.log,
    np.log1p,
    np.sqrt,
    lambda x: x * x,
    np.exp2,
    lambda x: 1.0 / x,
    lambda x: -x,
    np.log2,
    np.log10,
    lambda x: np.where(np.signbit(x), -x, x),
    lambda x: _where(np.isnan(x), x, (x > 0) * 1.0 - (x < 0) * 1.0),
    np.floor,
    np.ceil,
    lambda x: _where(x < 0, np.ceil(x), np.floor(x)),
    np.rint,
    lambda x: np.isnan(x) * 1.0,
    lambda x: (np.abs(x) == np.inf) * 1.0,
    lambda x: (x - x == 0) * 1.0,
    lambda x: x * (math.pi / 180),
    lambda x: x * (180 / math.pi),
    np.cbrt,
    _each(math.sin),
    _each(math.cos),
    _each(math.tan),
    _each(math.asin),
    _each(math.acos),
    _each(math.atan),
    _each(math.sinh),
    _each(math.cosh),
    _each(math.tanh),
    _each(math.asinh),
    _each(math.acosh),
    lambda x: _where(np.abs(x) == 1, x * np.inf, _each(math.atanh)(x)),
    lambda x: 1.0 / (1.0 + np.exp(-x)),
    _logit,
]


def apply(p, x):
    """Apply an AppliedFunction that is not registered."""
    if p.HasField("limits"):
        low = p.limits.low if p.limits.HasField("low") else -np.inf
        high = p.limits.high if p.limits.HasField("high") else np.inf
        x = np.where(x < low, low, x)
        return np.where(x > high, high, x)
    if p.HasField("replacements"):
        x = np.where(x == np.inf, p.replacements.positive_infinity, x)
        x = np.where(x == -np.inf, p.replacements.negative_infinity, x)
        return np.where(np.isnan(x), p.replacements.nan, x)
    if p.function == 41:
        power = _power_of_ten(p.decimals)
        return np.rint(x * power) / power if p.decimals >= 0 else np.rint(x / power) * power
    return FUNCTIONS[p.function](x)


def function(p, x):
    t = apply(p.transform, x) if p.HasField("transform") else x
    return {"transform": t, "inverse_transform": apply(p.inverse, t) if p.HasField("inverse") else t}


FAMILIES = {"function": function}
