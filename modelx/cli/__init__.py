"""The command line. Commands print; what they do is in the rest of the package."""

from modelx.cli.program import main

__all__ = ["main"]
