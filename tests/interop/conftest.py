"""The two Go programs of these tests."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
Go = Callable[..., str]


@pytest.fixture(scope="session")
def go() -> Go:
    """Run bin/modelx-go with arguments and, as standard input, rows; give its standard output."""
    program = ROOT / "bin" / "modelx-go"
    assert program.exists(), "bin/modelx-go is missing: run `make build`"
    newest = max(path.stat().st_mtime for path in (ROOT / "interop").rglob("*.go") if "_test" not in path.name)
    assert program.stat().st_mtime >= newest, "bin/modelx-go is older than its source: run `make build`"

    def run(*arguments: object, rows: np.ndarray[Any, Any] | None = None) -> str:
        text = io.StringIO()
        if rows is not None:
            np.savetxt(text, rows, delimiter=",", fmt="%.17g")
        command = [program, *(str(argument) for argument in arguments)]
        done = subprocess.run(command, input=text.getvalue(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def built_in_go(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of models that interop/internal/gowrite built and saved."""
    folder = tmp_path_factory.mktemp("built-in-go")
    done = subprocess.run(
        ["go", "run", "./internal/gowrite", str(folder)],
        cwd=ROOT / "interop",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder
