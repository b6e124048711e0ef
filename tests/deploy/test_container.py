"""The Go engine in an empty root: what the Containerfile's last stage is, without a container engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from pathlib import Path

import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

import modelx

ROOT = Path(__file__).resolve().parents[2]
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()
pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Build the program with the very command of the Containerfile."""
    (line,) = [line for line in CONTAINERFILE.splitlines() if "go build" in line]
    target = tmp_path_factory.mktemp("image") / "modelx-go"
    command = line.removeprefix("RUN ").replace("-o /modelx-go", f"-o {target}")
    subprocess.run(["bash", "-c", command], cwd=ROOT / "interop", check=True, env=os.environ | {"GOFLAGS": ""})
    return target


def test_it_needs_no_library(program):
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    assert "not a dynamic executable" in told.stdout + told.stderr


def test_it_serves_in_an_empty_root(program, tmp_path):
    X, y = load_diabetes(return_X_y=True)
    estimator = Ridge().fit(X, y)
    (tmp_path / "models").mkdir()
    modelx.dump(estimator, tmp_path / "models" / "m.pb", version="1.0.0")
    shutil.copy(program, tmp_path / "modelx-go")
    (start,) = [line for line in CONTAINERFILE.splitlines() if line.startswith("CMD")]
    arguments = [*json.loads(start.removeprefix("CMD ")), "--host", "127.0.0.1", "--http-port", "0", "--grpc-port", "0"]
    # Nobody's number, as USER says; a namespace of its own lets an ordinary user change the root too.
    places = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    unshare, chroot = (shutil.which(name, path=places) for name in ("unshare", "chroot"))
    enter = [unshare, "--user", "--map-root-user", chroot, tmp_path]
    if os.geteuid() == 0:
        enter = [chroot, "--userspec=65532:65532", tmp_path]
        tmp_path.chmod(0o711)
    with subprocess.Popen([*enter, "/modelx-go", *arguments], stderr=subprocess.PIPE, env={}) as process:
        try:
            told = next(line for line in map(json.loads, process.stderr) if line["msg"] == "serving")
            body = json.dumps({"features": X[:3].tolist()}).encode()
            url = f"http://{told['http_address']}/predict"
            with urllib.request.urlopen(urllib.request.Request(url, body)) as response:
                answer = json.load(response)
        finally:
            process.terminate()
        assert process.wait(timeout=30) == 0
    assert answer["predictions"] == pytest.approx(estimator.predict(X[:3]).tolist(), rel=1e-12)
