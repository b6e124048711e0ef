"""Estimators that learn nothing from the rows but their width."""

from __future__ import annotations

from typing import Any

from modelx.errors import NotFittedError


def width_of(estimator: Any) -> int:
    """Give the width of the rows that an estimator saw, which scikit-learn takes for fitted even when it saw none.

    Raises
    ------
    NotFittedError
    """
    width = getattr(estimator, "n_features_in_", None)
    if width is None:
        raise NotFittedError(
            f"this {type(estimator).__name__} has seen no rows, so that their width is not known; "
            "call fit(X, y) before it is exported"
        )
    return int(width)
