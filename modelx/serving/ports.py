"""Ports that several processes listen on, and knowing before that nobody else does."""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelx.serving.settings import SettingsError

if TYPE_CHECKING:
    from modelx.serving.settings import Settings

_LISTEN_NOW = 1


def address(host: str, port: int) -> str:
    """Write a host and a port as one address; an IPv6 host goes in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def check_free(host: str, port: int) -> None:
    """Make sure that nobody listens on a port, also none who would share it.

    Raises
    ------
    OSError
        Its `filename` is the address.
    """
    for family, kind, protocol, _, where in _resolve(host, port):
        with socket.socket(family, kind, protocol) as probe:
            _bind(probe, family, where, host, shared=False)
            try:
                # Two sockets may be bound to a port with SO_REUSEADDR, but only one listens.
                probe.listen(_LISTEN_NOW)
            except OSError as error:
                raise _named(error, host, port) from None


def reserve(settings: Settings, held: ExitStack) -> Settings:
    """Hold both ports for processes that share them: bound, without listening.

    Parameters
    ----------
    settings : Settings
    held : ExitStack
        Closes the sockets at its end.

    Returns
    -------
    Settings
        With the ports that were chosen in the place of 0.

    Raises
    ------
    OSError
        A port is taken. Its `filename` is the address.
    SettingsError
        The system knows no shared ports.
    """
    if not hasattr(socket, "SO_REUSEPORT"):
        raise SettingsError("several workers need SO_REUSEPORT, which this system lacks; expected 1 worker")
    ports: dict[str, Any] = {}
    for name in ("grpc_port", "http_port"):
        port = getattr(settings, name)
        if port > 0:
            check_free(settings.host, port)
        ports[name] = _hold(settings.host, port, held) if port >= 0 else port
    return replace(settings, **ports)


def _hold(host: str, port: int, held: ExitStack) -> int:
    for family, kind, protocol, _, where in _resolve(host, port):
        sock = held.enter_context(socket.socket(family, kind, protocol))
        # The first address chooses a free port, which the others take too.
        _bind(sock, family, (where[0], port, *where[2:]), host, shared=True)
        port = sock.getsockname()[1]
    return port


def _resolve(host: str, port: int) -> list[tuple[int, int, int, str, tuple[str | int, ...]]]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE))  # type: ignore[arg-type]
    except socket.gaierror as error:
        raise OSError(error.errno, error.strerror, address(host, port)) from None
    except UnicodeError:
        raise OSError(errno.EINVAL, "this is no host", address(host, port)) from None


def _bind(sock: socket.socket, family: int, where: tuple[str | int, ...], host: str, *, shared: bool) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT if shared else socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        sock.bind(where)
    except OSError as error:
        raise _named(error, host, int(where[1])) from None


def _named(error: OSError, host: str, port: int) -> OSError:
    return OSError(error.errno, error.strerror, address(host, port))
