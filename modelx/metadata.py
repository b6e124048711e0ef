"""What the owner notes about a model, as a caller gives it."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelx.v1 import model_pb2

_MAX_TIMESTAMP = 253402300799  # The end of the year 9999, the last that RFC 3339 can write.
_MAX_SAMPLES = 2**31 - 1
# protobuf reads messages 100 deep, and each level of a property takes three of them.
_MAX_DEPTH = 16


def write(out: model_pb2.Metadata, metadata: Mapping[str, Any] | None, metrics: Mapping[str, float] | None) -> None:
    """Write metadata, of which ``training_samples`` and ``created_timestamp`` have fields of their own.

    Raises
    ------
    TypeError
        For what is neither string, number, bool, None, nor a list or a mapping of these.
    ValueError
        For a number out of range, NaN among the properties, or nesting over 16 deep.
    """
    properties = dict(metadata or {})
    created = properties.pop("created_timestamp", None)
    samples = int(properties.pop("training_samples", 0))
    out.created_timestamp = int(time.time()) if created is None else int(created)
    if not 0 <= out.created_timestamp <= _MAX_TIMESTAMP:
        raise ValueError(f"created_timestamp is {created}; expected seconds since 1970-01-01T00:00:00Z")
    if not 0 <= samples <= _MAX_SAMPLES:
        raise ValueError(f"training_samples is {samples}; expected 0 to {_MAX_SAMPLES}")
    out.training_samples = samples
    for key, value in (metrics or {}).items():
        out.metrics[str(key)] = float(value)
    if properties:
        out.properties.update(_plain(properties, "metadata", 1))


def _plain(value: Any, place: str, depth: int) -> Any:
    """Give a value with lists and dicts only, refusing what a file cannot carry."""
    if depth > _MAX_DEPTH:
        raise ValueError(f"{place} nests over {_MAX_DEPTH} deep")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{place}.{key}", depth + 1) for key, item in value.items()}
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
    return number
