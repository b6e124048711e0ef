"""Calling encoders of labels, which take one dimension, on rows of one label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def call_labels(encoder: Any, method: str, x: NDArray[Any]) -> NDArray[Any]:
    """Give what a LabelEncoder gives for rows of shape (n_rows, 1), in the same shape.

    Raises
    ------
    ValueError
        For what is no label, or no number of one. LabelEncoder itself would cut strings and numbers to the type of its
        labels, and take what remains for one.
    """
    given = x[:, 0]
    dtype = encoder.classes_.dtype if method == "transform" else np.dtype(np.int64)
    with np.errstate(all="ignore"):
        try:
            cast = given.astype(dtype)
        except (ValueError, TypeError) as error:
            raise ValueError(f"y contains previously unseen labels: {error}") from error
    for a, b in zip(given.tolist(), cast.tolist(), strict=True):
        if a != b and not (a != a and b != b):  # noqa: PLR0124 - NaN
            raise ValueError(f"y contains previously unseen labels: {a!r}")
    return np.asarray(getattr(encoder, method)(cast)).reshape(-1, 1)
