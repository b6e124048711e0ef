"""What a case is: a fitted estimator, why it is asked, and rows to ask it about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted estimator with rows for it.

    Attributes
    ----------
    estimator : object
    rows : array-like of shape (n, n_features)
        Training rows and others. Those are left out whose labels hang on the order of a sum.
    exact : array-like of shape (n, n_features)
        Rows for which no operation rounds in any order (or all results overflow alike), so that even a tie has one
        answer. They are kept whatever their margin.
    """

    estimator: Any
    rows: ArrayLike = field(default_factory=list)
    exact: ArrayLike = field(default_factory=list)


Build = Callable[[], Fitted]


@dataclass(frozen=True, slots=True)
class Case:
    """A named builder: `id` is "<family>/<function>", `why` the function's docstring."""

    id: str
    family: str
    why: str
    build: Build


class Cases(dict[str, Case]):
    """The cases of one family, by id."""

    def __init__(self, family: str) -> None:
        super().__init__()
        self.family = family

    def add(self, build: Build) -> Build:
        """Take a function as a case; its docstring says why there is one.

        Raises
        ------
        ValueError
            For a case without a reason, or a name that is taken.
        """
        why = " ".join((build.__doc__ or "").split())
        case_id = f"{self.family}/{build.__name__}"
        if len(why) < 20 or case_id in self:
            raise ValueError(f"{case_id} is there twice, or does not say why it is there")
        self[case_id] = Case(case_id, self.family, why, build)
        return build


def with_fitted(estimator: BaseEstimator, n_features: int, **attributes: Any) -> BaseEstimator:
    """Set fitted attributes by hand: the extremes that no training gives."""
    for name, value in attributes.items():
        setattr(estimator, name, value)
    estimator.n_features_in_ = n_features
    return estimator


def grid(*values: float, width: int) -> np.ndarray[Any, Any]:
    """Give rows that hold one value each in all columns."""
    return np.repeat(np.array(values, dtype=float)[:, None], width, axis=1)
