"""The coordinator of a server that is one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelx.serving.plane import Plane
    from modelx.serving.requests import Info, ReloadReport, ReloadRequest, Trigger


def no_metrics() -> bytes:
    """Give the text of no metrics."""
    return b""


class LocalCoordinator:
    """Changes the models of one plane; files are read in threads of its own, so that the event loop never waits."""

    def __init__(self, plane: Plane, metrics: Callable[[], bytes] = no_metrics) -> None:
        self._plane = plane
        self._metrics = metrics

    async def reload(self, request: ReloadRequest) -> ReloadReport:
        raise NotImplementedError

    async def load(self, model: str, trigger: Trigger = "rpc") -> None:
        raise NotImplementedError

    async def unload(self, model: str) -> None:
        raise NotImplementedError

    async def info(self, model: str, version: str) -> Info:
        return self._plane.info(model, version)

    async def metrics(self) -> bytes:
        return self._metrics()

    def close(self) -> None:
        """Let the threads end."""
        raise NotImplementedError
