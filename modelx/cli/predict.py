"""``modelx predict``."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from modelx import files
from modelx.cli import options
from modelx.cli.cells import cells
from modelx.cli.documented import Documented
from modelx.cli.reporting import note, reading
from modelx.errors import UnsupportedMethodError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from modelx.model import Model
    from modelx.tables import Block


@click.command(
    cls=Documented,
    short_help="Run a model on rows of numbers and strings.",
    examples="""
    modelx predict --model model.pb --input X.csv > y.csv
    modelx predict --model model.pb --method predict_proba --input table.csv --header --output p.csv
    cut -d, -f2- data.csv | modelx predict --model model.pb
    echo '{"age": 41, "city": "Oslo"}' | modelx predict --model model.pb
    """,
)
@click.option("-m", "--model", "model_path", type=options.FILE, required=True, metavar="FILE", help="The model file.")
@click.option(
    "--method",
    default="predict",
    show_default=True,
    metavar="NAME",
    help="predict, predict_proba, predict_log_proba, decision_function, transform, inverse_transform or "
    "score_samples: what the model has (modelx inspect shows it).",
)
@click.option(
    "-i",
    "--input",
    "input_path",
    type=options.FILE,
    default="-",
    show_default="standard input",
    metavar="FILE",
    help="Rows, as CSV, JSON or .npy.",
)
@options.header_option
@options.gaps_option
@click.option(
    "-o",
    "--output",
    type=options.FILE,
    default="-",
    show_default="standard output",
    metavar="FILE",
    help="Where the CSV goes. A file takes its place when it is whole.",
)
@options.json_option("Print errors as JSON.")
def predict(
    model_path: str,
    method: str,
    input_path: str,
    header: bool,
    gaps: str | None,
    output: str,
    as_json: bool,  # noqa: ARG001
) -> None:
    """Run a model on rows of numbers and strings, and write one line of CSV for each.

    Without --header, every line of CSV has the model's features, in the order of training. JSON, told by its first
    character, is objects by the names of the features, one after the other or in an array. Numbers are written so that
    they read back exactly. The model's evidence is replayed first.
    """
    if input_path == "-" and sys.stdin.isatty():
        note("reading rows from the terminal; end with Ctrl-D")

    from modelx import api, conversion, tables
    from modelx.answering import answer

    with reading(model_path):
        described = api.read(model_path)
        width = _width(described, method)
        estimator = api.from_proto(described.proto)
    inverse = method == "inverse_transform"
    names = [] if inverse else described.feature_names
    types = None if inverse else conversion.family_of(described.proto).input_types(described.proto)
    n_rows = 0
    data = "standard input" if input_path == "-" else input_path
    with reading(data, rows=True), _source(input_path) as source, _target(output) as target:
        for block in tables.blocks(
            source, n_features=width, feature_names=names, header=header, types=types, gaps=gaps
        ):
            _write(answer(estimator, method, block.x, partial(_place, block)), target)
            n_rows += len(block.x)
    if not n_rows:
        note("the input has no rows, and so has the output")


def _width(model: Model, method: str) -> int:
    """Give the width of the method's input, and refuse a method that the model lacks."""
    columns = {output.method: output.n_columns for output in model.outputs}
    if method not in columns:
        raise UnsupportedMethodError(
            f"the model ({model.class_name or model.family}) has no {method}; it has {', '.join(columns)}: "
            "choose one with --method"
        )
    return columns["transform"] if method == "inverse_transform" else model.n_features


def _place(block: Block, row: int) -> str:
    return f"{block.unit} {block.places[row]}"


def _write(values: NDArray[Any], target: IO[str]) -> None:
    """Write values of shape (n_rows,) or (n_rows, n_columns): floats as the shortest decimals that read back."""
    rows = values.tolist() if values.ndim > 1 else [[value] for value in values.tolist()]
    if values.dtype.kind in "fiu":
        target.writelines(",".join(map(repr, row)) + "\n" for row in rows)
        return
    for row in zip(*(cells([row[i] for row in rows]) for i in range(len(rows[0]) if rows else 0)), strict=True):
        target.write(",".join(row) + "\n")


@contextmanager
def _source(path: str) -> Iterator[IO[bytes]]:
    if path == "-":
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as file:
        yield file


@contextmanager
def _target(path: str) -> Iterator[IO[str]]:
    """Open standard output; a device or a pipe as it is; or a temporary file that takes the place of the file."""
    if path == "-":
        with _text(sys.stdout.buffer) as stdout:
            yield stdout
        return
    place = Path(path)
    if place.exists() and not place.is_file():
        with place.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with files.replacing(path) as raw, _text(raw) as file:
        yield file


@contextmanager
def _text(raw: IO[bytes]) -> Iterator[IO[str]]:
    """Write text to a binary file, which stays open for its owner."""
    text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    try:
        yield text
        text.flush()
    finally:
        # What could not be written is told already.
        with suppress(OSError):
            text.detach()
