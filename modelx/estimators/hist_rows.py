"""Rows for histogram gradient boosting: where errors would hide, and how far rows are from there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import wire
from modelx.estimators import hist_categories, hist_trees, string_columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Features for which thresholds are looked up; the others of very wide models keep plain values.
_MOST = 4096


def thresholds_of(proto: Any) -> dict[int, NDArray[np.float64]]:
    """Give the distinct thresholds of each feature that has some, in ascending order."""
    features = np.asarray(proto.features, dtype=np.int64)
    by_category = hist_trees.is_categorical(features, hist_categories.mask(proto))
    asked = features[(features >= 0) & ~by_category]
    order = np.argsort(asked, kind="stable")
    asked, values = asked[order], wire.doubles(proto.thresholds)[order]
    found, starts = np.unique(asked, return_index=True)
    return {int(f): np.unique(part) for f, part in zip(found, np.split(values, starts)[1:], strict=True)}


def telling(proto: Any, rng: np.random.Generator, n: int) -> NDArray[Any]:
    """Make `n` rows of values at thresholds and one ulp beside, known and unknown categories, NaN and infinities."""
    n = max(n, 1)
    x = rng.standard_normal((n, proto.n_features))
    for feature, thresholds in list(thresholds_of(proto).items())[:_MOST]:
        x[:, feature] = _beside(rng.choice(thresholds, n), rng)
    for feature, known in hist_categories.by_feature(proto).items():
        unknown = [-1.0, 0.5, 1e300]
        if known.size:
            unknown += [known[-1] + 1.0, float(np.nextafter(known[0], np.inf))]
        pool = np.concatenate([np.repeat(known, 1 + 12 // max(len(known), 1)), unknown, [np.nan]])
        x[:, feature] = rng.choice(pool, n)
    out: NDArray[Any] = x
    for feature, texts in hist_categories.strings(proto).items():
        out = string_columns.fill(out, [feature], rng, texts)
    return out


def _beside(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Give thresholds, their neighbours, and now and then what is missing or endless."""
    with np.errstate(all="ignore"):
        choices = np.array(
            [
                values,
                np.nextafter(values, np.inf),
                np.nextafter(values, -np.inf),
                values + rng.standard_normal(len(values)),
                np.full(len(values), np.nan),
                rng.choice([-np.inf, np.inf, 0.0, -0.0], len(values)),
            ]
        )
    kind = rng.choice(len(choices), len(values), p=[0.3, 0.25, 0.15, 0.15, 0.1, 0.05])
    return np.asarray(choices[kind, np.arange(len(values))])


def away_from_thresholds(proto: Any, x: NDArray[Any], err: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which rows, shape (n_rows,), are farther from every threshold and category than they may be off."""
    out = np.ones(len(x), dtype=bool)
    for feature, places in [*thresholds_of(proto).items(), *hist_categories.by_feature(proto).items()]:
        if places.size:
            column = x[:, feature].astype(np.float64)
            after = np.searchsorted(places, column)
            # Exact columns have no error, and may be equal to what is asked.
            for near in (places[after.clip(max=places.size - 1)], places[(after - 1).clip(min=0)]):
                with np.errstate(all="ignore"):
                    out &= (err[:, feature] == 0.0) | ~(np.abs(column - near) <= err[:, feature])
    return out
