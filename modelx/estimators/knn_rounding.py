"""How far values from the nearest rows may be off, and for which rows it is open which these are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx import wire
from modelx.estimators import missing
from modelx.estimators.base import RELATIVE_TO_SCALE, Error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modelx.v1 import knn_imputer_pb2

    Rows = NDArray[np.float64]


def empty_columns(proto: knn_imputer_pb2.KNNImputerProto) -> NDArray[np.bool_]:
    """Say which columns have no value in any donor."""
    donors = wire.doubles(proto.rows).reshape(proto.n_rows, proto.n_features)
    return np.asarray(missing.is_missing(donors, proto.missing).all(axis=0))


@np.errstate(all="ignore")
def bounds(
    proto: knn_imputer_pb2.KNNImputerProto, x: Rows, err: Error, *, all_taken_count: bool
) -> tuple[Rows, NDArray[np.bool_]]:
    """Bound how far each value may be off, shape (n_rows, n_features), and say which rows have one answer.

    Parameters
    ----------
    proto : KNNImputerProto
    x, err
        As in `Family`.
    all_taken_count : bool
        Whether scikit-learn gives donors without a distance a weight, so that their choice is open.
    """
    donors = wire.doubles(proto.rows).reshape(proto.n_rows, proto.n_features)
    there = ~missing.is_missing(donors, proto.missing)
    values = np.where(there, donors, 0.0)
    off = np.zeros(x.shape) if err is None else err.copy()
    sure = np.ones(len(x), dtype=bool)
    for i, row in enumerate(x):
        gone = missing.is_missing(row, proto.missing)
        if not gone.any():
            continue
        squares, slack = _distances(row, None if err is None else err[i], ~gone, values, there)
        for j in np.flatnonzero(gone):
            given = np.flatnonzero(there[:, j])
            if len(given):
                off[i, j], one = _filled(proto, values[given, j], squares[given], slack[given], all_taken_count)
                sure[i] &= one
            else:
                off[i, j] = 0.0
    return off, sure


def _distances(
    row: Rows, err: Rows | None, given: NDArray[np.bool_], values: Rows, there: NDArray[np.bool_]
) -> tuple[Rows, Rows]:
    """Give the squared distance to each donor, NaN where there is none, and how far it may be off."""
    both = there & given
    x = np.where(given, row, 0.0)
    share = len(row) / both.sum(axis=1)
    squares = (np.where(both, x - values, 0.0) ** 2).sum(axis=1) * share
    # scikit-learn subtracts large sums from one another: |x|^2 - 2 x.r + |r|^2, and what is missing on either side.
    sizes = np.abs(values)
    scale = (x @ x) + 2.0 * (sizes @ np.abs(x)) + (sizes * sizes).sum(axis=1)
    slack = RELATIVE_TO_SCALE * 4.0 * scale
    if err is not None:
        off = np.where(given, err, 0.0)
        slack = slack + 2.0 * (sizes @ off + np.abs(x) @ off) + off @ off
    return np.where(both.any(axis=1), squares, np.nan), slack * share


def _filled(
    proto: knn_imputer_pb2.KNNImputerProto, values: Rows, squares: Rows, slack: Rows, all_taken_count: bool
) -> tuple[float, bool]:
    """Bound how far one value that is filled in may be off; say whether it is sure which donors give it."""
    finite = ~np.isnan(squares)
    if not finite.any():
        return float(RELATIVE_TO_SCALE * np.abs(values).mean()), True
    k = min(proto.n_neighbors, len(values))
    order = np.argsort(squares, kind="stable")  # NaN comes last
    taken, others = order[:k], order[k:]
    counted, beyond = taken[finite[taken]], others[finite[others]]
    sure = bool(np.isfinite(squares[counted]).all() and np.isfinite(slack[counted]).all())
    if len(beyond):
        nearest = squares[beyond] - slack[beyond]
        sure &= bool((squares[counted] + slack[counted]).max() < nearest.min())
    uniform = proto.weights == proto.WEIGHTS_UNSPECIFIED
    if uniform:
        # Where those without a distance are taken, and count, any of them may be.
        sure &= not (all_taken_count and len(counted) < k)
        return float(RELATIVE_TO_SCALE * np.abs(values[counted]).mean()), sure
    # A distance that may be 0 has any weight.
    sure &= bool((squares[counted] > 4.0 * slack[counted]).all())
    if not sure:
        return 0.0, False
    weights = 1.0 / np.sqrt(squares[counted])
    mean = float((weights * np.abs(values[counted])).sum() / weights.sum())
    return mean * (RELATIVE_TO_SCALE + 4.0 * float((slack[counted] / squares[counted]).max())), sure
