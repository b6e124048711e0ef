"""Imputers that fill each column with one value."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer

from cases.case import Cases, Fitted
from cases.data import breast_cancer, iris, some, wine

CASES = Cases("simple_imputer")
_NAN = np.nan


def with_gaps(x: np.ndarray, every: int, value: float = _NAN) -> np.ndarray:
    """Give rows in which every so many values are missing, in all columns in turn."""
    out = np.array(x, dtype=float)
    out.reshape(-1)[::every] = value
    return out


@CASES.add
def means_and_indicator() -> Fitted:
    """Means, and columns that tell what was missing in the columns where something was."""
    x = np.array(iris()[0])
    x[::3, 0], x[1::4, 2] = _NAN, _NAN
    model = SimpleImputer(add_indicator=True).fit(x)
    return Fitted(model, np.concatenate([some(x, 6), [[_NAN, _NAN, _NAN, _NAN], [-0.0, 5e-324, -5e-324, 1e300]]]))


@CASES.add
def medians() -> Fitted:
    """Medians of even numbers of values, with names of columns."""
    x = with_gaps(wine()[0], 5)
    frame = pd.DataFrame(x, columns=[f"column {i}" for i in range(x.shape[1])])
    return Fitted(SimpleImputer(strategy="median").fit(frame), some(x, 6))


@CASES.add
def most_frequent_of_float32() -> Fitted:
    """Fitted on float32: what is filled are float32 values as float64."""
    x = with_gaps(breast_cancer()[0][:, :6], 7).astype(np.float32)
    return Fitted(SimpleImputer(strategy="most_frequent").fit(x), some(x, 6))


@CASES.add
def constant_of_float32() -> Fitted:
    """A constant that no float32 holds: a tenth is rounded to float32 where scikit-learn does so."""
    x = with_gaps(iris()[0], 3).astype(np.float32)
    return Fitted(SimpleImputer(strategy="constant", fill_value=0.1).fit(x), some(x, 6))


@CASES.add
def number_for_missing() -> Fitted:
    """0 counts as missing, and so does -0; the smallest subnormal number does not. NaN is refused."""
    x = with_gaps(iris()[0], 4, 0.0)
    rows = [[0.0, -0.0, 5e-324, -5e-324], [0.0, 0.0, 0.0, 0.0], [-0.0, 1.0, -0.0, 1.0]]
    return Fitted(SimpleImputer(missing_values=0, strategy="median").fit(x), np.concatenate([some(x, 4), rows]))


@CASES.add
def empty_columns_left_out() -> Fitted:
    """Columns that were empty are left out, first, in the middle and last, and the indicator tells of them."""
    x = with_gaps(iris()[0], 6)
    gone = np.full(len(x), _NAN)
    x = np.column_stack([gone, x[:, :2], gone, x[:, 2:], gone])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SimpleImputer(add_indicator=True).fit(x)
    return Fitted(model, np.concatenate([some(x, 4), [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]]]))


@CASES.add
def empty_columns_kept() -> Fitted:
    """An empty column is kept, filled with 0, and values in it pass."""
    x = np.column_stack([with_gaps(iris()[0], 6), np.full(150, _NAN)])
    return Fitted(SimpleImputer(keep_empty_features=True).fit(x), np.concatenate([some(x, 4), [[_NAN] * 4 + [9.0]]]))


@CASES.add
def whole_numbers() -> Fitted:
    """Fitted on integers, of which -1 is missing."""
    x = np.array(wine()[0][:, :5], dtype=np.int32)
    x[::4, 1], x[::7, 3] = -1, -1
    model = SimpleImputer(missing_values=-1, strategy="most_frequent", add_indicator=True).fit(x)
    return Fitted(model, some(x, 6).astype(float))


def words(*columns: list[object]) -> np.ndarray:
    """Give rows of objects."""
    return np.array(columns, dtype=object).T


@CASES.add
def most_frequent_words() -> Fitted:
    """Strings beside numbers: NaN is missing, None and "" are values, an infinity passes, an empty column goes."""
    gone = [None, None, _NAN, None, None, _NAN]
    x = words(["b", "a", _NAN, "b", None, ""], [1.5, 2.0, 2.0, _NAN, -0.0, 3.0], gone, [_NAN] * 6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SimpleImputer(strategy="most_frequent", add_indicator=True).fit(x)
    rows = [
        ["", np.inf, "é", _NAN],
        [None, 5e-324, None, _NAN],
        [_NAN, _NAN, _NAN, _NAN],
        ["e\u0301", -np.inf, "", "x"],
    ]
    return Fitted(model, np.array(rows, dtype=object))


@CASES.add
def none_as_missing() -> Fitted:
    """None is missing and filled with an odd string that no row had; NaN is refused."""
    x = words(["x", None, "", "x"], ["\U0001f600", "y", "y", None])
    model = SimpleImputer(missing_values=None, strategy="constant", fill_value="\u202eno\tvalue").fit(x)
    rows = [[None, None], ["", "\u202eno\tvalue"], ["None", "nan"], ["unseen", None]]
    return Fitted(model, np.array(rows, dtype=object))


@CASES.add
def a_word_as_missing() -> Fitted:
    """The empty string is missing, which no other is, and None is what is there most often."""
    x = words(["", None, None, "a"], ["b", "", "b", ""])
    model = SimpleImputer(missing_values="", strategy="most_frequent", add_indicator=True).fit(x)
    return Fitted(model, np.array([["", ""], [" ", None], [None, "\0"], ["a", ""]], dtype=object))


@CASES.add
def pandas_na() -> Fitted:
    """With pandas.NA, both None and NaN are missing."""
    frame = pd.DataFrame({"a": words(["u", None, "v", pd.NA, "v"])[:, 0], "b": words(["w", "w", "", _NAN, None])[:, 0]})
    model = SimpleImputer(missing_values=pd.NA, strategy="most_frequent").fit(frame)
    return Fitted(model, np.array([[None, _NAN], ["", "w"], [_NAN, None], ["unseen", ""]], dtype=object))
