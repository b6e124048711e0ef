"""Rows of categories where errors would hide: known, infrequent and unknown ones, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.estimators import encoded_features
from modelx.estimators.base import Error
from modelx.estimators.encoded_features import Feature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# An empty string, a combining accent, one code point beyond 16 bits, and a NUL.
_STRINGS = ("", "unseen", "e\u0301", "\U0001f600", "a\0")
_NUMBERS = (0.5, -1e300, 5e-324, 12345.0)


def rows(features: Sequence[Feature], rng: np.random.Generator, n: int, *, unknown: bool) -> NDArray[Any]:
    """Make rows of every kind of value; `unknown` says whether the encoder takes unknown ones.

    They are float64 where all features are numbers, else objects.
    """
    columns = [_telling(feature, rng, unknown=unknown) for feature in features]
    plain = all(encoded_features.is_number(feature) for feature in features)
    out = np.empty((max(n, 1), len(features)), dtype=np.float64 if plain else object)
    for j, column in enumerate(columns):
        # Each feature begins one further on, so that unknown values meet known ones.
        out[:, j] = [column[(i + j) % len(column)] for i in range(len(out))]
    return out


def _telling(feature: Feature, rng: np.random.Generator, *, unknown: bool) -> list[Any]:
    known = encoded_features.in_order(feature)
    number = encoded_features.is_number(feature)
    known = [float(value) for value in known] if number else known
    first = [known[k] for k in (0, *list(feature.infrequent)[:2], len(known) - 1)]
    odd = [value for value in known if value is None or value == "" or encoded_features.is_nan(value)]
    if number:
        odd += [-value for value in known if value == 0.0]
    others = (_unknown_numbers(known) if number else _unknown_strings(known)) if unknown else []
    rest = [known[k] for k in rng.permutation(len(known))]
    return [*_distinct([*first[:1], *odd, *others[:2], *first[1:], *others[2:]]), *rest]


def _unknown_strings(known: list[Any]) -> list[Any]:
    longest = max((value for value in known if isinstance(value, str)), key=len, default="x")
    out: list[Any] = [*_STRINGS, longest + " ", None, np.nan]
    return [value for value in out if not _is_known(value, known)]


def _unknown_numbers(known: list[float]) -> list[float]:
    near = next((value for value in known if value == value), 0.0)  # noqa: PLR0124 - not NaN
    out = [float(np.nextafter(near, np.inf)), np.nan, float(np.nextafter(near, -np.inf)), *_NUMBERS]
    return [value for value in out if not _is_known(value, known)]


def _is_known(value: Any, known: list[Any]) -> bool:
    return value in known or (encoded_features.is_nan(value) and any(map(encoded_features.is_nan, known)))


def _distinct(found: list[Any]) -> list[Any]:
    """Give values once each, but 0.0 and -0.0 both."""
    out: dict[str, Any] = {}
    for value in found:
        out.setdefault(repr(value), value)
    return list(out.values())


def decided(features: Sequence[Feature], x: NDArray[Any], err: Error) -> NDArray[np.bool_]:
    """Say in which rows, shape (n_rows,), each number is the same category, or none, whatever is off."""
    out = np.ones(len(x), dtype=bool)
    if err is None:
        return out
    for j, feature in enumerate(features):
        if not encoded_features.is_number(feature):
            continue
        known = np.array([float(value) for value in encoded_features.in_order(feature)])
        near = np.abs(x[:, j].astype(np.float64)[:, None] - known) <= err[:, [j]]
        out &= (err[:, j] == 0.0) | ~near.any(axis=1)
    return out
