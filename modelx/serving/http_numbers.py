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
    """The first value of another type.

    Attributes
    ----------
    place : int
        Among all values, from 0.
    found : str
        What is there, in the contract's words.
    kind, expected : str
        Of the error, and what should be there.
    """

    place: int
    found: str
    kind: str = "not_numeric"
    expected: str = "a number"

    def error(self, row: int, feature: int) -> ServingError:
        """Make the error for where it stands, counted from 0."""
        text = f"row {row + 1}, feature {feature + 1} is {self.found}; expected {self.expected}"
        return ServingError(self.kind, text)


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
    given : list
        As they are in the body.
    """

    numbers: Numbers
    widths: list[int] | None
    given: list[Any]

    @property
    def objects(self) -> bool:
        """Whether the rows are objects, which have neither numbers nor widths here."""
        return bool(self.given) and type(self.given[0]) is dict


def rows_of(features: list[Any]) -> Rows:
    """Read rows that are arrays or objects if the first value is one, else one array of all values.

    Raises
    ------
    ServingError
        `bad_request`: a row is something else than the first one is.
    """
    kind = type(features[0]) if features else None
    if kind is not list and kind is not dict:
        return Rows(numbers_of(features), None, features)
    if set(map(type, features)) != {kind}:
        place, other = next((i, each) for i, each in enumerate(features) if type(each) is not kind)
        expected = "an array" if kind is list else "an object"
        raise ServingError("bad_request", f"row {place + 1} is {kind_of(other)}; expected {expected}")
    if kind is dict:
        return Rows(Numbers(np.empty(0)), None, features)
    return Rows(numbers_of(list(chain.from_iterable(features))), list(map(len, features)), features)


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
                wrong.append(Wrong(place, found_of(value)))
            yield 0.0


def is_number(value: object, *, booleans: bool) -> bool:
    """Whether `numbers_of` takes a value."""
    kind = type(value)
    return kind in (_BOOLEANS if booleans else _NUMBERS) or value is None or (kind is str and value in WORDS)


def found_of(value: object) -> str:
    """Name a value that is no number, in the contract's words."""
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, OutOfRange):
        return "out of range"
    return kind_of(value)
