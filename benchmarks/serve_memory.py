"""Resident memory of both engines over many reloads that alternate between two models.

Prints MiB after a tenth of the reloads and after all of them; `--check` exits with 1 when it grew by over a tenth.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import grpc
import numpy as np
from rich.console import Console
from rich.progress import track
from serve_processes import engine
from sklearn.cluster import KMeans

import modelx
from modelx.v1 import service_pb2, service_pb2_grpc


def resident(pid: int) -> float:
    """Give the MiB that a process holds, from Linux's own account of it."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def grow(name: str, folder: Path, reloads: int) -> tuple[float, float]:
    """Reload, and give the memory after a tenth and after all."""
    with engine(name, folder / "a.pb") as server, grpc.insecure_channel(server.grpc) as channel:
        stub = service_pb2_grpc.ModelServiceStub(channel)
        early = 0.0
        for turn in track(range(reloads), name, console=Console(stderr=True)):
            stub.ReloadModel(service_pb2.ReloadModelRequest(path="ab"[turn % 2] + ".pb"))
            if turn == reloads // 10:
                early = resident(server.pid)
        return early, resident(server.pid)


def main() -> int:
    """Measure both engines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reloads", type=int, default=10_000)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    grew = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for label in "ab":
            model = KMeans(100, n_init=1, max_iter=2).fit(rng.standard_normal((1000, 50)))
            modelx.dump(model, folder / f"{label}.pb", name="m", version=label)
        for which in ("go", "python"):
            early, late = grow(which, folder, options.reloads)
            tenth = options.reloads // 10
            print(f"{which}: {early:.1f} MiB after {tenth:,} reloads, {late:.1f} after {options.reloads:,}")
            grew = grew or late > early * 1.1
    return 1 if options.check and grew else 0


if __name__ == "__main__":
    sys.exit(main())
