"""Categorical features of histogram gradient boosting: the categories that its preprocessor knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import values as data
from modelx.errors import LabelsError, NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import DataType, check_count
from modelx.estimators.encoded_features import is_nan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.v1 import model_pb2

MAX_CATEGORIES = 255
_MAX_EXACT = 2**53
_INTS = frozenset(np.dtype(c).name for c in "bhilqBHIL")
_FLOATS = frozenset({"float16", "float32", "float64"})


def encode(estimator: Any, proto: Any) -> None:
    """Write which features are categorical, and the categories of each.

    Raises
    ------
    UnsupportedEstimatorError
        Naming each feature whose categories are neither numbers nor strings.
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
                f"the categories of feature {name} have the dtype {categories.dtype}; this version takes strings, "
                "floats, and ints within 2^53: encode the feature as one of these before the fit"
            )
    if reasons:
        raise UnsupportedEstimatorError([("", reason) for reason in reasons])


def _name(estimator: Any, feature: int) -> str:
    names = getattr(estimator, "feature_names_in_", None)
    return str(feature) if names is None else repr(str(names[feature]))


def _write(categories: NDArray[Any], out: Any) -> bool:
    name = categories.dtype.name
    # An array of objects may hold numbers alone, as one does that a step makes of numbers and bools.
    numbers = categories.astype(np.float64) if _are_floats(categories) else categories
    if numbers is not categories:
        _write(numbers, out)
        out.dtype = name
        return True
    if name in _FLOATS:
        # NaN comes last.
        out.categories.nan = bool(len(categories)) and bool(np.isnan(categories[-1]))
        out.categories.doubles.extend(categories[: len(categories) - out.categories.nan].tolist())
    elif name in _INTS and all(-_MAX_EXACT <= value <= _MAX_EXACT for value in categories.tolist()):
        out.categories.ints.extend(categories.tolist())
    elif not _write_strings(categories, out.categories):
        return False
    out.dtype = categories.dtype.str if categories.dtype.kind == "U" else name
    return True


def _are_floats(categories: NDArray[Any]) -> bool:
    cells = categories.tolist()
    # NaN alone may as well be one of strings.
    return (
        categories.dtype == object
        and bool(cells)
        and all(type(cell) is float for cell in cells)
        and not is_nan(cells[0])
    )


def _write_strings(categories: NDArray[Any], out: Any) -> bool:
    """Write strings, None and NaN, which stand in this order; say whether these are all."""
    cells = categories.tolist()
    texts = [cell for cell in cells if isinstance(cell, str)]
    out.nan, out.none = bool(cells) and is_nan(cells[-1]), None in cells
    if categories.dtype.kind not in "OU" or len(texts) + out.none + out.nan != len(cells):
        return False
    try:
        out.strings.extend(str(text) for text in texts)
    except (UnicodeEncodeError, ValueError):
        return False
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
    texts = known.strings or known.none
    if known.bools or (texts and (known.ints or known.doubles)) or (known.ints and (known.doubles or known.nan)):
        raise ShapeError(
            "categories are of several types, or bools; expected ints, or doubles and NaN, or strings, None and NaN",
            path=path,
        )
    if len(set(known.strings)) != len(known.strings):
        raise LabelsError("a category is there twice; expected distinct ones", path=path)
    found = np.array(known.ints or known.doubles, dtype=np.float64)
    if not np.isfinite(found).all():
        raise NonFiniteError("a category is NaN or infinite; expected finite numbers", path=path)
    if any(not -_MAX_EXACT <= value <= _MAX_EXACT for value in known.ints):
        raise ShapeError("a category is an int over 2^53, which float64 rows need not tell from others", path=path)
    if max(len(found), len(known.strings) + known.none) > MAX_CATEGORIES or (np.diff(found) <= 0).any():
        raise ShapeError(
            f"{len(found)} categories are too many, or not in order; expected {MAX_CATEGORIES} at most, each of them "
            "greater than the one before",
            path=path,
        )


def mask(proto: Any) -> NDArray[np.bool_]:
    """Give which features are categorical; no values where none is."""
    return np.array(proto.categorical, dtype=bool)


def values(proto: Any) -> list[NDArray[np.float64]]:
    """Give the categories of each categorical feature as float64, of a model whose features are all numbers."""
    return [np.array(f.categories.ints or f.categories.doubles, dtype=np.float64) for f in proto.categories]


def is_text(feature: Any) -> bool:
    """Whether a categorical feature is one of strings."""
    known = feature.categories
    empty = not known.ints and not known.doubles
    return bool(known.strings) or known.none or (empty and feature.dtype == "object")


def types(proto: Any) -> list[model_pb2.DataType] | None:
    """Give the type of each feature; None where all are numbers."""
    texts = strings(proto)
    if not texts:
        return None
    text, number = DataType.DATA_TYPE_STRING, DataType.DATA_TYPE_FLOAT64
    return [text if feature in texts else number for feature in range(proto.n_features)]


def counts(proto: Any) -> list[int]:
    """Give how many categories each categorical feature has."""
    known = [f.categories for f in proto.categories]
    return [len(one.ints) + len(one.doubles) + len(one.strings) + one.none for one in known]


def by_feature(proto: Any) -> dict[int, NDArray[np.float64]]:
    """Give the categories of each categorical feature of numbers as float64, by the feature."""
    return {
        feature: np.array(one.categories.ints or one.categories.doubles, dtype=np.float64)
        for feature, one in _pairs(proto)
        if not is_text(one)
    }


def strings(proto: Any) -> dict[int, list[str]]:
    """Give the strings of each categorical feature of strings, by the feature."""
    return {feature: list(one.categories.strings) for feature, one in _pairs(proto) if is_text(one)}


def _pairs(proto: Any) -> list[tuple[int, Any]]:
    features: list[int] = np.flatnonzero(mask(proto)).tolist()
    return list(zip(features, proto.categories, strict=True))


def object_columns(estimator: Any) -> frozenset[int]:
    """Name the features of a fitted estimator whose categories are strings: it finds none in a column of numbers."""
    if getattr(estimator, "is_categorical_", None) is None:
        return frozenset()
    found = estimator._preprocessor.named_transformers_["encoder"].categories_
    features: list[int] = np.flatnonzero(estimator.is_categorical_).tolist()
    return frozenset(feature for feature, known in zip(features, found, strict=True) if known.dtype.kind in "OU")


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
    if is_text(feature):
        return _strings_array(known, feature.dtype or "object", path)
    name = feature.dtype or ("int64" if known.ints else "float64")
    if name == "object" and known.doubles:
        return np.array([*known.doubles, *([np.nan] if known.nan else [])], dtype=object)
    if name not in (_INTS if known.ints else _FLOATS):
        raise SourceError(f"dtype of the categories is {name!r}; expected one that suits them", path=path)
    found = np.array(list(known.ints) or [*known.doubles, *([np.nan] if known.nan else [])])
    with np.errstate(all="ignore"):
        out = found.astype(name)
    if not np.array_equal(out.astype(found.dtype), found, equal_nan=not known.ints):
        raise SourceError(f"a category does not fit into {name}", path=path)
    return out


def _strings_array(known: Any, dtype: str, path: str) -> NDArray[Any]:
    cells = [*known.strings, *([None] if known.none else []), *([np.nan] if known.nan else [])]
    if dtype == "object":
        out = np.empty(len(cells), dtype=object)
        out[:] = cells
        return out
    if known.none or known.nan:
        raise SourceError(
            f"dtype of the categories is {dtype!r}; expected 'object', which holds None or NaN", path=path
        )
    return data.decode_strings(cells, dtype, path)
