"""Features of strings in families that fit anything: which they are, and rows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.estimators.base import DataType, check_count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from modelx.v1 import model_pb2

# Strings where errors would hide: an empty one, one that differs from another by its code points alone, odd planes.
_ODD = ("", "no such", "é", "e\u0301", "\U00010348", "None", "nan", "missing_value")


def check(proto: Any, path: str) -> None:
    """Check the field `strings` of a message.

    Raises
    ------
    ShapeError
    """
    if len(proto.strings):
        check_count(proto.strings, proto.n_features, f"{path}.strings", "n_features, or none")


def columns(proto: Any) -> list[int]:
    """Give the features of a message that are strings."""
    return [i for i, is_string in enumerate(proto.strings) if is_string]


def types(proto: Any) -> list[model_pb2.DataType] | None:
    """Give the type of each feature of a message; None where all are numbers."""
    if not any(proto.strings):
        return None
    strings, numbers = DataType.DATA_TYPE_STRING, DataType.DATA_TYPE_FLOAT64
    return [strings if is_string else numbers for is_string in proto.strings]


def note(proto: Any, features: Collection[int]) -> None:
    """Add features to those of a message that are strings."""
    found = set(columns(proto)) | set(features)
    if found:
        proto.strings[:] = [i in found for i in range(proto.n_features)]


def fill(
    x: NDArray[np.float64], features: Iterable[int], rng: np.random.Generator, known: Collection[Any] = ()
) -> NDArray[Any]:
    """Give rows as objects, with strings, None and NaN in some features; `known` are such that should be among them."""
    out = x.astype(object)
    pool = np.empty(len(_ODD) + 3 * len(known) + 2, dtype=object)
    pool[:] = [*_ODD, *known, *known, *known, None, np.nan]
    for feature in features:
        out[:, feature] = pool[rng.integers(len(pool), size=len(out))]
    return out
