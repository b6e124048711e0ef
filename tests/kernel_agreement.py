"""A kernel gives what its method gives, to the bit, and refuses what the method refuses."""

from __future__ import annotations

import numpy as np
from sklearn.pipeline import Pipeline

from modelx import conversion
from modelx.calling import call
from modelx.estimators.base import METHODS
from modelx.frames import object_columns
from modelx.kernels import NO_KERNEL, kernel_for

# What SimpleImputer takes back hangs on the other rows of the batch: no file offers it.
UNOFFERED = {("SimpleImputer", "inverse_transform")}


def offers(estimator, method):
    """Tell whether an estimator has a method that a file of it offers."""
    if isinstance(estimator, Pipeline) and method == "inverse_transform":
        return all(step is None or isinstance(step, str) or offers(step, method) for _, step in estimator.steps)
    return hasattr(estimator, method) and (type(estimator).__name__, method) not in UNOFFERED


def outcome(compute, x):
    """Give type, shape and bits of an output; the class of the exception when the rows are refused."""
    try:
        out = compute(x)
    except ValueError:
        return ValueError
    return out.dtype, out.shape, out.tolist() if out.dtype.hasobject else np.ascontiguousarray(out).tobytes()


def batches(x):
    """Give one row, some, over one chunk of KMeans, many, values that overflow, and each that may be refused."""
    for n in (1, 7, 257, 1000):
        yield np.resize(x, (n, x.shape[1]))
    for factor in (0.0, -1e4, 1e155, 1e300):
        with np.errstate(all="ignore"):
            yield np.nan_to_num(np.resize(x, (5, x.shape[1])) * factor)
    for value in (np.nan, np.inf, -np.inf):
        for n in (1, 300):
            rows = np.resize(x, (n, x.shape[1]))
            rows[n // 2, -1] = value
            yield rows


def lacks_kernel(estimator):
    """Tell whether an estimator, or one inside of it, is of a family without kernels."""
    if estimator is None or isinstance(estimator, str):
        return False
    family = conversion.family_for(type(estimator))
    inner = family.nested_estimators(estimator)
    return family.arm in NO_KERNEL or any(lacks_kernel(one) for _, one in inner)


def check(estimator, x):
    """Compare all methods of a fitted estimator; each has a kernel, unless it or a model inside is of NO_KERNEL."""
    if lacks_kernel(estimator):
        # A selection is a kernel's whatever chose it, or predicts from it.
        selects = conversion.family_for(type(estimator)).arm == "feature_selector"
        own = ("transform", "inverse_transform") if selects else ()
        assert all(kernel_for(estimator, method) is None for method in METHODS if method not in own)
        return
    if x.dtype == object and (object_columns(estimator) or any(isinstance(cell, str) for cell in x.reshape(-1))):
        # Kernels are asked about numbers alone, by estimators that take them as such.
        return
    x = np.ascontiguousarray(x, dtype=np.float64)
    tame = np.nan_to_num(x).clip(-1e50, 1e50)
    for method in METHODS:
        if not offers(estimator, method):
            assert kernel_for(estimator, method) is None
            continue
        kernel = kernel_for(estimator, method)
        assert kernel is not None, f"{type(estimator).__name__} has no kernel for {method}"
        given = call(estimator, "transform", tame) if method == "inverse_transform" else x
        for rows in batches(np.asarray(given, dtype=np.float64)):
            expected = outcome(lambda rows: call(estimator, method, rows), rows)  # noqa: B023 - called at once
            before = rows.tobytes()
            # Rows that come off the wire are read-only.
            rows.setflags(write=False)
            assert outcome(kernel, rows) == expected, (method, rows.shape)
            assert rows.tobytes() == before
