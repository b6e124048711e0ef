"""The classes of a classifier, as numpy has them and as the file has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.errors import LabelsError, SourceError
from modelx.v1 import model_pb2
from modelx.values import decode_ints, decode_strings

if TYPE_CHECKING:
    from modelx.v1 import labels_pb2

_LISTS = ("ints", "doubles", "strings", "bools")


def encode(classes: np.ndarray[Any, Any], out: labels_pb2.Labels) -> None:
    """Write classes, an array of shape (n_classes,), into a message.

    Raises
    ------
    LabelsError
        For labels that are no ints, floats, bools or strings.
    """
    dtype = classes.dtype
    values = classes.tolist()
    if dtype == np.bool_:
        out.bools.extend(values)
    elif dtype.kind in "iu" and all(-(2**63) <= value < 2**63 for value in values):
        out.ints.extend(values)
    elif dtype.kind == "f" and dtype.itemsize <= 8:
        out.doubles.extend(values)
    elif dtype.kind == "U" or (dtype.hasobject and all(isinstance(value, str) for value in values)):
        for value in values:
            _check_text(value)
        out.strings.extend(values)
    else:
        raise LabelsError(f"classes of dtype {dtype} cannot be exported; expected ints, floats, bools or strings")
    out.dtype = dtype.str if dtype.kind == "U" else dtype.name


def _check_text(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise LabelsError(
            f"the class {value!a} is no Unicode text ({error.reason}) and cannot be exported; fit on other labels"
        ) from error


def check(labels: labels_pb2.Labels, path: str) -> int:
    """Check that labels are of one type, finite and distinct; give their number."""
    filled = [name for name in _LISTS if len(getattr(labels, name))]
    if len(filled) != 1:
        given = " and ".join(filled) or "none"
        raise LabelsError(f"classes are given as {given}; expected exactly one of {', '.join(_LISTS)}", path=path)
    found = list(getattr(labels, filled[0]))
    if filled == ["doubles"] and not np.isfinite(found).all():
        raise LabelsError("a class is NaN or infinite; expected finite numbers", path=path)
    if len(set(found)) != len(found):
        raise LabelsError("a class is there twice; expected distinct classes", path=path)
    return len(found)


def count(labels: labels_pb2.Labels) -> int:
    """Give the number of classes."""
    return sum(len(getattr(labels, name)) for name in _LISTS)


def values(labels: labels_pb2.Labels) -> list[Any]:
    """Give the classes as Python values."""
    return [value for name in _LISTS for value in getattr(labels, name)]


def data_type(labels: labels_pb2.Labels) -> model_pb2.DataType:
    """Give the type of checked labels."""
    types = (
        model_pb2.DataType.DATA_TYPE_INT64,
        model_pb2.DataType.DATA_TYPE_FLOAT64,
        model_pb2.DataType.DATA_TYPE_STRING,
        model_pb2.DataType.DATA_TYPE_BOOL,
    )
    return next(kind for kind, name in zip(types, _LISTS, strict=True) if len(getattr(labels, name)))


def decode(labels: labels_pb2.Labels, path: str) -> np.ndarray[Any, Any]:
    """Give checked labels as the array of shape (n_classes,) that the estimator had.

    Raises
    ------
    SourceError
        For a dtype that does not suit the labels.
    """
    if labels.ints:
        name = labels.dtype or "int64"
        if name not in {np.dtype(c).name for c in "bhilqBHIL"}:
            raise SourceError(f"dtype of the classes is {name!r}; expected a numpy integer type", path=path)
        return decode_ints(labels.ints, name, path)
    if labels.doubles:
        name = labels.dtype or "float64"
        if name not in ("float64", "float32", "float16"):
            raise SourceError(f"dtype of the classes is {name!r}; expected a numpy float type", path=path)
        return np.array(labels.doubles, dtype=name)
    if labels.bools:
        return np.array(labels.bools, dtype=bool)
    strings = list(labels.strings)
    return decode_strings(strings, labels.dtype or f"<U{max(map(len, strings))}", path)
