"""The models by name and version, what they answer, and how they are replaced while they answer."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from modelx import formats
from modelx.limits import Limits
from modelx.serving import answering, describing, places
from modelx.serving.catalogue import Catalogue, unknown
from modelx.serving.loading import Loader
from modelx.serving.places import LONGEST_PATH, ModelRoot, Place
from modelx.serving.reload import Plan, Prepared, Preparer, RefusedFileError
from modelx.serving.repository import Repository
from modelx.serving.requests import Readiness, ReloadReport, ReloadResult
from modelx.serving.state import State
from modelx.serving.status import ServingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from modelx.serving.events import Cause, Events
    from modelx.serving.loading import Reader
    from modelx.serving.models import Served
    from modelx.serving.repository import Candidate
    from modelx.serving.requests import IndexEntry, Info, ReloadRequest, Request, Response, Trigger
    from modelx.serving.settings import Settings


class Plane:
    """Models of a file or of a folder.

    Every method may be called from any thread. Those that read files say so; the others never wait.

    Parameters
    ----------
    settings : Settings
    events : Events
    read : callable
        Gives the bytes of a place, as `places.read` does.
    """

    def __init__(self, settings: Settings, *, events: Events, read: Reader = places.read) -> None:
        self._settings = settings
        self._events = events
        is_folder = Path(settings.model).is_dir()
        folder = settings.model if is_folder else os.path.dirname(os.path.abspath(settings.model))  # noqa: PTH100, PTH120
        self._root = ModelRoot(settings.model_root or folder)
        self._own: Place | None = None
        self._repository: Repository | None = None
        if is_folder:
            self._repository = Repository(settings.model, self._root)
        else:
            file = os.path.abspath(settings.model)  # noqa: PTH100 - links are followed anew each time
            path = self._root.path_of(file)
            self._own = Place(file, path, path)
        limits = Limits(file_bytes=settings.max_file_bytes, expanded_bytes=settings.max_file_bytes)
        self._loader = Loader(limits, settings.max_rows, events, read)
        self._preparer = Preparer(self._root, self._own, self._repository, self._loader, events)
        # The one reference that predictions read. It is replaced under the lock, and never changed.
        self._catalogue = Catalogue()
        self._lock = threading.Lock()
        self._changing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._started = False
        self._stopping = False

    def start(self) -> None:
        """Load what the settings name. Reads files.

        Raises
        ------
        ModelFileError, OSError
            Of a single file. What is refused in a folder is kept in the index, and told to the events.
        """
        if not Path(self._root.folder).is_dir():
            raise OSError(errno.ENOTDIR, "the model root is no folder", self._root.folder)
        if self._own is not None:
            self._start_file(self._own)
        elif self._repository is not None:
            for name in self._repository.scan():
                plan = self._preparer.load(State(name), self._settings.load) if self._settings.load != "none" else None
                self._commit(name, plan or Plan(lambda now: now), "", "", None)
        self._started = True

    def resume(self, states: Callable[[Loader], Iterable[State]]) -> None:
        """Serve what another process serves, instead of what the settings name: nothing of it is told to the events.

        Parameters
        ----------
        states : callable
            Makes the states; it is given what loads models.
        """
        self._catalogue = Catalogue(states(self._loader))
        self._started = True

    def states(self) -> list[State]:
        """Give what another process needs to serve the same."""
        return list(self._catalogue.states.values())

    def _start_file(self, place: Place) -> None:
        # The system's own errors name the file as the operator did.
        if not stat.S_ISREG(Path(self._settings.model).stat().st_mode):
            raise OSError(errno.EINVAL, "this is not a regular file", self._settings.model)
        formats.by_suffix(place.file)
        served = self._loader.load(place, name=self._settings.model_name)
        self._commit(served.name, Plan(lambda now: now.with_default(served)), "", "", None)

    def predict(self, request: Request) -> Response:
        """Answer a request: `find`, then `answering.respond`. Raises ServingError."""
        if request.rows < 0:
            raise answering.negative(request.rows)
        return answering.respond(self._catalogue.find(request.model, request.version), request)

    def find(self, model: str, version: str) -> Served:
        """Give the model that answers for a name and a version, either of which may be empty. Raises ServingError.

        A transport that must look at the model before it can read a request finds it once, reads, and gives it
        to ``answering.respond(served, request)``: a reload in between changes nothing. One that refuses the request
        before `respond` is called counts it with ``served.served.add()``.
        """
        return self._catalogue.find(model, version)

    def info(self, model: str, version: str) -> Info:
        """Describe a model; requests_served counts this process. Raises ServingError."""
        catalogue = self._catalogue
        return describing.info(catalogue.state(model), catalogue.find(model, version))

    def ready_versions(self, model: str) -> list[str]:
        """Give the versions of a model that answer, in ascending order. Raises ServingError."""
        return list(self._catalogue.state(model).versions)

    def index(self) -> list[IndexEntry]:
        """List all versions of all models, ready or not. Reads the folder."""
        listed = self._scan()
        states = self._catalogue.states
        return [
            entry
            for name in sorted({*listed, *states})
            for entry in describing.index(states.get(name) or self._fresh(name), listed.get(name, []), self._own)
        ]

    def readiness(self) -> Readiness:
        """Tell what /readyz tells: `ready` once `start` is done, until `begin_shutdown`."""
        models = describing.readiness(self._catalogue.states.values())
        return Readiness(self._started and not self._stopping, models)

    def model_ready(self, model: str, version: str) -> bool:
        """Whether a model answers; its default version when `version` is empty."""
        state = self._catalogue.states.get(model)
        return state is not None and state.default is not None and (not version or version in state.versions)

    def models(self) -> list[str]:
        """Give the names of the models that SIGHUP loads again, sorted. Reads the folder."""
        states = self._catalogue.states
        return sorted(name for name in {*states, *self._scan()} if not (name in states and states[name].unloaded))

    def begin_shutdown(self) -> None:
        """Be ready no more, and refuse changes. Predictions go on."""
        self._stopping = True

    def prepare(self, request: ReloadRequest) -> Prepared:
        """Read, check, replay and warm up what a reload asks for. Reads files; waits for other changes of the model.

        Exactly one of `commit` and `abandon` must follow, from any thread: until then, other changes of the model wait.

        Raises
        ------
        ServingError
            Which `last_reload` tells from then on.
        """
        if request.rollback and (request.path or request.version):
            raise ServingError("bad_request", "rollback excludes path and version")
        size = len(request.path.encode("utf-8", "surrogatepass"))
        if size > LONGEST_PATH:
            raise ServingError("bad_request", f"path has {size} bytes; expected at most {LONGEST_PATH}")
        self._check_running()
        names = self.models()
        model = request.model or (names[0] if len(names) == 1 else "")
        if model not in names:
            raise unknown(model, names)
        lock = self._enter(model)
        path = request.path
        try:
            state = self._state(model)
            if request.rollback:
                plan = self._preparer.rollback(state)
            else:
                place, version = self._preparer.find(state, request)
                path = place.shown
                plan = self._preparer.reload(state, request, place, version)
            return self._prepared(state, plan, path, request.trigger, lock)
        except ServingError as error:
            told = self._refuse(model, request.trigger, path, error)
            lock.release()
            raise told from error
        except BaseException:
            lock.release()
            raise

    def prepare_load(self, model: str, trigger: Trigger = "rpc") -> Prepared:
        """As `prepare`, for all versions of a model that the settings say: load, and SIGHUP."""
        self._check_running()
        names = sorted({*self._catalogue.states, *self._scan()})
        if model not in names:
            raise unknown(model, names)
        lock = self._enter(model, unloaded=True)
        try:
            state = self._state(model)
            prepared = self._prepared(state, self._preparer.load(state, self._settings.load), "", trigger, lock)
            if not prepared.version:
                # Nothing would serve, so there is nothing to wait for.
                self._refuse_load(prepared)
        except BaseException:
            lock.release()
            raise
        return prepared

    def commit(self, prepared: Prepared) -> ReloadReport:
        """Let what was prepared serve.

        Raises
        ------
        RuntimeError
            It was committed or abandoned already.
        """
        prepared.check_open()
        plan, trigger = prepared.plan, prepared.trigger
        try:
            told = trigger if plan.is_news else ""
            before, after = self._commit(prepared.model, plan, prepared.path, told, prepared.refusal)
            was, served = before.default, after.default
            if served is None:
                raise AssertionError("what is prepared has a default")
            if prepared.refusal is None and plan.is_news:
                self._events.model_reloaded(
                    served, previous_version=before.version, trigger=trigger, seconds=plan.seconds
                )
        finally:
            prepared.close()
        changed = was is None or was.sha256 != served.sha256
        return ReloadReport(served.name, served.version, before.version, served.sha256, changed, plan.seconds)

    def abandon(self, prepared: Prepared, error: ServingError | None = None) -> None:
        """Forget what was prepared; with the error of another worker, `last_reload` tells that.

        Raises
        ------
        RuntimeError
            It was committed or abandoned already.
        """
        prepared.check_open()
        try:
            if error is not None:
                self._refuse(prepared.model, prepared.trigger, prepared.path, error)
        finally:
            prepared.close()

    def load(self, model: str, trigger: Trigger = "rpc") -> None:
        """Read all versions of a model again. Reads files. Raises ServingError."""
        prepared = self.prepare_load(model, trigger)
        refusal = prepared.refusal
        self.commit(prepared)
        if refusal is not None:
            raise refusal

    def unload(self, model: str) -> None:
        """Take a model out of service; waits for other changes of it. Raises ServingError."""
        self._check_running()
        names = self.models()
        if model not in names:
            raise unknown(model, names)
        lock = self._enter(model)
        try:
            self._commit(model, Plan(lambda now: now.without_models()), "", "", None)
        finally:
            lock.release()

    def _check_running(self) -> None:
        if self._stopping:
            raise ServingError("shutting_down", "the server is shutting down")

    def _scan(self) -> dict[str, list[Candidate]]:
        """List the folder; a folder that is gone has nothing more, and what serves goes on serving."""
        try:
            return self._repository.scan() if self._repository else {}
        except OSError:
            return {}

    def _enter(self, model: str, *, unloaded: bool = False) -> threading.Lock:
        """Wait for the end of other changes of a model; it may have been unloaded by one of them."""
        with self._lock:
            lock = self._changing[model]
        lock.acquire()
        if self._state(model).unloaded and not unloaded:
            lock.release()
            raise unknown(model, self.models())
        return lock

    def _fresh(self, model: str) -> State:
        return State(model, single=self._own is not None)

    def _state(self, model: str) -> State:
        return self._catalogue.states.get(model) or self._fresh(model)

    def _prepared(self, state: State, plan: Plan, path: str, trigger: Trigger, lock: threading.Lock) -> Prepared:
        after = plan.change(state)
        served = after.default
        refusal = _told(plan.refused[0][1], after.version) if plan.refused else None
        return Prepared(
            model=state.name,
            version=after.version,
            sha256=served.sha256 if served else "",
            load_seconds=plan.seconds,
            refusal=refusal,
            plan=plan,
            path=path,
            trigger=trigger,
            lock=lock,
        )

    def _commit(
        self, model: str, plan: Plan, path: str, trigger: Cause, refusal: ServingError | None
    ) -> tuple[State, State]:
        """Make the next state of a model the one that is read; give the one before and the next one."""
        with self._lock:
            before = self._state(model)
            after = plan.change(before)
            if plan.refused:
                path = plan.refused[0][0].shown
            elif not path and after.default is not None:
                path = after.default.path
            if trigger:
                after = replace(after, last_reload=_result(trigger, path, after.version, refusal))
            self._catalogue = self._catalogue.replacing(after)
        for version, served in before.versions.items():
            if after.versions.get(version) is not served:
                self._events.model_dropped(served)
        for version, served in after.versions.items():
            if before.versions.get(version) is not served:
                self._events.model_loaded(served)
        for place, error in plan.refused:
            self._tell_refused(model, place.shown, after.version, trigger, _told(error, after.version))
        return before, after

    def _refuse_load(self, prepared: Prepared) -> NoReturn:
        """Note, and raise, why no version of a model can be loaded."""
        if prepared.refusal is None:
            raise unknown(prepared.model, [name for name in self.models() if name != prepared.model])
        self._commit(prepared.model, prepared.plan, "", prepared.trigger, prepared.refusal)
        raise prepared.refusal

    def _refuse(self, model: str, trigger: Trigger, path: str, error: ServingError) -> ServingError:
        """Note an error of a change, and give it in the words for whoever asked."""
        with self._lock:
            state = self._state(model)
            told = _told(error, state.version)
            state = state.with_refused(self._preparer.reasons(model, error))
            if not state.unloaded:
                state = replace(state, last_reload=_result(trigger, path, state.version, told))
                self._catalogue = self._catalogue.replacing(state)
        self._tell_refused(model, path, state.version, trigger, told)
        return told

    def _tell_refused(self, model: str, path: str, version: str, trigger: Cause, error: ServingError) -> None:
        self._events.reload_refused(
            model=model,
            path=path,
            version=version,
            trigger=trigger,
            kind=error.kind,
            error=str(error),
            detail=error.detail,
        )


def _told(error: ServingError, version: str) -> ServingError:
    return error.told(version) if isinstance(error, RefusedFileError) else error


def _result(trigger: Trigger, path: str, version: str, error: ServingError | None) -> ReloadResult:
    now = int(time.time())
    if error is None:
        return ReloadResult(True, now, trigger, path, version)
    return ReloadResult(False, now, trigger, path, version, str(error), error.kind, error.detail)
