"""Functions of rows: numpy's and scipy's, two of them in each case, one in each direction.

Those that are missing here are in interop/testdata/functions.json, with values of all sizes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.preprocessing import FunctionTransformer

from cases.case import Cases, Fitted
from cases.data import some, wine

CASES = Cases("function")
TINY = [5e-324, -2.2250738585072014e-308, 1e-300]
SMALL = [1e-17, -1e-9, 2.0**-27, 1e-3]
# Next to multiples of pi / 2, and farther than any table of pi reaches; the last is the nearest of all to one.
TURNS = [np.pi, np.pi / 2, 3 * np.pi / 4, 1e5, -1e22, 1.7976931348623157e308, float.fromhex("0x1.6ac5b262ca1ffp+849")]
ODD = [0.0, -0.0, np.nan, np.inf, -np.inf]


def case(func: Any, inverse_func: Any, *values: float, **params: Any) -> Fitted:
    """Fit a transformer on one column, and ask it about values."""
    with np.errstate(all="ignore"):
        model = FunctionTransformer(func, inverse_func, check_inverse=False, **params).fit(np.ones((2, 1)))
    return Fitted(model, exact=np.array(values, dtype=float)[:, None])


@CASES.add
def logarithm_of_one_more() -> Fitted:
    """What is used most, on some columns of real measurements, which the exponential brings back."""
    x, _ = wine()
    frame = pd.DataFrame(x[:, :3], columns=["alcohol", "acid", "ash"])
    model = FunctionTransformer(np.log1p, np.expm1, feature_names_out="one-to-one").fit(frame)
    return Fitted(model, some(x[:, :3], 6), exact=np.array([TINY, SMALL[:3], [-1.0, -0.5, 1e300]]))


@CASES.add
def logarithm() -> Fitted:
    """Infinite for zero, NaN below it, and exact neither in the range of subnormal numbers nor next to 1."""
    return case(np.log, np.exp, *TINY, *ODD, 0.9999999999999999, 1.0000000000000002, -1.0, 1e308)


@CASES.add
def logarithm_to_ten() -> Fitted:
    """Powers of ten give whole numbers; the inverse is a cube root, of all sizes and signs."""
    return case(np.log10, np.cbrt, *ODD, *TINY, 1000.0, 1e22, 1e-5, 3.0)


@CASES.add
def square_root() -> Fitted:
    """Rounded once, NaN below zero but not for -0.0; 1 / x in the other direction."""
    return case(np.sqrt, np.reciprocal, *ODD, *TINY, 2.0, 1e308, -1e-300, 0.25)


@CASES.add
def sine() -> Fitted:
    """Angles of all sizes, reduced by all digits of pi that there are; the arcus sine, NaN beyond 1."""
    return case(np.sin, np.arcsin, *ODD, *TINY[:2], *SMALL, *TURNS)


@CASES.add
def tangent() -> Fitted:
    """Angles next to its poles; the arcus tangent of huge numbers."""
    return case(np.tan, np.arctan, *ODD, *TINY[:2], *SMALL, *TURNS)


@CASES.add
def hyperbolic_sine() -> Fitted:
    """Small numbers keep their digits, large ones overflow later than their exponential."""
    return case(np.sinh, np.arcsinh, *ODD, *TINY, *SMALL, 710.0, -710.4, 711.0, 22.5, -3.7)


@CASES.add
def hyperbolic_tangent() -> Fitted:
    """Small numbers, and such that the result is all but 1; the inverse is infinite there."""
    return case(np.tanh, np.arctanh, *ODD, *TINY, *SMALL, 0.3, -17.0, 22.1, -3.7)


@CASES.add
def odds() -> Fitted:
    """scipy's logit, next to 0, 1/2 and 1, and expit of it."""
    return case(logit, expit, *ODD, 5e-324, 1.0, 0.9999999999999999, 0.5000000000000001, 0.4999, 0.3, 1.5)


@CASES.add
def whole_numbers() -> Fitted:
    """The next integer below, with the sign of a zero; the sign itself, which is 0 for -0.0."""
    return case(np.floor, np.sign, *ODD, 0.5, -0.5, 4503599627370497.5, -1e300, -5e-324, 2.9999999999999996)


@CASES.add
def ties_to_even() -> Fitted:
    """Ties of both signs go to the even integer; magnitudes in the other direction."""
    return case(np.rint, np.absolute, *ODD, 0.5, 1.5, 2.5, -2.5, -0.2, 4503599627370496.5, 0.49999999999999994)


@CASES.add
def is_it_missing() -> Fitted:
    """NaN is 1, all else 0: truth values are numbers, and what is no number is seen, not refused."""
    return case(np.isnan, np.isfinite, *ODD, -1e308)


@CASES.add
def limits() -> Fitted:
    """A clip at two limits, beside them and at NaN; one of a single limit in the other direction."""
    values = [-1.5, np.nextafter(-1.5, 0), np.nextafter(-1.5, -2), 3.25, np.nextafter(3.25, 4), 1e308]
    arguments = {"kw_args": {"a_min": -1.5, "a_max": 3.25}, "inv_kw_args": {"a_min": None, "a_max": 1}}
    return case(np.clip, np.clip, *ODD, *values, **arguments)


@CASES.add
def numbers_for_missing() -> Fitted:
    """NaN and infinities are replaced: by what is said, and by the largest numbers."""
    return case(np.nan_to_num, np.nan_to_num, *ODD, 1.5, kw_args={"nan": -1, "posinf": 1e9}, inv_kw_args={})


@CASES.add
def digits() -> Fitted:
    """Two digits behind the point, by a product and a quotient as in numpy; two before it in the other direction."""
    values = [2.675, 1.005, -0.125, 0.375, 12345.678, 1e300, 1e307, -0.001, 150.0]
    return case(np.round, np.around, *ODD, *values, kw_args={"decimals": 2}, inv_kw_args={"decimals": -2})


@CASES.add
def numbers_alone() -> Fitted:
    """With validate=True, NaN and infinities are refused, also those that a function has made."""
    x, _ = wine()
    return Fitted(FunctionTransformer(np.sqrt, np.square, validate=True).fit(x[:, :2]), some(x[:, :2], 5))
