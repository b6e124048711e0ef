"""``import modelx`` is quick, and everything is there."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cli_running import environment

import modelx


def test_every_public_name_is_there():
    for name in modelx.__all__:
        assert getattr(modelx, name) is not None
    assert set(modelx.__all__) <= set(dir(modelx))


def test_modules_are_there_without_being_imported():
    code = "import modelx\nprint(modelx.api.encode.__name__, modelx.formats.Encoding.__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout == "encode Encoding\n"


def test_names_that_are_not_there():
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        modelx.lod  # noqa: B018


def test_scikit_learn_comes_with_the_first_use():
    code = (
        "import sys, modelx\nassert 'sklearn' not in sys.modules\n"
        "from modelx import dump, errors\nassert 'sklearn' in sys.modules\nprint(dump.__name__, errors.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout == "dump modelx.errors\n"
