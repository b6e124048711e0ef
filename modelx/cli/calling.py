"""Predictions of ``modelx call``: rows from a file or the command line go to the server, answers to standard output."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click
import numpy as np

from modelx import tables
from modelx.cli import answers
from modelx.cli.reporting import note, reading
from modelx.errors import NotNumericError, WrongWidthError
from modelx.plain import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from modelx.client import Client, Prediction

    Rows = NDArray[np.float64]


def predict(client: Client, given: dict[str, Any]) -> int:
    """Send the rows, a block at a time, and print the answers."""
    model, version = given["model"] or "", given["version"] or ""
    method = given["method"] or "predict"

    def ask(rows: Rows, pinned: str | None = None) -> Prediction:
        return client.predict(
            rows,
            method,
            model=model,
            version=version if pinned is None else pinned,
            probabilities=given["probabilities"],
            request_id=given["request_id"],
        )

    before: str | None = None
    for found in _answers(client, given, method, ask):
        if before is not None and before != found.version:
            note(f"version {found.version} answers from here on; version {before} did before")
        before = found.version
        if given["as_json"]:
            click.echo(json.dumps(answers.prediction_json(found), ensure_ascii=False, allow_nan=False))
        else:
            # Labels are what they are, whatever the terminal's encoding.
            click.echo(answers.lines(found).encode(), nl=False)
    if before is None:
        note("the input has no rows, and so has the output")
    return 0


def _answers(
    client: Client, given: dict[str, Any], method: str, ask: Callable[..., Prediction]
) -> Iterator[Prediction]:
    """Give the answer to each block of rows."""
    if given["given_rows"]:
        yield ask(_of_words(given["given_rows"]))
        return
    path = given["input_path"] or "-"
    if path == "-" and sys.stdin.isatty():
        note("reading rows from the terminal; end with Ctrl-D")
    name = "standard input" if path == "-" else path
    with reading(name), _source(path) as source:
        if not given["header"] and tables.is_json(source):
            yield ask(_of_json(source.read()))
            return
        info = client.info(given["model"] or "", given["version"] or "", request_id=given["request_id"])
        inverse = method == "inverse_transform"
        width = info.outputs["transform"].n_columns if inverse and "transform" in info.outputs else info.n_features
        names = [] if inverse else info.feature_names
        blocks = tables.blocks(source, n_features=width, feature_names=names, header=given["header"])
        for block in blocks:
            with reading(f"{name}, from {block.unit} {block.places[0]} on"):
                # What the header's columns were matched with must be what answers.
                yield ask(block.x, info.version) if given["header"] else ask(block.x)


def _source(path: str) -> io.BufferedReader:
    if path != "-":
        return Path(path).open("rb")
    stdin: IO[bytes] = sys.stdin.buffer
    # A test's standard input is no buffered one.
    return stdin if isinstance(stdin, io.BufferedReader) else io.BufferedReader(cast("Any", stdin))


def _of_words(words: tuple[str, ...]) -> Rows:
    """Read the rows of the command line."""
    with reading("--row"):
        return tables.read(io.BytesIO("\n".join(words).encode()))


def _of_json(text: bytes) -> Rows:
    """Read rows from JSON: an array of them, or an object with one under "features"; a flat array is one row.

    Raises
    ------
    NotNumericError, WrongWidthError
        Rows and values count from 1.
    """
    try:
        found = json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise NotNumericError(f"not JSON ({error}); expected an array of rows") from error
    if isinstance(found, dict):
        if set(found) != {"features"}:
            raise NotNumericError('the object has other fields than "features"; give those as options')
        found = found["features"]
    if not isinstance(found, list):
        raise NotNumericError(f"the JSON is {_kind(found)}; expected an array of rows")
    rows = found if not found or isinstance(found[0], list) else [found]
    out = []
    for i, row in enumerate(rows, start=1):
        if not isinstance(row, list):
            raise NotNumericError(f"row {i} is {_kind(row)}; expected an array of numbers")
        if len(row) != len(rows[0]):
            raise WrongWidthError(f"row {i} has {len(row)} values; the first one has {len(rows[0])}")
        out.append([_number(value, i, j) for j, value in enumerate(row, start=1)])
    return np.array(out, dtype=np.float64).reshape(len(out), -1 if out else 0)


def _constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON; write it in quotes")


def _number(value: Any, row: int, place: int) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, str) and value in WORDS:
        return WORDS[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotNumericError(f"row {row}, value {place} is {_kind(value)}; expected a number")
    try:
        out = float(value)
    except OverflowError:
        out = float("inf")
    if out in (float("inf"), float("-inf")):
        raise NotNumericError(f"row {row}, value {place} is outside of the range of a float64")
    return out


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return f"the text {json.dumps(value[:40], ensure_ascii=False)}"
    kinds = {bool: "a boolean", list: "an array", dict: "an object", type(None): "null"}
    return kinds.get(type(value), "a number")
