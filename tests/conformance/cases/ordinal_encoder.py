"""Categories as numbers: every result is equal to scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import OrdinalEncoder

from cases.case import Cases, Fitted
from cases.categories import odd, plain, table

CASES = Cases("ordinal_encoder")
# What an unknown value gives.
CODED = {"handle_unknown": "use_encoded_value"}


def fitted(x: Any, **params: Any) -> Fitted:
    """Fit on the table, and ask about some of its rows and about others."""
    return Fitted(OrdinalEncoder(**params).fit(x), [*plain(x.head(8)), *plain(odd(x))])


@CASES.add
def mixed_columns() -> Fitted:
    """The default: NaN is NaN, None is a category like others, and an unknown value is refused."""
    return fitted(table())


@CASES.add
def unknown_are_coded() -> Fitted:
    """An unknown value has a number of its own, and comes back as None; NaN has another, where training had it."""
    return fitted(table(), **CODED, unknown_value=-1, encoded_missing_value=-2)


@CASES.add
def unknown_are_nan() -> Fitted:
    """NaN for an unknown value and for NaN as well: it comes back as NaN where training had NaN, and None elsewhere."""
    return fitted(table(), **CODED, unknown_value=np.nan)


@CASES.add
def codes_that_meet() -> Fitted:
    """The number of the unknown is that of NaN's category, of which scikit-learn makes None on the way back."""
    x = table()[["share"]]
    model = OrdinalEncoder(**CODED, unknown_value=4, encoded_missing_value=17).fit(x)
    return Fitted(model, [*plain(x.head(10)), [0.05], [-0.0], [1e300], [np.nan]])


@CASES.add
def infrequent() -> Fitted:
    """Rare categories have one number, the one after all others, and come back as scikit-learn's own string."""
    x = table()[["word"]].assign(same="x")
    model = OrdinalEncoder(**CODED, unknown_value=-5, min_frequency=6).fit(x)
    return Fitted(model, [*plain(x), ["no", "x"], [None, "y"], ["", np.nan]])


@CASES.add
def infrequent_beside_nan() -> Fitted:
    """NaN is never infrequent, and has no number among the others; no way back, where scikit-learn mistakes numbers."""
    x = table()[["gap"]]
    model = OrdinalEncoder(**CODED, unknown_value=99, encoded_missing_value=-1, max_categories=3).fit(x)
    return Fitted(model, [*plain(x), ["no"], [None], [np.nan], [""]])


@CASES.add
def infrequent_numbers() -> Fitted:
    """Rare numbers have one number too; no way back, for it would be a string among numbers."""
    x = table()[["count", "share"]]
    model = OrdinalEncoder(**CODED, unknown_value=-1, max_categories=2, dtype=np.float32).fit(x)
    return Fitted(model, [*plain(x.head(12)), [0.5, 0.05], [-0.0, np.nan], [7, 0.3]])


@CASES.add
def floats_and_ints() -> Fitted:
    """Columns of numbers alone, of which the way back is a matrix of float64 as well."""
    x = table()[["share", "count"]]
    model = OrdinalEncoder(**CODED, unknown_value=-1).fit(x)
    return Fitted(model, [*plain(x.head(8)), [0.3, 1], [0.30000000000000004, -0.0], [0.0, 7], [np.nan, 2**53]])


@CASES.add
def an_array_of_objects() -> Fitted:
    """Ints and strings in one array of objects, of which small ints are made."""
    x = np.array([["b", 10, True], ["", 2.5, False], ["b", -3, True], [None, 2**53, True]], dtype=object)
    model = OrdinalEncoder(**CODED, unknown_value=100, dtype=np.int8).fit(x)
    return Fitted(model, [*x.tolist(), ["B", 10.0, 1.0], [np.nan, 2.0, 0.5], ["\U0001f600", -3.0, np.nan]])


@CASES.add
def categories_given() -> Fitted:
    """An order that means something, which is not the alphabet's, with None in its midst."""
    x = np.array([["low"], ["high"], [None], ["middle"]], dtype=object)
    model = OrdinalEncoder(categories=[["low", None, "middle", "high", "never"]]).fit(x)
    return Fitted(model, [*x.tolist(), ["never"], ["low"], ["high"]])
