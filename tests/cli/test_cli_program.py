"""What all commands share: help, exit codes, errors, pipes and signals."""

from __future__ import annotations

import inspect
import json
import re
import signal
import subprocess
import sys

import click
import pytest
from cli_running import ROOT, environment

import modelx
from modelx import errors
from modelx.cli import exits
from modelx.cli.program import main

COMMANDS = ("call", "check", "convert", "diff", "export", "inspect", "predict", "serve", "verify")


def test_help_is_quick_because_it_imports_nothing_large():
    code = (
        "import sys, modelx\nfrom modelx.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('sklearn', 'numpy', 'google.protobuf', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Exit codes:" in done.stdout


def test_version(command):
    result = command("--version")
    assert (result.code, result.out) == (0, f"modelx, version {modelx.__version__}\n")


def test_no_command_shows_the_help(run):
    result = run()
    assert result.code == 0
    assert "Usage: modelx" in result.out


def test_all_commands_are_there():
    assert sorted(main.commands) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_examples_and_describes_every_option(run, name):
    result = run(name, "--help")
    assert result.code == 0
    assert f"  modelx {name} " in result.out.split("Examples:")[1]
    parameters = main.commands[name].get_params(click.Context(main.commands[name]))
    undescribed = [p.name for p in parameters if isinstance(p, click.Option) and not p.help]
    assert undescribed == []


def test_examples_name_options_that_exist():
    for name, command in main.commands.items():
        parameters = command.get_params(click.Context(command))
        known = {option for parameter in parameters for option in parameter.opts}
        used = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", command.examples)) - {"-d", "-f"}
        assert used <= known, name


def test_every_error_has_an_exit_code():
    classes = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, errors.ModelxError)]
    kinds = {cls.kind: cls for cls in classes if cls.kind != "error"}
    assert len(kinds) > 25
    for cls in kinds.values():
        error = cls([("", "x")]) if cls is errors.UnsupportedEstimatorError else cls("x")
        assert exits.code_of(error) not in (exits.INTERNAL, exits.OK), cls
    assert exits.code_of(FileNotFoundError()) == exits.IO
    assert exits.code_of(KeyError()) == exits.INTERNAL


def test_the_documentation_has_the_table_of_exit_codes():
    page = (ROOT / "docs" / "cli.md").read_text()
    for code, meaning in exits.MEANINGS.items():
        assert f"| {code} | {meaning} |" in page


def test_an_unknown_command_is_a_usage_error_with_a_way_out(run):
    result = run("exprot")
    assert result.code == 2
    assert result.out == ""
    assert "No such command 'exprot'" in result.err
    assert "try: modelx --help" in result.err
    assert "Traceback" not in result.err


def test_usage_errors_are_json_when_json_is_asked_for(run):
    result = run("inspect", "--json")
    assert result.code == 2
    assert set(result.error) == {"kind", "message", "path"}
    assert result.error["kind"] == "usage"
    assert "MODEL" in result.error["message"]


def test_an_error_of_modelx_itself_says_so_and_hides_its_traceback(run, monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("modelx.api.read", fail)
    monkeypatch.delenv("MODELX_TRACEBACK", raising=False)
    result = run("inspect", "x")
    assert result.code == exits.INTERNAL
    assert "ZeroDivisionError: oops" in result.err
    assert "MODELX_TRACEBACK=1" in result.err
    monkeypatch.setenv("MODELX_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run("inspect", "x")


def test_control_characters_of_a_file_do_not_reach_the_terminal(run, files):
    bad = str(files.folder / "evil\x1b[31m.pb")
    result = run("verify", bad)
    assert result.code == 1
    assert "\x1b" not in result.out
    assert "evil\\x1b[31m.pb" in result.out


def test_a_reader_that_goes_away_is_no_error(files, tmp_path):
    many = tmp_path / "many.csv"
    many.write_text((files.folder / "x.csv").read_text() * 100)
    process = subprocess.Popen(
        [sys.executable, "-m", "modelx", "predict", "-m", files["ridge.pb"], "-i", str(many)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == exits.BROKEN_PIPE


def test_help_into_a_closed_pipe_is_quiet():
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys, modelx.cli as c; sys.stdin.read(); c.main(['--help'])"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait() == exits.BROKEN_PIPE


def test_an_interrupt_is_clean(files):
    process = subprocess.Popen(
        [sys.executable, "-m", "modelx", "predict", "--model", files["ridge.pb"], "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    # A whole block, so that its answer tells that the program waits for more.
    row = ",".join(["0.5"] * 10) + "\n"
    process.stdin.write(row.encode() * 8192)
    process.stdin.flush()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    err = process.stderr.read().decode()
    process.stdin.close()
    process.stdout.close()
    assert process.wait() == exits.INTERRUPTED
    assert json.loads(err.strip().splitlines()[-1])["error"]["kind"] == "interrupted"
    assert "Traceback" not in err
