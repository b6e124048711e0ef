"""Every snippet of the documentation is run: Python blocks in order, one name space a page, and commands after `$`."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_snippets_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {}
    for language, text in blocks(page):
        if language == "python":
            exec(compile(text, f"{page.name}", "exec"), names)  # noqa: S102 - the page is ours
            continue
        for line in text.splitlines():
            if line.startswith("$ "):
                run(shlex.split(line[2:]), tmp_path)


def run(command, folder):
    programs = f"{Path(sys.executable).parent}{os.pathsep}{ROOT / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": programs}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stdout}{done.stderr}"


def test_readme_has_snippets():
    assert [language for language, _ in blocks(ROOT / "README.md")].count("python") >= 1
    assert [language for language, _ in blocks(ROOT / "README.md")].count("console") >= 1
