"""Several worker processes on the same two ports, and the supervisor that changes their models together."""

from __future__ import annotations

import asyncio
import shutil
import time
from dataclasses import asdict
from traceback import format_exception
from typing import TYPE_CHECKING, Any

from modelx.serving import metrics_store, snapshot
from modelx.serving.control import GoneError, error_from
from modelx.serving.copies import Copies
from modelx.serving.forks import Forks
from modelx.serving.gate import Gate
from modelx.serving.metrics import Metrics, served
from modelx.serving.metrics_store import Store
from modelx.serving.requests import ReloadReport, ReloadRequest
from modelx.serving.start_errors import WorkerError, from_values
from modelx.serving.status import ServingError
from modelx.serving.telemetry import Journal
from modelx.serving.worker_events import tell
from modelx.serving.worker_process import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from modelx.serving.logs import Log
    from modelx.serving.requests import Trigger
    from modelx.serving.settings import Settings

# A worker that ends sooner than this after it was started is not started again at once.
_STABLE_SECONDS = 10.0
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 15.0
# What is left of a worker when it had its grace, and some time to leave.
_LEAVE_SECONDS = 5.0
# A file that changes while several workers read it is read again.
_ATTEMPTS = 3


class Supervisor:
    """Starts workers, starts them again when they die, and changes their models.

    All workers serve the same: the first one loads what the settings name, and the others, those that come later too,
    what it serves, from copies of the files. A change is prepared in all workers, and committed when all of them could.

    Parameters
    ----------
    settings : Settings
        With the ports that workers share.
    log : Log
    folder : Path
        Empty, private, and removed by the caller.
    """

    def __init__(self, settings: Settings, log: Log, folder: Path) -> None:
        self._settings = settings
        self._log = log
        self._folder = folder
        self._copies_folder = folder / "copies"
        self._copies_folder.mkdir(mode=0o700)
        self._copies = Copies(self._copies_folder)
        self._metrics = Metrics(Store())
        self._journal = Journal(log, self._metrics)
        self._gate = Gate()
        self._forks = Forks()
        self._workers: dict[int, WorkerProcess] = {}
        self._keepers: list[asyncio.Task[None]] = []
        self._started = 0
        self._changes = 0
        # What all serve, as `snapshot.dump` writes it; None until the first worker serves.
        self._state: snapshot.Values | None = None
        self._founder: WorkerProcess | None = None
        self._founded = asyncio.Event()
        # What each version had answered when its load began to serve.
        self._served_before: dict[tuple[str, str], int] = {}
        self._joined = asyncio.Condition()
        self._complete = False
        self._failure: Exception | None = None
        self._stopping = asyncio.Event()
        self.addresses = ("", "")

    async def start(self) -> None:
        """Start all workers, and wait until all of them serve.

        Raises
        ------
        ModelFileError, OSError, SettingsError, MissingDependencyError, WorkerError
            As the first worker that could not start raised it.
        """
        self._keepers = [asyncio.create_task(self._keep(number)) for number in range(self._settings.workers)]
        for keeper in self._keepers:
            keeper.add_done_callback(self._check)
        async with self._joined:
            await self._joined.wait_for(lambda: self._failure or len(self._ready()) == self._settings.workers)
        if self._failure is not None:
            raise self._failure
        self._complete = True

    async def stop(self) -> None:
        """Let all workers finish what is under way, and end them. Those that do not serve yet end at once."""
        self._stopping.set()
        asked = [asyncio.create_task(self._ask_to_stop(worker)) for worker in self._workers.values()]
        if self._keepers:
            await asyncio.wait(self._keepers, timeout=self._settings.shutdown_grace + _LEAVE_SECONDS)
        self.kill()
        await asyncio.gather(*asked, *self._keepers, return_exceptions=True)
        await self._forks.close()

    async def _ask_to_stop(self, worker: WorkerProcess) -> None:
        if not worker.serves:
            worker.kill()
            return
        try:
            await worker.call("stop")
        except (GoneError, ServingError):
            worker.kill()

    def kill(self) -> None:
        """End all workers at once."""
        self._stopping.set()
        for worker in self._workers.values():
            worker.kill()

    async def reload(self, request: ReloadRequest) -> ReloadReport:
        reports = await self._change({"request": asdict(request)})
        slowest = max(report["load_seconds"] for report in reports)
        return ReloadReport(**{**reports[0], "load_seconds": slowest})

    async def load(self, model: str, trigger: Trigger = "rpc") -> None:
        await self._change({"load": model, "trigger": trigger})

    async def load_all(self, trigger: Trigger) -> None:
        """Do what `load` does for each model; what is refused is in the log."""
        for model in await self._any("models"):
            try:
                await self.load(model, trigger)
            except ServingError:
                continue

    async def unload(self, model: str) -> None:
        async with self._gate.alone():
            outcomes = await self._all("unload", model=model)
            self._settle(outcomes)
        self._raise_first(outcomes)

    async def served(self, model: str, version: str) -> int:
        """Count the predictions that the load of a version that serves now answered, in all workers."""
        return served(self._numbers(), model, version) - self._served_before.get((model, version), 0)

    async def metrics(self) -> bytes:
        return self._journal.text(self._numbers())

    async def _keep(self, number: int) -> None:
        """Keep one worker running."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            begun = time.monotonic()
            worker = WorkerProcess(number, self._folder / f"worker-{self._started}", self._forks)
            self._started += 1
            try:
                await worker.start(self._handlers(worker))
            except OSError as error:
                await self._fail(error)
                self._log.error("worker cannot start", worker=number, error=str(error))
            else:
                self._workers[number] = worker
                if self._stopping.is_set():
                    # It came too late to be told.
                    worker.kill()
                await self._lost(worker, await worker.ended())
            pause = _FIRST_PAUSE if time.monotonic() - begun > _STABLE_SECONDS else min(2 * pause, _LONGEST_PAUSE)
            try:
                await asyncio.wait_for(self._stopping.wait(), pause)
            except TimeoutError:
                continue

    def _check(self, keeper: asyncio.Task[None]) -> None:
        """Make a defect of ours known: a worker that nobody keeps running would be missed late."""
        if not keeper.cancelled() and (error := keeper.exception()) is not None:
            self._log.error("internal error", detail="".join(format_exception(error)))
            failing = asyncio.ensure_future(self._fail(WorkerError(repr(error))))
            self._keepers.append(failing)

    async def _lost(self, worker: WorkerProcess, end: str) -> None:
        """Take leave of a worker: its numbers stay."""
        self._metrics.absorb(metrics_store.read(worker.folder))
        del self._workers[worker.number]
        shutil.rmtree(worker.folder, ignore_errors=True)
        worker.serves = False
        worker.gone = True
        await self._release(worker)
        error = from_values(worker.error) if worker.error else None
        # The start's error is told by whoever started the server.
        if not self._stopping.is_set() and (self._complete or error is None):
            reason = str(error) if error else None
            self._log.error("worker ended", worker=worker.number, worker_pid=worker.pid, end=end, error=reason)
        await self._fail(error or WorkerError(f"a worker ended with {end} at the start"))

    async def _fail(self, error: Exception) -> None:
        """Note why the start fails; later, workers may come and go."""
        if not self._complete and self._failure is None:
            self._failure = error
            async with self._joined:
                self._joined.notify_all()

    def _handlers(self, worker: WorkerProcess) -> dict[str, Any]:
        async def hello() -> dict[str, Any]:
            return await self._hello(worker)

        async def joined(**what: Any) -> None:
            await self._join(worker, **what)

        async def failed(error: dict[str, Any]) -> None:
            worker.error = error

        async def reload(request: dict[str, Any]) -> dict[str, Any]:
            return asdict(await self.reload(ReloadRequest(**request)))

        async def metrics() -> str:
            return (await self.metrics()).decode()

        return {
            "hello": hello,
            "joined": joined,
            "failed": failed,
            "reload": reload,
            "load": self.load,
            "unload": self.unload,
            "served": self.served,
            "metrics": metrics,
        }

    async def _hello(self, worker: WorkerProcess) -> dict[str, Any]:
        """Tell a worker what to serve. Until it has joined, or died, nothing changes."""
        await self._gate.enter()
        worker.shares_gate = True
        if worker.gone:
            # It died while it waited, so that nobody else would give its share back.
            await self._release(worker)
            raise GoneError
        if self._state is None and self._founder is not None:
            await self._founded.wait()
        self._founder = self._founder or worker
        return {
            "settings": asdict(self._settings),
            "state": self._state,
            "metrics": str(worker.folder),
            "copies": str(self._copies_folder),
        }

    async def _join(
        self, worker: WorkerProcess, state: snapshot.Values, events: Sequence[Any], addresses: Sequence[str]
    ) -> None:
        if self._state is None:
            self._state = state
            self.addresses = addresses[0], addresses[1]
            tell(events, self._journal, self._log)
            self._founded.set()
        worker.serves = True
        self._log.info("worker serves", worker=worker.number, worker_pid=worker.pid)
        await self._release(worker)
        async with self._joined:
            self._joined.notify_all()

    async def _release(self, worker: WorkerProcess) -> None:
        if worker.shares_gate:
            worker.shares_gate = False
            await self._gate.leave()

    def _ready(self) -> list[WorkerProcess]:
        return [worker for _, worker in sorted(self._workers.items()) if worker.serves]

    async def _any(self, name: str) -> Any:
        for worker in self._ready():
            try:
                return await worker.call(name)
            except GoneError:
                continue
        raise _shutting_down()

    async def _all(self, name: str, **arguments: Any) -> dict[WorkerProcess, dict[str, Any]]:
        """Call all workers that serve; those that die meanwhile, or are told to end, have no part in it."""

        async def one(worker: WorkerProcess) -> dict[str, Any] | None:
            try:
                outcome: dict[str, Any] = await worker.call(name, **arguments)
            except GoneError:
                return None
            except ServingError as error:
                # What is no refusal of the plane: the worker is of no use.
                self._log.error("worker failed", worker=worker.number, worker_pid=worker.pid, detail=error.detail)
                worker.kill()
                return None
            if outcome.get("error") and outcome["error"]["kind"] == "shutting_down":
                worker.leaving = True
                return None
            return outcome

        workers = [worker for worker in self._ready() if not worker.leaving]
        outcomes = await asyncio.gather(*map(one, workers))
        done = {worker: outcome for worker, outcome in zip(workers, outcomes, strict=True) if outcome is not None}
        if not done:
            raise _shutting_down()
        return done

    async def _change(self, what: dict[str, Any]) -> list[dict[str, Any]]:
        """Change a model in all workers, or in none, and give their reports."""
        async with self._gate.alone():
            if self._stopping.is_set():
                raise _shutting_down()
            number = await self._prepare(what)
            outcomes = await self._all("commit", number=number)
            self._settle(outcomes)
        self._raise_first(outcomes)
        return [outcome["report"] for outcome in outcomes.values() if outcome.get("report")]

    async def _prepare(self, what: dict[str, Any]) -> int:
        """Prepare a change in all workers, and give its number."""
        for attempt in range(_ATTEMPTS):
            self._changes += 1
            number = self._changes
            outcomes = await self._all("prepare", number=number, **what)
            refused = next((outcome for outcome in outcomes.values() if outcome.get("error")), None)
            found = [outcome.get("found") for outcome in outcomes.values()]
            last = attempt == _ATTEMPTS - 1
            if refused is None and (last or all(each == found[0] for each in found)):
                return number
            error = refused["error"] if refused else None
            left = await self._all("abandon", number=number, error=error)
            self._keep_state(next(iter(left.values()))["state"])
            if refused is not None:
                tell(refused["events"], self._journal, self._log)
                raise error_from(refused["error"])
        raise AssertionError

    def _settle(self, outcomes: dict[WorkerProcess, dict[str, Any]]) -> None:
        """Take what the first worker serves as what all serve, and part with those that differ."""
        first = next(iter(outcomes.values()))
        expected = snapshot.fingerprint(first["state"])
        for worker, outcome in outcomes.items():
            if snapshot.fingerprint(outcome["state"]) != expected:
                self._log.error("worker differs", worker=worker.number, worker_pid=worker.pid)
                worker.kill()
        for name, arguments in first["events"]:
            if name == "loaded":
                key = arguments[0]["model"], arguments[0]["version"]
                self._served_before[key] = served(self._numbers(), *key)
        tell(first["events"], self._journal, self._log)
        self._keep_state(first["state"])

    def _keep_state(self, state: snapshot.Values) -> None:
        """Take what serves, for workers to come, and forget the bytes of all else."""
        self._state = state
        self._copies.keep_only(snapshot.used(state))
        there = {(each["name"], file["version"]) for each in state for file in each["versions"]}
        self._served_before = {key: count for key, count in self._served_before.items() if key in there}

    def _raise_first(self, outcomes: dict[WorkerProcess, dict[str, Any]]) -> None:
        error = next(iter(outcomes.values())).get("error")
        if error:
            raise error_from(error)

    def _numbers(self) -> metrics_store.Snapshot:
        """Add up the numbers of all workers, those that have ended too."""
        living = [metrics_store.read(worker.folder) for worker in self._workers.values()]
        return metrics_store.merged([self._metrics.snapshot(), *living])


def _shutting_down() -> ServingError:
    return ServingError("shutting_down", "the server is shutting down")
