"""Files that change under the eyes of the watcher."""

from __future__ import annotations

import asyncio
import os
import shutil
import time

import pytest
from core_models import BROKEN, ask, start, write

from modelx.serving.coordinator import LocalCoordinator
from modelx.serving.requests import ReloadRequest
from modelx.serving.settings import Settings
from modelx.serving.watch import Watcher

DEADLINE = 60.0


class Watched:
    """A plane whose files are looked at step by step."""

    def __init__(self, path, **settings):
        self.watcher = None
        self.settings = Settings(model=str(path), watch=True, watch_interval=0.01, **settings)
        self.plane, self.heard = start(path, **settings)
        self.coordinator = LocalCoordinator(self.plane)
        self.asked = []
        self.watcher = Watcher(self, self.settings)

    async def reload(self, request):
        self.asked.append(request)
        return await self.coordinator.reload(request)

    def look(self, times=1):
        """Look several times; give how often something was read."""
        before = len(self.asked)

        async def look():
            for _ in range(times):
                await self.watcher.look()

        asyncio.run(look())
        return len(self.asked) - before

    def close(self):
        self.coordinator.close()


@pytest.fixture
def watch():
    made = []

    def make(path, **settings):
        made.append(Watched(path, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


def renamed(file, value, version):
    """Write as modelx and editors do: beside the file, then over it."""
    write(file.with_name("new.pb"), value, version=version)
    file.with_name("new.pb").replace(file)


def in_place(file, value, version):
    file.write_bytes(write(file.with_name("new.pb"), value, version=version).read_bytes())
    file.with_name("new.pb").unlink()


def moved_away(file, value, version):
    """Write as editors do that keep a backup: away with the old, then a new one."""
    file.rename(file.with_name("a.pb~"))
    write(file, value, version=version)


@pytest.mark.parametrize("edit", [renamed, in_place, moved_away])
def test_a_file_that_changes_is_read_once_two_looks_agree(tmp_path, watch, edit):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)
    assert w.look(5) == 0
    edit(file, 2.0, "2")
    assert w.look() == 0
    assert w.look() == 1
    assert ask(w.plane) == ("2", 2.0)
    assert w.heard.reloaded == [("m", "2", "1", "watch")]
    assert w.plane.info("", "").last_reload.trigger == "watch"
    assert w.look(5) == 0


def test_what_keeps_changing_is_left_until_it_rests(tmp_path, watch):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)
    whole = write(tmp_path / "b.pb", 2.0, version="2").read_bytes()
    with file.open("wb") as half:
        for i in range(0, len(whole), 50):
            half.write(whole[i : i + 50])
            half.flush()
            assert w.look() == 0
    assert w.look(1) == 0 or ask(w.plane)[0] == "2"
    w.look(2)
    assert ask(w.plane) == ("2", 2.0)
    assert w.heard.refused == []


def test_a_file_that_stays_half_written_is_refused_once_and_read_when_it_is_whole(tmp_path, watch):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)
    whole = write(tmp_path / "b.pb", 2.0, version="2").read_bytes()
    file.write_bytes(whole[:-20])
    assert w.look(6) == 1
    assert [told["trigger"] for told in w.heard.refused] == ["watch"]
    assert ask(w.plane) == ("1", 1.0)
    with file.open("ab") as rest:
        rest.write(whole[-20:])
    assert w.look(2) == 1
    assert ask(w.plane) == ("2", 2.0)


def test_a_file_that_vanishes_changes_nothing(tmp_path, watch):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)
    file.unlink()
    assert w.look(3) == 0
    assert ask(w.plane) == ("1", 1.0)
    assert w.heard.refused == []
    write(file, 2.0, version="2")
    assert w.look(1) == 0
    assert w.look(1) == 1
    assert ask(w.plane) == ("2", 2.0)


def test_a_link_that_is_swapped(tmp_path, watch):
    """As a mounted volume is updated: a link in the path is replaced by another, in one step."""
    for version in "123":
        write(tmp_path / f"..{version}" / "a.pb", float(version), version=version)
    # The same time and size: where the links lead is what tells them apart.
    for version in "123":
        os.utime(tmp_path / f"..{version}" / "a.pb", (1, 1))
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "a.pb").symlink_to("..data/a.pb")
    w = watch(tmp_path / "a.pb")
    assert w.look(3) == 0
    for version in "23":
        (tmp_path / "..tmp").symlink_to(f"..{version}")
        (tmp_path / "..tmp").rename(tmp_path / "..data")
        assert w.look(2) == 1
        assert ask(w.plane) == (version, float(version))


def test_other_files_beside_it_do_not_matter(tmp_path, watch):
    w = watch(write(tmp_path / "a.pb", 1.0, version="1"))
    write(tmp_path / "b.pb", 2.0)
    assert w.look(3) == 0


def test_what_a_request_has_read_already_is_no_news(tmp_path, watch):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)
    renamed(file, 2.0, "2")
    w.plane.commit(w.plane.prepare(ReloadRequest()))
    served = w.plane.find("", "")
    w.look(3)
    assert w.plane.find("", "") is served
    assert w.heard.reloaded == [("m", "2", "1", "rpc")]
    assert w.plane.info("", "").last_reload.trigger == "rpc"


def test_a_rollback_stays(tmp_path, watch):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)
    renamed(file, 2.0, "2")
    w.look(2)
    w.plane.commit(w.plane.prepare(ReloadRequest(rollback=True)))
    assert w.look(3) == 0
    assert ask(w.plane) == ("1", 1.0)


def test_a_folder(tmp_path, watch):
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    write(tmp_path / "b.pb", 10.0, version="10")
    w = watch(tmp_path)
    assert w.look(3) == 0
    # A version, a model of versions, and a model of a single file.
    write(tmp_path / "a" / "3" / "model.pb", 3.0)
    write(tmp_path / "c" / "7" / "model.pb", 7.0)
    write(tmp_path / "d.json", 8.0, version="8")
    assert w.look(2) == 3
    assert [ask(w.plane, name) for name in "abcd"] == [("3", 3.0), ("10", 10.0), ("7", 7.0), ("8", 8.0)]
    # A lower version is there by its name only.
    write(tmp_path / "a" / "2" / "model.pb", 2.0)
    assert w.look(2) == 1
    assert ask(w.plane, "a") == ("3", 3.0)
    assert ask(w.plane, "a", "2") == ("2", 2.0)
    # A version that changes is changed, and only that one.
    renamed(tmp_path / "a" / "1" / "model.pb", 100.0, "")
    assert w.look(2) == 1
    assert ask(w.plane, "a") == ("3", 3.0)
    assert ask(w.plane, "a", "1") == ("1", 100.0)
    renamed(tmp_path / "b.pb", 11.0, "11")
    assert w.look(2) == 1
    assert ask(w.plane, "b") == ("11", 11.0)
    assert w.plane.ready_versions("b") == ["11"]
    # What vanishes goes on serving.
    shutil.rmtree(tmp_path / "a")
    assert w.look(3) == 0
    assert ask(w.plane, "a") == ("3", 3.0)


def test_a_default_that_was_named_stays_until_a_newer_version_arrives(tmp_path, watch):
    for version in "123":
        write(tmp_path / "a" / version / "model.pb", float(version))
    w = watch(tmp_path)
    w.plane.commit(w.plane.prepare(ReloadRequest(model="a", version="1")))
    renamed(tmp_path / "a" / "3" / "model.pb", 30.0, "")
    w.look(2)
    assert ask(w.plane, "a") == ("1", 1.0)
    assert ask(w.plane, "a", "3") == ("3", 30.0)
    renamed(tmp_path / "a" / "1" / "model.pb", 10.0, "")
    w.look(2)
    assert ask(w.plane, "a") == ("1", 10.0)
    write(tmp_path / "a" / "4" / "model.pb", 4.0)
    w.look(2)
    assert ask(w.plane, "a") == ("4", 4.0)


def test_a_bad_version_that_arrives(tmp_path, watch):
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    w = watch(tmp_path)
    (tmp_path / "a" / "2").mkdir()
    assert w.look(3) == 0
    (tmp_path / "a" / "2" / "model.pb").write_bytes(BROKEN)
    assert w.look(5) == 1
    assert ask(w.plane, "a") == ("1", 1.0)
    last = w.plane.info("a", "").last_reload
    assert (last.ok, last.path, last.trigger) == (False, "a/2/model.pb", "watch")
    assert [each.reason for each in w.plane.index() if not each.ready] == [
        'file "a/2/model.pb" is refused (unknown_format)'
    ]
    write(tmp_path / "a" / "2" / "model.pb", 2.0)
    assert w.look(2) == 1
    assert ask(w.plane, "a") == ("2", 2.0)


def test_what_was_unloaded_stays_so(tmp_path, watch):
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    w = watch(tmp_path)
    w.plane.unload("a")
    write(tmp_path / "a" / "2" / "model.pb", 2.0)
    w.look(3)
    assert not w.plane.model_ready("a", "")
    w.plane.load("a")
    assert ask(w.plane) == ("2", 2.0)


def test_a_folder_elsewhere_than_the_model_root(tmp_path, watch):
    write(tmp_path / "models" / "a" / "1" / "model.pb", 1.0)
    (tmp_path / "root").mkdir()
    w = watch(tmp_path / "models", model_root=str(tmp_path / "root"))
    write(tmp_path / "models" / "a" / "2" / "model.pb", 2.0)
    (tmp_path / "models" / "a" / "3").symlink_to(tmp_path / "root")
    write(tmp_path / "root" / "model.pb", 3.0)
    assert w.look(3) == 1
    assert ask(w.plane, "a") == ("2", 2.0)


def test_a_folder_that_vanishes_and_comes_back(tmp_path, watch):
    write(tmp_path / "models" / "a" / "1" / "model.pb", 1.0)
    w = watch(tmp_path / "models")
    (tmp_path / "models").rename(tmp_path / "gone")
    assert w.look(3) == 0
    assert ask(w.plane, "a") == ("1", 1.0)
    (tmp_path / "gone").rename(tmp_path / "models")
    assert w.look(3) == 0


def test_what_changed_before_the_models_were_loaded_is_not_missed(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    settings = Settings(model=str(file), watch_interval=0.01)
    plane, _ = start(file)
    coordinator = LocalCoordinator(plane)
    watcher = Watcher(coordinator, settings)
    renamed(file, 2.0, "2")

    async def watch():
        await watcher.look()
        await watcher.look()

    try:
        asyncio.run(watch())
    finally:
        coordinator.close()
    assert ask(plane) == ("2", 2.0)


def test_it_runs_until_it_is_stopped(tmp_path, watch):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    w = watch(file)

    async def run():
        stop = asyncio.Event()
        running = asyncio.create_task(w.watcher.run(stop))
        for version in "234":
            renamed(file, float(version), version)
            end = time.monotonic() + DEADLINE
            while ask(w.plane)[0] != version:
                assert time.monotonic() < end
                await asyncio.sleep(0.005)
        file.write_bytes(BROKEN)
        while not w.heard.refused:
            assert time.monotonic() < end
            await asyncio.sleep(0.005)
        assert not running.done()
        stop.set()
        await asyncio.wait_for(running, DEADLINE)

    asyncio.run(run())
    assert ask(w.plane) == ("4", 4.0)
