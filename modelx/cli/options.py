"""Options and arguments that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from modelx.errors import UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelx.formats import Encoding

# The commands open files themselves, so that errors are those of the file system, with their exit code.
FILE = click.Path(dir_okay=True, path_type=str)


def json_option(text: str) -> Callable[[Any], Any]:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help=text)


def level_option(command: Any) -> Any:
    """Add ``--level``."""
    return click.option("--level", type=int, help="Compression level: 0 to 9 for .gz (6), 1 to 22 for .zst (3).")(
        command
    )


def drift_option(command: Any) -> Any:
    """Add ``--allow-drift``."""
    return click.option(
        "--allow-drift",
        is_flag=True,
        help="Write an .onnx file even when onnxruntime gives other labels, or numbers outside of the tolerance.",
    )(command)


def header_option(command: Any) -> Any:
    """Add ``--header``."""
    return click.option(
        "--header",
        is_flag=True,
        help="The first line of the CSV file names its columns. They are matched with the model's feature names, in "
        "any order; other columns are left out.",
    )(command)


def gaps_option(command: Any) -> Any:
    """Add ``--gaps``."""
    return click.option(
        "--gaps",
        type=click.Choice(["none", "nan"]),
        help="What a missing string is: an empty cell of CSV is NaN by default, null in JSON None.",
    )(command)


def output_encoding(path: str, level: int | None, parameter: str) -> Encoding:
    """Tell from the suffix how a file is to be written, before any work is done.

    Raises
    ------
    click.BadParameter
    """
    from modelx import formats
    from modelx.formats import compression

    try:
        encoding = formats.by_suffix(path)
    except UnknownFormatError as error:
        raise click.BadParameter(error.message, param_hint=parameter) from error
    if level is None:
        return encoding
    if encoding.compression is None:
        raise click.BadParameter(f"{path!r} is not compressed; add .gz or .zst to it", param_hint="--level")
    lowest, highest, _ = compression.LEVELS[encoding.compression]
    if not lowest <= level <= highest:
        raise click.BadParameter(
            f"{level} is out of range; {encoding.compression} has {lowest} to {highest}", param_hint="--level"
        )
    return encoding
