"""Commands whose help ends with examples."""

from __future__ import annotations

from inspect import cleandoc
from textwrap import indent
from typing import Any

import click


class Documented(click.Command):
    """A command with examples, which are printed as they are written.

    Parameters
    ----------
    examples : str
        Lines of shell, and what they are for.
    """

    def __init__(self, *args: Any, examples: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = cleandoc(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        formatter.write(f"\nExamples:\n{indent(self.examples, '  ')}\n")
