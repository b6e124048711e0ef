"""Features whose values are categories, which all encoders share: between fitted arrays and messages, with checks."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import values
from modelx.errors import LabelsError, NonFiniteError, ShapeError, SourceError, UnsupportedEstimatorError
from modelx.estimators.base import DataType
from modelx.v1 import encoded_feature_pb2, model_pb2, source_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Feature = encoded_feature_pb2.EncodedFeature

_LISTS = ("doubles", "ints", "strings", "bools")
_DEFAULT = {"doubles": "float64", "ints": "int64", "strings": "object", "bools": "bool", "": "object"}
_FLOATS = ("float16", "float32", "float64")
# Each whole number up to it is a float64.
_MAX_EXACT = 2**53
_CARRIED = "categories_"


def encode(estimator: Any, features: Any, source: source_pb2.Source) -> None:
    """Write the categories of a fitted encoder, and which of them are infrequent.

    Raises
    ------
    UnsupportedEstimatorError
        Naming each feature whose categories no file can carry.
    """
    infrequent = getattr(estimator, "_infrequent_indices", None) or [None] * len(estimator.categories_)
    reasons = []
    for j, array in enumerate(estimator.categories_):
        feature = features.add()
        reason = _write(array, feature)
        if reason:
            names = getattr(estimator, "feature_names_in_", None)
            reasons.append(("", f"feature {j if names is None else repr(str(names[j]))} {reason}"))
        if infrequent[j] is not None:
            feature.infrequent.extend(infrequent[j].tolist())
    if reasons:
        raise UnsupportedEstimatorError(reasons)
    # Numbers among objects are Python's ints, floats or bools, or numpy's, each as the user gave it.
    carried = [array if array.dtype == object and is_number(features[j]) else None for j, array in _each(estimator)]
    source.attributes.pop(_CARRIED, None)
    if any(one is not None for one in carried):
        source.attributes[_CARRIED].CopyFrom(values.encode(carried, lambda _: None))


def _each(estimator: Any) -> enumerate[NDArray[Any]]:
    return enumerate(estimator.categories_)


def _write(array: NDArray[Any], out: Feature) -> str:
    """Write the categories of one feature; say why that cannot be done, or give nothing."""
    cells = array.tolist()
    present = [cell for cell in cells if cell is not None and not is_nan(cell)]
    out.dtype = array.dtype.str if array.dtype.kind == "U" else array.dtype.name
    out.categories.none, out.categories.nan = None in cells, is_nan(cells[-1])
    if array.dtype.kind not in "OUbiuf" or array.dtype == np.longdouble:
        return f"has categories of dtype {array.dtype}; give strings, or numbers of at most 64 bits, and refit"
    if all(isinstance(cell, str) for cell in present):
        # A feature of objects that has none but missing values may as well be one of strings.
        out.number = array.dtype != object and not present
        out.after_none = len(present) - cells.index(None) if None in cells else 0
        return _write_strings(present, out)
    if not all(isinstance(cell, bool | int | float | np.number | np.bool_) for cell in present):
        kinds = sorted({type(cell).__name__ for cell in present})
        return f"has categories of the types {', '.join(kinds)}; give strings alone or numbers alone, and refit"
    if None in cells:
        return "has None among numbers; give NaN in its place (astype(float)), and refit"
    return _write_numbers(present, out)


def _write_strings(present: list[str], out: Feature) -> str:
    try:
        out.categories.strings.extend(str(cell) for cell in present)
    except (UnicodeEncodeError, ValueError):
        return "has a category with half of a surrogate pair, which is no Unicode text; clean the strings and refit"
    return ""


def _write_numbers(present: list[Any], out: Feature) -> str:
    if any(not np.isfinite(cell) for cell in present):
        return "has an infinity as a category; leave such rows out and refit"
    if any(isinstance(cell, int | np.integer) and abs(int(cell)) > _MAX_EXACT for cell in present):
        return "has an integer over 2^53 as a category, which no float64 holds; give it as a string and refit"
    if all(isinstance(cell, bool | np.bool_) for cell in present):
        out.categories.bools.extend(bool(cell) for cell in present)
    elif all(isinstance(cell, int | np.integer) and not isinstance(cell, bool) for cell in present):
        out.categories.ints.extend(int(cell) for cell in present)
    else:
        out.categories.doubles.extend(float(cell) for cell in present)
    return ""


def is_nan(value: Any) -> bool:
    """Whether a value is a float that is NaN."""
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def is_number(feature: Feature) -> bool:
    """Whether a feature is one of numbers rather than strings."""
    found = feature.categories
    return feature.number or bool(len(found.doubles) or len(found.ints) or len(found.bools))


def types(features: Sequence[Feature]) -> list[model_pb2.DataType] | None:
    """Give the type of each feature, or None where all are numbers."""
    out = [DataType.DATA_TYPE_FLOAT64 if is_number(one) else DataType.DATA_TYPE_STRING for one in features]
    return out if DataType.DATA_TYPE_STRING in out else None


def object_columns(estimator: Any) -> frozenset[int]:
    """Name the features that scikit-learn knows as objects: it finds no number of another dtype among those."""
    return frozenset(j for j, array in _each(estimator) if array.dtype == object)


def in_order(feature: Feature) -> list[Any]:
    """Give the categories in the order of their numbers, as Python values; ints and bools as they are."""
    found = feature.categories
    out = next((list(values) for name in _LISTS if len(values := getattr(found, name))), [])
    if found.none:
        out.insert(len(out) - feature.after_none, None)
    return [*out, np.nan] if found.nan else out


def groups(feature: Feature, *, nan: bool = True) -> list[list[int]]:
    """Give the numbers of the categories of each group; `nan` says whether NaN is in one."""
    infrequent = list(feature.infrequent)
    rare = set(infrequent)
    n = size(feature) - (feature.categories.nan and not nan)
    out = [[k] for k in range(n) if k not in rare]
    return [*out, infrequent] if infrequent else out


def size(feature: Feature) -> int:
    """Give the number of categories."""
    found = feature.categories
    return sum(len(getattr(found, name)) for name in _LISTS) + found.none + found.nan


def check(features: Sequence[Feature], path: str, *, grouped: bool, nan: bool = True) -> None:
    """Check the categories of each feature; `grouped` says whether some may be infrequent, and `nan` whether NaN may.

    Raises
    ------
    ShapeError, NonFiniteError, LabelsError
    """
    if not len(features):
        raise ShapeError("there are no features; expected at least one", path=f"{path}.features")
    for j, feature in enumerate(features):
        _check_one(feature, f"{path}.features[{j}]", grouped=grouped, nan=nan)


def _check_one(feature: Feature, path: str, *, grouped: bool, nan: bool) -> None:
    found, place = feature.categories, f"{path}.categories"
    filled = [name for name in _LISTS if len(getattr(found, name))]
    if len(filled) > 1 or not size(feature):
        raise LabelsError(f"there are categories in {filled or 'no list'}; expected one list", path=place)
    if not np.isfinite(np.array(found.doubles)).all():
        raise NonFiniteError("a category is NaN or an infinity; expected finite numbers", path=place)
    if any(abs(value) > _MAX_EXACT for value in found.ints):
        raise ShapeError("a category is over 2^53, which no float64 holds", path=place)
    present = getattr(found, filled[0]) if filled else []
    if len(set(present)) != len(present):
        raise LabelsError("a category is there twice; expected distinct ones", path=place)
    if found.none and is_number(feature):
        raise LabelsError("None is a category of a feature of numbers", path=place)
    if feature.after_none > (len(present) if found.none else 0):
        raise ShapeError(f"{feature.after_none} categories come after None", path=f"{path}.after_none")
    if feature.number and (filled or not found.nan):
        raise ShapeError("number is set beside a list, or without NaN", path=f"{path}.number")
    infrequent, most = list(feature.infrequent), size(feature) - (found.nan and not nan)
    if infrequent and (not grouped or infrequent[-1] >= most or any(a >= b for a, b in pairwise(infrequent))):
        raise ShapeError(
            f"the infrequent categories {infrequent[:8]} are none of {most}, in ascending order",
            path=f"{path}.infrequent",
        )


def arrays(features: Sequence[Feature], described: source_pb2.Source, path: str) -> list[NDArray[Any]]:
    """Give the categories in the form that fit gave them; what `encode` added to the source is taken out of it.

    Raises
    ------
    SourceError
    """
    place = f"{path}.attributes[{_CARRIED}]"
    carried: Any = [None] * len(features)
    if _CARRIED in described.attributes:
        carried = values.decode(described.attributes.pop(_CARRIED), _no_estimator, place)
        if not isinstance(carried, list) or len(carried) != len(features):
            raise SourceError(f"expected a list of {len(features)}", path=place)
    return [
        _array(feature, path) if given is None else _checked(given, feature, place)
        for feature, given in zip(features, carried, strict=True)
    ]


def _no_estimator(spec: source_pb2.EstimatorSpec, path: str) -> Any:
    raise SourceError(f"an estimator {spec.class_name!r} among categories", path=path)


def _checked(given: Any, feature: Feature, path: str) -> NDArray[Any]:
    """Check that numbers among objects are those of the model."""
    expected = in_order(feature)
    if not isinstance(given, np.ndarray) or given.dtype != object or given.shape != (len(expected),):
        raise SourceError(f"expected an array of {len(expected)} objects", path=path)
    for a, b in zip(given, expected, strict=True):
        known = isinstance(a, bool | int | float | np.number | np.bool_)
        if not known or not (a == b or (is_nan(a) and is_nan(b))):
            raise SourceError(f"{a!r} stands for the category {b!r}", path=path)
    return given


def _array(feature: Feature, path: str) -> NDArray[Any]:
    filled = next((name for name in _LISTS if len(getattr(feature.categories, name))), "")
    cells = in_order(feature)
    # scikit-learn searches numbers by halves, unless they are objects.
    sorts = not is_number(feature) or all(a < b for a, b in pairwise(cells[: len(cells) - feature.categories.nan]))
    name = feature.dtype or ("float64" if feature.number else _DEFAULT[filled] if sorts else "object")
    if not sorts and name != "object":
        raise SourceError(f"numbers of dtype {name!r} do not ascend; those of objects may", path=path)
    if name == "object":
        out = np.empty(len(cells), dtype=object)
        out[:] = cells
        return out
    missing = feature.categories.none or feature.categories.nan
    if filled == "strings" and not missing:
        return values.decode_strings(cells, name, path)
    if filled == "ints" and not missing and name in values.INT_DTYPES:
        return values.decode_ints(cells, name, path)
    if filled == "bools" and not missing and name == "bool":
        return np.array(cells, dtype=bool)
    if (filled == "doubles" or feature.number) and name in _FLOATS:
        with np.errstate(over="ignore"):
            out = np.array(cells, dtype=name)
        if np.array_equal(out.astype(np.float64), np.array(cells, dtype=np.float64), equal_nan=True):
            return out
    raise SourceError(f"dtype is {name!r}, which does not hold the categories {cells[:4]}", path=path)
