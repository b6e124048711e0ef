"""Rows that come as columns of a PredictRequest, and outputs that go as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from modelx import wire
from modelx.evidence import columns as messages
from modelx.serving.answering import check_rows
from modelx.serving.messages import quoted
from modelx.serving.requests import INVERSE
from modelx.serving.status import ServingError
from modelx.v1 import model_pb2, service_pb2

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.serving.models import Method, Served
    from modelx.serving.requests import Output
    from modelx.v1.columns_pb2 import Column

_LISTS = frozenset({"doubles", "ints", "strings", "bools"})


class Columns:
    """The columns of a request.

    Parameters
    ----------
    columns : sequence of Column
        Not empty.
    rows : int
        How many rows there are said to be, or 0.

    Raises
    ------
    ServingError
        `bad_request`, for what can be said without a model.
    """

    def __init__(self, columns: Sequence[Column], rows: int) -> None:
        # They stay in their message: there may be a million empty ones, each of which would take a hundred bytes.
        self._columns = columns
        self._rows = rows
        names = [column.name for column in columns]
        self._named = any(names)
        if self._named and "" in names:
            raise _bad(f"column {names.index('') + 1} has no name; expected one, as others have")
        self._lists = [self._list_of(place, column) for place, column in enumerate(columns)]

    def _list_of(self, place: int, column: Column) -> str:
        """Name the only list that has values; nothing where none has."""
        filled = [field.name for field, _ in column.ListFields() if field.name in _LISTS]
        if len(filled) > 1:
            raise _bad(f"{self._label(place)} has {filled[0]} and {filled[1]}; expected one list")
        return filled[0] if filled else ""

    def _label(self, place: int) -> str:
        return f"column {quoted(self._columns[place].name)}" if self._named else f"column {place + 1}"

    def make(self, served: Served, methods: Sequence[Method]) -> NDArray[Any]:
        """Make the rows for a model, as `Request.make` does.

        Raises
        ------
        ServingError
        """
        if any(method.name == INVERSE for method in methods):
            raise _bad("inverse_transform takes numbers; expected features")
        # From the places of columns to those of features.
        chosen = self._by_name(served) if self._named else self._by_place(served)
        for place, feature in chosen.items():
            found, text = self._lists[place], served.features.types[feature] == "string"
            if found and text != (found == "strings"):
                kind, expected = ("not_text", "strings") if text else ("not_numeric", "numbers")
                raise ServingError(kind, f"{self._label(place)} has {found}; expected {expected}")
        n_rows = self._count(served, list(chosen))
        return served.features.rows({feature: self._values(place, n_rows) for place, feature in chosen.items()}, n_rows)

    def _by_name(self, served: Served) -> dict[int, int]:
        features = served.features
        chosen: dict[int, int] = {}
        seen: set[int] = set()
        for place, column in enumerate(self._columns):
            feature = features.places.get(column.name)
            if feature is None or features.types[feature] == "none":
                continue
            if feature in seen:
                raise ServingError("missing_column", f"{self._label(place)} is there twice; expected it once")
            seen.add(feature)
            chosen[place] = feature
        for feature in features.read:
            if feature not in seen:
                name = quoted(features.called[feature])
                raise ServingError("missing_column", f"no column {name}; expected one for each feature")
        return chosen

    def _by_place(self, served: Served) -> dict[int, int]:
        if len(self._columns) != served.n_features:
            raise ServingError("wrong_width", f"{len(self._columns)} columns; expected {served.n_features}")
        return {feature: feature for feature in served.features.read}

    def _count(self, served: Served, chosen: Sequence[int]) -> int:
        """Count the rows, of which all columns that are read have the same number."""
        counts = [len(getattr(self._columns[place], self._lists[place] or "doubles")) for place in chosen]
        n_rows = counts[0] if counts else 0
        for count in counts:
            if count != n_rows:
                raise _bad(f"columns have {n_rows} and {count} rows; expected the same number")
        if self._rows and n_rows != self._rows:
            raise ServingError("wrong_width", f"columns have {n_rows} rows; expected {self._rows}")
        check_rows(served, n_rows)
        return n_rows

    def _values(self, place: int, n_rows: int) -> NDArray[np.float64] | list[Any]:
        """Give the values of a column whose type and length are right, with its gaps."""
        column = self._columns[place]
        none, nan = (self._gaps(place, name, n_rows) for name in ("none_rows", "nan_rows"))
        both = np.intersect1d(none, nan)
        if len(both):
            raise _bad(f"{self._label(place)} has row {both[0]} in none_rows and nan_rows; expected it in one")
        if self._lists[place] == "strings":
            texts: list[Any] = list(column.strings)
            for row in none.tolist():
                texts[row] = None
            for row in nan.tolist():
                texts[row] = np.nan
            return texts
        name = self._lists[place]
        values = wire.doubles(column.doubles) if name == "doubles" else np.array(getattr(column, name), np.float64)
        values[none] = np.nan
        values[nan] = np.nan
        return values

    def _gaps(self, place: int, name: str, n_rows: int) -> NDArray[np.int64]:
        given = getattr(self._columns[place], name)
        # More than there are rows are none of them.
        rows = np.array(given if len(given) <= n_rows else (n_rows,), dtype=np.int64)
        if len(rows) and (rows[-1] >= n_rows or (np.diff(rows) <= 0).any()):
            raise _bad(f"{self._label(place)} has {name} that are not rows in ascending order")
        return rows


def written(output: Output) -> bytes:
    """Write a mixed output as the columns of a PredictResponse."""
    message = service_pb2.PredictResponse()
    for i, type_ in enumerate(output.columns):
        strings = type_ == "string"
        messages.write(
            output.values[:, i],
            model_pb2.DataType.DATA_TYPE_STRING if strings else model_pb2.DataType.DATA_TYPE_FLOAT64,
            message.output_columns.add(),
        )
    return message.SerializeToString()


def _bad(text: str) -> ServingError:
    return ServingError("bad_request", text)
