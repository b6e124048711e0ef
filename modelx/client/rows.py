"""What a caller gives as rows, as the values that go over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.client.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def is_frame(X: Any) -> bool:
    """Whether rows have named columns, as data frames of pandas and polars do."""
    return hasattr(X, "columns") and hasattr(X, "__getitem__")


def matrix(X: Any) -> NDArray[np.float64]:
    """Give rows as float64 of shape (rows, width).

    Raises
    ------
    InvalidRequestError
        Of kind not_numeric or wrong_width.
    """
    try:
        out = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _invalid("not_numeric", f"the rows are no numbers: {error}") from error
    if out.ndim != 2:
        raise _invalid(
            "wrong_width",
            f"the rows have shape {list(out.shape)}; expected two dimensions, such as [[0.5, 1.5]] for a single row",
        )
    return out


def columns(frame: Any, names: Sequence[str]) -> NDArray[np.float64]:
    """Give a frame's columns of these names, in this order; all as they stand where there are no names.

    Raises
    ------
    InvalidRequestError
        Of kind missing_column or not_numeric.
    """
    found = [str(name) for name in frame.columns]
    if not names:
        return matrix(frame)
    for name in names:
        if found.count(name) != 1:
            there = "no column" if name not in found else "more than one column"
            raise _invalid("missing_column", f'{there} "{name}"; expected one for each feature of the model')
    by_name = dict(zip(found, frame.columns, strict=True))
    try:
        return np.column_stack([np.asarray(frame[by_name[name]], dtype=np.float64) for name in names])
    except (TypeError, ValueError) as error:
        raise _invalid("not_numeric", f"a column is no numbers: {error}") from error


def _invalid(kind: str, message: str) -> InvalidRequestError:
    return InvalidRequestError(kind, message, code="INVALID_ARGUMENT")
