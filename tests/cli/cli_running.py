"""Running commands, in this process and in their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from modelx.cli.program import main

ROOT = Path(__file__).parents[2]


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        return json.loads(self.err)["error"]


def run_here(*args, stdin=None):
    """Run a command in this process; what is no exit is raised."""
    result = CliRunner().invoke(main, [str(arg) for arg in args], input=stdin, prog_name="modelx")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Result(result.exit_code, result.stdout, result.stderr)


def environment():
    return os.environ | {"PYTHONPATH": str(ROOT), "MODELX_TRACEBACK": ""}


def run_command(*args, stdin=None):
    """Run the real command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "modelx", *map(str, args)],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def write_csv(path, rows, header=None):
    """Write numbers as a CSV file that reads back exactly."""
    lines = [",".join(header)] if header is not None else []
    lines += [",".join(map(repr, row)) for row in np.asarray(rows).tolist()]
    Path(path).write_text("\n".join(lines) + "\n")
