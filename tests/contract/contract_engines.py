"""Starting a server of either engine as its users do, as a process."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 60.0


def command(engine: str) -> list[str]:
    """Give the start of an engine's command line."""
    if engine == "python":
        return [sys.executable, "-m", "modelx", "serve", "--engine", "python"]
    program = ROOT / "bin" / "modelx-go"
    assert program.exists(), "bin/modelx-go is missing: run `make build`"
    return [str(program), "serve"]


@dataclass
class Server:
    """A running server: where it answers, and what it logs."""

    engine: str
    process: subprocess.Popen[bytes]
    grpc: str = ""
    http: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    _fresh: queue.Queue[dict[str, Any] | None] = field(default_factory=queue.Queue)

    def wait_log(self, message: str, *, after: int = 0, **keys: Any) -> dict[str, Any]:
        """Give the first log line with a message, from line number `after` on; wait for it."""
        position = after
        while True:
            while position < len(self.lines):
                line = self.lines[position]
                position += 1
                if line.get("msg") == message and all(line.get(key) == value for key, value in keys.items()):
                    return line
            fresh = self._fresh.get(timeout=DEADLINE)
            assert fresh is not None, f"the {self.engine} server ended: {self.lines[-5:]}"

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        """End the server as an operator does, and give its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def read(self, stream: IO[bytes]) -> None:
        for raw in stream:
            try:
                line = json.loads(raw)
            except ValueError:
                line = {"msg": "", "text": raw.decode(errors="replace")}
            self.lines.append(line)
            self._fresh.put(line)
        self._fresh.put(None)


def start(
    engine: str,
    target: Path,
    flags: dict[str, str] | None = None,
    *,
    cwd: Path | None = None,
    environment: dict[str, str] | None = None,
) -> Server:
    """Start a server on free ports and wait until it serves."""
    line = [*command(engine), str(target), "--grpc-port", "0", "--http-port", "0"]
    for name, value in (flags or {}).items():
        line += [f"--{name}"] if value == "true" else [f"--{name}", value]
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MODELX_", "OTEL_"))}
    own |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **(environment or {})}
    process = subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd=cwd, env=own)
    server = Server(engine, process)
    threading.Thread(target=server.read, args=(process.stderr,), daemon=True).start()
    try:
        ready = server.wait_log("serving")
    except BaseException:
        process.kill()
        process.wait()
        raise
    server.grpc, server.http = ready["grpc_address"], ready["http_address"]
    return server
