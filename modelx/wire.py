"""Packed numbers between numpy arrays and protobuf messages, without a Python object for each.

A packed ``repeated double`` is on the wire the little-endian doubles, one after the other, behind a tag and a length.
protobuf fills such a field from a Python iterable at 110 ns a value; parsing the wire form takes 0.5 ns a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from numpy.typing import ArrayLike, NDArray

_LENGTH_DELIMITED = 2
_SMALL = 16
_DTYPES = {"double": "<f8", "float": "<f4"}


def varint(value: int) -> bytes:
    """Encode a non-negative int as a protobuf varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fill(message: Message, field: str, values: ArrayLike, *, kind: str = "double") -> None:
    """Append an array, in C order of its indices, to a packed repeated field.

    Parameters
    ----------
    message : Message
        The message that has the field.
    field : str
        The field's name.
    values : array_like
        Numbers of any shape and memory order.
    kind : {"double", "float"}
        The field's type.
    """
    array = np.ascontiguousarray(values, dtype=_DTYPES[kind]).reshape(-1)
    if array.size == 0:
        return
    if array.size <= _SMALL:
        getattr(message, field).extend(array.tolist())
        return
    number = message.DESCRIPTOR.fields_by_name[field].number
    tag = varint(number << 3 | _LENGTH_DELIMITED)
    message.MergeFromString(b"".join([tag, varint(array.nbytes), array.data]))


def doubles(values: Any) -> NDArray[np.float64]:
    """Give a packed ``repeated double`` field as a new C-ordered float64 array of shape (n,)."""
    return np.asarray(values, dtype=np.float64)
