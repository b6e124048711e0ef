"""Reloads while others predict, and what they leave behind."""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from core_models import BROKEN, ask, change, refused, start, write

from modelx.serving import answering
from modelx.serving.requests import ReloadRequest, Request
from modelx.serving.status import ServingError


@pytest.fixture
def _fine_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("_fine_switches")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_every_answer_belongs_to_the_version_that_it_names(tmp_path, kind):
    values = {str(version): float(version) * 10 for version in range(1, 4)}
    for version, value in values.items():
        write(tmp_path / "a" / version / "model.pb", value, version=version)
    plane, _ = start(tmp_path if kind == "folder" else tmp_path / "a" / "1" / "model.pb", model_root=str(tmp_path))
    stop, wrong, seen = threading.Event(), [], set()

    def predict():
        while not stop.is_set():
            try:
                version, value = ask(plane)
            except BaseException as error:  # noqa: BLE001 - whatever it is, the test must fail by it
                wrong.append(error)
                return
            seen.add(version)
            if values[version] != value:
                wrong.append((version, value))

    threads = [threading.Thread(target=predict) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for i in range(60):
            version = str(i % 3 + 1)
            if i % 5 == 4:
                change(plane, ReloadRequest(rollback=True))
            else:
                path = f"a/{version}/model.pb"
                assert change(plane, ReloadRequest(path=path)).version == version
                assert ask(plane)[0] == version
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert seen == set(values)


def test_many_changes_at_once_are_made_one_after_the_other(tmp_path):
    for version in range(1, 5):
        write(tmp_path / f"{version}.pb", float(version), version=str(version))
    plane, heard = start(tmp_path / "1.pb")
    reports = []
    threads = [
        threading.Thread(target=lambda i=i: reports.append(change(plane, ReloadRequest(path=f"{i % 4 + 1}.pb"))))
        for i in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each found what the one before it left.
    told = [(before, after) for _, after, before, _ in heard.reloaded]
    assert len(told) == len(reports) == 16
    assert [before for before, _ in told] == ["1", *(after for _, after in told[:-1])]
    assert ask(plane)[0] == told[-1][1]


def test_a_request_under_way_finishes_on_the_model_that_it_began_on(tmp_path):
    plane, _ = start(write(tmp_path / "1.pb", 1.0, version="1"))
    write(tmp_path / "2.pb", 2.0, version="2", width=3)
    served = plane.find("", "")
    change(plane, ReloadRequest(path="2.pb"))
    response = answering.respond(served, Request(features=np.zeros((1, 2))))
    assert (response.version, response.outputs[0].values.tolist()) == ("1", [1.0])
    assert ask(plane, width=3) == ("2", 2.0)


def test_files_that_the_index_does_not_have_are_not_remembered(tmp_path):
    (tmp_path / "bad").mkdir()
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    for target, model in ((tmp_path, "a"), (tmp_path / "a" / "1" / "model.pb", "m")):
        plane, _ = start(target, model_root=str(tmp_path))
        for i in range(20):
            (tmp_path / "bad" / f"{i}.pb").write_bytes(BROKEN)
            refused(plane.prepare, ReloadRequest(path=f"bad/{i}.pb"))
        assert [state.refused for state in plane.states() if state.name == model] == [{}]


def test_memory_does_not_grow_with_reloads(tmp_path):
    for version in "12":
        write(tmp_path / f"{version}.pb", float(version), version=version, width=200)
    (tmp_path / "bad.pb").write_bytes(BROKEN)
    plane, heard = start(tmp_path / "1.pb")

    def turn(times):
        for i in range(times):
            change(plane, ReloadRequest(path=f"{i % 2 + 1}.pb"))
            if i % 10 == 0:
                refused(plane.prepare, ReloadRequest(path="bad.pb"))
                refused(plane.prepare, ReloadRequest(model=f"unknown{i}"))
            for kept in (heard.loaded, heard.dropped, heard.reloaded, heard.refused):
                kept.clear()
        gc.collect()

    tracemalloc.start()
    try:
        # numpy and protobuf keep some memory for the next time; that fills up first.
        turn(100)
        before = tracemalloc.get_traced_memory()[0]
        turn(300)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    # What numpy keeps still grows a little; whatever the plane kept of each reload would be more than this.
    assert after - before < 300 * 300


@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_a_link_that_comes_in_while_a_file_is_opened_leads_nowhere(tmp_path, swapped):
    root, out = tmp_path / "root", tmp_path / "out"
    write(root / "in" / "x.pb", 1.0, version="1")
    write(out / "x.pb", 9.0, version="9")
    plane, _ = start(root / "in" / "x.pb", model_root=str(root))
    place = root / "sub" / "x.pb"
    place.parent.mkdir()
    name = place if swapped == "file" else place.parent
    targets = (root / "in", out) if swapped == "folder" else (root / "in" / "x.pb", out / "x.pb")
    if swapped == "folder":
        name.rmdir()
    stop = threading.Event()

    def swap():
        spare = tmp_path / "spare"
        while not stop.is_set():
            for target in targets:
                spare.symlink_to(target)
                spare.replace(name)

    swapping = threading.Thread(target=swap)
    swapping.start()
    found = set()
    try:
        for _ in range(400):
            try:
                found.add(change(plane, ReloadRequest(path="sub/x.pb")).version)
            except ServingError as error:
                found.add(error.kind)
    finally:
        stop.set()
        swapping.join()
    assert "1" in found
    assert "outside_root" in found
    assert found <= {"1", "outside_root", "no_file", "malformed"}
