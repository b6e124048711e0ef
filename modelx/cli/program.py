"""The group of commands, and what happens to errors."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

import click

import modelx
from modelx.cli import exits
from modelx.cli.call import call
from modelx.cli.check import check
from modelx.cli.convert import convert
from modelx.cli.diff import diff
from modelx.cli.export import export
from modelx.cli.inspect import inspect
from modelx.cli.predict import predict
from modelx.cli.reporting import fail, told_warnings
from modelx.cli.serve import serve
from modelx.cli.verify import verify

_EXAMPLES = """\
  modelx check model.joblib --trust               # what could be exported, and why something could not
  modelx export model.joblib model.pb --trust     # a pickle becomes data
  modelx inspect model.pb                         # what is in it
  modelx verify models/*.pb                       # they still answer what was recorded
  modelx predict --model model.pb --input X.csv   # predictions, as CSV
  modelx convert model.pb model.onnx              # for onnxruntime
  modelx diff old.pb new.pb --data X.csv          # what a new version changes
  modelx serve model.pb                           # gRPC and HTTP, with new models taking over as they come
  modelx call predict --row 5.1,3.5,1.4,0.2       # ask a server"""


class Program(click.Group):
    """A group that turns errors into one message and a stable exit code."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002 - click's own handling is replaced
        **extra: Any,
    ) -> NoReturn:
        given = list(sys.argv[1:] if args is None else args)
        if isinstance(sys.stdout, io.TextIOWrapper):
            # A name that the terminal's encoding lacks is shown as an escape, rather than ending the program.
            sys.stdout.reconfigure(errors="backslashreplace")
        options = given[: given.index("--")] if "--" in given else given
        try:
            with told_warnings():
                result = super().main(given, prog_name or "modelx", complete_var, standalone_mode=False, **extra)
            # What is still in the buffer may meet a reader that went away.
            sys.stdout.flush()
        except click.exceptions.Exit as error:
            sys.exit(error.exit_code)
        except BrokenPipeError:
            _leave_quietly()
        except BaseException as error:
            if isinstance(error, SystemExit | GeneratorExit):
                raise
            if os.environ.get("MODELX_TRACEBACK") and exits.code_of(error) == exits.INTERNAL:
                raise
            with suppress(OSError):
                fail(error, as_json="--json" in options)
            sys.exit(exits.code_of(error))
        sys.exit(result if isinstance(result, int) else exits.OK)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        # --help and --version print while arguments are read.
        try:
            return super().make_context(*args, **kwargs)
        except BrokenPipeError:
            _leave_quietly()

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _leave_quietly()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        formatter.write(f"\nExamples:\n{_EXAMPLES}\n\nExit codes:\n{exits.table()}\n")


def _leave_quietly() -> NoReturn:
    """End as a program does whose output nobody reads: what is left goes nowhere, and nothing is said."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(exits.BROKEN_PIPE)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    commands=[check, export, convert, inspect, verify, predict, diff, serve, call],
    invoke_without_command=True,
)
@click.version_option(modelx.__version__, prog_name="modelx")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Fitted scikit-learn models as data: exported, checked, compared and run, without pickle.

    The suffix of a file that is written says its format: .pb, .json or .onnx, with .gz or .zst after
    it or not. Files that are read are recognised by their content. `modelx COMMAND --help` tells more.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
