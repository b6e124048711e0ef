"""Functions that a file names and does not carry: a closed table of numpy's and scipy's, and those of the user's own.

A file has the name alone. Nothing is imported by it: a name that is neither in the table nor registered is an error.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from scipy import special

from modelx.errors import RegistrationError, UnregisteredFunctionError
from modelx.v1 import function_pb2

Function = function_pb2.Function
Call: TypeAlias = Callable[..., Any]

# By the name in a file: what Python calls, and what it computes. The first name of a function of several is written.
BUILTIN: dict[str, tuple[Call, Function]] = {
    "positive": (np.positive, Function.FUNCTION_IDENTITY),
    "exp": (np.exp, Function.FUNCTION_EXP),
    "expm1": (np.expm1, Function.FUNCTION_EXPM1),
    "log": (np.log, Function.FUNCTION_LOG),
    "log1p": (np.log1p, Function.FUNCTION_LOG1P),
    "sqrt": (np.sqrt, Function.FUNCTION_SQRT),
    "square": (np.square, Function.FUNCTION_SQUARE),
    "exp2": (np.exp2, Function.FUNCTION_EXP2),
    "reciprocal": (np.reciprocal, Function.FUNCTION_RECIPROCAL),
    "negative": (np.negative, Function.FUNCTION_NEGATIVE),
    "log2": (np.log2, Function.FUNCTION_LOG2),
    "log10": (np.log10, Function.FUNCTION_LOG10),
    "absolute": (np.absolute, Function.FUNCTION_ABSOLUTE),
    "fabs": (np.fabs, Function.FUNCTION_ABSOLUTE),
    "sign": (np.sign, Function.FUNCTION_SIGN),
    "floor": (np.floor, Function.FUNCTION_FLOOR),
    "ceil": (np.ceil, Function.FUNCTION_CEIL),
    "trunc": (np.trunc, Function.FUNCTION_TRUNC),
    "fix": (np.fix, Function.FUNCTION_TRUNC),
    "rint": (np.rint, Function.FUNCTION_RINT),
    "isnan": (np.isnan, Function.FUNCTION_IS_NAN),
    "isinf": (np.isinf, Function.FUNCTION_IS_INFINITE),
    "isfinite": (np.isfinite, Function.FUNCTION_IS_FINITE),
    "deg2rad": (np.deg2rad, Function.FUNCTION_RADIANS),
    "radians": (np.radians, Function.FUNCTION_RADIANS),
    "rad2deg": (np.rad2deg, Function.FUNCTION_DEGREES),
    "degrees": (np.degrees, Function.FUNCTION_DEGREES),
    "cbrt": (np.cbrt, Function.FUNCTION_CBRT),
    "sin": (np.sin, Function.FUNCTION_SIN),
    "cos": (np.cos, Function.FUNCTION_COS),
    "tan": (np.tan, Function.FUNCTION_TAN),
    "arcsin": (np.arcsin, Function.FUNCTION_ARCSIN),
    "arccos": (np.arccos, Function.FUNCTION_ARCCOS),
    "arctan": (np.arctan, Function.FUNCTION_ARCTAN),
    "sinh": (np.sinh, Function.FUNCTION_SINH),
    "cosh": (np.cosh, Function.FUNCTION_COSH),
    "tanh": (np.tanh, Function.FUNCTION_TANH),
    "arcsinh": (np.arcsinh, Function.FUNCTION_ARCSINH),
    "arccosh": (np.arccosh, Function.FUNCTION_ARCCOSH),
    "arctanh": (np.arctanh, Function.FUNCTION_ARCTANH),
    "expit": (special.expit, Function.FUNCTION_EXPIT),
    "logit": (special.logit, Function.FUNCTION_LOGIT),
    "clip": (np.clip, Function.FUNCTION_CLIP),
    "nan_to_num": (np.nan_to_num, Function.FUNCTION_NAN_TO_NUM),
    "round": (np.round, Function.FUNCTION_ROUND),
    "around": (np.around, Function.FUNCTION_ROUND),
}
# Those that need, or may have, more than their argument.
WITH_PARAMETERS = frozenset({Function.FUNCTION_CLIP, Function.FUNCTION_NAN_TO_NUM, Function.FUNCTION_ROUND})

LONGEST_NAME = 200
_NAME = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+", re.ASCII)
# What stands behind the name where a hyper-parameter is the second function of a registered pair.
_INVERSE = ":inverse"


@dataclass(frozen=True, slots=True)
class Registered:
    """A function of the user's own, what undoes it, and how exactly another runtime must agree."""

    name: str
    func: Call
    inverse_func: Call | None
    tolerance: float


_lock = threading.Lock()
_registered: dict[str, Registered] = {}


def is_name(name: str) -> bool:
    """Whether a string may be the name of a registered function."""
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def register_function(
    name: str, func: Call, inverse_func: Call | None = None, *, tolerance: float = 1e-12, replace: bool = False
) -> None:
    """Let files name a function of your own, which FunctionTransformer applies.

    A file carries the name, never the code. Each program that reads such a file registers its own function under the
    name first: this one in Python, ``modelx.RegisterFunction`` in Go. The evidence in the file holds the two together.

    Parameters
    ----------
    name : str
        Parts of ASCII letters, digits and underscores, joined by dots, at least two of them, such as "acme.log_price".
    func : callable
        The very `func` of the estimators. It takes float64 rows of shape (n_rows, n_features), which it must not
        write into, and gives numbers of shape (n_rows, k), each row from the one row alone. Any number of threads may
        call it.
    inverse_func : callable, optional
        The very `inverse_func` of the estimators: from (n_rows, k) back to (n_rows, n_features).
    tolerance : float
        How far another runtime's values may be off, as a part of the largest of their row; 0 for bit for bit.
    replace : bool
        Put these in the place of what is registered under the name, as when a notebook's cell runs again.

    Raises
    ------
    RegistrationError
        For a name of another form, or that is taken; for what is no function, or is known under another name.
    """
    if not isinstance(name, str) or not is_name(name):
        raise RegistrationError(
            f"the name is {str(name)[:60]!r}; expected parts of letters, digits and underscores, joined by dots, at "
            f"least two of them and at most {LONGEST_NAME} characters, such as 'acme.log_price'"
        )
    if not isinstance(tolerance, float | int) or not (isfinite(tolerance) and tolerance >= 0):
        raise RegistrationError(f"the tolerance of {name!r} is {tolerance!r}; expected a finite number from 0 on")
    entry = Registered(name, func, inverse_func, float(tolerance))
    with _lock:
        known = _registered.get(name)
        if known is not None and not replace and not _are_equal(known, entry):
            raise RegistrationError(
                f"another function is registered as {name!r}; take another name, or give replace=True"
            )
        for one in (func,) if inverse_func is None else (func, inverse_func):
            if not callable(one) or _key(one) is None:
                raise RegistrationError(f"{one!r} is no function; give a function of a module, or a functools.partial")
            found = name_of(one)
            if found is not None and found.removesuffix(_INVERSE) != name:
                raise RegistrationError(f"the function {describe(one)} is known as {found!r} already; use it as it is")
        _registered[name] = entry


def unregister_function(name: str) -> None:
    """Forget a registered function; nothing happens when there is none of the name."""
    with _lock:
        _registered.pop(name, None)


def find(name: str) -> Registered | None:
    """Give what is registered under a name."""
    return _registered.get(name)


def name_of(func: Any) -> str | None:
    """Give the name by which a file calls a function; None for one that it cannot carry."""
    key = _key(func)
    if key is None:
        return None
    found = _BUILTIN_NAMES.get(key)
    if found is not None:
        return found
    for entry in tuple(_registered.values()):
        if key == _key(entry.func):
            return entry.name
        if entry.inverse_func is not None and key == _key(entry.inverse_func):
            return entry.name + _INVERSE
    return None


def resolve(name: str, path: str) -> Call:
    """Give the function that a file names.

    Raises
    ------
    UnregisteredFunctionError
    """
    if name in BUILTIN:
        return BUILTIN[name][0]
    return of_pair(name.removesuffix(_INVERSE), undoes=name.endswith(_INVERSE), path=path)


def of_pair(name: str, *, undoes: bool, path: str) -> Call:
    """Give a registered function, or what undoes it.

    Raises
    ------
    UnregisteredFunctionError
    """
    entry = find(name)
    if entry is None:
        raise UnregisteredFunctionError(
            f"the model needs the function {name[:LONGEST_NAME]!r}, which is not registered: call "
            f"modelx.register_function({name[:LONGEST_NAME]!r}, func) with the function that it was trained with "
            "before the file is loaded",
            path=path,
        )
    if not undoes:
        return entry.func
    if entry.inverse_func is None:
        raise UnregisteredFunctionError(
            f"the model needs what undoes {name!r}, which is registered without it: give "
            f"modelx.register_function({name!r}, func, inverse_func)",
            path=path,
        )
    return entry.inverse_func


def written(applied: function_pb2.AppliedFunction) -> str:
    """Give the name of a function that a file applies, as a hyper-parameter has it."""
    if applied.name:
        return applied.name + (_INVERSE if applied.undoes else "")
    return next(name for name, (_, number) in BUILTIN.items() if number == applied.function)


def same(a: function_pb2.AppliedFunction, b: function_pb2.AppliedFunction) -> bool:
    """Whether two registered functions are one."""
    first = of_pair(a.name, undoes=a.undoes, path="")
    return a.name == b.name and _key(first) == _key(of_pair(b.name, undoes=b.undoes, path=""))


def describe(func: Any) -> str:
    """Name a function as a person would, for messages."""
    if not callable(func):
        return repr(func)[:60]
    inner = func.func if isinstance(func, partial) else func
    name = getattr(inner, "__qualname__", None) or getattr(inner, "__name__", type(inner).__qualname__)
    module = getattr(inner, "__module__", None) or ("numpy" if isinstance(inner, np.ufunc) else "")
    return f"{module}.{name}" if module else str(name)


def _are_equal(a: Registered, b: Registered) -> bool:
    return a.tolerance == b.tolerance and all(
        _key(one) == _key(other) for one, other in ((a.func, b.func), (a.inverse_func, b.inverse_func))
    )


def _key(func: Any) -> Hashable | None:
    """Give what tells a function from others, also when it was cloned; None for what cannot be told."""
    if isinstance(func, partial):
        # scikit-learn copies hyper-parameters, and a partial's copy is another object.
        key: Hashable = (partial, func.func, func.args, tuple(sorted(func.keywords.items())))
    else:
        key = func
    try:
        hash(key)
    except TypeError:
        return None
    return key


_BUILTIN_NAMES: dict[Hashable, str] = {}
for _name, (_call, _) in BUILTIN.items():
    # Where two names are one function, as abs and absolute, the first stands.
    _BUILTIN_NAMES.setdefault(_call, _name)
