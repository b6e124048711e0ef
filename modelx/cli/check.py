"""``modelx check``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from modelx.cli import exits, options
from modelx.cli.documented import Documented
from modelx.cli.reporting import note, one_line

if TYPE_CHECKING:
    from modelx.examining import Examination, Part


@click.command(
    cls=Documented,
    short_help="Tell what of a fitted estimator can be exported.",
    examples="""
    modelx check model.joblib --trust
    modelx check model.skops && modelx export model.skops model.pb
    modelx check --json model.skops | jq '.parts[] | select(.reason != "")'
    """,
)
@click.argument("source", type=options.FILE)
@click.option("--trust", is_flag=True, help="Run the code that a pickle is. Only for files whose origin you know.")
@options.json_option("Print what was found, and errors, as JSON.")
def check(source: str, trust: bool, as_json: bool) -> None:
    """Tell what would and would not work before the estimator in SOURCE (joblib, pickle, skops) is exported.

    One line for the estimator and each one inside of it; then the methods and the formats. Nothing is written. Exit
    code 5 when it cannot be exported.
    """
    from modelx.cli.estimator_files import load_estimator
    from modelx.examining import examine

    found = examine(load_estimator(source, trust=trust))
    if as_json:
        parts = [
            {"place": part.place, "class_name": part.class_name, "family": part.family, "reason": part.reason}
            for part in found.parts
        ]
        click.echo(
            json.dumps(
                {
                    "path": source,
                    "exportable": found.exportable,
                    "parts": parts,
                    "methods": found.methods,
                    "formats": found.formats,
                    "warnings": found.told,
                }
            )
        )
    else:
        _print(found)
    if not found.exportable:
        click.get_current_context().exit(exits.REFUSED)


def _print(found: Examination) -> None:
    for part in found.parts:
        click.echo(_line(part, exportable=found.exportable))
    if found.exportable:
        click.echo(f"methods  {', '.join(found.methods)}")
        for name, why in found.formats.items():
            click.echo(f"{name:<8} {'yes' if not why else f'no: {one_line(why)}'}")
    for text in found.told:
        note(text)


def _line(part: Part, *, exportable: bool) -> str:
    depth = part.place.count(".") + 1 if part.place else 0
    name = f"{part.place.rpartition('.')[2]}: {part.class_name}" if part.place else part.class_name
    # A part that has a family may still refuse what it was given once all others can be exported.
    word = "no" if part.reason else "ok" if exportable or part.family else "no"
    ending = f": {one_line(part.reason)}" if part.reason else f" ({part.family})" if part.family else ""
    return f"{word:<8} {'  ' * depth}{one_line(name)}{ending}"
