"""SimpleImputer over objects: what it puts into columns of strings, and into columns of numbers beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import LabelsError, ShapeError, UnsupportedEstimatorError
from modelx.estimators import missing_strings, string_columns
from modelx.estimators.base import DataType, check_count

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.v1 import model_pb2, simple_imputer_pb2

    Proto = simple_imputer_pb2.SimpleImputerProto


def write(estimator: Any, left_out: NDArray[np.intp], proto: Proto) -> None:
    """Write what a fitted imputer of objects fills with, and which columns are strings.

    Raises
    ------
    UnsupportedEstimatorError
    """
    statistics = list(estimator.statistics_)
    told = set() if estimator.indicator_ is None else set(np.asarray(estimator.indicator_.features_).tolist())
    gone = set(left_out.tolist())
    proto.n_features = len(statistics)
    proto.left_out.extend(left_out.tolist())
    for j, value in enumerate(statistics):
        text = value is None or isinstance(value, str)
        # Of a column that was empty it is not known, and says nothing but that it is missing.
        proto.strings.append((text and j not in gone) or (j in gone and j in told))
        proto.fill.doubles.append(np.nan if text or j in gone else _number(value))
        if proto.strings[j]:
            _add(None if j in gone else value, proto.fill)
    rule = missing_strings.rule_of(estimator)
    if not any(proto.strings):
        _refuse("was fitted on objects that have no strings; fit on a float array (astype(float))")
    if rule.of_strings_alone() and any(j not in gone and not text for j, text in enumerate(proto.strings)):
        _refuse(f"takes {estimator.missing_values!r} for missing in columns of numbers too; impute these on their own")


def _refuse(reason: str) -> None:
    raise UnsupportedEstimatorError([("", f"SimpleImputer {reason}")])


def _number(value: Any) -> float:
    known = isinstance(value, bool | int | float | np.number | np.bool_) and not isinstance(value, complex)
    if not known or float(value) != value:
        _refuse(f"fills with {value!r}, which is neither a string nor a number that a float64 holds; fill with one")
    return float(value)


def _add(value: str | None, fill: Any) -> None:
    if value is None:
        fill.none.append(len(fill.strings))
    try:
        fill.strings.append("" if value is None else str(value))
    except (UnicodeEncodeError, ValueError):
        _refuse("fills with half of a surrogate pair, which is no Unicode text; clean the strings and fit again")


def check(proto: Proto, path: str) -> None:
    """Check the fillings of strings.

    Raises
    ------
    ShapeError, LabelsError
    """
    fill, place = proto.fill, f"{path}.fill"
    check_count(fill.strings, len(string_columns.columns(proto)), f"{place}.strings", "one for each feature of strings")
    if any(k >= len(fill.strings) or (i and fill.none[i - 1] >= k) for i, k in enumerate(fill.none)):
        raise ShapeError(
            f"the places of None are {list(fill.none)[:8]}; expected some below {len(fill.strings)}, ascending",
            path=f"{place}.none",
        )
    if any(fill.strings[k] for k in fill.none):
        raise LabelsError("a string stands in the place of None", path=f"{place}.strings")


def types(proto: Proto) -> list[model_pb2.DataType] | None:
    """Give the type of each feature; None where all are numbers."""
    out = string_columns.types(proto)
    if out is not None:
        for column in set(proto.left_out) - set(proto.indicator.columns):
            out[column] = DataType.DATA_TYPE_UNSPECIFIED
    return out


def values(proto: Proto) -> list[Any]:
    """Give what is filled in for each feature, as in the message: strings, None, or floats."""
    texts: list[Any] = list(proto.fill.strings)
    for k in proto.fill.none:
        texts[k] = None
    out: list[Any] = list(proto.fill.doubles)
    for column, text in zip(string_columns.columns(proto), texts, strict=True):
        out[column] = text
    return out


def statistics(proto: Proto) -> NDArray[Any]:
    """Give statistics_ for a model that says nothing of its source: one that was built in Go."""
    out = np.empty(proto.n_features, dtype=object)
    out[:] = values(proto)
    out[np.asarray(proto.left_out, dtype=np.intp)] = np.nan
    return out


def agree(found: Any, proto: Proto) -> bool:
    """Whether the statistics_ of a rebuilt imputer are what the computation fills with."""
    if not isinstance(found, np.ndarray) or found.dtype != object or found.shape != (proto.n_features,):
        return False
    return all(
        column in proto.left_out or (type(value) is type(expected) and value == expected) or _equal(value, expected)
        for column, (value, expected) in enumerate(zip(found, values(proto), strict=True))
    )


def _equal(value: Any, expected: Any) -> bool:
    return (
        isinstance(expected, float)
        and isinstance(value, bool | int | float | np.number | np.bool_)
        and (float(value) == expected)
    )
