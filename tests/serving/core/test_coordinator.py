"""One process: changes wait for each other, and nothing else waits for them."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from core_models import BROKEN, Heard, ask, start, write

from modelx.serving import places
from modelx.serving.coordinator import LocalCoordinator
from modelx.serving.plane import Plane
from modelx.serving.requests import ReloadRequest
from modelx.serving.settings import Settings
from modelx.serving.status import ServingError

DEADLINE = 60.0


@pytest.fixture
def files(tmp_path):
    for version in "123":
        write(tmp_path / f"{version}.pb", float(version), version=version)
    (tmp_path / "bad.pb").write_bytes(BROKEN)
    return tmp_path


class Slow:
    """Lets every load wait for a word, and tells when one has begun."""

    def __init__(self):
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def read(self, place, limits):
        self.begun.release()
        assert self.go.acquire(timeout=DEADLINE)
        return places.read(place, limits)


def coordinate(plane, run, **options):
    coordinator = LocalCoordinator(plane, **options)
    try:
        return asyncio.run(run(coordinator))
    finally:
        coordinator.close()


def test_every_verb(files):
    plane, heard = start(files / "1.pb")

    async def run(coordinator):
        report = await coordinator.reload(ReloadRequest(path="2.pb", trigger="http"))
        assert (report.version, report.previous_version) == ("2", "1")
        info = await coordinator.info("m", "")
        assert (info.version, info.last_reload.trigger) == ("2", "http")
        with pytest.raises(ServingError, match="is refused"):
            await coordinator.reload(ReloadRequest(path="bad.pb"))
        await coordinator.load("m", "signal")
        assert ask(plane)[0] == "1"
        await coordinator.unload("m")
        with pytest.raises(ServingError, match="none is loaded"):
            await coordinator.info("m", "")
        with pytest.raises(ServingError, match="none is loaded"):
            await coordinator.unload("m")
        assert await coordinator.metrics() == b"text"
        return coordinator

    coordinator = coordinate(plane, run, metrics=lambda: b"text")
    assert coordinator._turns == {}
    assert coordinator._running == set()
    assert heard.reloaded[-1] == ("m", "1", "2", "signal")


def test_a_load_that_is_refused_in_part(tmp_path):
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    plane, _ = start(tmp_path)
    write(tmp_path / "a" / "3" / "model.pb", 3.0)
    (tmp_path / "a" / "2").mkdir()
    (tmp_path / "a" / "2" / "model.pb").write_bytes(BROKEN)

    async def run(coordinator):
        with pytest.raises(ServingError) as caught:
            await coordinator.load("a")
        assert str(caught.value) == ('file "a/2/model.pb" is refused (unknown_format); version "3" goes on serving')

    coordinate(plane, run)
    assert ask(plane) == ("3", 3.0)


def slow_plane(files):
    slow = Slow()
    slow.go.release()
    plane = Plane(Settings(model=str(files / "1.pb")), events=Heard(), read=slow.read)
    plane.start()
    assert slow.begun.acquire(timeout=DEADLINE)
    return plane, slow


async def until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.001)


def test_predictions_and_the_event_loop_go_on_while_a_file_is_read(files):
    plane, slow = slow_plane(files)

    async def run(coordinator):
        reload = asyncio.create_task(coordinator.reload(ReloadRequest(path="2.pb")))
        await until(lambda: slow.begun.acquire(blocking=False))
        for _ in range(100):
            assert ask(plane) == ("1", 1.0)
            await asyncio.sleep(0)
        assert not reload.done()
        slow.go.release()
        assert (await reload).version == "2"
        assert ask(plane) == ("2", 2.0)

    coordinate(plane, run)


def test_changes_wait_for_each_other_in_their_order(files):
    plane, slow = slow_plane(files)

    async def run(coordinator):
        tasks = [asyncio.create_task(coordinator.reload(ReloadRequest(path=f"{v}.pb"))) for v in "23123"]
        await until(lambda: slow.begun.acquire(blocking=False))
        for _ in range(50):
            await asyncio.sleep(0)
        assert not slow.begun.acquire(blocking=False)
        for _ in tasks:
            slow.go.release()
        reports = [await task for task in tasks]
        assert [(report.previous_version, report.version) for report in reports] == [
            ("1", "2"),
            ("2", "3"),
            ("3", "1"),
            ("1", "2"),
            ("2", "3"),
        ]

    coordinate(plane, run)


def test_who_goes_away_while_waiting_changes_nothing_and_who_began_is_finished(files):
    plane, slow = slow_plane(files)

    async def run(coordinator):
        begun = asyncio.create_task(coordinator.reload(ReloadRequest(path="2.pb")))
        await until(lambda: slow.begun.acquire(blocking=False))
        waiting = asyncio.create_task(coordinator.reload(ReloadRequest(path="3.pb")))
        await asyncio.sleep(0)
        for task in (waiting, begun):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        slow.go.release()
        await until(lambda: ask(plane)[0] == "2")
        slow.go.release()
        assert (await coordinator.reload(ReloadRequest())).previous_version == "2"
        assert coordinator._turns == {}

    coordinate(plane, run)
    assert ask(plane) == ("1", 1.0)


def test_an_error_that_nobody_waits_for_is_no_noise(files, caplog):
    plane, slow = slow_plane(files)

    async def run(coordinator):
        begun = asyncio.create_task(coordinator.reload(ReloadRequest(path="bad.pb")))
        await until(lambda: slow.begun.acquire(blocking=False))
        begun.cancel()
        with pytest.raises(asyncio.CancelledError):
            await begun
        slow.go.release()
        await until(lambda: plane.info("", "").last_reload is not None)
        await until(lambda: not coordinator._running)

    coordinate(plane, run)
    assert plane.info("", "").last_reload.kind == "unknown_format"
    assert caplog.records == []
