"""Imputers that ask the nearest rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.impute import KNNImputer

from cases.case import Cases, Fitted
from cases.data import iris, wine

CASES = Cases("knn_imputer")
_NAN = np.nan


def with_gaps(n: int, *, seed: int = 0, value: float = _NAN, x: np.ndarray | None = None) -> np.ndarray:
    """Give some rows of iris, moved a little so that no two distances are equal, with gaps at random."""
    rng = np.random.default_rng(seed)
    base = np.array((iris()[0] if x is None else x)[:: max(1, 150 // n)][:n], dtype=float)
    base += 0.01 * rng.standard_normal(base.shape)
    base[rng.random(base.shape) < 0.25] = value
    return base


@CASES.add
def five_neighbours() -> Fitted:
    """The mean of the five nearest, over the columns where neither has a gap; a row of gaps alone gets the means."""
    return Fitted(KNNImputer().fit(with_gaps(40)), np.concatenate([with_gaps(12, seed=1), [[_NAN] * 4]]))


@CASES.add
def near_ones_weigh_more() -> Fitted:
    """Weights by the inverse of the distance: its relative error near 0 is the tolerance's."""
    fitted = KNNImputer(n_neighbors=4, weights="distance").fit(with_gaps(40))
    return Fitted(fitted, with_gaps(12, seed=1))


@CASES.add
def a_donor_at_no_distance() -> Fitted:
    """Where distances are 0, without rounding, only those donors count."""
    x = np.array([[0.0, 0, 1], [0, 0, 3], [4, 0, 9], [_NAN, 2, 7], [8, 8, _NAN]])
    rows = [[0, 0, _NAN], [4, 0, _NAN], [_NAN, 2, _NAN], [0, _NAN, _NAN]]
    return Fitted(KNNImputer(n_neighbors=3, weights="distance").fit(x), exact=rows)


@CASES.add
def more_neighbours_than_donors() -> Fitted:
    """All donors that have a value are taken, when there are fewer than asked for."""
    return Fitted(KNNImputer(n_neighbors=50).fit(with_gaps(9)), with_gaps(8, seed=2))


@CASES.add
def donors_without_a_distance() -> Fitted:
    """A donor that shares no column with the row has no distance, and no say."""
    x = np.array([[1.0, _NAN, 5, _NAN], [_NAN, 2, 7, _NAN], [1.5, _NAN, 8, 1], [_NAN, 3, _NAN, 4], [2.5, 2.25, 1, 3]])
    rows = [[1.1, _NAN, _NAN, _NAN], [_NAN, 2.1, _NAN, _NAN], [_NAN, _NAN, _NAN, 2.2], [_NAN, _NAN, 6.1, _NAN]]
    return Fitted(KNNImputer(n_neighbors=2).fit(x), rows)


@CASES.add
def number_for_missing_and_indicator() -> Fitted:
    """-1 counts as missing, in the donors too, with names of columns and columns that tell what was missing."""
    frame = pd.DataFrame(with_gaps(30, value=-1.0), columns=["a", "b", "c", "d"])
    return Fitted(KNNImputer(missing_values=-1, add_indicator=True).fit(frame), with_gaps(10, seed=1, value=-1.0))


@CASES.add
def empty_columns() -> Fitted:
    """A column without values is left out, whatever rows have there."""
    x = np.insert(with_gaps(30), 2, _NAN, axis=1)
    return Fitted(KNNImputer().fit(x), np.insert(with_gaps(8, seed=1), 2, [1.0, _NAN] * 4, axis=1))


@CASES.add
def empty_columns_kept() -> Fitted:
    """A column without values is kept as zeros, even where a row has a value there."""
    x = np.insert(with_gaps(30), 0, _NAN, axis=1)
    fitted = KNNImputer(keep_empty_features=True, add_indicator=True).fit(x)
    return Fitted(fitted, np.insert(with_gaps(8, seed=1), 0, [1.0, _NAN] * 4, axis=1))


@CASES.add
def columns_of_other_sizes() -> Fitted:
    """A column of large values decides who is near: the distances' own rounding is relative to it."""
    x, y = wine()
    rows = with_gaps(40, x=x)
    return Fitted(KNNImputer(n_neighbors=3, weights="distance").fit(rows), with_gaps(10, seed=3, x=x[y > 0]))
