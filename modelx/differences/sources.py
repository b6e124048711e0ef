"""Comparing where two models come from: class, library, hyper-parameters, fitted attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.differences import numbers
from modelx.differences.records import Change
from modelx.plain import numbers_of, plain, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from google.protobuf.message import Message

    from modelx.differences.records import Difference, Largest
    from modelx.v1 import source_pb2

_ABSENT = object()


def compare_sources(a: source_pb2.Source, b: source_pb2.Source, path: str, out: Difference) -> None:
    """Add what differs in two sources, and in those that they delegate to."""
    for name in ("library", "library_version", "class_name"):
        out.computation.extend(compare_values(f"{path}.{name}", getattr(a, name) or None, getattr(b, name) or None))
    out.hyper_parameters.extend(_compare_maps(a.params, b.params, f"{path}.params", value_of))
    out.attributes.extend(_compare_maps(a.attributes, b.attributes, f"{path}.attributes", value_of))
    out.attributes.extend(_compare_maps(a.layouts, b.layouts, f"{path}.layouts", _layout))
    if a.HasField("delegate") or b.HasField("delegate"):
        compare_sources(a.delegate, b.delegate, f"{path}.delegate", out)


def compare_values(path: str, before: Any, after: Any) -> list[Change]:
    """Compare two plain values, None being absent."""
    if before == after:
        return []
    how = "added" if before is None else "removed" if after is None else "changed"
    return [Change(path, how, before, after)]  # type: ignore[arg-type]  # one of the three words


def compare_mappings(a: Mapping[str, Any], b: Mapping[str, Any], path: str) -> list[Change]:
    """Compare plain values by key."""
    out = []
    for key in sorted({*a, *b}):
        place = f"{path}[{key}]"
        before, after = plain(a.get(key, _ABSENT)), plain(b.get(key, _ABSENT))
        if before is _ABSENT:
            out.append(Change(place, "added", None, after))
        elif after is _ABSENT:
            out.append(Change(place, "removed", before, None))
        elif before != after:
            out.append(Change(place, "changed", before, after))
    return out


def _compare_maps(a: Mapping[str, Any], b: Mapping[str, Any], path: str, shown: Callable[[Any], Any]) -> list[Change]:
    """Compare messages by key, by their bytes: NaN equals NaN."""
    out = []
    for key in sorted({*a, *b}):
        place = f"{path}[{key}]"
        if key not in a:
            out.append(Change(place, "added", None, shown(b[key])))
        elif key not in b:
            out.append(Change(place, "removed", shown(a[key]), None))
        elif _bytes(a[key]) != _bytes(b[key]):
            out.append(Change(place, "changed", shown(a[key]), shown(b[key]), _largest(a[key], b[key])))
    return out


def _bytes(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)


def _layout(layout: source_pb2.ArrayLayout) -> dict[str, Any]:
    return {"dtype": layout.dtype or "float64", "shape": list(layout.shape), "strides": list(layout.strides)}


def _largest(a: Message, b: Message) -> Largest | None:
    """Give the largest change in two arrays of numbers of one shape."""
    arrays = [getattr(value, "array", None) for value in (a, b)]
    if any(array is None or array.strings for array in arrays):
        return None
    before, after = (np.asarray(numbers_of(array), dtype=np.float64) for array in arrays if array is not None)
    if before.shape != after.shape or not before.size or not numbers.changed(before, after).any():
        return None
    return numbers.largest(before, after, lambda _: "")[0]
