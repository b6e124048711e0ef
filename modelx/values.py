"""Hyper-parameters and fitted attributes as data: a closed set of kinds, none of them executable."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import functions, layout, wire
from modelx.errors import SourceError
from modelx.v1 import source_pb2

if TYPE_CHECKING:
    from collections.abc import Callable

INT_DTYPES = {np.dtype(c).name for c in "bhilqBHIL"}
_DEPTH = 16
# What an array of objects may hold beside None.
_SCALARS = (bool, int, float, str, np.generic)


def encode(value: Any, encode_estimator: Callable[[Any], source_pb2.EstimatorSpec | None]) -> source_pb2.Value:
    """Turn a Python value into a message.

    Parameters
    ----------
    value : object
        Anything. What a file cannot carry (functions, random generators ...) becomes ``omitted``.
    encode_estimator : callable
        Turns an unfitted estimator into its message, or gives None for what is not an estimator that it knows.

    Returns
    -------
    Value
    """
    out = source_pb2.Value()
    if value is None:
        out.none = True
    elif isinstance(value, bool):
        out.bool_value = value
    elif isinstance(value, np.generic) and (array := _encode_array(np.asarray(value))) is not None:
        out.numpy_scalar.CopyFrom(array)
    elif type(value) is int and -(2**63) <= value < 2**63:
        out.int_value = value
    elif type(value) is float:
        out.double_value = value
    elif type(value) is str and _is_text(value):
        out.string_value = value
    elif type(value) is np.ndarray and (array := _encode_array(value)) is not None:
        out.array.CopyFrom(array)
    elif type(value) in (list, tuple):
        items = out.list if isinstance(value, list) else out.tuple
        items.SetInParent()
        items.items.extend(encode(item, encode_estimator) for item in value)
    elif type(value) is dict and all(isinstance(key, str | int | float | bool | np.generic) for key in value):
        out.dict.SetInParent()
        for key, item in value.items():
            out.dict.entries.add(key=encode(key, encode_estimator), value=encode(item, encode_estimator))
    elif (spec := encode_estimator(value)) is not None:
        out.estimator.CopyFrom(spec)
    elif callable(value) and (name := functions.name_of(value)) is not None:
        out.function = name
    else:
        out.omitted = f"{type(value).__module__}.{type(value).__qualname__}"
    return out


def _encode_array(array: np.ndarray[Any, Any]) -> source_pb2.NdArray | None:
    out = source_pb2.NdArray(dtype=_dtype_name(array.dtype), shape=array.shape, strides=layout.strides_of(array))
    flat = np.ascontiguousarray(array).reshape(-1)
    if array.dtype == np.float64:
        wire.fill(out, "doubles", flat)
    elif array.dtype == np.float32:
        wire.fill(out, "floats", flat, kind="float")
    elif array.dtype.name in INT_DTYPES and (array.size == 0 or int(flat.max()) < 2**63):
        out.ints.extend(flat.tolist())
    elif array.dtype == np.bool_:
        out.bools.extend(flat.tolist())
    elif array.dtype.kind == "U" or (array.dtype == object and all(type(item) is str for item in flat)):
        if not all(_is_text(item) for item in flat):
            return None
        out.strings.extend(flat.tolist())
    elif array.dtype == object and all(item is None or isinstance(item, _SCALARS) for item in flat):
        out.items.extend(encode(item, lambda _: None) for item in flat)
        return out if all(is_known(item) for item in out.items) else None
    else:
        return None
    return out


def _is_text(value: str) -> bool:
    """Whether a string is Unicode text: Python's may have half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _dtype_name(dtype: np.dtype[Any]) -> str:
    return dtype.str if dtype.kind == "U" else dtype.name


def is_known(value: source_pb2.Value) -> bool:
    """Whether the whole value is in the file, rather than a note that it, or something in it, was left out."""
    return not omitted(value)


def omitted(value: source_pb2.Value) -> str:
    """Name the first kind that was left out of a value, or inside of a list, tuple or dict; empty if all is there."""
    kind = value.WhichOneof("kind")
    if kind == "omitted":
        return value.omitted or "value"
    if kind in ("list", "tuple"):
        return next((found for item in getattr(value, kind).items if (found := omitted(item))), "")
    if kind == "dict":
        parts = (part for entry in value.dict.entries for part in (entry.key, entry.value))
        return next((found for part in parts if (found := omitted(part))), "")
    return ""


def decode(
    value: source_pb2.Value,
    decode_estimator: Callable[[source_pb2.EstimatorSpec, str], Any],
    path: str,
    depth: int = 0,
) -> Any:
    """Turn a message back into a Python value.

    Raises
    ------
    SourceError
        For a value that contradicts itself, or nests over 16 deep.
    UnregisteredFunctionError
    """
    if depth > _DEPTH:
        raise SourceError(f"values nest over {_DEPTH} deep", path=path)
    kind = value.WhichOneof("kind")
    if kind in ("bool_value", "int_value", "double_value", "string_value"):
        return getattr(value, kind)
    if kind == "none":
        return None
    if kind == "array":
        return _decode_array(value.array, path)
    if kind == "numpy_scalar":
        if value.numpy_scalar.shape:
            raise SourceError("a numpy scalar has axes; expected none", path=path)
        return _decode_array(value.numpy_scalar, path)[()]
    if kind in ("list", "tuple"):
        items = [decode(item, decode_estimator, path, depth + 1) for item in getattr(value, kind).items]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return _decode_dict(value.dict, decode_estimator, path, depth)
    if kind == "estimator":
        return decode_estimator(value.estimator, path)
    if kind == "function":
        return functions.resolve(value.function, path)
    raise SourceError("a value has no kind that this version knows", path=path)


def _decode_dict(
    value: source_pb2.ValueDict, decode_estimator: Callable[..., Any], path: str, depth: int
) -> dict[Any, Any]:
    out: dict[Any, Any] = {}
    for entry in value.entries:
        key = decode(entry.key, decode_estimator, path, depth + 1)
        if not isinstance(key, str | int | float | bool | np.generic):
            raise SourceError(f"a key is a {type(key).__name__}; expected a string or a number", path=path)
        if key in out:
            raise SourceError(f"the key {key!r} is there twice", path=path)
        out[key] = decode(entry.value, decode_estimator, path, depth + 1)
    return out


def _decode_array(message: source_pb2.NdArray, path: str) -> np.ndarray[Any, Any]:
    name, shape, strides = message.dtype, tuple(message.shape), tuple(message.strides)
    if name == "float64":
        flat: np.ndarray[Any, Any] = wire.doubles(message.doubles)
    elif name == "float32":
        flat = np.asarray(message.floats, dtype=np.float32)
    elif name in INT_DTYPES:
        flat = decode_ints(message.ints, name, path)
    elif name == "bool":
        flat = np.array(message.bools, dtype=bool)
    elif name == "object" and len(message.items):
        flat = _decode_items(message.items, path)
    else:
        flat = decode_strings(list(message.strings), name, path)
    if len(shape) > 8 or any(n < 0 for n in shape) or prod(shape) != flat.size:
        raise SourceError(f"shape is {shape}; expected one of {flat.size} values of type {name}", path=path)
    layout.check_strides(shape, strides, path)
    return layout.place(flat, shape, strides)


def _decode_items(items: Any, path: str) -> np.ndarray[Any, Any]:
    """Give scalars as an array of objects, shape (n_items,)."""
    out = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        if item.WhichOneof("kind") in ("array", "list", "tuple", "dict", "estimator"):
            raise SourceError(f"value {i} of an array is a {item.WhichOneof('kind')}; expected a scalar", path=path)
        out[i] = decode(item, _no_estimator, path)
    return out


def _no_estimator(spec: source_pb2.EstimatorSpec, path: str) -> Any:
    raise SourceError(f"an estimator {spec.class_name!r} in an array", path=path)


def decode_ints(values: Any, dtype: str, path: str) -> np.ndarray[Any, Any]:
    """Give ints the numpy dtype of this name, refusing those that it cannot hold."""
    wide = np.array(values, dtype=np.int64)
    info = np.iinfo(dtype)
    if wide.size and (int(wide.min()) < info.min or int(wide.max()) > info.max):
        raise SourceError(f"a value does not fit into {dtype}", path=path)
    return wide.astype(dtype)


def decode_strings(values: list[str], dtype: str, path: str) -> np.ndarray[Any, Any]:
    """Give strings the numpy dtype of this name: ``object``, or ``<U`` and a width that holds them all."""
    if dtype == "object":
        out = np.empty(len(values), dtype=object)
        out[:] = values
        return out
    longest = max((len(value) for value in values), default=0)
    width = dtype[2:] if dtype[:2] in ("<U", ">U") else ""
    # The width bounds what numpy allocates: it may not be far over what the file holds.
    if not width.isascii() or not width.isdigit() or not longest <= int(width) <= longest + 4096:
        raise SourceError(f"dtype is {dtype!r}; expected 'object' or '<U{longest}'", path=path)
    return np.array(values, dtype=dtype)
