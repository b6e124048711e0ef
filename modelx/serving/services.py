"""What both edges share: one object that each of them is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

    from modelx.serving.admission import Admission
    from modelx.serving.auth import Authorizer
    from modelx.serving.metrics import Metrics
    from modelx.serving.offload import Offload
    from modelx.serving.plane import Plane
    from modelx.serving.requests import Coordinator
    from modelx.serving.settings import Settings


@dataclass(slots=True)
class Services:
    """What a request needs, whatever its transport. Edges read it from the event loop alone.

    Attributes
    ----------
    settings : Settings
    plane : Plane
        Predictions; they may be computed in any thread.
    coordinator : Coordinator
        Changes of models, and numbers that cover all workers.
    auth : Authorizer
    admission : Admission
        What is let in is counted until it is computed, also when the client has gone away.
    offload : Offload
        What computes: `await services.offload.respond(served, request, values)` lets a prediction in, and computes it on
        the event loop or in a thread.
    metrics : Metrics
    log : Logger
    tracing : object or None
        None unless the environment asks for traces.
    shutting_down : bool
        Set once, by the engine, when the server is told to stop.
    """

    settings: Settings
    plane: Plane
    coordinator: Coordinator
    auth: Authorizer
    admission: Admission
    offload: Offload
    metrics: Metrics
    log: logging.Logger
    tracing: Any = None
    shutting_down: bool = field(default=False)
