"""Rows from files of data: CSV, JSON and numpy's .npy, in blocks: float64, or objects where features take strings."""

from __future__ import annotations

import difflib
import io
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from modelx import csv_records
from modelx.csv_records import Cell, Quoted
from modelx.errors import MissingColumnError, NotNumericError, WrongWidthError
from modelx.v1 import model_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

DataType = model_pb2.DataType
BLOCK_ROWS = 8192
_NPY_MAGIC = b"\x93NUMPY"
_WORDS = {"True": 1.0, "true": 1.0, "TRUE": 1.0, "False": 0.0, "false": 0.0, "FALSE": 0.0}
GAPS = {"none": None, "nan": float("nan")}


@dataclass(frozen=True, slots=True)
class Columns:
    """What a model takes: how many features, and their names and types where they are known.

    Attributes
    ----------
    n_features : int, optional
        The width of a row; that of the first row when not given.
    names : sequence of str
        With a header, the columns to take, in this order. Other columns are left out. Without names, all columns are
        taken as they stand.
    types : sequence of DataType, optional
        As `Family.input_types` gives them; numbers alone when not given.
    gaps : {None, "none", "nan"}
        What is missing in a feature of strings; when not given, NaN in CSV and None in JSON.
    """

    n_features: int | None = None
    names: Sequence[str] = ()
    types: Sequence[model_pb2.DataType] | None = None
    gaps: str | None = None

    def type_of(self, i: int) -> model_pb2.DataType:
        """Give the type of a feature."""
        return DataType.DATA_TYPE_FLOAT64 if self.types is None else self.types[i]

    def array(self, rows: list[list[Any]]) -> NDArray[Any]:
        """Give rows as an array, of objects where features take strings."""
        if self.types is None or DataType.DATA_TYPE_STRING not in self.types:
            return np.array(rows, dtype=np.float64).reshape(len(rows), -1)
        out = np.empty((len(rows), len(self.types)), dtype=object)
        for i, row in enumerate(rows):
            out[i] = row
        return out


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file, one after the other.

    Attributes
    ----------
    x : ndarray of shape (n_rows, n_features), float64 or object
    places : sequence of int
        For each row the line of a CSV file, or the row of an array, that it came from, counting from 1.
    unit : {"line", "row"}
        What `places` count.
    """

    x: NDArray[Any]
    places: Sequence[int]
    unit: str


def blocks(
    source: str | os.PathLike[str] | IO[bytes],
    *,
    n_features: int | None = None,
    feature_names: Sequence[str] = (),
    header: bool = False,
    block_rows: int = BLOCK_ROWS,
    types: Sequence[model_pb2.DataType] | None = None,
    gaps: str | None = None,
) -> Iterator[Block]:
    """Read rows, `block_rows` at a time.

    A file that begins as numpy's .npy files do is read as one (never with pickle). One without a header whose first
    character is a brace or a bracket is JSON: objects by the names of the features. All else is CSV: UTF-8, commas,
    quotes where needed, no comments, empty lines skipped. An empty cell is a missing value; a cell of a string is the
    text between the commas, or between quotes.

    Parameters
    ----------
    source : path-like or binary file
    n_features, feature_names, types, gaps
        As in `Columns`.
    header : bool
        The first line of a CSV file has the names of the columns.
    block_rows : int

    Raises
    ------
    NotNumericError, WrongWidthError
        With the line (or row) and the column, counting from 1.
    MissingColumnError, ColumnTypeError
    MalformedError, DuplicateKeyError, TooDeepError, TooLargeError
        For JSON.
    OSError
    """
    columns = Columns(n_features, feature_names, types, gaps)
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            yield from _blocks(file, columns, header, block_rows)
    elif isinstance(source, io.BufferedReader):
        yield from _blocks(source, columns, header, block_rows)
    else:
        stream = io.BufferedReader(cast("Any", source))
        try:
            yield from _blocks(stream, columns, header, block_rows)
        finally:
            # The source is its owner's to close.
            stream.detach()


def _blocks(stream: io.BufferedReader, columns: Columns, header: bool, block_rows: int) -> Iterator[Block]:
    if stream.peek(len(_NPY_MAGIC)).startswith(_NPY_MAGIC):
        yield from _npy(stream, columns, block_rows)
    elif not header and is_json(stream):
        yield from _json(stream, columns, block_rows)
    else:
        yield from _csv(stream, columns, header, block_rows)


def is_json(stream: io.BufferedReader) -> bool:
    """Tell JSON by its first character."""
    return stream.peek(64)[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def read(
    source: str | os.PathLike[str] | IO[bytes],
    *,
    n_features: int | None = None,
    feature_names: Sequence[str] = (),
    header: bool = False,
    types: Sequence[model_pb2.DataType] | None = None,
    gaps: str | None = None,
) -> NDArray[Any]:
    """Read all rows, as `blocks` does, into one array of shape (n_rows, n_features)."""
    columns = Columns(n_features, feature_names, types, gaps)
    parts = [
        block.x
        for block in blocks(
            source, n_features=n_features, feature_names=feature_names, header=header, types=types, gaps=gaps
        )
    ]
    return np.concatenate(parts) if parts else columns.array([]).reshape(0, n_features or len(feature_names))


def _json(stream: io.BufferedReader, columns: Columns, block_rows: int) -> Iterator[Block]:
    # It needs the formats, and these scikit-learn, which takes a second that clients of a server have no need of.
    from modelx import json_rows

    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n")
    try:
        gap = GAPS[columns.gaps or "none"]
        rows = json_rows.rows(text, columns.names, columns.types, gap)
        while some := list(islice(rows, block_rows)):
            yield Block(columns.array([row for _, row in some]), [line for line, _ in some], "line")
    finally:
        text.detach()


def _npy(stream: io.BufferedReader, columns: Columns, block_rows: int) -> Iterator[Block]:
    n_features = columns.n_features
    if columns.types is not None and DataType.DATA_TYPE_STRING in columns.types:
        raise NotNumericError("the model takes strings, which .npy files do not have; give CSV or JSON")
    try:
        # np.load seeks, which a pipe cannot.
        array = np.load(stream if stream.seekable() else io.BytesIO(stream.read()), allow_pickle=False)
    except (ValueError, EOFError, SyntaxError, OverflowError, MemoryError) as error:
        raise NotNumericError(
            f"not a whole .npy file of numbers ({error}); write one with numpy.save from a numeric array"
        ) from error
    if array.dtype.kind not in "fiub":
        raise NotNumericError(f"the array has the dtype {array.dtype}; expected numbers")
    if array.ndim != 2 or (n_features is not None and array.shape[1] != n_features):
        raise WrongWidthError(f"the array has shape {array.shape}; expected (rows, {n_features or 'features'})")
    for start in range(0, len(array), block_rows):
        x = np.ascontiguousarray(array[start : start + block_rows], dtype=np.float64)
        yield Block(x, range(start + 1, start + 1 + len(x)), "row")


def _csv(stream: io.BufferedReader, columns: Columns, header: bool, block_rows: int) -> Iterator[Block]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n")
    width = columns.n_features
    try:
        rows = csv_records.records(text)
        chosen: list[int] | None = None
        if header:
            first = next(rows, None)
            if first is None:
                raise MissingColumnError("the file is empty; expected a header with the names of the columns")
            given = [_text(cell) for cell in first[1]]
            if columns.names:
                chosen = _choose(given, columns)
            elif width is not None and len(given) != width:
                raise WrongWidthError(
                    f"the header names {len(given)} columns; the model takes {width}, and the file does not say "
                    "their names: give just these columns, in the order of training"
                )
            width = len(given)
        hint = "" if header else "; if this is a header, give --header (header=True)"
        while some := list(islice(rows, block_rows)):
            yield _block(some, len(some[0][1]) if width is None else width, chosen, columns, hint)
            width, hint = width or len(some[0][1]), ""
    finally:
        text.detach()


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Quoted) else cell


def _choose(header: Sequence[str], columns: Columns) -> list[int]:
    """Give the place of each feature in the header, letter by letter or else without blanks; -1 for an absent one."""
    bare = [name.strip() for name in header]
    places = {name: header if name in header else bare for name in columns.names}
    wanted = [name for i, name in enumerate(columns.names) if columns.type_of(i) != DataType.DATA_TYPE_UNSPECIFIED]
    missing = [name for name in wanted if name not in places[name]]
    if missing:
        raise MissingColumnError(f"the header lacks {_some(missing)}; it has {_some(bare)}{_similar(missing, bare)}")
    doubled = [name for name in wanted if places[name].count(name) > 1]
    if doubled:
        raise MissingColumnError(f"the header names {_some(doubled)} more than once; expected each column once")
    return [places[name].index(name) if name in places[name] else -1 for name in columns.names]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _similar(missing: Sequence[str], header: Sequence[str]) -> str:
    pairs = [(name, difflib.get_close_matches(name, header, n=1)) for name in missing[:8]]
    close = [f"{found[0]!r} for {name!r}" for name, found in pairs if found]
    return f" (did you mean {', '.join(close)}?)" if close else ""


def _block(
    rows: list[tuple[int, list[Cell]]], width: int, chosen: list[int] | None, columns: Columns, hint: str
) -> Block:
    for line, row in rows:
        if len(row) != width:
            raise WrongWidthError(
                f"line {line} has {_values(len(row))}; expected {width}{_separator(row, width)}{hint}"
            )
    places = range(width) if chosen is None else chosen
    lines = [line for line, _ in rows]
    if columns.types is None:
        taken = [row for _, row in rows] if chosen is None else [[row[c] for c in chosen] for _, row in rows]
        # What is no text, as None in a gap, is a TypeError below.
        cells = cast("list[list[str]]", taken)
        try:
            x = np.array([[float(cell) for cell in row] for row in cells], dtype=np.float64)
            # Python reads 1_000, digits of all scripts and 1e999; other runtimes do not.
            if not np.isinf(x).any() and not any(_is_odd(row) for row in cells):
                return Block(x.reshape(len(rows), len(places)), lines, "line")
        except (TypeError, ValueError):
            pass
    return Block(columns.array([_strictly(line, row, places, columns, hint) for line, row in rows]), lines, "line")


def _is_odd(row: Iterable[Cell]) -> bool:
    joined = "".join(cast("Iterable[str]", row))
    return "_" in joined or not (joined.isascii() and joined.isprintable())


def _strictly(line: int, row: list[Cell], places: Sequence[int], columns: Columns, hint: str) -> list[Any]:
    """Give the values of a record, cell by cell."""
    values: list[Any] = []
    for i, place in enumerate(places):
        type_ = columns.type_of(i)
        if type_ == DataType.DATA_TYPE_UNSPECIFIED:
            values.append(0.0)
        elif type_ == DataType.DATA_TYPE_STRING:
            values.append(GAPS[columns.gaps or "nan"] if row[place] == "" else _text(row[place]))
        else:
            try:
                values.append(_number(row[place]))
            except ValueError as error:
                name = f" ({columns.names[i]})" if columns.names else ""
                raise NotNumericError(f"line {line}, column {place + 1}{name}: {error}{hint}") from error
    return values


def _number(cell: Cell) -> float:
    """Read a number, or a bool as one. A gap is NaN; two quotes with nothing in them are no number."""
    text = _text(cell).strip(" \t\r\n")
    if not text and not isinstance(cell, Quoted):
        return float("nan")
    return _WORDS[text] if text in _WORDS else number(text)


def number(text: str) -> float:
    """Read a decimal number as every runtime of modelx does.

    ``nan``, ``inf`` and ``infinity`` in any case, with a sign or not, are numbers; ``1_000`` and ``1e999``, which is no
    float64, are not.

    Raises
    ------
    ValueError
        Saying what was found.
    """
    stripped = text.strip(" \t")
    if not stripped:
        raise ValueError("the value is empty; write nan for a missing value")
    if "_" in stripped or not (stripped.isascii() and stripped.isprintable()):
        raise ValueError(f"{text[:40]!r} is no number")
    try:
        value = float(stripped)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no number") from None
    if value in (float("inf"), float("-inf")) and "inf" not in stripped.lower():
        raise ValueError(f"{text[:40]!r} is outside of the range of a float64")
    return value


def _values(n: int) -> str:
    return "1 value" if n == 1 else f"{n} values"


def _separator(row: list[Cell], width: int) -> str:
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(row) < width and any(mark in _text(cell) for cell in row):
            return f", separated by commas; this line seems to have {name}"
    return ""
