"""Clients of both kinds, and servers: a scripted one, and both engines."""

from __future__ import annotations

import sys
from pathlib import Path

import both_clients
import pytest
import scripted_server

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))


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
