"""Rows of numbers from files of data: CSV and numpy's .npy, as float64, in blocks."""

from __future__ import annotations

import csv
import difflib
import io
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import numpy as np

from modelx.errors import MissingColumnError, NotNumericError, WrongWidthError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

BLOCK_ROWS = 8192
_NPY_MAGIC = b"\x93NUMPY"


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a file, one after the other.

    Attributes
    ----------
    x : ndarray of shape (n_rows, n_features), float64
    places : sequence of int
        For each row the line of a CSV file, or the row of an array, that it came from, counting from 1.
    unit : {"line", "row"}
        What `places` count.
    """

    x: NDArray[np.float64]
    places: Sequence[int]
    unit: str


def blocks(
    source: str | os.PathLike[str] | IO[bytes],
    *,
    n_features: int | None = None,
    feature_names: Sequence[str] = (),
    header: bool = False,
    block_rows: int = BLOCK_ROWS,
) -> Iterator[Block]:
    """Read rows of numbers, `block_rows` at a time.

    A file that begins as numpy's .npy files do is read as one (never with pickle); all else is CSV: UTF-8, commas,
    quotes where needed, no comments. Empty lines are skipped. A missing value is written as ``nan``.

    Parameters
    ----------
    source : path-like or binary file
    n_features : int, optional
        The width of a row; that of the first row when not given.
    feature_names : sequence of str
        With `header`, the columns to take, in this order. Other columns are left out. Without names, all columns
        are taken as they stand.
    header : bool
        The first line of a CSV file has the names of the columns.
    block_rows : int

    Raises
    ------
    NotNumericError, WrongWidthError
        With the line (or row) and the column, counting from 1.
    MissingColumnError
    OSError
    """
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            yield from _blocks(file, n_features, feature_names, header, block_rows)
    elif isinstance(source, io.BufferedReader):
        yield from _blocks(source, n_features, feature_names, header, block_rows)
    else:
        stream = io.BufferedReader(cast("Any", source))
        try:
            yield from _blocks(stream, n_features, feature_names, header, block_rows)
        finally:
            # The source is its owner's to close.
            stream.detach()


def _blocks(
    stream: io.BufferedReader, n_features: int | None, feature_names: Sequence[str], header: bool, block_rows: int
) -> Iterator[Block]:
    if stream.peek(len(_NPY_MAGIC)).startswith(_NPY_MAGIC):
        yield from _npy(stream, n_features, block_rows)
    else:
        yield from _csv(stream, n_features, feature_names, header, block_rows)


def read(
    source: str | os.PathLike[str] | IO[bytes],
    *,
    n_features: int | None = None,
    feature_names: Sequence[str] = (),
    header: bool = False,
) -> NDArray[np.float64]:
    """Read all rows, as `blocks` does, into one array of shape (n_rows, n_features)."""
    parts = [block.x for block in blocks(source, n_features=n_features, feature_names=feature_names, header=header)]
    return np.concatenate(parts) if parts else np.empty((0, n_features or len(feature_names)))


def _npy(stream: io.BufferedReader, n_features: int | None, block_rows: int) -> Iterator[Block]:
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


def _csv(
    stream: io.BufferedReader, n_features: int | None, feature_names: Sequence[str], header: bool, block_rows: int
) -> Iterator[Block]:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        rows = _lines(text)
        chosen: list[int] | None = None
        if header:
            first = next(rows, None)
            if first is None:
                raise MissingColumnError("the file is empty; expected a header with the names of the columns")
            names = [name.strip() for name in first[1]]
            if feature_names:
                chosen = _choose(names, feature_names)
            elif n_features is not None and len(names) != n_features:
                raise WrongWidthError(
                    f"the header names {len(names)} columns; the model takes {n_features}, and the file does not say "
                    "their names: give just these columns, in the order of training"
                )
            n_features = len(names)
        hint = "" if header else "; if this is a header, give --header (header=True)"
        while some := list(islice(rows, block_rows)):
            width = len(some[0][1]) if n_features is None else n_features
            yield _block(some, width, chosen, hint)
            n_features, hint = width, ""
    finally:
        text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """Give each line that is not empty, with its number."""
    # A line of blanks is empty too; "" in quotes is a value that is missing.
    reader = csv.reader((line if line.strip() else "\n" for line in text), strict=True, skipinitialspace=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise NotNumericError(
            f"line {reader.line_num + 1} or after is not UTF-8 text ({error.reason}); expected CSV or .npy"
        ) from error
    except csv.Error as error:
        raise NotNumericError(f"line {reader.line_num}: not CSV ({error}); expected numbers and commas") from error


def _choose(header: Sequence[str], names: Sequence[str]) -> list[int]:
    """Give the place of each feature among the columns."""
    missing = [name for name in names if name not in header]
    if missing:
        raise MissingColumnError(
            f"the header lacks {_some(missing)}; it has {_some(header)}{_similar(missing, header)}"
        )
    doubled = [name for name in names if header.count(name) > 1]
    if doubled:
        raise MissingColumnError(f"the header names {_some(doubled)} more than once; expected each column once")
    return [header.index(name) for name in names]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _similar(missing: Sequence[str], header: Sequence[str]) -> str:
    pairs = [(name, difflib.get_close_matches(name, header, n=1)) for name in missing[:8]]
    close = [f"{found[0]!r} for {name!r}" for name, found in pairs if found]
    return f" (did you mean {', '.join(close)}?)" if close else ""


def _block(rows: list[tuple[int, list[str]]], width: int, chosen: list[int] | None, hint: str) -> Block:
    for line, row in rows:
        if len(row) != width:
            raise WrongWidthError(
                f"line {line} has {_values(len(row))}; expected {width}{_separator(row, width)}{hint}"
            )
    columns = range(width) if chosen is None else chosen
    cells = [row for _, row in rows] if chosen is None else [[row[c] for c in chosen] for _, row in rows]
    try:
        x = np.array([[float(cell) for cell in row] for row in cells], dtype=np.float64)
        # Python reads 1_000, digits of all scripts and 1e999; other runtimes do not.
        odd = bool(np.isinf(x).any()) or any(_is_odd(row) for row in cells)
    except ValueError:
        odd = True
    if odd:
        x = np.array(_strictly(rows, columns, hint), dtype=np.float64)
    return Block(x.reshape(len(rows), len(columns)), [line for line, _ in rows], "line")


def _is_odd(row: Iterable[str]) -> bool:
    joined = "".join(row)
    return "_" in joined or not (joined.isascii() and joined.isprintable())


def _strictly(rows: list[tuple[int, list[str]]], columns: Sequence[int], hint: str) -> list[list[float]]:
    out = []
    for line, row in rows:
        values = []
        for column in columns:
            try:
                values.append(number(row[column]))
            except ValueError as error:
                raise NotNumericError(f"line {line}, column {column + 1}: {error}{hint}") from error
        out.append(values)
    return out


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


def _separator(row: list[str], width: int) -> str:
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(row) < width and any(mark in cell for cell in row):
            return f", separated by commas; this line seems to have {name}"
    return ""
