"""Real data, all of it shipped with scikit-learn."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from sklearn import datasets

Data = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def _frozen(loader: Any) -> Data:
    x, y = loader(return_X_y=True)
    for array in (x, y):
        # Cases share the data: none may change it for the others.
        array.setflags(write=False)
    return x, y


@lru_cache
def diabetes() -> Data:
    return _frozen(datasets.load_diabetes)


@lru_cache
def digits() -> Data:
    """Give 16 pixels of the middle: all 64 would treble the size of the vectors."""
    x, y = _frozen(datasets.load_digits)
    return x[:, 26:42], y


@lru_cache
def breast_cancer() -> Data:
    """Give every other column, fifteen of them: also for the size."""
    x, y = _frozen(datasets.load_breast_cancer)
    return x[:, ::2], y


@lru_cache
def wine() -> Data:
    return _frozen(datasets.load_wine)


@lru_cache
def iris() -> Data:
    return _frozen(datasets.load_iris)


@lru_cache
def linnerud() -> Data:
    return _frozen(datasets.load_linnerud)


def scaled(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Give each column mean 0 and deviation 1, as solvers like it."""
    return np.asarray((x - x.mean(axis=0)) / x.std(axis=0))


def some(x: np.ndarray[Any, Any], n: int = 10) -> np.ndarray[Any, Any]:
    """Give `n` rows, spread over the data."""
    return x[:: max(1, len(x) // n)][:n]
