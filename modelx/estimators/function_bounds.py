"""How exactly functions of files are determined, and the values at which errors would hide."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import functions
from modelx.estimators.base import FEW_ULP, RELATIVE_TO_SCALE, Error
from modelx.v1 import function_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Function = function_pb2.Function
# Near the smallest numbers nothing is held to its own size.
SMALLEST = 2.0**-1020


class Moves(Enum):
    """How a result moves with its argument."""

    # Monotonic, or with a single valley: most at the ends of an interval.
    ENDS = 0
    # Constant between jumps.
    JUMPS = 1
    # By no more than the argument.
    SLOWLY = 2
    # Through infinity at the multiples of pi beside the zeros of the cosine.
    TURNS = 3
    # Through infinity at zero.
    AROUND_ZERO = 4


_JUMPS = frozenset(
    {
        Function.FUNCTION_SIGN,
        Function.FUNCTION_FLOOR,
        Function.FUNCTION_CEIL,
        Function.FUNCTION_TRUNC,
        Function.FUNCTION_RINT,
        Function.FUNCTION_IS_NAN,
        Function.FUNCTION_IS_INFINITE,
        Function.FUNCTION_IS_FINITE,
        Function.FUNCTION_ROUND,
    }
)
_MOVES = {
    **dict.fromkeys(_JUMPS, Moves.JUMPS),
    Function.FUNCTION_SIN: Moves.SLOWLY,
    Function.FUNCTION_COS: Moves.SLOWLY,
    Function.FUNCTION_TAN: Moves.TURNS,
    Function.FUNCTION_RECIPROCAL: Moves.AROUND_ZERO,
}
# What is rounded once, or not at all, is the same everywhere.
_EXACT = _JUMPS | {
    Function.FUNCTION_IDENTITY,
    Function.FUNCTION_SQRT,
    Function.FUNCTION_SQUARE,
    Function.FUNCTION_RECIPROCAL,
    Function.FUNCTION_NEGATIVE,
    Function.FUNCTION_ABSOLUTE,
    Function.FUNCTION_RADIANS,
    Function.FUNCTION_DEGREES,
    Function.FUNCTION_CLIP,
    Function.FUNCTION_NAN_TO_NUM,
}
_FEW_ULP = frozenset(
    {
        Function.FUNCTION_EXP,
        Function.FUNCTION_EXPM1,
        Function.FUNCTION_LOG,
        Function.FUNCTION_LOG1P,
        Function.FUNCTION_EXP2,
        Function.FUNCTION_LOG2,
        Function.FUNCTION_LOG10,
    }
)
_BY_NUMBER = {number: call for call, number in reversed(list(functions.BUILTIN.values()))}
_TELLING = (
    *(0.0, -0.0, 0.5, -0.5, 1.0, 2.5, -2.5, 1.5, -1.0, 0.1, 1e-9, -1e-9, 5e-324, -2.5e-308, 3.141592653589793),
    *(1.5707963267948966, -0.7853981633974483, 0.9999999999999999, 1.0000000000000002, 22.5, -37.25, 709.5, -745.0),
    *(1e5, -1e22, 4503599627370497.5, 1e300, -1e300),
)
_NOT_FINITE = (np.nan, -np.inf, np.inf)


def parameters(applied: function_pb2.AppliedFunction) -> dict[str, Any]:
    """Give the arguments with which numpy's function computes what a message says."""
    if applied.function == Function.FUNCTION_CLIP:
        low, high = applied.limits.HasField("low"), applied.limits.HasField("high")
        return {"a_min": applied.limits.low if low else None, "a_max": applied.limits.high if high else None}
    if applied.function == Function.FUNCTION_NAN_TO_NUM:
        replaced = applied.replacements
        return {"nan": replaced.nan, "posinf": replaced.positive_infinity, "neginf": replaced.negative_infinity}
    return {"decimals": applied.decimals} if applied.function == Function.FUNCTION_ROUND else {}


def apply(applied: function_pb2.AppliedFunction | None, x: Rows) -> Rows:
    """Compute a function of rows, shape (n_rows, n_outputs), from its message; None stands for the identity."""
    if applied is None:
        return x
    with np.errstate(all="ignore"):
        if applied.name:
            call = functions.of_pair(applied.name, undoes=applied.undoes, path="")
            return np.asarray(call(x.copy()), dtype=np.float64)
        return np.asarray(_BY_NUMBER[applied.function](x, **parameters(applied)), dtype=np.float64)


def is_exact(applied: function_pb2.AppliedFunction | None) -> bool:
    """Whether every runtime gives the same numbers."""
    if applied is None:
        return True
    if applied.name:
        known = functions.find(applied.name)
        return known is not None and known.tolerance == 0.0
    return applied.function in _EXACT


def has_bits(applied: function_pb2.AppliedFunction | None) -> bool:
    """Whether every runtime gives the same bits.

    Not of a zero next to a limit of zero: versions of numpy give it another sign.
    """
    at_zero = applied is not None and any(
        applied.limits.HasField(name) and getattr(applied.limits, name) == 0.0 for name in ("low", "high")
    )
    return is_exact(applied) and not at_zero


def off(applied: function_pb2.AppliedFunction | None, x: Rows, err: Error) -> Rows:
    """Bound how far results may be off, shape (n_rows, n_outputs); infinite where it cannot be told."""
    y = apply(applied, x)
    with np.errstate(all="ignore"):
        moved = np.zeros(y.shape) if err is None else _moved(applied, x, y, err)
        if not is_exact(applied) and applied is not None:
            moved = moved + _own(applied, x, y)
        elif err is not None:
            # What is moved may be rounded otherwise.
            moved = np.where(moved > 0.0, moved + FEW_ULP * np.abs(y), moved)
    return np.asarray(np.where(np.isnan(moved), np.inf, moved))


def _own(applied: function_pb2.AppliedFunction, x: Rows, y: Rows) -> Rows:
    """Bound the errors of a function of exact arguments."""
    size = np.where(np.isfinite(y), np.abs(y), 0.0)
    if applied.name:
        known = functions.find(applied.name)
        part = 0.0 if known is None else known.tolerance
        return np.broadcast_to(part * size.max(axis=1, keepdims=True), y.shape)
    if applied.function in _FEW_ULP:
        return FEW_ULP * size + SMALLEST
    if applied.function == Function.FUNCTION_LOGIT:
        terms = np.abs(np.log(x)) + np.abs(np.log1p(-x))
        size = np.where(np.isfinite(terms), terms, 0.0)
    return RELATIVE_TO_SCALE * size + SMALLEST


def _moved(applied: function_pb2.AppliedFunction | None, x: Rows, y: Rows, err: Rows) -> Rows:
    """Bound how far results move with their arguments."""
    if applied is None:
        return err
    if applied.name:
        return _moved_registered(applied, x, y, err)
    below, above = x - err, x + err
    low, high = apply(applied, below), apply(applied, above)
    most = np.maximum(np.abs(low - y), np.abs(high - y))
    how = _MOVES.get(applied.function, Moves.ENDS)
    if how is Moves.JUMPS:
        most = np.where(most > 0.0, np.inf, most)
    elif how is Moves.SLOWLY:
        most = np.minimum(err, 2.0)
    elif how is Moves.TURNS:
        most = np.where(np.floor(below / np.pi - 0.5) == np.floor(above / np.pi - 0.5), most, np.inf)
    elif how is Moves.AROUND_ZERO:
        most = np.where(np.abs(x) > err, most, np.inf)
    # Exact arguments move nothing, of NaN and infinities too.
    return np.asarray(np.where((err == 0.0) | ((below == x) & (above == x)), 0.0, most))


def _moved_registered(applied: function_pb2.AppliedFunction, x: Rows, y: Rows, err: Rows) -> Rows:
    """Estimate how far the results of an unknown function move, from one feature after the other."""
    total = np.zeros(y.shape)
    for j in np.flatnonzero((err > 0.0).any(axis=0)):
        steps = []
        for sign in (-1.0, 1.0):
            other = x.copy()
            other[:, j] += sign * err[:, j]
            steps.append(np.abs(apply(applied, other) - y))
        # Twice, as what lies between is not known.
        total += 2.0 * np.maximum(*steps)
    return total


def telling(applied: function_pb2.AppliedFunction | None) -> list[float]:
    """Give values at which errors would hide: limits, ties, both sides of what is special, and what is no number."""
    out = list(_TELLING)
    if applied is not None and applied.function == Function.FUNCTION_CLIP:
        for name in ("low", "high"):
            limit = getattr(applied.limits, name)
            if applied.limits.HasField(name) and np.isfinite(limit):
                out[:0] = [limit, float(np.nextafter(limit, -np.inf)), float(np.nextafter(limit, np.inf))]
    if applied is not None and applied.function == Function.FUNCTION_ROUND:
        unit = 10.0**-applied.decimals
        out[:0] = [0.5 * unit, 1.5 * unit, -2.5 * unit, 12345.678 * unit, 2.675]
    return out + list(_NOT_FINITE)


def plain(applied: function_pb2.AppliedFunction | None, rng: np.random.Generator, n: int, width: int) -> Rows:
    """Give plain values of which a function makes numbers, shape (n, width), where there are such."""
    values = rng.standard_normal((n, width))
    pools: list[Callable[[Rows], Rows]] = [
        lambda x: x,
        np.abs,
        lambda x: np.abs(np.tanh(x)),
        lambda x: 1.0 + np.abs(x),
    ]
    for pool in pools:
        out = pool(values)
        if np.isfinite(apply(applied, out)).all():
            return out
    return values


# What undoes a function for all arguments, or for those that it gives.
_INVERSES: dict[Function, Callable[[Rows], Rows]] = {
    Function.FUNCTION_EXP: lambda y: np.log(np.abs(y)),
    Function.FUNCTION_LOG: np.exp,
    Function.FUNCTION_LOG1P: np.expm1,
    Function.FUNCTION_SQRT: np.square,
    Function.FUNCTION_EXP2: lambda y: np.log2(np.abs(y)),
    Function.FUNCTION_RECIPROCAL: np.reciprocal,
    Function.FUNCTION_NEGATIVE: np.negative,
    Function.FUNCTION_LOG2: np.exp2,
    Function.FUNCTION_LOG10: lambda y: np.power(10.0, y),
    Function.FUNCTION_RADIANS: np.degrees,
    Function.FUNCTION_DEGREES: np.radians,
    Function.FUNCTION_CBRT: lambda y: y * y * y,
    Function.FUNCTION_SINH: np.arcsinh,
    Function.FUNCTION_ARCSINH: np.sinh,
    Function.FUNCTION_ARCTANH: np.tanh,
    Function.FUNCTION_LOGIT: functions.BUILTIN["expit"][0],
}
_NEARLY_UNCHANGED = frozenset(
    {
        Function.FUNCTION_IDENTITY,
        Function.FUNCTION_RINT,
        Function.FUNCTION_CLIP,
        Function.FUNCTION_NAN_TO_NUM,
        Function.FUNCTION_ROUND,
    }
)


def undo(applied: function_pb2.AppliedFunction | None, y: Rows) -> Rows | None:
    """Give arguments of which a function makes about `y`; None where that cannot be told."""
    if applied is None or applied.function in _NEARLY_UNCHANGED:
        return y
    inverse = _INVERSES.get(applied.function)
    if inverse is None:
        return None
    with np.errstate(all="ignore"):
        x = inverse(y)
    return np.asarray(np.where(np.isfinite(x), x, 1.0))
