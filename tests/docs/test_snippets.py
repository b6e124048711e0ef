"""Every snippet of the documentation is run: Python blocks in order, one name space a page, and commands after `$`.

A command that ends with `&` is a server: it runs until the page ends, on ports of its own instead of 8080 and 8081.
"""

import os
import re
import shlex
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page):
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def free_ports():
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1]), str(other.getsockname()[1])


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_snippets_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    http, grpc = free_ports()
    programs = f"{Path(sys.executable).parent}{os.pathsep}{ROOT / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": programs, "MODELX_HTTP_PORT": http, "MODELX_GRPC_PORT": grpc}
    names = {}
    with ExitStack() as servers:
        for language, block in blocks(page):
            text = block.replace("8080", http).replace("8081", grpc)
            if language == "python":
                exec(compile(text, f"{page.name}", "exec"), names)  # noqa: S102 - the page is ours
                continue
            for line in text.splitlines():
                if line.startswith("$ ") and line.endswith(" &"):
                    servers.enter_context(serving(shlex.split(line[2:-2]), environment))
                elif line.startswith("$ "):
                    run(shlex.split(line[2:]), environment)


@contextmanager
def serving(command, environment):
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            log = []
            for line in process.stderr:
                log.append(line)
                if '"serving"' in line:
                    break
            else:
                pytest.fail(f"{shlex.join(command)}: {log}")
            yield
        finally:
            process.terminate()
            # What it still logs must be read, or it could not end.
            process.communicate(timeout=60)


def run(command, environment):
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}: {done.stdout}{done.stderr}"


def test_readme_has_snippets():
    assert [language for language, _ in blocks(ROOT / "README.md")].count("python") >= 1
    assert [language for language, _ in blocks(ROOT / "README.md")].count("console") >= 1
