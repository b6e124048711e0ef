"""Functions of rows."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx import functions
from modelx.kernels.base import Kernel, Rows, finite_only


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``transform`` or ``inverse_transform`` of FunctionTransformer, if it does anything."""
    if method == "transform":
        func, arguments = estimator.func, estimator.kw_args
    elif method == "inverse_transform":
        func, arguments = estimator.inverse_func, estimator.inv_kw_args
    else:
        return None
    if func is None:
        compute: Kernel = unchanged
    elif functions.name_of(func) in functions.BUILTIN:
        compute = partial(func, **(arguments or {}))
    else:
        compute = partial(_of_own, func, arguments or {})
    return finite_only(compute) if estimator.validate else compute


def unchanged(x: Rows) -> Rows:
    """Give the very rows."""
    return x


def _of_own(func: Any, arguments: dict[str, Any], x: Rows) -> NDArray[Any]:
    # What the user wrote may write into what it is given.
    return np.asarray(func(x.copy(), **arguments))
