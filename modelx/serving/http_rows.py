"""Rows of JSON for features of several types: objects, and arrays of numbers and strings."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any

from modelx.serving.answering import check_rows
from modelx.serving.http_json import kind_of
from modelx.serving.http_numbers import found_of, is_number, numbers_of
from modelx.serving.messages import quoted
from modelx.serving.requests import INVERSE
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from modelx.serving.features import Features
    from modelx.serving.models import Method, Served

_TEXTS = frozenset({str, type(None)})


class TypedRows:
    """Rows as a body has them.

    Parameters
    ----------
    given : list
        Objects, arrays, or the values of all rows one after the other.
    rows : int
        How many there are said to be, or 0.
    gaps : str
        "none" or "nan": what null is among strings.
    """

    def __init__(self, given: list[Any], rows: int, gaps: str) -> None:
        self._given = given
        self._objects = type(given[0]) is dict
        self._flat = not self._objects and type(given[0]) is not list
        self._rows = rows
        self._gap = math.nan if gaps == "nan" else None

    def make(self, served: Served, methods: Sequence[Method]) -> NDArray[Any]:
        """Make the rows for a model, as `Request.make` does.

        Raises
        ------
        ServingError
        """
        if any(method.name == INVERSE for method in methods):
            raise ServingError("bad_request", "inverse_transform takes numbers; expected arrays")
        n_rows = self._count(served)
        features = served.features
        columns = self._columns(features)
        if columns is None:
            raise self._wrong(features)
        return features.rows(columns, n_rows)

    def _count(self, served: Served) -> int:
        """Count the rows, before any of them is looked at."""
        size, width = len(self._given), served.n_features
        if self._flat:
            if self._rows and size != self._rows * width:
                text = f"features has {size} values for {self._rows} rows; expected {self._rows * width}"
                raise ServingError("wrong_width", text)
            if size % width:
                raise ServingError("wrong_width", f"features has {size} values; expected a multiple of {width}")
            size //= width
        elif self._rows and size != self._rows:
            raise ServingError("wrong_width", f"features has {size} rows; expected {self._rows}")
        check_rows(served, size)
        return size

    def _columns(self, features: Features) -> dict[int, Any] | None:
        """Give the columns of the features that are read, by place; None where something is wrong."""
        column_of = self._reader(features)
        if column_of is None:
            return None
        out: dict[int, Any] = {}
        for place in features.read:
            try:
                values = column_of(place)
            except KeyError:
                return None
            if features.types[place] == "string":
                kinds = set(map(type, values))
                if not kinds <= _TEXTS:
                    return None
                if type(None) in kinds and self._gap is not None:
                    values = [self._gap if value is None else value for value in values]
                out[place] = values
                continue
            numbers = numbers_of(values, booleans=True)
            if numbers.wrong:
                return None
            out[place] = numbers.values
        return out

    def _reader(self, features: Features) -> Callable[[int], list[Any]] | None:
        """Give what gives the values of a feature in all rows; None where rows are not of the model's width."""
        given, width = self._given, len(features.types)
        if self._objects:
            names = features.called

            def of_objects(place: int) -> list[Any]:
                name = names[place]
                return [row[name] for row in given]

            return of_objects
        if not self._flat:
            if set(map(len, given)) != {width}:
                return None
            given = list(chain.from_iterable(given))
        return lambda place: given[place::width]

    def _wrong(self, features: Features) -> ServingError:
        """Find the first defect, row by row."""
        width = len(features.types)
        rows = (
            (self._given[start : start + width] for start in range(0, len(self._given), width))
            if self._flat
            else self._given
        )
        for i, row in enumerate(rows):
            error = self._wrong_form(row, features, i) or self._wrong_value(row, features, i)
            if error is not None:
                return error
        raise AssertionError("rows that cannot be read have a defect")

    def _wrong_form(self, row: Any, features: Features, i: int) -> ServingError | None:
        if self._objects:
            name = next((features.called[place] for place in features.read if features.called[place] not in row), None)
            if name is None:
                return None
            text = f"row {i + 1} has no key {quoted(name)}; expected one for each feature"
            return ServingError("missing_column", text)
        width = len(features.types)
        if len(row) == width:
            return None
        return ServingError("wrong_width", f"row {i + 1} has {len(row)} values; expected {width}")

    def _wrong_value(self, row: Any, features: Features, i: int) -> ServingError | None:
        for place in features.read:
            name = f" ({quoted(features.called[place])})" if self._objects else ""
            value = row[features.called[place]] if self._objects else row[place]
            where = f"row {i + 1}, feature {place + 1}{name}"
            if features.types[place] == "string":
                if type(value) not in _TEXTS:
                    return ServingError("not_text", f"{where} is {kind_of(value)}; expected a string or null")
            elif not is_number(value, booleans=True):
                return ServingError("not_numeric", f"{where} is {found_of(value)}; expected a number")
        return None
