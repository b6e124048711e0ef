"""Transformers side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

from cases.case import Cases, Fitted
from cases.data import diabetes, iris, some, wine

CASES = Cases("column_transformer")
CITIES = ["Köln", "", "東京", "a\u0301", "\U0001f600", None, np.nan, "Rio"]


def people(n: int = 60) -> tuple[pd.DataFrame, np.ndarray]:
    """Make a table as people have it: numbers with gaps, strings of several kinds, ints and bools."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.integers(18, 90, n).astype(float)),
            "city": pd.Series([CITIES[i] for i in rng.integers(0, len(CITIES), n)], dtype=object),
            "visits": rng.integers(0, 9, n),
            "member": rng.random(n) < 0.5,
            "ignored": pd.Series(["x"] * n, dtype=object),
        }
    )
    return frame, (rng.random(n) < 0.5).astype(int)


@CASES.add
def numbers_by_position() -> Fitted:
    """Three ways to select, a weight, and a remainder that passes: the order of the outputs is that of the members."""
    x, _ = iris()
    parts = [("a", StandardScaler(), [2, 0]), ("b", MinMaxScaler(), slice(1, 2)), ("c", "drop", [])]
    model = ColumnTransformer(parts, remainder="passthrough", transformer_weights={"a": 0.3})
    return Fitted(model.fit(x), some(x))


@CASES.add
def one_column_for_two() -> Fitted:
    """A feature that two members take, by a mask, and some that nobody does."""
    x, _ = wine()
    mask = np.arange(x.shape[1]) % 4 == 1
    parts = [("a", RobustScaler(), mask), ("b", MaxAbsScaler(), [1, 5, 0]), ("c", StandardScaler(), [1])]
    return Fitted(ColumnTransformer(parts).fit(x), some(x))


@CASES.add
def mixed_columns() -> Fitted:
    """What people train: strings and numbers of a frame, some missing, chosen by a function, and a column unread."""
    x, y = people()
    numbers = make_pipeline(StandardScaler(), MinMaxScaler())
    parts = [
        ("numbers", numbers, ["visits", "member"]),
        ("words", OneHotEncoder(handle_unknown="ignore"), make_column_selector(pattern="city")),
    ]
    model = make_pipeline(ColumnTransformer(parts), LogisticRegression()).fit(x, y)
    return Fitted(model[0], x[:20].to_numpy(dtype=object))


@CASES.add
def union_with_weights() -> Fitted:
    """All columns for each member, a member that is not exact, and one that is dropped."""
    x, y = diabetes()
    parts = [("scale", StandardScaler()), ("near", KMeans(3, n_init=1, random_state=0)), ("no", "drop")]
    union = FeatureUnion(parts, transformer_weights={"near": -2.5})
    model = make_pipeline(union, Ridge()).fit(x, y)
    return Fitted(model[0], some(x))


@CASES.add
def union_in_a_union() -> Fitted:
    """Members that are made of members, and pipelines among them."""
    x, _ = iris()
    inner = FeatureUnion([("a", MinMaxScaler()), ("b", make_pipeline(StandardScaler(), MaxAbsScaler()))])
    outer = ColumnTransformer([("inner", inner, [3, 1]), ("rest", "passthrough", [0])])
    return Fitted(outer.fit(x), some(x))


@CASES.add
def words_handed_on() -> Fitted:
    """Strings that come out as they went in, None and NaN too, beside what an encoder makes of them."""
    x, _ = people()
    parts = [
        ("words", OneHotEncoder(sparse_output=False, handle_unknown="ignore", max_categories=3), ["city"]),
        ("same", "passthrough", ["city", "age"]),
    ]
    return Fitted(ColumnTransformer(parts).fit(x), x[:20].to_numpy(dtype=object))
