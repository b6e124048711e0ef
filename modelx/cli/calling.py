"""Predictions of ``modelx call``: rows from a file or the command line go to the server, answers to standard output."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import click

from modelx import tables
from modelx.cli import answers, call_json
from modelx.cli.reporting import note, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from modelx.client import Client, ModelInfo, Prediction

    # Of numbers, or of objects where features take strings.
    Rows = NDArray[Any]


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

    def take() -> tuple[ModelInfo, tables.Columns]:
        info = client.info(given["model"] or "", given["version"] or "", request_id=given["request_id"])
        return info, _columns(info, method, given["gaps"])

    if given["given_rows"]:
        yield ask(_of_words(given["given_rows"], take()[1]))
        return
    path = given["input_path"] or "-"
    if path == "-" and sys.stdin.isatty():
        note("reading rows from the terminal; end with Ctrl-D")
    name = "standard input" if path == "-" else path
    with reading(name, rows=True), _source(path) as source:
        info, columns = take()
        if given["header"] or not tables.is_json(source):
            yield from _asked(source, info, columns, given["header"], name, ask)
            return
        text = source.read()
        rows = call_json.arrays(text, columns)
        if rows is not None:
            yield ask(rows)
        else:
            yield from _asked(io.BytesIO(text), info, columns, False, name, ask, by_name=True)


def _asked(
    source: IO[bytes],
    info: ModelInfo,
    columns: tables.Columns,
    header: bool,
    name: str,
    ask: Callable[..., Prediction],
    *,
    by_name: bool = False,
) -> Iterator[Prediction]:
    """Give the answer to each block of rows of CSV, .npy or JSON objects."""
    blocks = tables.blocks(
        source,
        n_features=columns.n_features,
        feature_names=columns.names,
        header=header,
        types=columns.types,
        gaps=columns.gaps,
    )
    for block in blocks:
        with reading(f"{name}, from {block.unit} {block.places[0]} on"):
            # What the names of columns were matched with must be what answers.
            yield ask(block.x, info.version) if header or by_name else ask(block.x)


def _columns(info: ModelInfo, method: str, gaps: str | None) -> tables.Columns:
    """Give what the method takes."""
    if method == "inverse_transform":
        transform = info.outputs.get("transform")
        return tables.Columns(info.n_features if transform is None else transform.n_columns, gaps=gaps)
    types = info.message.signature.feature_types if {"string", "none"} & set(info.feature_types) else None
    return tables.Columns(info.n_features, info.feature_names, types, gaps)


def _source(path: str) -> io.BufferedReader:
    if path != "-":
        return Path(path).open("rb")
    stdin: IO[bytes] = sys.stdin.buffer
    # A test's standard input is no buffered one.
    return stdin if isinstance(stdin, io.BufferedReader) else io.BufferedReader(cast("Any", stdin))


def _of_words(words: tuple[str, ...], columns: tables.Columns) -> Rows:
    """Read the rows of the command line."""
    with reading("--row"):
        text = io.BytesIO("\n".join(words).encode())
        # A row of another width is the server's to refuse, unless strings must be told from numbers.
        width = None if columns.types is None else columns.n_features
        return tables.read(text, n_features=width, types=columns.types, gaps=columns.gaps)
