"""What scikit-learn says of NaN and infinities in the input of an estimator."""

from __future__ import annotations

from typing import Any

from sklearn import utils


def allows_nan(estimator: Any) -> bool:
    """Whether the tags of an estimator, and of those that it is made of, allow NaN."""
    if hasattr(utils, "get_tags"):
        return bool(utils.get_tags(estimator).input_tags.allow_nan)
    # Up to scikit-learn 1.5.
    return bool(estimator._get_tags()["allow_nan"])
