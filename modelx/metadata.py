"""What the owner notes about a model, as a caller gives it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelx.v1 import model_pb2

_MAX_TIMESTAMP = 253402300799  # The end of the year 9999, the last that RFC 3339 can write.
_MAX_SAMPLES = 2**31 - 1
# protobuf reads messages 100 deep, and each level of a property takes three of them.
_MAX_DEPTH = 16


def text(name: str, value: Any) -> str:
    """Give a value that is to be text.

    Raises
    ------
    TypeError, ValueError
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} is a {type(value).__name__}, {value!r}; expected a str")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{name} is {value!a}, which is no Unicode text ({error.reason})") from error
    return value


def write(out: model_pb2.Metadata, metadata: Mapping[str, Any] | None, metrics: Mapping[str, float] | None) -> None:
    """Write metadata, of which ``training_samples`` and ``created_timestamp`` have fields of their own.

    Raises
    ------
    TypeError
        For what is neither string, number, bool, None, nor a list or a mapping of these.
    ValueError
        For a number out of range, NaN among the properties, or nesting over 16 deep.
    """
    for name, given in (("metadata", metadata), ("metrics", metrics)):
        if given is not None and not isinstance(given, Mapping):
            raise TypeError(f"{name} is a {type(given).__name__}; expected a mapping")
    properties = dict(metadata or {})
    if "metrics" in properties:
        raise ValueError(
            "metadata has the key 'metrics', which files keep for metrics=...; give it there, or rename it"
        )
    created = properties.pop("created_timestamp", None)
    created = time.time() if created is None else created
    out.created_timestamp = _count("created_timestamp", created, "seconds since 1970-01-01T00:00:00Z", _MAX_TIMESTAMP)
    out.training_samples = _count("training_samples", properties.pop("training_samples", 0), "a number", _MAX_SAMPLES)
    for key, value in (metrics or {}).items():
        try:
            out.metrics[text("a metric's name", key)] = float(value)
        except (OverflowError, TypeError, ValueError) as error:
            raise type(error)(f"metrics[{key!r}] is {value!r}; expected a name and a float64: {error}") from error
    if properties:
        out.properties.update(_plain(properties, "metadata", 1))


def _count(name: str, value: Any, what: str, highest: int) -> int:
    try:
        number = int(value)
    except (OverflowError, TypeError, ValueError):
        number = -1
    if not 0 <= number <= highest:
        raise ValueError(f"{name} is {value!r}; expected {what} from 0 to {highest}")
    return number


def _plain(value: Any, place: str, depth: int) -> Any:
    """Give a value with lists and dicts only, refusing what a file cannot carry."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"{place} nests over {_MAX_DEPTH} deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(place, value)
    if isinstance(value, Mapping):
        return {
            text(f"a key of {place}", key): _plain(item, f"{place}.{key}", depth + 1) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item, f"{place}[{i}]", depth + 1) for i, item in enumerate(value)]
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(
            f"{place} is a {type(value).__name__}; "
            "metadata can hold strings, numbers, bools, None, lists and mappings of these"
        ) from None
    if not math.isfinite(number):
        raise ValueError(f"{place} is {number}; only metrics can be NaN or infinite")
    if isinstance(value, Integral) and int(number) != int(value):
        raise ValueError(f"{place} is {value}, which no float64 holds; give it as text")
    return number
