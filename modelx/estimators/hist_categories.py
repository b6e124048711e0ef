"""Categorical features of histogram gradient boosting: the categories that its preprocessor knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import check_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_CATEGORIES = 255
_MAX_EXACT = 2**53
_INTS = frozenset(np.dtype(c).name for c in "bhilqBHIL")
_FLOATS = frozenset({"float16", "float32", "float64"})


def encode(estimator: Any, proto: Any) -> None:
    """Write which features are categorical, and the categories of each.

    Raises
    ------
    UnsupportedEstimatorError
        Naming each feature whose categories are no numbers.
    """
    mask = estimator.is_categorical_
    if mask is None:
        return
    proto.categorical.extend(np.asarray(mask, dtype=bool).tolist())
    found = estimator._preprocessor.named_transformers_["encoder"].categories_
    reasons = []
    for feature, categories in zip(np.flatnonzero(mask), found, strict=True):
        if not _write(categories, proto.categories.add()):
            name = _name(estimator, int(feature))
            reasons.append(
                f"the categories of feature {name} have the dtype {categories.dtype}; this version takes floats, and "
                "ints within 2^53: encode the feature as numbers before the fit"
            )
    if reasons:
        raise UnsupportedEstimatorError([("", reason) for reason in reasons])


def _name(estimator: Any, feature: int) -> str:
    names = getattr(estimator, "feature_names_in_", None)
    return str(feature) if names is None else repr(str(names[feature]))


def _write(categories: NDArray[Any], out: Any) -> bool:
    name = categories.dtype.name
    if name in _FLOATS:
        # NaN comes last.
        out.categories.nan = bool(len(categories)) and bool(np.isnan(categories[-1]))
        out.categories.doubles.extend(categories[: len(categories) - out.categories.nan].tolist())
    elif name in _INTS and all(-_MAX_EXACT <= value <= _MAX_EXACT for value in categories.tolist()):
        out.categories.ints.extend(categories.tolist())
    else:
        return False
    out.dtype = name
    return True


def check(proto: Any, path: str) -> None:
    """Check the categories of each feature.

    Raises
    ------
    ShapeError, NonFiniteError
    """
    if proto.categorical:
        check_count(proto.categorical, proto.n_features, f"{path}.categorical", "n_features, or none")
    expected = sum(proto.categorical)
    check_count(proto.categories, expected, f"{path}.categories", "one for each categorical feature")
    for i, feature in enumerate(proto.categories):
        _check_one(feature.categories, f"{path}.categories[{i}].categories")


def _check_one(known: Any, path: str) -> None:
    if known.strings or known.bools or known.none or (known.ints and (known.doubles or known.nan)):
        raise ShapeError("categories are of several types, or no numbers; expected ints, or doubles and NaN", path=path)
    found = np.array(known.ints or known.doubles, dtype=np.float64)
    if not np.isfinite(found).all():
        raise NonFiniteError("a category is NaN or infinite; expected finite numbers", path=path)
    if any(not -_MAX_EXACT <= value <= _MAX_EXACT for value in known.ints):
        raise ShapeError("a category is an int over 2^53, which float64 rows need not tell from others", path=path)
    if len(found) > MAX_CATEGORIES or (np.diff(found) <= 0).any():
        raise ShapeError(
            f"{len(found)} categories are too many, or not in order; expected {MAX_CATEGORIES} at most, each of them "
            "greater than the one before",
            path=path,
        )


def mask(proto: Any) -> NDArray[np.bool_]:
    """Give which features are categorical; no values where none is."""
    return np.array(proto.categorical, dtype=bool)


def values(proto: Any) -> list[NDArray[np.float64]]:
    """Give the categories of each categorical feature as float64."""
    return [np.array(f.categories.ints or f.categories.doubles, dtype=np.float64) for f in proto.categories]


def by_feature(proto: Any) -> dict[int, NDArray[np.float64]]:
    """Give the categories of each categorical feature, by the feature."""
    features: list[int] = np.flatnonzero(mask(proto)).tolist()
    return dict(zip(features, values(proto), strict=True))


def order(categorical: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the feature that each column of what the trees see comes from: categorical features first."""
    return np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])


def rebuild(estimator: Any, proto: Any, names: Sequence[str], path: str) -> None:
    """Give an estimator the preprocessor that its fit made, by its own code on a row of zeros.

    Raises
    ------
    SourceError
        For a dtype that does not suit the categories.
    """
    categorical = mask(proto)
    if not categorical.any():
        estimator.is_categorical_ = estimator._preprocessor = estimator._is_categorical_remapped = None
        return
    given, estimator.categorical_features = estimator.categorical_features, categorical
    try:
        estimator._preprocess_X(np.zeros((1, len(categorical))), reset=True)
    finally:
        estimator.categorical_features = given
    whole = estimator._preprocessor
    encoder, others = (whole.named_transformers_[name] for name in ("encoder", "numerical"))
    encoder.categories_ = [
        _array(feature, f"{path}.categories[{i}].dtype") for i, feature in enumerate(proto.categories)
    ]
    encoder._missing_indices = {
        i: len(known) - 1 for i, known in enumerate(encoder.categories_) if proto.categories[i].categories.nan
    }
    if names:
        all_names = np.array(names, dtype=object)
        whole.feature_names_in_, encoder.feature_names_in_ = all_names, all_names[categorical]
        if not categorical.all():
            others.feature_names_in_ = all_names[~categorical]


def _array(feature: Any, path: str) -> NDArray[Any]:
    known = feature.categories
    name = feature.dtype or ("int64" if known.ints else "float64")
    if name not in (_INTS if known.ints else _FLOATS):
        raise SourceError(f"dtype of the categories is {name!r}; expected one that suits them", path=path)
    found = np.array(list(known.ints) or [*known.doubles, *([np.nan] if known.nan else [])])
    with np.errstate(all="ignore"):
        out = found.astype(name)
    if not np.array_equal(out.astype(found.dtype), found, equal_nan=not known.ints):
        raise SourceError(f"a category does not fit into {name}", path=path)
    return out
