"""Rows that come as one column for each feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from modelx.serving.messages import quoted
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.serving.models import Served
    from modelx.serving.requests import Column

_EXPECTED = "expected one tensor for each feature, or a single one for all"


def table(served: Served, columns: Sequence[Column]) -> NDArray[np.float64]:
    """Put columns side by side, in the order of the model's features, as rows of shape (n_rows, n_features).

    Raises
    ------
    ServingError
        `missing_column`, or `bad_request` for columns of different lengths.
    """
    by_name: dict[str, NDArray[np.float64]] = {}
    known = frozenset(served.feature_names)
    for column in columns:
        if column.name in by_name:
            raise ServingError("missing_column", f"input {quoted(column.name)} is there twice; expected it once")
        if column.name not in known:
            raise ServingError("missing_column", f"unknown input {quoted(column.name)}; {_EXPECTED}")
        by_name[column.name] = column.values
    for name in served.feature_names:
        if name not in by_name:
            raise ServingError("missing_column", f"no input {quoted(name)}; {_EXPECTED}")
    first = len(columns[0].values) if columns else 0
    for column in columns:
        if len(column.values) != first:
            raise ServingError(
                "bad_request", f"inputs have {first} and {len(column.values)} rows; expected the same number"
            )
    out = np.empty((first, served.n_features))
    for place, name in enumerate(served.feature_names):
        out[:, place] = by_name[name]
    return out
