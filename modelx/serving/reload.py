"""Changes of a model in two phases, so that several processes can make them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from modelx import formats
from modelx.errors import ModelxError
from modelx.serving.messages import quoted
from modelx.serving.places import find
from modelx.serving.repository import Candidate
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from modelx.serving.events import Events
    from modelx.serving.loading import Loader
    from modelx.serving.models import Served
    from modelx.serving.places import ModelRoot, Place
    from modelx.serving.repository import Repository
    from modelx.serving.requests import ReloadRequest, Trigger
    from modelx.serving.state import State


@dataclass(slots=True, eq=False)
class Prepared:
    """What will serve once it is committed. It belongs to the plane that gave it.

    Attributes
    ----------
    model, version, sha256 : str
        Of what will serve by default; for other processes to compare with theirs.
    load_seconds : float
        How long reading took, with all checks.
    refusal : ServingError or None
        Why a part of the files was refused; whoever asked for a load gets it once the rest is committed.
    """

    model: str
    version: str
    sha256: str
    load_seconds: float
    refusal: ServingError | None
    plan: Plan = field(repr=False)
    path: str = field(repr=False)
    trigger: Trigger = field(repr=False)
    lock: threading.Lock = field(repr=False)
    is_open: bool = field(default=True, repr=False)

    def check_open(self) -> None:
        """Raise RuntimeError for what was committed or abandoned already."""
        if not self.is_open:
            raise RuntimeError("a prepared change is committed or abandoned once")

    def close(self) -> None:
        """Let other changes of the model go on."""
        self.is_open = False
        self.lock.release()


@dataclass(slots=True, eq=False)
class Plan:
    """How a state changes.

    Attributes
    ----------
    change : callable
        Makes the next state.
    seconds : float
        How long reading took.
    refused : list of (Place, ServingError)
        Files that are refused, while others may serve.
    is_news : bool
        Whether anybody is told.
    """

    change: Callable[[State], State]
    seconds: float = 0.0
    refused: list[tuple[Place, ServingError]] = field(default_factory=list)
    is_news: bool = True


class RefusedFileError(ServingError):
    """A file that must not serve.

    Parameters
    ----------
    place : Place
    kind, reason, detail : str
        The reason is the text of the contract but for its end, which says what goes on serving.
    """

    def __init__(self, place: Place, kind: str, reason: str, detail: str = "") -> None:
        super().__init__(kind, reason, detail=detail, refused=True)
        self.place = place
        self.reason = reason

    def told(self, version: str) -> ServingError:
        """Give the error that a client gets when a version, or none, goes on serving."""
        serving = f"version {quoted(version)} goes on serving" if version else "no version is in service"
        return ServingError(self.kind, f"{self.reason}; {serving}", detail=self.detail, refused=True)


class Preparer:
    """Reads the files that a change needs.

    Parameters
    ----------
    root : ModelRoot
    own : Place or None
        The file of a server of a single file.
    repository : Repository or None
        The folder of another server.
    loader : Loader
    events : Events
    """

    def __init__(
        self,
        root: ModelRoot,
        own: Place | None,
        repository: Repository | None,
        loader: Loader,
        events: Events,
    ) -> None:
        self._root = root
        self._own = own
        self._repository = repository
        self._loader = loader
        self._events = events

    def rollback(self, state: State) -> Plan:
        """Bring back what answered before. Raises ServingError, `no_rollback`."""
        previous = state.previous
        if previous is None:
            text = f"model {quoted(state.name)} has no earlier version to bring back"
            raise ServingError("no_rollback", text)
        return Plan(lambda now: now.with_default(previous))

    def reload(self, state: State, request: ReloadRequest, place: Place, version: str) -> Plan:
        """Read the file that `find` gave for a reload.

        Raises
        ------
        RefusedFileError, ServingError
        """
        served = self.read(place, state.name, version)
        if request.version and served.version != request.version:
            reason = f"file {quoted(place.shown)} has version {quoted(served.version)}"
            raise RefusedFileError(place, "version_mismatch", f"{reason}; expected {quoted(request.version)}")
        if request.trigger == "watch":
            known = state.versions.get(served.version)
            if known is not None and (known.sha256, known.file) == (served.sha256, served.file):
                # A request has been faster than the watch.
                return Plan(lambda now: now, served.load_seconds, is_news=False)
            return Plan(lambda now: now.with_arrived([served]), served.load_seconds)
        return Plan(lambda now: now.with_default(served), served.load_seconds)

    def load(self, state: State, policy: str) -> Plan:
        """Read the versions of a model that the policy says; what is refused is in the plan."""
        arrived: list[Served] = []
        refused: list[tuple[Place, ServingError]] = []
        reasons: dict[str, str] = {}
        for candidate in self._chosen(state.name, policy):
            place = candidate.place
            if candidate.problem is not None:
                continue
            try:
                served = self.read(place, state.name, candidate.version)
            except ServingError as error:
                refused.append((place, error))
                reasons[place.file] = str(error)
                continue
            taken = next((each for each in arrived if each.version == served.version), None)
            if taken is None:
                arrived.append(served)
            else:
                reasons[place.file] = f"version {quoted(served.version)} is in {quoted(taken.path)} already"
        seconds = sum(each.load_seconds for each in arrived)
        return Plan(lambda now: now.with_arrived(arrived).with_refused(reasons), seconds, refused=refused)

    def _chosen(self, model: str, policy: str) -> list[Candidate]:
        if self._repository is None:
            return [Candidate(model, "", self._own_place())]
        candidates = self._repository.candidates(model)
        if policy == "latest":
            folders = [each for each in candidates if each.version]
            # The version of a single file is known once it is read.
            return [*folders[-1:], *(each for each in candidates if not each.version)]
        return candidates

    def read(self, place: Place, name: str, version: str = "") -> Served:
        """Read one file.

        Raises
        ------
        RefusedFileError
            The file is not fit to serve.
        ServingError
            `no_file`, `outside_root`, or `internal` for a defect of modelx.
        """
        try:
            find(place)
            formats.by_suffix(place.file)
            return self._loader.load(place, name=name, version=version)
        except ServingError:
            raise
        except ModelxError as error:
            raise _refusal(place, error.kind, str(error)) from error
        except OSError as error:
            raise _refusal(place, "io", str(error)) from error
        except Exception as error:
            self._events.failed(model=name, error=error)
            raise ServingError("internal", "an internal error; the server's log tells more") from error

    def reasons(self, model: str, error: ServingError) -> dict[str, str]:
        """Give what the index tells of an error, by file.

        It has no other files, of which a client could name any number.
        """
        if not isinstance(error, RefusedFileError) or error.kind == "version_mismatch":
            return {}
        file = error.place.file
        listed = self._repository.lists(model, file) if self._repository else self._own_place().file == file
        return {file: error.reason} if listed else {}

    def _own_place(self) -> Place:
        if self._own is None:
            raise RuntimeError("a folder has no file of its own")
        return self._own

    def find(self, state: State, request: ReloadRequest) -> tuple[Place, str]:
        """Find the file that a reload is about, and the version that its folder gives it. Raises ServingError."""
        repository = self._repository
        if request.path and repository is not None and request.trigger == "watch":
            place = repository.place_of(request.path)
            return place, repository.version_of(state.name, place.file)
        if request.path:
            place = self._root.place_of(request.path)
            return place, repository.version_of(state.name, place.file) if repository else ""
        if repository is None:
            return self._own_place(), ""
        if not request.version and state.default is not None:
            place = state.default.place
            return place, repository.version_of(state.name, place.file)
        return self._candidate(state, repository, request.version)

    def _candidate(self, state: State, repository: Repository, version: str) -> tuple[Place, str]:
        """Find a version in the folder, the highest one for an empty text; single files have theirs inside."""
        candidates = repository.candidates(state.name)
        named = [each for each in candidates if each.version == version] if version else candidates[-1:]
        for candidate in named:
            if candidate.problem is not None:
                raise candidate.problem
            return candidate.place, candidate.version
        known = state.versions.get(version)
        if known is not None:
            return known.place, ""
        what = f"version {quoted(version)} of model {quoted(state.name)} in the repository" if version else ""
        raise ServingError("no_file", f"no {what}" if what else f"no file {quoted(state.name)} under the model root")


def _refusal(place: Place, kind: str, detail: str) -> RefusedFileError:
    return RefusedFileError(place, kind, f"file {quoted(place.shown)} is refused ({kind})", detail)
