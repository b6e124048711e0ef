"""Functions with their arguments, from the hyper-parameters of an estimator to the message of a file."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import functions
from modelx.errors import NonFiniteError, ShapeError, UnsupportedEstimatorError
from modelx.v1 import function_pb2

if TYPE_CHECKING:
    from collections.abc import Mapping

Applied = function_pb2.AppliedFunction
Function = function_pb2.Function
# No table has more columns, and no file makes anybody allocate more.
MOST_OUTPUTS = 1 << 20
_MOST_DECIMALS = 308


def applied_of(func: Any, kw_args: Mapping[str, Any] | None, parameter: str) -> Applied | None:
    """Give the message of a function and its arguments; None for None.

    How many values a registered one gives comes later.

    Raises
    ------
    UnsupportedEstimatorError
    """
    if func is None:
        return None
    name = functions.name_of(func)
    if name is None:
        raise UnsupportedEstimatorError([("", _unknown(func, parameter))])
    if name not in functions.BUILTIN:
        if kw_args:
            reason = (
                f"{parameter} is registered as {name!r} and gets arguments, which no other language would give it; "
                "register a function, or a functools.partial, that has them already"
            )
            raise UnsupportedEstimatorError([("", reason)])
        own = functions.find(name.partition(":")[0])
        undoes = own is not None and ":" in name
        return Applied(name=name.partition(":")[0], undoes=undoes)
    out = Applied(function=functions.BUILTIN[name][1])
    try:
        _write_arguments(out, dict(kw_args or {}))
    except (TypeError, ValueError) as error:
        reason = f"the arguments of {parameter}, numpy's {name}, are {dict(kw_args or {})!r}: {error}"
        raise UnsupportedEstimatorError([("", reason[:500])]) from error
    return out


def _unknown(func: Any, parameter: str) -> str:
    example = "acme." + (getattr(func, "__name__", "").strip("<>") or "function")
    return (
        f"{parameter} is {functions.describe(func)}, which is none of the functions that files carry by name "
        "(docs/functions.md lists them); register it in both languages under a name of your own: "
        f"modelx.register_function({example!r}, func, inverse_func) in Python, and "
        f'modelx.RegisterFunction("{example}", ...) in Go'
    )


def _write_arguments(out: Applied, given: dict[str, Any]) -> None:
    """Write what a function gets beside the rows, and take it out of `given`; say what is wrong with the rest."""
    if out.function == Function.FUNCTION_CLIP:
        out.limits.SetInParent()
        for field, names in (("low", ("a_min", "min")), ("high", ("a_max", "max"))):
            found = [value for name in names if (value := given.pop(name, None)) is not None]
            if found:
                setattr(out.limits, field, _number(found[0]))
                if np.isnan(getattr(out.limits, field)) or len(found) > 1:
                    raise ValueError("expected one number for each limit")
        if not (out.limits.HasField("low") or out.limits.HasField("high")):
            raise ValueError("expected a_min, a_max, or both")
    elif out.function == Function.FUNCTION_NAN_TO_NUM:
        if given.pop("copy", True) is not True:
            raise ValueError("copy=False would write into the rows; leave it out")
        largest = float(np.finfo(np.float64).max)
        defaults = {"positive_infinity": ("posinf", largest), "negative_infinity": ("neginf", -largest)}
        out.replacements.nan = _number(given.pop("nan", 0.0))
        for field, (name, default) in defaults.items():
            value = given.pop(name, None)
            setattr(out.replacements, field, default if value is None else _number(value))
    elif out.function == Function.FUNCTION_ROUND:
        decimals = given.pop("decimals", 0)
        out.decimals = operator.index(decimals)
        if isinstance(decimals, bool) or abs(out.decimals) > _MOST_DECIMALS:
            raise ValueError(f"expected decimals from -{_MOST_DECIMALS} to {_MOST_DECIMALS}")
    if given:
        raise TypeError(f"{', '.join(map(str, given))} stands in no file; leave it out, or register a function")


def _number(value: Any) -> float:
    """Give a number that numpy computes with as float64; an array of them stands in no file."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, float | int | np.floating | np.integer):
        raise TypeError(f"a {type(value).__name__} stands in no file; give one number")
    if isinstance(value, np.longdouble) and np.longdouble is not np.float64:
        raise TypeError("numpy computes with a longdouble in more digits than a file has; give a float")
    return float(value)


def check_applied(applied: Applied, path: str) -> None:
    """Check a function that a file applies.

    Raises
    ------
    ShapeError, NonFiniteError
    """
    registered = bool(applied.name)
    known = applied.function in Function.values() and applied.function != Function.FUNCTION_UNSPECIFIED
    if known == registered or (registered and applied.function):
        raise ShapeError(
            f"function is {applied.function}; expected one that this version knows, or a name", path=f"{path}.function"
        )
    if registered and not functions.is_name(applied.name):
        raise ShapeError(
            f"the name is {applied.name[:60]!r}; expected parts of letters, digits and underscores, joined by dots",
            path=f"{path}.name",
        )
    if applied.undoes and not registered:
        raise ShapeError("a function without a name is of no pair", path=f"{path}.undoes")
    if not (1 <= applied.n_outputs <= MOST_OUTPUTS if registered else applied.n_outputs == 0):
        raise ShapeError(
            f"n_outputs is {applied.n_outputs}; expected {f'1 to {MOST_OUTPUTS}' if registered else '0'}",
            path=f"{path}.n_outputs",
        )
    _check_arguments(applied, path)


def _check_arguments(applied: Applied, path: str) -> None:
    clips, limits = applied.function == Function.FUNCTION_CLIP, applied.limits
    if clips != applied.HasField("limits") or (clips and not (limits.HasField("low") or limits.HasField("high"))):
        raise ShapeError("limits are there without a clip, or lacking for one", path=f"{path}.limits")
    for name in ("low", "high"):
        if np.isnan(getattr(limits, name)):
            raise NonFiniteError(f"{name} is NaN; expected a number", path=f"{path}.limits.{name}")
    if (applied.function == Function.FUNCTION_NAN_TO_NUM) != applied.HasField("replacements"):
        raise ShapeError("replacements are there without need, or lacking", path=f"{path}.replacements")
    most = _MOST_DECIMALS if applied.function == Function.FUNCTION_ROUND else 0
    if abs(applied.decimals) > most:
        raise ShapeError(f"decimals are {applied.decimals}; expected -{most} to {most}", path=f"{path}.decimals")
