"""Which path and method is answered by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modelx.serving.auth import Right
from modelx.serving.http_infer import infer
from modelx.serving.http_model import (
    healthz,
    index,
    live,
    load,
    metrics,
    model_info,
    model_metadata,
    model_ready,
    readyz,
    reload,
    server_metadata,
    server_ready,
    unload,
)
from modelx.serving.http_predict import predict
from modelx.serving.http_text import decoded

if TYPE_CHECKING:
    from modelx.serving.http_exchange import Handler

NAME = "{name}"
VERSION = "{version}"


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the contract's tables.

    Attributes
    ----------
    method : str
    path : str
        As logs and traces have it: `{name}` and `{version}` stand for one segment each.
    handler : Handler
    right : Right
    measured : str
        The metrics' word for it.
    admitted : bool
        Whether it is a prediction, of which there are only so many at a time.
    """

    method: str
    path: str
    handler: Handler
    right: Right
    measured: str = "other"
    admitted: bool = False

    def allows(self, method: str) -> bool:
        """Whether the method is answered here."""
        return method in self.methods

    @property
    def methods(self) -> tuple[str, ...]:
        """What is answered here: HEAD wherever GET is."""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)


_MODEL = "/v2/models/{name}"
_VERSION = "/v2/models/{name}/versions/{version}"

ROUTES = (
    Route("POST", "/predict", predict, Right.PREDICT, "predict", admitted=True),
    Route("GET", "/model-info", model_info, Right.PREDICT, "info"),
    Route("POST", "/reload", reload, Right.RELOAD, "reload"),
    Route("GET", "/healthz", healthz, Right.OPEN),
    Route("GET", "/readyz", readyz, Right.OPEN),
    Route("GET", "/metrics", metrics, Right.OPEN),
    Route("GET", "/v2", server_metadata, Right.PREDICT),
    Route("GET", "/v2/health/live", live, Right.OPEN),
    Route("GET", "/v2/health/ready", server_ready, Right.OPEN),
    Route("GET", _MODEL, model_metadata, Right.PREDICT, "info"),
    Route("GET", _VERSION, model_metadata, Right.PREDICT, "info"),
    Route("GET", f"{_MODEL}/ready", model_ready, Right.OPEN),
    Route("GET", f"{_VERSION}/ready", model_ready, Right.OPEN),
    Route("POST", f"{_MODEL}/infer", infer, Right.PREDICT, "infer", admitted=True),
    Route("POST", f"{_VERSION}/infer", infer, Right.PREDICT, "infer", admitted=True),
    Route("POST", "/v2/repository/index", index, Right.PREDICT),
    Route("POST", "/v2/repository/models/{name}/load", load, Right.RELOAD, "reload"),
    Route("POST", "/v2/repository/models/{name}/unload", unload, Right.RELOAD, "reload"),
)

# Those without names are found at once; those with names among the few of as many segments.
_EXACT = {route.path: route for route in ROUTES if NAME not in route.path}
_NAMED: dict[int, list[tuple[list[str], Route]]] = {}
for _route in ROUTES:
    if NAME in _route.path:
        _parts = _route.path.split("/")
        _NAMED.setdefault(len(_parts), []).append((_parts, _route))


def find(raw_path: bytes) -> tuple[Route, dict[str, str]] | None:
    """Find what answers for a path.

    Parameters
    ----------
    raw_path : bytes
        As the client sent it, percent-encoded.

    Returns
    -------
    tuple or None
        The route and what stands for its names; None for a path that there is not.
    """
    segments = [decoded(segment) for segment in raw_path.split(b"/")]
    if not any("/" in segment for segment in segments):
        route = _EXACT.get("/".join(segments))
        if route is not None:
            return route, {}
    for parts, route in _NAMED.get(len(segments), ()):
        names = _match(parts, segments)
        if names is not None:
            return route, names
    return None


def _match(parts: list[str], segments: list[str]) -> dict[str, str] | None:
    names = {}
    for part, segment in zip(parts, segments, strict=True):
        if part in {NAME, VERSION}:
            if not segment:
                return None
            names[part[1:-1]] = segment
        elif part != segment:
            return None
    return names
