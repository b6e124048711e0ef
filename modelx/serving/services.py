"""What both edges share: one object that each of them is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelx.serving.admission import Admission
    from modelx.serving.auth import Authorizer
    from modelx.serving.offload import Offload
    from modelx.serving.plane import Plane
    from modelx.serving.requests import Coordinator
    from modelx.serving.settings import Settings
    from modelx.serving.telemetry import Telemetry


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
        What computes: `await services.offload.respond(served, request, values)` lets a prediction in, and computes it
        on the event loop or in a thread.
    telemetry : Telemetry
        Hears of each request: `begin()`, then `end(...)` in any case, with the span that `grpc_span` or `http_span`
        gave.
    shutting_down : bool
        Set once, by the engine, when the server is told to stop.
    """

    settings: Settings
    plane: Plane
    coordinator: Coordinator
    auth: Authorizer
    admission: Admission
    offload: Offload
    telemetry: Telemetry
    shutting_down: bool = field(default=False)
