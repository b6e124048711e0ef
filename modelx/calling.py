"""Calling a fitted estimator's methods on plain arrays."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def call(estimator: Any, method: str, x: NDArray[np.float64]) -> NDArray[Any]:
    """Give a method's output for float64 rows, shape (n_rows, n_features), as a numpy array.

    An estimator fitted on a data frame says of each plain array that it has no feature names; rows of an exporter or of
    a file have none, by intent.
    """
    # Rows are made to overflow, and an impossible class has the logarithm -inf: neither is worth a warning.
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.filterwarnings("ignore", message="X does not have valid feature names", category=UserWarning)
        return np.asarray(getattr(estimator, method)(x))
