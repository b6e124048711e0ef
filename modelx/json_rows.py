"""Rows as JSON: objects by the names of features, one after the other or in an array, as the Go command reads them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from modelx.errors import ColumnTypeError, MalformedError, MissingColumnError, ModelFileError
from modelx.estimators.base import DataType
from modelx.formats import json_text
from modelx.limits import DEFAULT
from modelx.plain import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from modelx.v1 import model_pb2

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\],]|[^\s"{}\[\],]+', re.DOTALL)
_MISSING = object()


def rows(
    lines: IO[str], names: Sequence[str], types: Sequence[model_pb2.DataType] | None, gap: float | None
) -> Iterator[tuple[int, list[Any]]]:
    """Give the values of the features of each object, with the line that it begins on.

    Parameters
    ----------
    lines : text file
    names : sequence of str
    types : sequence of DataType, optional
        As `Family.input_types` gives them: strings, numbers, and features that nobody reads, which need not be there.
    gap : float or None
        What null stands for in a feature of strings.

    Raises
    ------
    MalformedError, TooDeepError, TooLargeError, DuplicateKeyError
        For what is no JSON, or no objects.
    MissingColumnError, ColumnTypeError
        Naming the column and the row, counted from 0.
    """
    if not names:
        raise MissingColumnError(
            "objects are given for a model without names of features; fit it on a data frame, or give CSV in its order"
        )
    for row, (line, text) in enumerate(_objects(lines)):
        place = f"row {row} (line {line})"
        try:
            found = json_text.parse(text.encode(), DEFAULT)
        except ModelFileError as error:
            raise type(error)(f"{place}: {error.message}") from error
        yield (
            line,
            [
                _value(
                    found.get(name, _MISSING),
                    name,
                    DataType.DATA_TYPE_FLOAT64 if types is None else types[i],
                    gap,
                    place,
                )
                for i, name in enumerate(names)
            ],
        )


def _value(value: Any, name: str, type_: model_pb2.DataType, gap: float | None, place: str) -> Any:
    """Give a value as the model takes it."""
    if type_ == DataType.DATA_TYPE_UNSPECIFIED:
        return 0.0
    if value is _MISSING:
        raise MissingColumnError(f"{place} has no key {name!r}; write null for a missing value")
    if type_ == DataType.DATA_TYPE_STRING:
        if value is None or isinstance(value, str):
            return gap if value is None else value
        raise ColumnTypeError(f"column {name!r} has {_shown(value)} in {place}; expected a string or null")
    if value is None:
        return float("nan")
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    if isinstance(value, bool | int | float):
        return float(value)
    raise ColumnTypeError(f"column {name!r} has {_shown(value)} in {place}; expected a number or null")


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"the string {json.dumps(value[:40], ensure_ascii=False)}"
    if isinstance(value, list | dict):
        return "an array" if isinstance(value, list) else "an object"
    return json.dumps(value)[:40]


def _objects(lines: IO[str]) -> Iterator[tuple[int, str]]:
    """Cut a text into objects, without looking into them; give each with the line that it begins on."""
    depth = begin = count = number = 0
    in_array = done = comma = False
    parts: list[str] = []
    try:
        for number, line in enumerate(lines, start=1):
            start = 0
            for match in _TOKEN.finditer(line):
                mark = match.group()
                if depth:
                    depth += (mark in "{[") - (mark in "}]")
                    if depth == 0:
                        yield begin, "".join([*parts, line[start : match.end()]])
                        parts, comma, count = [], False, count + 1
                elif mark == "{" and not done and (comma or not in_array or count == 0):
                    depth, begin, start = 1, number, match.start()
                elif mark == "[" and not in_array and count == 0:
                    in_array = True
                elif mark == "," and in_array and count and not comma and not done:
                    comma = True
                elif mark == "]" and in_array and not comma and not done:
                    done = True
                else:
                    raise MalformedError(
                        f"line {number}, column {match.start() + 1} has {mark[:16]!r}; expected an object for each row"
                    )
            if depth:
                parts.append(line[start:])
    except UnicodeDecodeError as error:
        raise MalformedError(f"line {number + 1} or after is not UTF-8 text ({error.reason})") from error
    if depth:
        raise MalformedError(f"the text ends in the object that begins on line {begin}; it is not whole")
    if in_array and not done:
        raise MalformedError("the text ends before the array of rows does; it is not whole")
