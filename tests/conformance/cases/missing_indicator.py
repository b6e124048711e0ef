"""Transformers that say which values are missing."""

from __future__ import annotations

import numpy as np
from sklearn.impute import MissingIndicator
from sklearn.preprocessing import StandardScaler

from cases.case import Cases, Fitted
from cases.data import iris, some

CASES = Cases("missing_indicator")
_NAN = np.nan


def with_gaps() -> np.ndarray:
    """Give iris with gaps in the first and third column."""
    x = np.array(iris()[0])
    x[::3, 0], x[1::4, 2] = _NAN, _NAN
    return x


@CASES.add
def of_some_columns() -> Fitted:
    """The columns where something was missing; a gap in another is refused."""
    x = with_gaps()
    rows = [[1.0, _NAN, 1.0, 1.0], [_NAN, 1.0, _NAN, 1.0]]
    return Fitted(MissingIndicator().fit(x), np.concatenate([some(x, 8), rows]))


@CASES.add
def of_some_columns_without_refusal() -> Fitted:
    """A gap in another column passes unnoticed; sparse output is dense in modelx."""
    x = with_gaps()
    rows = np.concatenate([some(x, 8), [[1.0, _NAN, 1.0, _NAN]]])
    return Fitted(MissingIndicator(error_on_new=False, sparse=True).fit(x), rows)


@CASES.add
def of_all_columns() -> Fitted:
    """One bool for each column, where nothing was missing too."""
    return Fitted(MissingIndicator(features="all").fit(with_gaps()), with_gaps()[:12])


@CASES.add
def of_a_number() -> Fitted:
    """A number counts as missing: 0 equals -0, its neighbours do not, NaN is refused."""
    x = np.where(np.isnan(with_gaps()), 0.0, with_gaps())
    rows = [[0.0, 1.0, -0.0, 1.0], [5e-324, 1.0, -5e-324, 1.0], [0.0, 0.0, 1.0, 1.0]]
    return Fitted(MissingIndicator(missing_values=0).fit(x), np.concatenate([some(x, 6), rows]))


@CASES.add
def of_a_large_number() -> Fitted:
    """One last bit beside the number that counts as missing."""
    x = StandardScaler().fit_transform(iris()[0])
    x[::5] = -999.1
    rows = [np.full(4, np.nextafter(-999.1, direction)) for direction in (-np.inf, np.inf)]
    return Fitted(MissingIndicator(missing_values=-999.1).fit(x), np.concatenate([some(x, 6), rows]))


@CASES.add
def of_words() -> Fitted:
    """None is missing in one column of strings and refused in the other; "" is there, and NaN is refused."""
    x = np.array([["a", "b"], [None, ""], ["", "b"]], dtype=object)
    rows = [[None, "b"], ["", ""], ["None", "unseen"], ["a", None], [_NAN, "a"]]
    return Fitted(MissingIndicator(missing_values=None).fit(x), np.array(rows, dtype=object))
