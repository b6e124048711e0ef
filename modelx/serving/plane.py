"""The models by name and version, what they answer, and how they are replaced while they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modelx.serving.events import Events
    from modelx.serving.models import Served
    from modelx.serving.reload import Prepared
    from modelx.serving.requests import (
        IndexEntry,
        Info,
        Readiness,
        ReloadReport,
        ReloadRequest,
        Request,
        Response,
        Trigger,
    )
    from modelx.serving.settings import Settings
    from modelx.serving.status import ServingError


class Plane:
    """Models of a file or of a folder.

    Every method may be called from any thread. Those that read files say so; the others never wait.
    """

    def __init__(self, settings: Settings, *, events: Events) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Load what the settings name. Reads files.

        Raises
        ------
        ModelFileError, OSError
            Of a single file. What is refused in a folder is kept in the index, and told to the events.
        """
        raise NotImplementedError

    def predict(self, request: Request) -> Response:
        """Answer a request: `find`, then `answering.respond`. Raises ServingError."""
        raise NotImplementedError

    def find(self, model: str, version: str) -> Served:
        """Give the model that answers for a name and a version, either of which may be empty. Raises ServingError.

        A transport that must look at the model before it can read a request finds it once, reads, and gives it
        to ``answering.respond(served, request)``: a reload in between changes nothing. One that refuses the request
        before `respond` is called counts it with ``served.served.add()``.
        """
        raise NotImplementedError

    def info(self, model: str, version: str) -> Info:
        """Describe a model; requests_served counts this process. Raises ServingError."""
        raise NotImplementedError

    def ready_versions(self, model: str) -> list[str]:
        """Give the versions of a model that answer, in ascending order. Raises ServingError."""
        raise NotImplementedError

    def index(self) -> list[IndexEntry]:
        """List all versions of all models, ready or not. Reads the folder."""
        raise NotImplementedError

    def readiness(self) -> Readiness:
        """Tell what /readyz tells: `ready` once `start` is done."""
        raise NotImplementedError

    def model_ready(self, model: str, version: str) -> bool:
        """Whether a model answers; its default version when `version` is empty."""
        raise NotImplementedError

    def models(self) -> list[str]:
        """Give the names of the models that SIGHUP loads again, sorted. Reads the folder."""
        raise NotImplementedError

    def begin_shutdown(self) -> None:
        """Be ready no more, and refuse changes. Predictions go on."""
        raise NotImplementedError

    def prepare(self, request: ReloadRequest) -> Prepared:
        """Read, check, replay and warm up what a reload asks for. Reads files; waits for other changes of the model.

        Exactly one of `commit` and `abandon` must follow, from any thread: until then, other changes of the model wait.

        Raises
        ------
        ServingError
            Which `last_reload` tells from then on.
        """
        raise NotImplementedError

    def prepare_load(self, model: str, trigger: Trigger = "rpc") -> Prepared:
        """As `prepare`, for all versions of a model that the settings say: load, and SIGHUP."""
        raise NotImplementedError

    def commit(self, prepared: Prepared) -> ReloadReport:
        """Let what was prepared serve."""
        raise NotImplementedError

    def abandon(self, prepared: Prepared, error: ServingError | None = None) -> None:
        """Forget what was prepared; with the error of another worker, `last_reload` tells that."""
        raise NotImplementedError

    def record_refusal(self, request: ReloadRequest, error: ServingError) -> None:
        """Let `last_reload` tell what another worker refused."""
        raise NotImplementedError

    def load(self, model: str, trigger: Trigger = "rpc") -> None:
        """Read all versions of a model again. Reads files. Raises ServingError."""
        raise NotImplementedError

    def unload(self, model: str) -> None:
        """Take a model out of service. Raises ServingError."""
        raise NotImplementedError
