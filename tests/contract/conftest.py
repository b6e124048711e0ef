"""Servers of both engines, each started once for all cases that talk to it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import contract_engines as engines
import contract_models as models
import contract_tables as tables
import pytest

HERE = Path(__file__).parent
ENGINES = ["python", pytest.param("go", marks=pytest.mark.interop)]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with everything that servers.json names."""
    folder = tmp_path_factory.mktemp("contract")
    models.write(folder, "diabetes", "clusters")
    models.write_repository(folder / "repository")
    tables.write_repository(folder / "tables")
    (folder / "predict.tokens").write_text("# readers\nreader-1\n\nreader-2\n")
    (folder / "reload.tokens").write_text("writer\n")
    (folder / "way-out").symlink_to("/etc", target_is_directory=True)
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    return folder


class Servers:
    """Starts a server when it is first asked for, and ends all of them."""

    def __init__(self, files: Path) -> None:
        self.files = files
        self.running: dict[tuple[str, str], engines.Server] = {}
        self.set_ups: dict[str, dict[str, Any]] = json.loads((HERE / "servers.json").read_text())

    def get(self, engine: str, name: str) -> engines.Server:
        key = (engine, name)
        if key not in self.running:
            set_up = self.set_ups[name]
            target = self.files / set_up["serve"]
            self.running[key] = engines.start(engine, target, set_up["flags"], cwd=self.files)
        return self.running[key]

    def stop(self) -> dict[tuple[str, str], int]:
        return {key: server.stop() for key, server in self.running.items()}


@pytest.fixture(scope="session")
def servers(files: Path) -> Any:
    every = Servers(files)
    yield every
    codes = every.stop()
    # Whatever the cases sent, each server was still there to be ended in order.
    assert set(codes.values()) <= {0}, codes


@pytest.fixture(params=ENGINES, scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def serve(engine: str) -> Iterator[Callable[..., engines.Server]]:
    """Start servers, with a flag for each keyword, that end with the test."""
    with ExitStack() as stack:

        def start(target: Path, **flags: str) -> engines.Server:
            server = engines.start(engine, target, {name.replace("_", "-"): text for name, text in flags.items()})
            stack.callback(server.stop)
            return server

        yield start
