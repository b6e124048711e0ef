"""Clients of both kinds, and servers: a scripted one, and both engines."""

from __future__ import annotations

import sys
from pathlib import Path

import both_clients
import pytest
import scripted_server

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
ENGINES = ["python", pytest.param("go", marks=pytest.mark.interop)]


@pytest.fixture(params=both_clients.KINDS)
def kind(request):
    return request.param


@pytest.fixture
def scripted():
    """Give a server's scripts and its address."""
    with scripted_server.serving() as running:
        yield running


@pytest.fixture
def client(kind, scripted):
    """Give a client of the scripted server."""
    with both_clients.opened(kind, scripted[1]) as opened:
        yield opened


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """Give a repository with a model of each kind, and their estimators."""
    import engine_models

    root = tmp_path_factory.mktemp("repository")
    return root, engine_models.write(root)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture(scope="session")
def server(engine, models):
    import contract_engines

    running = contract_engines.start(engine, models[0])
    yield running
    assert running.stop() == 0
