"""Classes of scikit-learn that answer with the answers of one fitted estimator inside of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)

# Where the classes are defined: sklearn.model_selection has them for programs only that ask for what is experimental.
from sklearn.model_selection._search_successive_halving import HalvingGridSearchCV, HalvingRandomSearchCV

if TYPE_CHECKING:
    from collections.abc import Mapping

SEARCHES: Mapping[str, type] = {
    cls.__name__: cls for cls in (GridSearchCV, HalvingGridSearchCV, HalvingRandomSearchCV, RandomizedSearchCV)
}
# These hand on all answers of theirs but the labels.
THRESHOLDS = (FixedThresholdClassifier, TunedThresholdClassifierCV)
FROZEN: dict[str, type] = {}
try:
    from sklearn.frozen import FrozenEstimator
except ImportError:  # scikit-learn before 1.6
    pass
else:
    FROZEN["FrozenEstimator"] = FrozenEstimator


def attribute_of(cls: type) -> str | None:
    """Name the attribute that holds the estimator which answers; None for a class that answers on its own."""
    if SEARCHES.get(cls.__name__) is cls:
        return "best_estimator_"
    return "estimator" if FROZEN.get(cls.__name__) is cls else None


def innermost(estimator: Any) -> Any:
    """Give the estimator that answers in the end: the given one, unless it delegates."""
    while (name := attribute_of(type(estimator))) is not None and name in vars(estimator):
        estimator = vars(estimator)[name]
    return estimator
