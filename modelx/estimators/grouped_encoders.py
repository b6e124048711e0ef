"""Encoders that take infrequent categories for one: the private attributes that scikit-learn's methods read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import SourceError
from modelx.estimators import encoded_features
from modelx.v1 import source_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.estimators.encoded_features import Feature


def is_invertible(features: Sequence[Feature]) -> bool:
    """Whether inverse_transform gives strings alone, or numbers alone, for each feature.

    The infrequent categories come back as a string, also where the others are numbers.
    """
    return not any(len(feature.infrequent) and encoded_features.is_number(feature) for feature in features)


def set_groups(estimator: Any, features: Sequence[Feature], path: str) -> None:
    """Set what fit sets of infrequent categories.

    Raises
    ------
    SourceError
        When the hyper-parameters forbid what the model has, or are no numbers.
    """
    most, least = estimator.max_categories, estimator.min_frequency
    for name, value in (("max_categories", most), ("min_frequency", least)):
        if value is not None and not isinstance(value, int | float | np.number):
            raise SourceError(f"{name} is {value!r}; expected a number or None", path=path)
    enabled = least is not None or (most is not None and most >= 1)
    if not enabled and any(len(feature.infrequent) for feature in features):
        raise SourceError("there are infrequent categories without max_categories and min_frequency", path=path)
    estimator._infrequent_enabled = enabled
    if not enabled:
        return
    estimator._infrequent_indices = [
        np.array(feature.infrequent, dtype=np.int64) if len(feature.infrequent) else None for feature in features
    ]
    missing = getattr(estimator, "_missing_indices", {})
    estimator._default_to_infrequent_mappings = [
        _mapping(feature, encoded_features.size(feature) - (j in missing)) if len(feature.infrequent) else None
        for j, feature in enumerate(features)
    ]


def _mapping(feature: Feature, n_categories: int) -> NDArray[np.int64]:
    """Give the number of each category's group."""
    out = np.empty(n_categories, dtype=np.int64)
    rare = np.array(feature.infrequent, dtype=np.int64)
    out[rare] = n_categories - len(rare)
    out[np.setdiff1d(np.arange(n_categories), rare)] = np.arange(n_categories - len(rare))
    return out


def describe(described: source_pb2.Source, features: Sequence[Feature]) -> None:
    """Add the hyper-parameter without which an encoder has no infrequent categories, for a file without a source."""
    if any(len(feature.infrequent) for feature in features):
        described.params["min_frequency"].int_value = 1
