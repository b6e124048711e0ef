"""The models of one worker, which the supervisor changes, and what the worker's edges ask the supervisor."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from modelx.serving import snapshot
from modelx.serving.control import GoneError, Peer, error_from, error_to
from modelx.serving.requests import ReloadReport, ReloadRequest
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from modelx.serving.plane import Plane
    from modelx.serving.reload import Prepared
    from modelx.serving.requests import Info, Trigger
    from modelx.serving.worker_events import WorkerEvents


class SupervisorError(Exception):
    """A defect of ours in the supervisor; the text is the traceback there."""


class WorkerModels:
    """Answers the supervisor's calls. Every answer that changed something has the state and the events.

    Parameters
    ----------
    plane : Plane
    events : WorkerEvents
    """

    def __init__(self, plane: Plane, events: WorkerEvents) -> None:
        self._plane = plane
        self._events = events
        self._prepared: dict[int, Prepared] = {}

    def handlers(self) -> dict[str, Any]:
        """Give the calls."""
        return {
            "prepare": self._prepare,
            "commit": self._commit,
            "abandon": self._abandon,
            "unload": self._unload,
            "models": self._models,
        }

    async def _prepare(
        self, number: int, request: dict[str, Any] | None = None, load: str = "", trigger: Trigger = "rpc"
    ) -> dict[str, Any]:
        try:
            if request is not None:
                prepared = await asyncio.to_thread(self._plane.prepare, ReloadRequest(**request))
            else:
                prepared = await asyncio.to_thread(self._plane.prepare_load, load, trigger)
        except ServingError as error:
            return {"error": error_to(error), "events": self._events.take()}
        self._prepared[number] = prepared
        return {"found": [prepared.model, prepared.version, prepared.sha256]}

    async def _commit(self, number: int) -> dict[str, Any]:
        prepared = self._prepared.pop(number)
        report = self._plane.commit(prepared)
        error = error_to(prepared.refusal) if prepared.refusal else None
        return {"report": asdict(report), "error": error} | self._changed()

    async def _abandon(self, number: int, error: dict[str, Any] | None) -> dict[str, Any]:
        prepared = self._prepared.pop(number, None)
        reason = error_from(error) if error else None
        if prepared is not None:
            self._plane.abandon(prepared, reason)
        # The worker that refused has told it.
        self._events.take()
        # A refusal is part of it.
        return {"state": snapshot.dump(self._plane.states())}

    async def _unload(self, model: str) -> dict[str, Any]:
        try:
            self._plane.unload(model)
        except ServingError as error:
            return {"error": error_to(error)} | self._changed()
        return self._changed()

    async def _models(self) -> list[str]:
        return await asyncio.to_thread(self._plane.models)

    def _changed(self) -> dict[str, Any]:
        return {"state": snapshot.dump(self._plane.states()), "events": self._events.take()}


class WorkerCoordinator:
    """Asks the supervisor. Implements `Coordinator`.

    Parameters
    ----------
    plane : Plane
    peer : Peer
        The channel to the supervisor.
    """

    def __init__(self, plane: Plane, peer: Peer) -> None:
        self._plane = plane
        self._peer = peer

    async def reload(self, request: ReloadRequest) -> ReloadReport:
        return ReloadReport(**await self._call("reload", request=asdict(request)))

    async def load(self, model: str, trigger: Trigger = "rpc") -> None:
        await self._call("load", model=model, trigger=trigger)

    async def unload(self, model: str) -> None:
        await self._call("unload", model=model)

    async def info(self, model: str, version: str) -> Info:
        info = self._plane.info(model, version)
        return replace(info, requests_served=await self._call("served", model=info.name, version=info.version))

    async def metrics(self) -> bytes:
        text: str = await self._call("metrics")
        return text.encode()

    async def _call(self, name: str, **arguments: Any) -> Any:
        try:
            return await self._peer.call(name, **arguments)
        except GoneError:
            raise ServingError("shutting_down", "the server is shutting down") from None
        except ServingError as error:
            if error.kind == "internal" and error.detail:
                # Clients don't see it; the edges tell the log of what is no ServingError.
                raise SupervisorError(error.detail) from None
            raise
