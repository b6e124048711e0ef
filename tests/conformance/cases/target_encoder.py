"""Categories as what the target was for them: every result is equal to scikit-learn's."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import TargetEncoder

from cases.case import Cases, Fitted
from cases.categories import objects, odd, plain, table

CASES = Cases("target_encoder")
RNG_SEED = 3


def numbers(n: int) -> np.ndarray:
    """Make a target of numbers."""
    return np.random.default_rng(RNG_SEED).normal(size=n) * 1e3


@CASES.add
def numbers_of_mixed_columns() -> Fitted:
    """A target of numbers: unknown values, and missing ones that training lacked, get the mean of all."""
    x = table()
    model = TargetEncoder(random_state=0).fit(x, numbers(len(x)))
    return Fitted(model, [*plain(x.head(10)), *plain(odd(x))])


@CASES.add
def two_classes() -> Fitted:
    """A target of two classes, which are strings: the probability of the second."""
    x = table()
    model = TargetEncoder(smooth=2.0, random_state=0).fit(x, np.where(numbers(len(x)) > 0, "ja", "nein"))
    return Fitted(model, [*plain(x.head(10)), *plain(odd(x))])


@CASES.add
def several_classes() -> Fitted:
    """A column for each feature and class, the classes of one feature side by side; each class has its own mean."""
    x = table()[["word", "count", "share"]]
    model = TargetEncoder(random_state=0).fit(x, np.digitize(numbers(len(x)), [-600.0, 100.0, 700.0]))
    return Fitted(model, [*plain(x.head(10)), ["no", 99, 0.05], [None, np.nan, np.nan], ["", -0.0, 0.0]])


@CASES.add
def floats_and_ints() -> Fitted:
    """Columns of numbers alone, compared bit by bit, but that -0.0 is 0.0 and any NaN is NaN."""
    x = table()[["share", "count"]]
    model = TargetEncoder(smooth=0.0, random_state=0).fit(x, numbers(len(x)))
    return Fitted(model, [*plain(x.head(8)), [0.3, 1], [0.30000000000000004, -0.0], [0.0, 7], [np.nan, 2**53]])


@CASES.add
def an_array_of_objects() -> Fitted:
    """Strings, ints and None without names, and a category that only the user knows of."""
    x = np.array([["b", 1], ["", 2], ["b", 3], [None, 2]] * 3, dtype=object)
    model = TargetEncoder(categories=[["b", None, "never", ""], [1, 2, 3]], cv=2).fit(x, np.arange(12.0) ** 2 + 0.5)
    return Fitted(model, [*x[:4].tolist(), ["never", 1.0], ["B", 2.0], [np.nan, np.nan], ["\0", 2.5]])


@CASES.add
def extreme_targets() -> Fitted:
    """Encodings that are subnormal, huge and -0.0 come out as they are: they are looked up, not computed."""
    x = objects("a", "b", "c", "d", "e").to_frame("word")
    model = TargetEncoder().fit(x.loc[np.repeat(np.arange(5), 4)], np.repeat(np.arange(5.0), 4) + 0.5)
    model.encodings_ = [np.array([5e-324, -0.0, 1.7976931348623157e308, -1e-300, 0.1])]
    model.target_mean_ = np.float64(-5e-324)
    return Fitted(model, [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], [None]])
