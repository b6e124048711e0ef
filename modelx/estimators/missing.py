"""What counts as missing, and the columns that say what was, for all families that fill or tell missing values."""

from __future__ import annotations

from math import isfinite, isnan
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.impute import MissingIndicator

from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import Error, generic_rows
from modelx.v1 import missing_indicator_pb2

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

Indicator = missing_indicator_pb2.MissingIndicatorProto


def value_of(estimator: Any) -> float:
    """Give what counts as missing as a float64.

    Raises
    ------
    UnsupportedEstimatorError
        For anything but NaN and finite numbers.
    """
    value = estimator.missing_values
    if isinstance(value, (Real, np.number)) and not isinstance(value, complex | np.complexfloating):
        number = float(value)
        if isnan(number) or isfinite(number):
            return number
    reason = (
        f"missing_values of {type(estimator).__name__} is {value!r}; this version of modelx knows NaN and finite "
        "numbers: fit on a float array with missing_values=numpy.nan"
    )
    raise UnsupportedEstimatorError([("", reason)])


def is_missing(x: Rows, missing: float) -> NDArray[np.bool_]:
    """Say which values are missing."""
    return np.isnan(x) if isnan(missing) else np.asarray(x == missing)


def same_value(a: float, b: float) -> bool:
    """Whether two values of `missing` say the same."""
    return a == b or (isnan(a) and isnan(b))


def check_value(missing: float, path: str) -> None:
    """Check what counts as missing."""
    if not isnan(missing) and not isfinite(missing):
        raise NonFiniteError(f"{missing} counts as missing; expected NaN or a finite number", path=f"{path}.missing")


def check_columns(columns: Any, n_features: int, path: str) -> None:
    """Check that columns are in ascending order, each once, and within the features."""
    found = np.asarray(columns, dtype=np.int64)
    wrong = (found < 0) | (found >= n_features) | (np.diff(found, prepend=-1) < 1)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ShapeError(
            f"column {found[at]}; expected columns in ascending order, each once, under {n_features}",
            path=f"{path}[{at}]",
        )


def check_indicator(proto: Indicator, n_features: int, missing: float, path: str) -> None:
    """Check the indicator inside of an imputer."""
    if proto.n_features != n_features:
        raise ShapeError(f"n_features is {proto.n_features}; expected {n_features}", path=f"{path}.n_features")
    if not same_value(proto.missing, missing):
        raise ShapeError(f"{proto.missing} counts as missing; the imputer fills {missing}", path=f"{path}.missing")
    check_columns(proto.columns, n_features, f"{path}.columns")
    if proto.refuses_others:
        raise ShapeError("the indicator of an imputer refuses rows; expected none", path=f"{path}.refuses_others")


def write_indicator(fitted: Any, missing: float, proto: Indicator) -> None:
    """Write the fitted MissingIndicator inside of an imputer."""
    proto.n_features, proto.missing = fitted.n_features_in_, missing
    proto.columns.extend(np.asarray(fitted.features_).tolist())


def read_indicator(proto: Indicator, missing_values: Any) -> Any:
    """Rebuild the fitted MissingIndicator inside of an imputer, which is given masks rather than rows."""
    fitted = MissingIndicator(missing_values=missing_values, error_on_new=False)
    set_indicator(fitted, proto, precomputed=True)
    return fitted


def set_indicator(fitted: Any, proto: Indicator, *, precomputed: bool) -> None:
    """Set what transform of a MissingIndicator asks for."""
    fitted._precomputed, fitted._n_features = precomputed, proto.n_features
    fitted.n_features_in_ = proto.n_features
    fitted.features_ = np.asarray(proto.columns, dtype=np.intp)


def check_rebuilt(estimator: Any, missing: float, path: str) -> None:
    """Compare what counts as missing with the hyper-parameter of the rebuilt estimator."""
    try:
        found = value_of(estimator)
    except UnsupportedEstimatorError as error:
        raise SourceError(str(error), path=f"{path}.params[missing_values]") from error
    if not same_value(found, missing):
        raise SourceError(
            f"missing_values is {found}; the computation's is {missing}", path=f"{path}.params[missing_values]"
        )


def decided(x: Rows, err: Error, missing: float) -> NDArray[np.bool_]:
    """Say in which rows, shape (n_rows,), it does not hang on an inexact value what is missing."""
    if err is None or isnan(missing):
        return np.ones(len(x), dtype=bool)
    return np.asarray(~((err > 0) & (np.abs(x - missing) <= err)).any(axis=1))


def rows_with_gaps(
    rng: np.random.Generator, n: int, width: int, missing: float, columns: NDArray[np.intp] | None = None
) -> Rows:
    """Make rows in which each of the columns (all, unless given) is missing in one row and there in another.

    Where a number counts as missing, some values are a last bit beside it.
    """
    out = generic_rows(rng, n, width)
    may = np.zeros(width, dtype=bool)
    may[slice(None) if columns is None else columns] = True
    if not isnan(missing):
        beside = np.nextafter(missing, rng.choice([-np.inf, np.inf], out.shape))
        out = np.where(rng.random(out.shape) < 0.2, beside, out)
        # A value that is missing by chance would be refused, or told, where it may not be.
        out[out == missing] = np.nextafter(missing, np.inf)
    even = np.arange(width) % 2 == 0
    gaps = rng.random(out.shape) < 0.3
    gaps[0], gaps[1:2], gaps[2:3], gaps[3:4] = even, ~even, False, True
    out[gaps & may] = missing
    if n > 4:
        out[4] = np.where(gaps[4] & may, missing, rng.choice([5e-324, -1e300, 1e300], width))
    return out[: max(n, 1)]
