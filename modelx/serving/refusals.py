"""Finding the value that a model refuses. It is looked for only once a request was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.plain import word
from modelx.serving.messages import quoted
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from modelx.serving.models import Method, Served

# What methods raise for rows that they do not take: inverse_transform of encoders counts past the end of categories.
REFUSALS = (ValueError, IndexError)

_MOST_TRIED = 1000


def explain(served: Served, method: Method, x: NDArray[Any]) -> ServingError | None:
    """Name the first row that a method refuses by itself, and its first value that is refused.

    Returns
    -------
    ServingError or None
        None where no row is refused by itself, so that the rows are not what is wrong.
    """
    row = _first(len(x), lambda start, end: _refuses(method, x[start:end]))
    if row is None:
        return None
    values = x[row]
    places = _not_finite(served, values)
    # A category that is not known is refused whatever the gaps beside it.
    if not places.size or (served.features.texts and _refuses(method, _filled(values, places))):
        return ServingError(
            "refused_value", f"row {row + 1} has values that the model does not take, or that overflow inside it"
        )
    place = int(places[_first_value(method, values, places)])
    names = served.feature_names if method.width == served.n_features else ()
    name = f" ({quoted(names[place])})" if names else ""
    return ServingError(
        "non_finite_input",
        f"row {row + 1}, feature {place + 1}{name} is {word(values[place])}; expected a finite number",
    )


def _not_finite(served: Served, values: NDArray[Any]) -> NDArray[np.intp]:
    """Give the places of NaN and infinities among numbers; what is missing among strings is none of these."""
    if not values.dtype.hasobject:
        return np.flatnonzero(~np.isfinite(values))
    numbers = [0.0 if type_ == "string" else v for v, type_ in zip(values, served.features.types, strict=True)]
    return np.flatnonzero(~np.isfinite(np.array(numbers, dtype=np.float64)))


def _filled(values: NDArray[Any], places: NDArray[np.intp]) -> NDArray[Any]:
    """Give a row with 0 in some places, as rows of one."""
    row = values.copy()
    row[places] = 0.0
    return row.reshape(1, -1)


def _first_value(method: Method, values: NDArray[Any], places: NDArray[np.intp]) -> int:
    """Give which of the places with NaN or an infinity is the first to be refused when 0 stands for the others."""

    def alone(start: int, end: int) -> bool:
        row = _filled(values, places)
        row[0, places[start:end]] = values[places[start:end]]
        return _refuses(method, row)

    return _first(len(places), alone) or 0


def _first(n: int, refused: Callable[[int, int], bool]) -> int | None:
    """Give the first of `n` items that is refused alone; `refused` tells whether one from `start` to `end` is.

    The search halves, so that a request of many rows costs little more than it did already.
    """
    start, end = 0, n
    while end - start > 1:
        middle = (start + end) // 2
        if refused(start, middle):
            end = middle
        else:
            start = middle
    if refused(start, end):
        return start
    # Items that are refused only together misled the search. No model is known that does so.
    return next((item for item in range(min(n, _MOST_TRIED)) if refused(item, item + 1)), None)


def _refuses(method: Method, x: NDArray[Any]) -> bool:
    try:
        method.compute(x)
    except REFUSALS:
        return True
    return False
