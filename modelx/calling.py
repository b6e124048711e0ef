"""Calling a fitted estimator's methods on plain arrays."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.pipeline import Pipeline

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
        # A scaler with copy=False writes into what it is given.
        return np.asarray(_compose(estimator, method, x.copy()))


def _compose(estimator: Any, method: str, x: Any) -> Any:
    """Do what Pipeline's methods do, without its checks: their cost is 3 ** depth, which a file may set to 16."""
    if type(estimator) is not Pipeline:
        # Of the words that stand for a step that does nothing there is transform and inverse_transform alone.
        return x if estimator is None or isinstance(estimator, str) else getattr(estimator, method)(x)
    steps = [step for _, step in estimator.steps]
    if method == "inverse_transform":
        for step in reversed(steps):
            x = _compose(step, method, x)
        return x
    for step in steps[:-1]:
        x = _compose(step, "transform", x)
    return _compose(steps[-1], method, x)
