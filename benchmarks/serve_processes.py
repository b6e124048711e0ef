"""The servers that benchmarks/serve.py measures, each started as its users start it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import deque
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
LOAD = ROOT / "build" / "load"
MLSERVER = ROOT / "build" / "mlserver" / "bin"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Running:
    """A server that answers: its addresses, and its process."""

    grpc: str
    http: str
    pid: int


@contextmanager
def process(command: list[str | Path], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Run a program, and end it."""
    with subprocess.Popen(command, text=True, env=ENVIRONMENT, **options) as running:
        try:
            yield running
        finally:
            running.terminate()
            with suppress(subprocess.TimeoutExpired):
                running.wait(timeout=20)
            running.kill()


@contextmanager
def engine(name: str, model: Path, *flags: str) -> Iterator[Running]:
    """Serve a model file with an engine of modelx."""
    python = [sys.executable, "-m", "modelx", "serve", "--engine", "python"]
    start = python if name == "python" else [ROOT / "bin" / "modelx-go", "serve"]
    command = [*start, model, "--grpc-port", "0", "--http-port", "0", *flags]
    with process(command, stderr=subprocess.PIPE) as running:
        log = running.stderr or sys.stdin
        told = next((line for line in map(json.loads, log) if line["msg"] == "serving"), None)
        if told is None:
            message = f"the {name} engine ended"
            raise RuntimeError(message)
        # A log that nobody reads would stop the server when the pipe is full.
        threading.Thread(target=deque, args=(log, 0), daemon=True).start()
        yield Running(told["grpc_address"], told["http_address"], running.pid)


@contextmanager
def echo(kind: str) -> Iterator[Running]:
    """Serve a bare echo: "go", "aio" or "threads"."""
    script = Path(__file__).parent / "echo_server.py"
    command = [LOAD, "echo"] if kind == "go" else [sys.executable, script, kind]
    with process(command, stdout=subprocess.PIPE) as running:
        address = (running.stdout or sys.stdin).readline().strip()
        yield Running(address, "", running.pid)


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mlserver(folder: Path, joblib_file: Path) -> Iterator[Running]:
    """Serve a pickled estimator with MLServer, as its documentation says, in one process."""
    ports = {name: free_port() for name in ("http_port", "grpc_port", "metrics_port")}
    settings = {"host": "127.0.0.1", "parallel_workers": 0, "debug": False, **ports}
    model = {
        "name": "model",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": str(joblib_file), "version": "1"},
    }
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps(settings))
    (folder / "model-settings.json").write_text(json.dumps(model))
    quiet = subprocess.DEVNULL
    with process([MLSERVER / "mlserver", "start", folder], stdout=quiet, stderr=quiet) as running:
        http = f"127.0.0.1:{ports['http_port']}"
        wait_ready(f"http://{http}/v2/models/model/ready", running)
        yield Running(f"127.0.0.1:{ports['grpc_port']}", http, running.pid)


def wait_ready(url: str, running: subprocess.Popen[str]) -> None:
    """Ask until the answer is 200."""
    end = time.monotonic() + 120
    while time.monotonic() < end and running.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url) as response:  # noqa: S310 - a URL of our own
            if response.status == 200:
                return
        time.sleep(0.1)
    message = f"{url} was never ready"
    raise RuntimeError(message)


def load(protocol: str, target: str, payload: Path, **flags: Any) -> dict[str, Any]:
    """Run the load generator, and give its report."""
    command = [LOAD, protocol, "-target", target, "-payload", payload]
    for name, value in flags.items():
        command += [f"-{name.replace('_', '-')}", str(value)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    if report["errors"]:
        message = f"{target}: {report['errors']} errors, the first: {report['first_error']}"
        raise RuntimeError(message)
    return report
