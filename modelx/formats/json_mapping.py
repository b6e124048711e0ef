"""protobuf's JSON mapping, with original field names.

protobuf's own ``json_format`` takes what other languages refuse (``true`` and ``"1_0"`` as doubles, a field under two
spellings, ``"1e999"`` as an infinity), reports no place, and is slow for long lists of doubles. Reading is therefore
done here; it takes what Go's protojson takes.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor

from modelx import wire
from modelx.errors import MalformedError
from modelx.plain import WORDS

if TYPE_CHECKING:
    from google.protobuf.message import Message

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_FLOATS = (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT)
_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64),
}
_STRUCT = "google.protobuf.Struct"
# Below, each whole float64 is one int.
_EXACT = 2.0**53


def to_json(message: Message) -> dict[str, Any]:
    """Give a message as what ``json.dumps`` takes; fields by number, keys of maps sorted.

    Raises
    ------
    MalformedError
        For NaN or an infinity in a ``google.protobuf.Struct``, for which JSON has no form.
    """
    try:
        out: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    except (json_format.SerializeToJsonError, ValueError) as error:
        raise MalformedError(f"JSON cannot hold this ({error}); remove it, or write the model as .pb") from error
    if message.DESCRIPTOR.full_name == _STRUCT:
        return {key: _sorted(out[key]) for key in sorted(out)}
    _sort_maps(out, message.DESCRIPTOR)
    return out


def _sort_maps(value: dict[str, Any], descriptor: Any) -> None:
    for name, inner in value.items():
        field = descriptor.fields_by_name[name]
        kind = field.message_type
        if kind is None:
            continue
        if kind.full_name == _STRUCT:
            value[name] = _sorted(inner)
        elif kind.GetOptions().map_entry:
            value[name] = dict(sorted(inner.items()))
            of_values = kind.fields_by_name["value"].message_type
            if of_values is not None:
                for item in inner.values():
                    _sort_maps(item, of_values)
        else:
            for item in inner if field.is_repeated else [inner]:
                _sort_maps(item, kind)


def _sorted(value: Any) -> Any:
    """Sort the keys of all objects in a Struct's value, and write whole numbers as such: 10, not 10.0."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    whole = isinstance(value, float) and value.is_integer() and 0 < abs(value) < _EXACT
    return int(value) if whole else value


def read(value: Any, message: Message, path: str, *, ignore_unknown: bool = False) -> None:
    """Fill an empty message from a parsed JSON object.

    Parameters
    ----------
    value : object
        As ``json.loads`` gives it, its finite numbers being float64 or int.
    message : Message
    path : str
        The place, for errors.
    ignore_unknown : bool
        Pass over fields and words for enum values that this version does not know.

    Raises
    ------
    MalformedError
    """
    descriptor = message.DESCRIPTOR
    if descriptor.full_name == _STRUCT:
        _read_struct(value, message, path)
        return
    if not isinstance(value, dict):
        _refuse(value, "an object", path)
    names = {field.json_name: field for field in descriptor.fields} | dict(descriptor.fields_by_name)
    seen: set[str] = set()
    for key, inner in value.items():
        field = names.get(key)
        if field is None:
            if not ignore_unknown:
                raise MalformedError(
                    f"the field {key!r} is none that {descriptor.full_name} has; it is misspelled, or the file needs "
                    "a newer modelx",
                    path=path,
                )
            continue
        if inner is None:
            continue
        place = f"{path}.{field.name}"
        oneof = field.containing_oneof
        for name in {field.name, oneof.name if oneof else field.name}:
            if name in seen:
                raise MalformedError(f"{name!r} is given twice, in two spellings or by two arms", path=place)
            seen.add(name)
        _read_field(inner, message, field, place, ignore_unknown=ignore_unknown)


def _read_field(value: Any, message: Any, field: Any, path: str, *, ignore_unknown: bool) -> None:
    kind = field.message_type
    if kind is not None and kind.GetOptions().map_entry:
        _read_map(value, message, field, path, ignore_unknown=ignore_unknown)
    elif field.is_repeated:
        if not isinstance(value, list):
            _refuse(value, "a list", path)
        if kind is not None:
            for i, item in enumerate(value):
                read(item, getattr(message, field.name).add(), f"{path}[{i}]", ignore_unknown=ignore_unknown)
        elif field.cpp_type in _FLOATS:
            _read_floats(value, message, field, path)
        else:
            items = [_scalar(v, field, f"{path}[{i}]", ignore_unknown=ignore_unknown) for i, v in enumerate(value)]
            getattr(message, field.name).extend(item for item in items if item is not None)
    elif kind is not None:
        inner = getattr(message, field.name)
        inner.SetInParent()
        read(value, inner, path, ignore_unknown=ignore_unknown)
    else:
        scalar = _scalar(value, field, path, ignore_unknown=ignore_unknown)
        if scalar is not None:
            setattr(message, field.name, scalar)


def _read_map(value: Any, message: Any, field: Any, path: str, *, ignore_unknown: bool) -> None:
    if not isinstance(value, dict):
        _refuse(value, "an object", path)
    out, of_values = getattr(message, field.name), field.message_type.fields_by_name["value"]
    for key, item in value.items():
        place = f"{path}[{key!r}]"
        if of_values.message_type is not None:
            out[key].SetInParent()
            read(item, out[key], place, ignore_unknown=ignore_unknown)
        else:
            out[key] = _scalar(item, of_values, place, ignore_unknown=False)


def _read_floats(value: list[Any], message: Message, field: Any, path: str) -> None:
    if not set(map(type, value)) <= {float, int}:
        value = [_number(item, f"{path}[{i}]") for i, item in enumerate(value)]
    array = np.array(value, dtype=np.float64)
    if field.cpp_type == FieldDescriptor.CPPTYPE_DOUBLE:
        wire.fill(message, field.name, array)
        return
    with np.errstate(over="ignore"):
        narrow = array.astype(np.float32)
    if (np.isinf(narrow) & np.isfinite(array)).any():
        raise MalformedError("a number is over float32's range", path=path)
    wire.fill(message, field.name, narrow, kind="float")


def _scalar(value: Any, field: Any, path: str, *, ignore_unknown: bool) -> Any:
    """Give a value of the field's type; None for a word of an enum that is passed over."""
    kind = field.cpp_type
    if kind in _FLOATS:
        return _number(value, path)
    if kind in _RANGES:
        return _integer(value, *_RANGES[kind], path)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return value if isinstance(value, bool) else _refuse(value, "true or false", path)
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        if not isinstance(value, str):
            return _integer(value, *_RANGES[FieldDescriptor.CPPTYPE_INT32], path)
        known = field.enum_type.values_by_name.get(value)
        if known is None and not ignore_unknown:
            _refuse(value, f"one of {', '.join(field.enum_type.values_by_name)}", path)
        return None if known is None else known.number
    if not isinstance(value, str):
        _refuse(value, "a string", path)
    return _bytes(value, path) if field.type == FieldDescriptor.TYPE_BYTES else value


def _number(value: Any, path: str) -> float:
    if isinstance(value, str):
        if value in WORDS:
            return WORDS[value]
        number = float(value) if _NUMBER.fullmatch(value) else math.inf
        return number if math.isfinite(number) else _refuse(value, "a number", path)
    if isinstance(value, bool) or not isinstance(value, float | int):
        _refuse(value, "a number", path)
    return float(value)


def _integer(value: Any, low: int, high: int, path: str) -> int:
    if isinstance(value, str) and len(value) < 64 and _NUMBER.fullmatch(value):
        value = int(value) if value.lstrip("-").isdigit() else float(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value < high:
        _refuse(value, f"an integer from {low} to {high - 1}", path)
    return int(value)


def _bytes(value: str, path: str) -> bytes:
    standard = value.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        _refuse(value, "base64", path)


def _read_struct(value: Any, message: Message, path: str) -> None:
    if not isinstance(value, dict):
        _refuse(value, "an object", path)
    try:
        json_format.ParseDict(value, message, max_recursion_depth=1 << 20)
    except (json_format.ParseError, OverflowError, TypeError, ValueError) as error:
        raise MalformedError(f"no google.protobuf.Struct: {error}", path=path) from error


def _refuse(value: Any, expected: str, path: str) -> NoReturn:
    shown = repr(value)
    raise MalformedError(f"found {shown[:40]}{'...' if len(shown) > 40 else ''}; expected {expected}", path=path)
