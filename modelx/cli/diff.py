"""``modelx diff``."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from modelx.cli import exits, options
from modelx.cli.documented import Documented
from modelx.cli.reporting import printable, reading
from modelx.plain import brief, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from modelx.differences import Change, Difference, Largest, OutputChange, ParameterChange
    from modelx.model import Model

_IGNORABLE = ("metadata", "attributes", "hyper_parameters")
_SHOWN = 20
_HYPER_PARAMETERS = "hyper-parameters"


@click.command(
    cls=Documented,
    short_help="Tell what changes between two models.",
    examples="""
    modelx diff old.pb new.pb
    modelx diff old.pb new.pb --data X.csv               # flipped labels, and the rows that change most
    modelx diff old.pb new.pb --ignore metadata --json | jq .breaking
    """,
)
@click.argument("old", type=options.FILE)
@click.argument("new", type=options.FILE)
@click.option("--data", type=options.FILE, metavar="FILE", help="Rows (CSV or .npy) that both models are asked about.")
@options.header_option
@click.option(
    "--ignore",
    type=click.Choice(_IGNORABLE),
    multiple=True,
    help="Leave out a part: two exports of one model differ in metadata, by their time. Repeatable.",
)
@click.option("--worst", type=click.IntRange(min=0), default=5, show_default=True, help="How many rows are listed.")
@options.json_option("Print the difference, and errors, as JSON.")
def diff(
    old: str, new: str, data: str | None, header: bool, ignore: tuple[str, ...], worst: int, as_json: bool
) -> None:
    """Tell what changes from the model file OLD to NEW, and what breaks a caller.

    Exit code 0 when nothing differs, 1 when something does.
    """
    if header and data is None:
        raise click.UsageError("--header is about the file of --data; give --data as well")

    from modelx import api, differences

    with reading(old):
        before = api.read(old)
    with reading(new):
        after = api.read(new)
    if data is None:
        found = differences.diff(before, after)
    else:
        with reading(data, rows=True):
            rows, places = _rows(data, before, header)
            rows_after = None
            # With named columns, each model finds its own.
            if header and before.feature_names != after.feature_names:
                rows_after, _ = _rows(data, after, header)
            found = differences.diff(before, after, rows, data_b=rows_after, worst=worst, place=places.__getitem__)
    emptied: dict[str, Any] = {part: [] for part in ignore}
    found = replace(found, **emptied)
    if as_json:
        shown = {"differs": not found.empty, "breaking": found.breaking, **plain(asdict(found))}
        click.echo(json.dumps(shown, ensure_ascii=False, allow_nan=False))
    else:
        _show(found)
    if not found.empty:
        click.get_current_context().exit(exits.FAILED)


def _rows(path: str, model: Model, header: bool) -> tuple[NDArray[Any], list[str]]:
    """Read the rows as a model takes them, and the name of each row's place."""
    import numpy as np

    from modelx import conversion, tables

    width, types = model.n_features, conversion.family_of(model.proto).input_types(model.proto)
    blocks = list(tables.blocks(path, n_features=width, feature_names=model.feature_names, header=header, types=types))
    rows = np.concatenate([block.x for block in blocks]) if blocks else np.empty((0, width))
    return rows, [f"{block.unit} {place}" for block in blocks for place in block.places]


def _show(found: Difference) -> None:
    if found.empty:
        _line("no difference")
    _title("schema", found.schema)
    for schema in found.schema:
        _line(f"  {'BREAKING  ' if schema.breaking else ''}{schema.what}: {schema.message}")
    _changes("computation", found.computation)
    _title("parameters", found.parameters)
    for parameter in found.parameters:
        _parameter(parameter)
    _changes(_HYPER_PARAMETERS, found.hyper_parameters)
    _changes("fitted attributes", found.attributes)
    _changes("metadata", found.metadata)
    _title("answers", found.outputs)
    for output in found.outputs:
        _output(output)
    if found.outputs_skipped:
        _line(f"answers: not compared: {found.outputs_skipped}")


def _line(text: str) -> None:
    click.echo(printable(text))


def _title(title: str, items: Sequence[object]) -> None:
    if items:
        click.echo(click.style(title, bold=True))


def _changes(title: str, changes: Sequence[Change]) -> None:
    _title(title, changes)
    # Hyper-parameters that have their default are not in the file.
    absent = "the default" if title == _HYPER_PARAMETERS else "nothing"
    for change in changes[:_SHOWN]:
        before = absent if change.how == "added" else brief(change.before)
        after = absent if change.how == "removed" else brief(change.after)
        _line(f"  {change.path}: {before} became {after}{_by(change.largest)}")
    if len(changes) > _SHOWN:
        _line(f"  ... {len(changes) - _SHOWN} more; --json has them all")


def _by(largest: Largest | None) -> str:
    return f", by at most {largest.change:.6g} at {largest.at}" if largest else ""


def _parameter(change: ParameterChange) -> None:
    if change.largest_absolute is None or change.largest_relative is None:
        _line(f"  {change.path}: {change.message}")
        return
    _line(f"  {change.path}: {change.n_changed:,} of {change.n_values:,} changed")
    _largest("absolute", change.largest_absolute)
    _largest("relative", change.largest_relative)


def _largest(what: str, largest: Largest) -> None:
    label = f" ({largest.label})" if largest.label else ""
    _line(
        f"    largest {what} change {largest.change:.6g} at {largest.at}{label}: "
        f"{largest.before!r} became {largest.after!r}"
    )


def _output(output: OutputChange) -> None:
    if output.flips:
        share = 100.0 * output.n_changed / output.n_rows
        _line(f"  {output.method}: {output.n_changed:,} of {output.n_rows:,} labels flipped ({share:.3g} %)")
        for flip in output.flips[:_SHOWN]:
            _line(f"    {flip.before!r} became {flip.after!r}: {flip.count:,}")
    else:
        _line(f"  {output.method}: {output.n_changed:,} of {output.n_rows:,} rows changed")
    if output.largest_absolute is not None and output.largest_relative is not None:
        _largest("absolute", output.largest_absolute)
        _largest("relative", output.largest_relative)
    for row in output.worst:
        _line(f"    row {row.row}: {row.before} became {row.after}{f' ({row.change:.6g})' if row.change else ''}")
