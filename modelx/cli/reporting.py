"""What goes to standard error: errors, warnings and notes, for people and, with --json, for programs."""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from modelx.cli import exits
from modelx.errors import ModelxError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "_modelx_file"


def printable(text: object) -> str:
    """Show what a file says on a terminal: control characters, which could command it, as escapes."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in str(text))


def one_line(text: object) -> str:
    """Show text as `printable` does, without line ends."""
    return printable(text).replace("\n", "\\n")


def kind_of(error: BaseException) -> str:
    """Name the kind of an error, as docs/errors.md and docs/cli.md list them."""
    if isinstance(error, ModelxError):
        return error.kind
    if isinstance(error, click.ClickException):
        return "usage"
    if isinstance(error, click.exceptions.Abort):
        return "interrupted"
    return "io" if isinstance(error, OSError) else "internal"


@contextmanager
def reading(file: str, *, rows: bool = False) -> Iterator[None]:
    """Let errors of a model, or of `rows`, say which file it is about."""
    try:
        yield
    except ModelxError as error:
        if rows:
            setattr(error, exits.IN_ROWS, True)
        if not hasattr(error, _FILE):
            setattr(error, _FILE, file)
        raise


def describe(error: BaseException) -> dict[str, str]:
    """Give the kind, the message and the place of an error: the place in the model, or the path of a file.

    `file` is there when the error is about what a file has in it; `detail` and `request_id` where a server sent them.
    """
    kind, path = kind_of(error), ""
    if isinstance(error, ModelxError):
        message, path = error.message, error.path
    elif isinstance(error, click.ClickException):
        message = error.format_message()
    elif isinstance(error, click.exceptions.Abort):
        message = "interrupted"
    elif isinstance(error, OSError):
        message, path = error.strerror or str(error), str(error.filename or "")
    else:
        message = f"{type(error).__name__}: {error}"
    described = {"kind": kind, "message": message, "path": path}
    if hasattr(error, _FILE):
        described["file"] = getattr(error, _FILE)
    for name in ("detail", "request_id"):
        if value := getattr(error, name, ""):
            described[name] = value
    return described


def fail(error: BaseException, *, as_json: bool) -> None:
    """Print an error, without a traceback."""
    described = describe(error)
    if as_json:
        click.echo(json.dumps({"error": described}), err=True)
        return
    where = "".join(f"{described[key]}: " for key in ("file", "path") if described.get(key))
    lines = printable(f"{where}{described['message']}").splitlines() or [""]
    click.echo(f"modelx: error ({described['kind']}): {lines[0]}", err=True)
    for line in [*lines[1:], *printable(described.get("detail", "")).splitlines()]:
        click.echo(f"  {line}", err=True)
    if "request_id" in described:
        click.echo(f"  request id: {one_line(described['request_id'])}", err=True)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        click.echo(f"  try: {error.ctx.command_path} --help", err=True)
    if described["kind"] == "internal":
        click.echo("  This is a defect of modelx. MODELX_TRACEBACK=1 shows where; please report it.", err=True)


def note(text: str) -> None:
    """Say what is worth knowing, without being in the way of the output."""
    click.echo(f"modelx: {printable(text)}", err=True)


@contextmanager
def told_warnings() -> Iterator[None]:
    """Print each warning once, as one line."""
    told: set[str] = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        text = str(message)
        if text not in told:
            told.add(text)
            note(f"warning: {' '.join(text.split())}")

    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for category in (DeprecationWarning, PendingDeprecationWarning, ResourceWarning):
            warnings.simplefilter("ignore", category)
        warnings.showwarning = show
        yield
