"""Small tables of categories of every kind, for the encoders' cases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

# Equal to nobody's eye but different strings: composed and combining; and one beyond 16 bits.
WORDS = ["Köln", "Ko\u0308ln", "", "東京", "\U0001f600", "Rio", "rio", "Rio ", "a\0b"]


def objects(*values: Any) -> pd.Series:
    """Give a column of objects as it is: pandas would make None of NaN, or NaN of None."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return pd.Series(out, dtype=object)


def table(n: int = 40) -> pd.DataFrame:
    """Make a data frame of strings with and without missing values, ints, floats with NaN and zeros, and bools."""
    rng = np.random.default_rng(11)
    # A few words are frequent, the others not.
    words = [WORDS[int(i)] for i in np.minimum(rng.geometric(0.35, n) - 1, len(WORDS) - 1)]
    gaps = [None if i % 9 == 0 else np.nan if i % 9 == 1 else word for i, word in enumerate(words)]
    return pd.DataFrame(
        {
            "word": objects(*words),
            "gap": objects(*gaps),
            "count": rng.integers(-2, 5, n),
            "share": np.where(np.arange(n) % 7 == 0, np.nan, rng.integers(0, 4, n) * 0.1),
            "flag": rng.random(n) < 0.3,
        }
    )


def odd(x: pd.DataFrame) -> pd.DataFrame:
    """Give rows of which each has one value that was not there in training, and rows of missing values alone."""
    rows = []
    for name, values in {
        "word": ["köln", "K", "\u0308", None, np.nan],
        "gap": ["rio ", "\U0001f601", "a\0"],
        "count": [7, 2**53],
        "share": [0.1 + 0.1 + 0.1, 0.30000000000000004, -0.0, 5e-324],
    }.items():
        for value in values:
            row = x.iloc[[len(rows) % len(x)]].astype(object)
            row.iloc[0, list(x.columns).index(name)] = value
            rows.append(row)
    return pd.concat(rows, ignore_index=True)


def plain(x: pd.DataFrame) -> list[list[Any]]:
    """Give the rows as lists."""
    return [list(row) for row in x.astype(object).to_numpy()]
