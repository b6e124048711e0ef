"""Where a server is and how it is spoken to, for channels of both kinds."""

from __future__ import annotations

import math
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelx.client.errors import CallError, error_of
from modelx.errors import MissingDependencyError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

DEFAULT_PORT = 8081
SERVICE = "modelx.v1.ModelService"
HEALTH = "/grpc.health.v1.Health/Check"
# A HealthCheckRequest with the service's name, and a HealthCheckResponse with SERVING, as protobuf writes them: too
# little for another package to depend on.
HEALTH_REQUEST = b"\x0a" + bytes([len(SERVICE)]) + SERVICE.encode()
HEALTH_SERVING = b"\x08\x01"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_LOCAL = re.compile(r"(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Connection:
    """What a client is told about its server.

    Parameters
    ----------
    target : str
        ``host:port``, or another name that gRPC knows, such as ``unix:/run/modelx.sock``. Without a port: 8081.
    token : str, optional
        The bearer token.
    tls : bool
        Speak TLS; so does a client with one of the files below.
    ca : path-like, optional
        PEM file with the certificates that the server's is signed by; those that gRPC comes with when not given.
    cert, key : path-like, optional
        PEM files of the client's own certificate, for a server that asks for one.
    server_name : str, optional
        The name in the server's certificate, where it is not the host of `target`.
    gzip : bool
        Compress requests; answers are compressed as well then.
    timeout : float
        Seconds for a call with all its attempts.
    retries : int
        How often a call that is safe to repeat is made again.
    """

    target: str
    token: str | None = None
    tls: bool = False
    ca: str | os.PathLike[str] | None = None
    cert: str | os.PathLike[str] | None = None
    key: str | os.PathLike[str] | None = None
    server_name: str | None = None
    gzip: bool = False
    timeout: float = 10.0
    retries: int = 3

    def __post_init__(self) -> None:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key belong together; expected both or none of them")
        if not self.timeout > 0.0:
            raise ValueError(f"timeout is {self.timeout}; expected more than 0 seconds")
        if self.token is not None and not re.fullmatch(r"[!-~]+", self.token):
            raise ValueError(
                "the token has a blank, or another character that no header can carry; expected visible ASCII"
            )
        if self.retries < 0:
            raise ValueError(f"retries is {self.retries}; expected 0 or more")

    @property
    def is_secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.tls or self.ca is not None or self.cert is not None

    @property
    def address(self) -> str:
        """The target with a port."""
        # A name without a colon, or an IPv6 address in brackets and nothing behind it.
        if re.fullmatch(r"[^:/\[\]]+|\[[^\]]+\]", self.target):
            return f"{self.target}:{DEFAULT_PORT}"
        return self.target

    def channel(self, grpc: Any, channels: Any) -> Any:
        """Open a channel, of ``grpc`` or of ``grpc.aio``.

        Raises
        ------
        OSError
            When a PEM file cannot be read.
        """
        extra = {"compression": grpc.Compression.Gzip} if self.gzip else {}
        if not self.is_secure:
            return channels.insecure_channel(self.address, options=self._options(), **extra)
        credentials = grpc.ssl_channel_credentials(_read(self.ca), _read(self.key), _read(self.cert))
        return channels.secure_channel(self.address, credentials, options=self._options(), **extra)

    def _options(self) -> list[tuple[str, Any]]:
        options: list[tuple[str, Any]] = [
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
            # This package retries, as it knows what is safe.
            ("grpc.enable_retries", 0),
            # A server that restarts is back within a second: don't keep away from it for longer.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1000),
        ]
        if _LOCAL.fullmatch(self.target):
            options.append(("grpc.enable_http_proxy", 0))
        if self.server_name is not None:
            options.append(("grpc.ssl_target_name_override", self.server_name))
        return options

    def metadata(self, request_id: str) -> list[tuple[str, str]]:
        """Give the headers of a call."""
        out = [("x-request-id", request_id)]
        if self.token is not None:
            out.append(("authorization", f"Bearer {self.token}"))
        return out

    def seconds(self, timeout: float | None) -> float:
        """Give the seconds for a call."""
        return self.timeout if timeout is None else timeout


def request_name(given: str | None) -> str:
    """Give the name of a request: the one that was given, else a random one.

    Raises
    ------
    ValueError
        For one that the server would replace.
    """
    if given is None:
        return secrets.token_hex(8)
    if not _REQUEST_ID.fullmatch(given):
        raise ValueError(f"request_id is {given!r}; expected at most 128 letters, digits, '.', '_' and '-'")
    return given


def require_grpc() -> Any:
    """Give the module.

    Raises
    ------
    MissingDependencyError
    """
    try:
        import grpc
    except ImportError as error:
        raise MissingDependencyError("grpcio: not installed; pip install 'modelx[client]'") from error
    return grpc


def error_from(failed: Any, request_id: str) -> CallError:
    """Make the typed error of one that grpc raised."""
    trailing = _texts(failed.trailing_metadata() or ())
    return error_of(
        failed.code().name,
        failed.details() or "",
        kind=trailing.get("modelx-error-kind", ""),
        detail=trailing.get("modelx-error-detail-bin", ""),
        request_id=trailing.get("x-request-id", request_id),
    )


def _texts(metadata: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace") if isinstance(value, bytes) else value for name, value in metadata}


def _read(path: str | os.PathLike[str] | None) -> bytes | None:
    return None if path is None else Path(path).read_bytes()


# A server reads, checks and replays a file before it answers a reload.
RELOAD_SECONDS = 300.0
FOREVER = math.inf
# Between looks whether a server is ready.
ASK_AGAIN_SECONDS = 0.1
