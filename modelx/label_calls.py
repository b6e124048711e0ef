"""Calling encoders of labels, which take one dimension or sets of labels, on rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import LabelBinarizer, LabelEncoder, MultiLabelBinarizer

from modelx.errors import NotNumericError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ENCODERS = (LabelEncoder, LabelBinarizer, MultiLabelBinarizer)
_UNSEEN = "y contains previously unseen labels"


def call_labels(encoder: Any, method: str, x: NDArray[Any]) -> NDArray[Any]:
    """Give what one of `ENCODERS` gives for rows, each on its own, as an array of shape (n_rows, n_columns).

    Raises
    ------
    ValueError
        For what is no label, or comes from none.
    """
    if type(encoder) is MultiLabelBinarizer:
        return _sets(encoder, x) if method == "transform" else _back_to_sets(encoder, x)
    if type(encoder) is LabelBinarizer:
        return _binarized(encoder, x) if method == "transform" else _back_to_labels(encoder, x)
    return _numbered(encoder, method, x)


def _numbered(encoder: Any, method: str, x: NDArray[Any]) -> NDArray[Any]:
    """Give what a LabelEncoder gives.

    It would itself cut strings and numbers to the type of its labels, and take what remains for one.
    """
    given = x[:, 0]
    dtype = encoder.classes_.dtype if method == "transform" else np.dtype(np.int64)
    with np.errstate(all="ignore"):
        try:
            cast = given.astype(dtype)
        except (ValueError, TypeError, OverflowError) as error:
            raise ValueError(f"{_UNSEEN}: {error}") from error
    for a, b in zip(given.tolist(), cast.tolist(), strict=True):
        if a != b and not (a != a and b != b):  # noqa: PLR0124 - NaN
            raise ValueError(f"{_UNSEEN}: {a!r}")
    return np.asarray(getattr(encoder, method)(cast)).reshape(-1, 1)


def _binarized(encoder: Any, x: NDArray[Any]) -> NDArray[Any]:
    if encoder.y_type_.startswith("multilabel"):
        if not np.isin(x, (0.0, 1.0)).all():
            raise ValueError("Expected only 0s and 1s in rows of several labels")
        return _dense(encoder.transform(x.astype(np.int64)))
    # A batch may have more columns than a row alone: each distinct label is asked about on its own.
    answers: dict[Any, NDArray[Any]] = {}
    for value in x[:, 0].tolist():
        if value not in answers:
            answers[value] = _alone(encoder, value)
    n_classes = len(encoder.classes_)
    out = np.empty((len(x), n_classes if n_classes > 2 else 1), dtype=np.int64)
    for i, value in enumerate(x[:, 0].tolist()):
        out[i] = answers[value]
    return out


def _alone(encoder: Any, value: Any) -> NDArray[Any]:
    """Give the row of one label."""
    text = isinstance(value, str)
    if not text and isinstance(encoder.classes_[0], str):
        raise ValueError(f"{_UNSEEN}: {value!r}")
    row = _dense(encoder.transform(np.array([value], dtype=object if text else np.float64)))
    return np.asarray(row[0])


def _back_to_labels(encoder: Any, x: NDArray[Any]) -> NDArray[Any]:
    found = _dense(encoder.inverse_transform(np.asarray(x, dtype=np.float64)))
    return found.reshape(len(x), -1) if len(x) else found.reshape(0, x.shape[1])


def _sets(encoder: Any, x: NDArray[Any]) -> NDArray[Any]:
    # It warns of labels that it does not know, and ignores them.
    known = set(encoder.classes_.tolist())
    return _dense(encoder.transform([[value for value in row if value in known] for row in x.tolist()]))


def _back_to_sets(encoder: Any, x: NDArray[Any]) -> NDArray[Any]:
    text = isinstance(encoder.classes_[0], str)
    out = np.full(x.shape, None if text else np.nan, dtype=object if text else np.float64)
    for i, labels in enumerate(encoder.inverse_transform(np.asarray(x, dtype=np.float64))):
        out[i, : len(labels)] = labels
    return out


def _dense(out: Any) -> NDArray[Any]:
    return np.asarray(out.toarray() if issparse(out) else out)


def rows_of_labels(sample: Any) -> Any:
    """Give labels in a row, as encoders of labels take them, as rows of one column; all else as it is."""
    if hasattr(sample, "columns"):
        return sample
    labels = np.asarray(sample)
    return labels.reshape(-1, 1) if labels.ndim == 1 else sample


def rows_of_sets(sample: Any, classes: Sequence[Any]) -> Any:
    """Give sets of labels as rows of one column for each class, padded with what is missing.

    Parameters
    ----------
    sample : iterable of iterables of labels, or array or data frame of shape (n_rows, n_classes)
        The latter are given back as they are.
    classes : sequence
        The labels that the binarizer knows.

    Returns
    -------
    array-like of shape (n_rows, n_classes)

    Raises
    ------
    NotNumericError
        For a row that is a string, or no iterable.
    """
    if hasattr(sample, "columns") or (isinstance(sample, np.ndarray) and sample.shape[1:] == (len(classes),)):
        return sample
    missing = None if isinstance(classes[0], str) else np.nan
    out = np.full((len(sample), len(classes)), missing, dtype=object)
    for i, labels in enumerate(sample):
        if isinstance(labels, str | bytes) or not hasattr(labels, "__iter__"):
            raise NotNumericError(f"row {i} of the sample is {labels!r}; expected a set or a list of labels")
        distinct = list(dict.fromkeys(labels))
        if len(distinct) > len(classes):
            # There is no place for all of them, and those that are unknown change nothing.
            distinct = [label for label in distinct if label in classes]
        out[i, : len(distinct)] = distinct
    return out
