"""Ports are held for workers, and nobody else's are taken."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from modelx.serving import ports
from modelx.serving.settings import Settings

HOSTS = ["127.0.0.1", "::1"]


@pytest.mark.parametrize(("host", "expected"), [("127.0.0.1", "127.0.0.1:1"), ("::1", "[::1]:1"), ("a.b", "a.b:1")])
def test_addresses(host, expected):
    assert ports.address(host, 1) == expected


@pytest.mark.parametrize("host", HOSTS)
def test_free_ports_are_chosen_and_held(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as held:
        settings = ports.reserve(Settings("m", host=host, grpc_port=0, http_port=0), held)
        assert settings.grpc_port != settings.http_port
        # Workers share it, others cannot have it, and nobody who connects is kept waiting.
        with socket.socket(family) as worker:
            worker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            worker.bind((host, settings.http_port))
        with socket.socket(family) as other, pytest.raises(OSError, match="already in use"):
            other.bind((host, settings.http_port))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, settings.http_port))
    with socket.socket(family) as other:
        other.bind((host, settings.http_port))


def test_a_name_of_several_addresses_has_one_port():
    with ExitStack() as held:
        settings = ports.reserve(Settings("m", host="localhost", grpc_port=0, http_port=-1), held)
        assert settings.http_port == -1
        for family, _, _, _, where in socket.getaddrinfo("localhost", settings.grpc_port, type=socket.SOCK_STREAM):
            with socket.socket(family) as other, pytest.raises(OSError, match="already in use"):
                other.bind(where)


@pytest.mark.parametrize("shared", [False, True])
def test_a_taken_port(shared):
    with socket.create_server(("127.0.0.1", 0), reuse_port=shared) as taken, ExitStack() as held:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="already in use") as error:
            ports.reserve(Settings("m", grpc_port=port, http_port=0), held)
    assert error.value.filename == f"127.0.0.1:{port}"


def test_a_port_that_was_used_just_now_is_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = server.getsockname()
        with socket.create_connection(where):
            taken, _ = server.accept()
            # The side that closes first keeps the address for a while.
            taken.close()
    ports.check_free(*where)


def test_a_host_that_is_none():
    # A label of a name has at most 63 characters, so that nobody is asked.
    with pytest.raises(OSError, match="this is no host"):
        ports.check_free("a" * 64, 1)
