"""Numbers in JSON bodies: fast where they are numbers, and each looked at where one is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from modelx.plain import WORDS
from modelx.serving.http_json import OutOfRange, kind_of
from modelx.serving.messages import quoted
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_NUMBERS = frozenset({int, float})
_BOOLEANS = frozenset({int, float, bool})


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first value that is no number.

    Attributes
    ----------
    place : int
        Among all values, from 0.
    found : str
        What is there, in the contract's words.
    """

    place: int
    found: str

    def error(self, row: int, feature: int) -> ServingError:
        """Make the error for where it stands, counted from 0."""
        return ServingError("not_numeric", f"row {row + 1}, feature {feature + 1} is {self.found}; expected a number")


@dataclass(slots=True)
class Numbers:
    """Values as doubles.

    Attributes
    ----------
    values : ndarray
        Of shape (values,); 0 where there is no number.
    wrong : Wrong or None
    """

    values: NDArray[np.float64]
    wrong: Wrong | None = None


@dataclass(slots=True)
class Rows:
    """The values of `features`, in the body's own form.

    Attributes
    ----------
    numbers : Numbers
    widths : list of int or None
        Of each row; None where all values stand in one array.
    """

    numbers: Numbers
    widths: list[int] | None


def rows_of(features: list[Any]) -> Rows:
    """Read arrays of rows if the first value is one, else one array of all values.

    Raises
    ------
    ServingError
        `bad_request`: a row is no array though the first one is.
    """
    if not features or type(features[0]) is not list:
        return Rows(numbers_of(features), None)
    if set(map(type, features)) != {list}:
        place, other = next((i, each) for i, each in enumerate(features) if type(each) is not list)
        raise ServingError("bad_request", f"row {place + 1} is {kind_of(other)}; expected an array")
    return Rows(numbers_of(list(chain.from_iterable(features))), list(map(len, features)))


def flattened(data: list[Any]) -> list[Any]:
    """Put arrays in arrays into one, row by row."""
    while list in set(map(type, data)):
        data = list(chain.from_iterable(each if type(each) is list else (each,) for each in data))
    return data


def numbers_of(values: list[Any], *, booleans: bool = False) -> Numbers:
    """Read values: numbers, null as NaN, the three names, and with `booleans` true and false.

    Parameters
    ----------
    values : list
        As `http_json.loads` gives them.
    booleans : bool
    """
    if set(map(type, values)) <= (_BOOLEANS if booleans else _NUMBERS):
        return Numbers(np.array(values, np.float64))
    wrong: list[Wrong] = []
    doubles = np.fromiter(_doubles(values, wrong, booleans=booleans), np.float64, len(values))
    return Numbers(doubles, wrong[0] if wrong else None)


def _doubles(values: list[Any], wrong: list[Wrong], *, booleans: bool) -> Iterable[float]:
    for place, value in enumerate(values):
        kind = type(value)
        if kind in _NUMBERS or (booleans and kind is bool):
            yield value
        elif value is None:
            yield math.nan
        elif kind is str and value in WORDS:
            yield WORDS[value]
        else:
            if not wrong:
                wrong.append(Wrong(place, _found(value)))
            yield 0.0


def _found(value: object) -> str:
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, OutOfRange):
        return "out of range"
    return kind_of(value)
