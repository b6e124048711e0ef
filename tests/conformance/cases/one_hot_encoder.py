"""Categories as columns of 0 and 1: every result is equal to scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from cases.case import Cases, Fitted
from cases.categories import odd, plain, table

CASES = Cases("one_hot_encoder")


def fitted(x: Any, rows: Any = (), **params: Any) -> Fitted:
    """Fit on the table, and ask about some of its rows and about others."""
    return Fitted(OneHotEncoder(**params).fit(x), [*plain(x.head(8)), *plain(odd(x)), *rows])


@CASES.add
def mixed_columns() -> Fitted:
    """The default: strings, ints, floats and bools of a frame; None and NaN are categories if training had them."""
    return fitted(table())


@CASES.add
def unknown_are_zeros() -> Fitted:
    """An unknown value gives no 1, and comes back as None; code points decide, not what they look like."""
    return fitted(table(), handle_unknown="ignore", sparse_output=False)


@CASES.add
def first_dropped() -> Fitted:
    """Without the first category of each feature, an unknown value looks like that one, and comes back as it."""
    return fitted(table(), drop="first", handle_unknown="ignore")


@CASES.add
def dropped_if_binary() -> Fitted:
    """Only the bool has two categories, of which one column remains."""
    return fitted(table(), drop="if_binary")


@CASES.add
def some_dropped() -> Fitted:
    """A category of each feature by its value: NaN and a combining accent among them."""
    return fitted(table(), drop=["Ko\u0308ln", "Rio", 0, np.nan, True], dtype=np.float32)


@CASES.add
def infrequent_strings() -> Fitted:
    """Rare strings share the last column, which unknown ones have too, and come back as scikit-learn's own string."""
    x = table()[["word", "gap"]]
    model = OneHotEncoder(min_frequency=6, handle_unknown="infrequent_if_exist").fit(x)
    return Fitted(model, [*plain(x), ["no", "where"], [None, np.nan], ["", ""]])


@CASES.add
def infrequent_numbers() -> Fitted:
    """Rare numbers share a column; with a string in their place, no column of numbers could bring them back."""
    return fitted(table(), max_categories=3, handle_unknown="ignore")


@CASES.add
def infrequent_and_dropped() -> Fitted:
    """On the way back from zeros, the dropped group's number is taken for a category's, as scikit-learn does."""
    x = table()[["word", "gap"]]
    model = OneHotEncoder(max_categories=4, drop="first", handle_unknown="ignore").fit(x)
    return Fitted(model, [*plain(x), ["no", "where"], [None, np.nan]])


@CASES.add
def all_infrequent() -> Fitted:
    """One column for every category: all are infrequent; the second feature, dropped, has no column at all."""
    x = table()[["word"]].assign(same="x")
    model = OneHotEncoder(max_categories=1, drop=None, handle_unknown="infrequent_if_exist").fit(x)
    return Fitted(model, [["Rio", "x"], ["", "x"], ["new", "y"], [None, None]])


@CASES.add
def a_feature_without_columns() -> Fitted:
    """A feature with one category, which is dropped, has no column, and comes back from nothing."""
    x = table()[["word"]].assign(same="x", three=3.0)
    model = OneHotEncoder(drop="first", handle_unknown="ignore").fit(x)
    return Fitted(model, [["Rio", "x", 3.0], ["", "y", 3.0], ["Ko\u0308ln", "x", 4.0], [None, None, np.nan]])


@CASES.add
def warns_of_unknown() -> Fitted:
    """What newer versions call a warning is in numbers what infrequent_if_exist is."""
    x = table()[["word", "gap"]]
    model = OneHotEncoder(min_frequency=0.2, handle_unknown="warn", drop="if_binary").fit(x)
    return Fitted(model, [*plain(x.head(12)), ["no", "where"], [None, np.nan], ["\u0308", "Rio "]])


@CASES.add
def an_array_of_objects() -> Fitted:
    """Ints, floats and bools among strings, in one array of objects, as Python's own values, without names."""
    x = np.array([["Male", 1, 2.5], ["Female", 3, 1], ["Female", 2, True], [None, 3, np.nan]], dtype=object)
    model = OneHotEncoder(handle_unknown="ignore").fit(x)
    return Fitted(model, [*x.tolist(), ["male", 1.0, 1.0], ["", 1.5, 0.0], [np.nan, np.nan, 2.5], ["Male", -0.0, 1]])


@CASES.add
def an_array_of_strings() -> Fitted:
    """Strings of numpy's own type; longer ones than any in training are unknown, not cut to fit."""
    x = np.array([["a", "xx"], ["b", "y"], ["", "xx"], ["\U0001f600", "z"]])
    model = OneHotEncoder(handle_unknown="ignore", drop=["b", "y"]).fit(x)
    return Fitted(model, [*x.tolist(), ["aa", "xxx"], ["A", "x"], ["b ", "y"], ["b", "y\0"]])


@CASES.add
def numbers_alone() -> Fitted:
    """Floats are compared bit by bit, but that -0.0 is 0.0: one ulp beside a category is unknown; NaN is a category."""
    x = np.array([[0.1, -0.0, 1e300], [0.3, 5e-324, -1e300], [np.nan, 1.0, np.nan], [-2.5, -1.0, 0.0]])
    model = OneHotEncoder(handle_unknown="ignore").fit(x)
    near = np.concatenate([np.nextafter(x, -np.inf), np.nextafter(x, np.inf), -x, x.astype(np.float32)])
    return Fitted(model, np.concatenate([x, near[np.isfinite(near).all(axis=1)]]))


@CASES.add
def floats_and_ints() -> Fitted:
    """Columns of a frame without strings, among them -0.0: rows are matrices of float64, and so is what comes back."""
    x = table()[["share", "count"]].replace({"share": {0.0: -0.0}})
    model = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(x)
    return Fitted(model, [*plain(x.head(8)), [0.3, 1], [0.30000000000000004, -0.0], [0.0, 7], [np.nan, 2**53]])


@CASES.add
def ints_alone() -> Fitted:
    """Ints up to 2^53 far apart, of which no table is made, and bools; a float that is none of them is unknown."""
    x = np.array([[-(2**53), 1], [2**53, 0], [0, 1], [10**9, 0]])
    model = OneHotEncoder(handle_unknown="ignore", dtype=np.int32).fit(x)
    return Fitted(model, np.concatenate([x, x + 0.5, [[2.0**53 - 1, 0.0], [-0.0, -0.0], [1e9, 1.0], [1e300, -1.0]]]))


@CASES.add
def single_precision() -> Fitted:
    """Categories of float32 are compared as doubles: the double 0.1 is none of them, the float32 0.1 is."""
    x = np.array([[0.1, 1.5], [0.7, np.nan], [-3.25, 2.0]], dtype=np.float32)
    model = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(x)
    return Fitted(model, np.concatenate([x.astype(np.float64), [[0.1, 1.5], [0.7, 2.0], [-3.25, np.nan]]]))


@CASES.add
def categories_given() -> Fitted:
    """Categories in the user's order, None in their midst, one that no training row has."""
    x = np.array([["b", 1.0], [None, 2.0], ["a", 1.0]], dtype=object)
    model = OneHotEncoder(categories=[["b", None, "never", "a"], [2.0, 1.0, 9.0]], handle_unknown="ignore").fit(x)
    return Fitted(model, [*x.tolist(), ["never", 9.0], [np.nan, np.nan], ["", 3.0], ["a", 2.0]])


@CASES.add
def only_missing() -> Fitted:
    """Features of which training had missing values alone: None, NaN among objects, and NaN among numbers."""
    x = table()[["flag"]].assign(none=None, nan=np.nan)
    x["none"] = x["none"].astype(object)
    x["both"] = [None, np.nan] * (len(x) // 2)
    x["both"] = x["both"].astype(object)
    model = OneHotEncoder(handle_unknown="ignore").fit(x)
    return Fitted(
        model, [[True, None, np.nan, None], [False, "x", 0.0, np.nan], [True, np.nan, 1.0, ""], [1, "", 1e9, "x"]]
    )
