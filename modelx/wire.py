"""Packed numbers between numpy arrays and protobuf messages, without a Python object for each.

A packed ``repeated double`` is on the wire the little-endian doubles, one after the other, behind a tag and a length.
protobuf fills such a field from a Python iterable at 110 ns a value; parsing the wire form takes 0.5 ns a value.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def tag_of(message: Message, field: str) -> bytes:
    """Give the tag of a length-delimited field."""
    number: int = message.DESCRIPTOR.fields_by_name[field].number
    return varint(number << 3 | _LENGTH_DELIMITED)


def fill(message: Message, field: str, values: ArrayLike, *, kind: str = "double", detach: bool = False) -> None:
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
    detach : bool
        Within `sharing`, keep an array of over 1 MiB beside the message. Only for fields that are read with `doubles`
        and counted with `count`, of messages that are not copied before the end of `sharing`.
    """
    array = np.ascontiguousarray(values, dtype=_DTYPES[kind]).reshape(-1)
    if array.size == 0:
        return
    if array.size <= _SMALL:
        getattr(message, field).extend(array.tolist())
        return
    shared = _SHARED.get()
    if shared is None or not detach or array.nbytes < DETACHED_BYTES:
        _merge(message, field, array)
    else:
        shared.arrays[id(getattr(message, field))] = (getattr(message, field), array)
        shared.detached.append((message, field, array))


def _merge(message: Message, field: str, array: NDArray[Any]) -> None:
    """Append a little-endian array to a packed field by parsing its wire form."""
    message.MergeFromString(b"".join([tag_of(message, field), varint(array.nbytes), array.data]))


# Below, an array is copied faster than it is looked up.
_LARGE = 1 << 16
# From here on, it is the memory for copies that takes the time.
DETACHED_BYTES = 1 << 20


@dataclass(slots=True)
class Shared:
    """The large arrays of the messages that are being converted."""

    # By the id of the field's container, which is kept with the array, so that its id stays its own.
    arrays: dict[int, tuple[Any, NDArray[np.float64]]] = field(default_factory=dict)
    # What is not in its message yet.
    detached: list[tuple[Message, str, NDArray[np.float64]]] = field(default_factory=list)

    def attach(self) -> None:
        """Put every detached array into its message."""
        attach(self.detached)
        self.detached.clear()


def attach(detached: list[tuple[Message, str, NDArray[np.float64]]]) -> None:
    """Put detached arrays into their messages."""
    for message, name, array in detached:
        _merge(message, name, array)


_SHARED: ContextVar[Shared | None] = ContextVar("_SHARED", default=None)


@contextmanager
def sharing() -> Iterator[Shared]:
    """Within, take each large field out of its message once, or leave it outside: no message changes while it converts.

    protobuf copies a field each time that it is read, which for millions of values takes longer than to compute with,
    and twice as much memory each time. The caller says what becomes of the detached arrays.
    """
    shared = Shared()
    token = _SHARED.set(shared)
    try:
        yield shared
    finally:
        _SHARED.reset(token)


def keep(container: Any, array: NDArray[np.float64]) -> None:
    """Let `doubles` give this array for an empty field, until the end of `sharing`."""
    shared = _SHARED.get()
    if shared is None:
        raise RuntimeError("wire.keep outside of wire.sharing")
    shared.arrays[id(container)] = (container, array)


def is_sharing() -> bool:
    """Whether arrays may be kept beside their messages."""
    return _SHARED.get() is not None


def detached_bytes() -> int:
    """Give the bytes of the arrays that are not in their messages."""
    shared = _SHARED.get()
    return 0 if shared is None else sum(array.nbytes for _, _, array in shared.detached)


def count(values: Any) -> int:
    """Give the number of values of a repeated field, wherever they are kept."""
    shared = _SHARED.get()
    if shared is not None and id(values) in shared.arrays:
        return shared.arrays[id(values)][1].size
    return len(values)


def doubles(values: Any) -> NDArray[np.float64]:
    """Give a packed ``repeated double`` field as a C-ordered float64 array of shape (n,).

    It is a new array, or within `sharing` one that other readers of the field have too.
    """
    shared = _SHARED.get()
    if shared is None or count(values) < _LARGE:
        return np.asarray(values, dtype=np.float64)
    if id(values) not in shared.arrays:
        shared.arrays[id(values)] = (values, np.asarray(values, dtype=np.float64))
    return shared.arrays[id(values)][1]
