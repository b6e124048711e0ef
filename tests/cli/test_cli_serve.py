"""``modelx serve`` up to where it serves; tests/serving/ops has the rest."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli_running import environment

from modelx.serving.settings import TABLE, Settings, load, to_toml

# Stands in the place of the Go engine, and tells with what it was started.
FAKE_ENGINE = '#!/bin/sh\nprintf "%s\\n" "$@"\nprintf "environment %s\\n" "$MODELX_WORKERS"\nexit 7\n'


def serve(*args, path="", **more):
    """Run the command without the Go engine that this machine may have on its PATH."""
    own = {key: value for key, value in environment().items() if not key.startswith("MODELX_")} | {"PATH": str(path)}
    line = [sys.executable, "-m", "modelx", "serve", *map(str, args)]
    return subprocess.run(line, capture_output=True, text=True, env=own | more, check=False)


@pytest.fixture
def engine(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "modelx-go"
    program.write_text(FAKE_ENGINE)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


def test_help_tells_all(run):
    done = run("serve", "--help")
    assert done.code == 0
    assert all(each.flag in done.out for each in TABLE)
    assert {"--engine", "--config", "--print-config", "MODEL_OR_ROOT"} <= set(done.out.replace(",", " ").split())
    assert "modelx serve models/ --load latest --watch" in done.out


def test_help_of_the_program_is_light():
    code = "import sys\nimport modelx.cli\nheavy = {'numpy', 'grpc', 'uvicorn', 'modelx.serving.settings'}\n"
    code += "print(heavy & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout == "set()\n"


def test_the_defaults_are_printed(run, monkeypatch):
    for name in [name for name in os.environ if name.startswith("MODELX_")]:
        monkeypatch.delenv(name)
    done = run("serve", "m.pb", "--print-config")
    assert (done.code, done.out) == (0, to_toml(Settings("m.pb")))


def test_what_is_printed_can_be_given(run, tmp_path, monkeypatch):
    monkeypatch.setenv("MODELX_WORKERS", "3")
    line = ["--grpc-port", "-1", "--http-port=0", "--watch", "--idle-timeout", "1500ms", "--model-name", 'a "b"']
    done = run("serve", "m.pb", *line, "--print-config")
    assert done.code == 0
    file = tmp_path / "printed.toml"
    file.write_text(done.out)
    monkeypatch.delenv("MODELX_WORKERS")
    expected = Settings("m.pb", grpc_port=-1, http_port=0, watch=True, idle_timeout=1.5, model_name='a "b"', workers=3)
    assert load("m.pb", {}, {}, str(file)) == expected
    assert run("serve", "m.pb", "--config", file, "--print-config").out == done.out
    assert run("serve", "m.pb", "--config", file, "--watch=false", "--print-config").out == to_toml(
        replace(expected, watch=False)
    )


@pytest.mark.parametrize("given", ["--watch", "--watch=true"])
def test_a_switch(run, given):
    assert "watch = true" in run("serve", given, "m.pb", "--print-config").out.splitlines()


def test_a_model_whose_name_is_a_flag(run):
    assert run("serve", "--print-config", "--", "--watch=true").out == to_toml(Settings("--watch=true"))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["m", "--grpc-port", "x"], 'flag --grpc-port is "x"; expected a whole number from -1 to 65535'),
        (
            ["m", "--read-timeout", "3"],
            'flag --read-timeout is "3"; expected a duration such as 500ms, 30s or 5m, longer',
        ),
        (["m", "--tls-key", "k"], "flag --tls-key is set and tls_cert is not; expected both"),
        (["m", "--watch=maybe"], 'flag --watch is "maybe"; expected true or false'),
        ([], "Missing argument 'MODEL_OR_ROOT'."),
        (["m", "--engine", "rust"], "Invalid value for '--engine': 'rust' is not one of 'auto', 'python', 'go'."),
        (["m", "n"], "Got unexpected extra argument (n)"),
    ],
)
def test_wrong_command_lines(run, args, message):
    done = run("serve", *args, *(["--engine", "python"] if "--engine" not in args else []))
    assert done.code == 2
    assert f"modelx: error (usage): {message}" in done.err


def test_wrong_environment(run, monkeypatch):
    monkeypatch.setenv("MODELX_WORKERS", "many")
    done = run("serve", "m", "--engine", "python")
    assert done.code == 2
    assert 'environment MODELX_WORKERS is "many"; expected a whole number from 1 to 1024' in done.err


def test_wrong_files(run, tmp_path):
    file = tmp_path / "modelx.toml"
    file.write_text("workers = 'x'\n")
    done = run("serve", "m", "--engine", "python", "--config", file)
    assert done.code == 2
    assert f'key workers of {file} is "x"; expected a whole number from 1 to 1024' in done.err
    done = run("serve", "m", "--engine", "python", "--config", tmp_path / "none.toml")
    assert done.code == 6
    assert f"modelx: error (io): {tmp_path / 'none.toml'}: No such file or directory" in done.err


def test_the_go_engine_is_not_there(engine):
    (engine / "modelx-go").unlink()
    done = serve("m.pb", "--engine", "go", path=engine)
    assert done.returncode == 5
    assert done.stderr == (
        "modelx: error (missing_dependency): modelx-go is neither beside modelx nor on the PATH: install it, or take "
        "--engine python\n"
    )


@pytest.mark.parametrize("args", [[], ["--engine", "auto"], ["--engine", "go"]])
def test_the_go_engine_takes_the_process_over(engine, args):
    given = ["--grpc-port", "9000", "--watch", "--model-name", "", "--config", "c.toml"]
    done = serve("m.pb", *args, *given, path=engine, MODELX_WORKERS="2")
    assert (done.returncode, done.stderr) == (7, "")
    assert done.stdout.splitlines() == [
        *("serve", "--grpc-port=9000", "--model-name=", "--watch=true", "--config=c.toml", "--", "m.pb"),
        "environment 2",
    ]


def test_the_go_engine_beside_the_command_goes_before_the_path(engine, tmp_path):
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "modelx-go").write_text("#!/bin/sh\nexit 9\n")
    (beside / "modelx-go").chmod(0o700)
    command = beside / "modelx"
    command.write_text(f"#!{sys.executable}\nfrom modelx.cli import main\nmain()\n")
    command.chmod(0o700)
    own = environment() | {"PATH": str(engine)}
    assert subprocess.run([command, "serve", "m.pb"], env=own, check=False).returncode == 9


def test_the_python_engine_is_taken_when_it_is_asked_for(engine, tmp_path):
    done = serve(tmp_path / "none.pb", "--engine", "python", path=engine)
    assert done.returncode == 6


def test_packages_that_are_missing():
    """An environment in which the packages of the extra are not to be found."""
    blocker = (
        "import importlib.machinery as machinery, sys\nfind = machinery.PathFinder.find_spec\n"
        "machinery.PathFinder.find_spec = classmethod(lambda cls, name, *rest: "
        "None if name in ('grpc', 'uvicorn') else find(name, *rest))\n"
    )
    code = f"{blocker}\nsys.argv[1:] = ['serve', 'm.pb', '--engine', 'python']\nfrom modelx.cli import main\nmain()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 5
    assert done.stderr == (
        "modelx: error (missing_dependency): grpc, uvicorn: not installed; pip install 'modelx[serve]'\n"
    )


def test_the_documentation_names_the_command():
    text = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    assert "## serve" in text
    assert "modelx serve model.pb" in text
