"""``modelx verify``."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest
from cli_running import environment

import modelx


@pytest.fixture
def tampered(files, tmp_path):
    proto = modelx.read(files["iris.pb"]).proto
    proto.pipeline.steps[1].sgd_classifier.coefficients[3] += 1e-3
    (tmp_path / "tampered.pb").write_bytes(proto.SerializeToString())
    return str(tmp_path / "tampered.pb")


def test_a_line_each(command, files, tampered):
    result = command("verify", files["ridge.pb"], tampered, files["broken.pb"], "nowhere.pb")
    lines = result.out.splitlines()
    assert result.code == 1
    assert lines[0].startswith(f"ok      {files['ridge.pb']}: 16 rows, predict")
    assert lines[1].startswith(f"FAILED  {tampered}: (evidence_mismatch) pipeline.steps[1]")
    assert lines[2].startswith(f"FAILED  {files['broken.pb']}: (malformed)")
    assert lines[3] == "FAILED  nowhere.pb: (io) No such file or directory"
    assert len(lines) == 4
    # No bar where nobody looks at it.
    assert result.err == ""


def test_all_sound(run, files):
    assert run("verify", files["ridge.pb"], files["iris.pb"]).code == 0


def test_json(run, files, tampered):
    result = run("verify", files["ridge.pb"], tampered, "--json")
    assert result.code == 1
    good, bad = result.json["files"]
    assert good == {
        "path": files["ridge.pb"], "ok": True, "class_name": "Ridge", "evidence_rows": 16, "methods": ["predict"],
    }  # fmt: skip
    assert (bad["path"], bad["ok"], bad["error"]["kind"]) == (tampered, False, "evidence_mismatch")


def test_a_model_without_evidence(run, files, tmp_path):
    run("convert", files["ridge.pb"], tmp_path / "bare.pb", "--drop-evidence")
    sound = run("verify", tmp_path / "bare.pb")
    assert sound.code == 0
    assert "no evidence" in sound.out
    required = run("verify", tmp_path / "bare.pb", "--require-evidence")
    assert required.code == 1
    assert "(evidence)" in required.out


def test_no_file_is_a_usage_error(run):
    assert run("verify").code == 2


def test_predicting_with_a_tampered_file_is_a_failed_check(run, files, tampered):
    result = run("predict", "--model", tampered, "--input", files["iris.csv"], "--json")
    assert (result.code, result.error["kind"], result.out) == (1, "evidence_mismatch", "")


def test_a_terminal_sees_a_bar_and_the_same_lines(files):
    """Standard error is a terminal, standard output is not."""
    leader, follower = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "modelx", "verify", *[files["ridge.pb"]] * 3],
        stdout=subprocess.PIPE,
        stderr=follower,
        env=environment() | {"TERM": "xterm"},
    )
    os.close(follower)
    seen = b""
    # Reading a terminal fails when the last process that has it open is gone.
    with suppress(OSError):
        while part := os.read(leader, 65536):
            seen += part
    os.close(leader)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert b"verifying" in seen
    assert out.decode().splitlines() == [f"ok      {files['ridge.pb']}: 16 rows, predict"] * 3
