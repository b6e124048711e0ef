"""The imputer that puts one value for each column in the place of what is missing."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modelx.estimators.missing import is_missing
from modelx.estimators.missing_strings import rule_of
from modelx.estimators.simple_imputer import fill_of, left_out_of
from modelx.kernels.base import Kernel, Rows, refuse_infinite, refuse_non_finite


def kernel(estimator: Any, method: str) -> Kernel | None:
    """Give a kernel for ``transform``."""
    # What fit saw of objects, transform takes as objects.
    if method != "transform" or estimator._fit_dtype.kind not in "iuf":
        return None
    missing, fill, left_out = rule_of(estimator).number, fill_of(estimator), left_out_of(estimator)
    refuse = refuse_infinite if isnan(missing) else refuse_non_finite
    remain = np.setdiff1d(np.arange(len(fill)), left_out) if len(left_out) else None
    told = None if estimator.indicator_ is None else estimator.indicator_.features_
    all_told = told is not None and len(told) == len(fill)

    def compute(x: Rows) -> NDArray[Any]:
        refuse(x)
        gone = is_missing(x, missing)
        out = np.where(gone, fill, x)
        if remain is not None:
            # In the order of memory that scikit-learn gives.
            out = out[:, remain]
        return out if told is None else np.hstack([out, gone if all_told else gone[:, told]])

    return compute
