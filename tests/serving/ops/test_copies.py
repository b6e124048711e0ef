"""Copies of what serves, and states that cross to another process."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from modelx.serving import snapshot
from modelx.serving.copies import Copies
from modelx.serving.events import NoEvents
from modelx.serving.plane import Plane
from modelx.serving.requests import ReloadRequest, Request
from modelx.serving.settings import Settings
from modelx.serving.status import ServingError


@pytest.fixture
def copies(tmp_path):
    folder = tmp_path / "copies"
    folder.mkdir()
    return Copies(folder)


def plane_of(model, copies):
    plane = Plane(Settings(str(model)), events=NoEvents(), read=copies.read)
    plane.start()
    return plane


def resumed(plane, model, copies):
    """Serve elsewhere what a plane serves; what goes between is JSON."""
    values = json.loads(json.dumps(snapshot.dump(plane.states())))
    other = Plane(Settings(str(model)), events=NoEvents(), read=copies.read)
    other.resume(lambda loader: snapshot.restore(values, loader, copies))
    return other


def reload(plane, **asked):
    return plane.commit(plane.prepare(ReloadRequest(**asked)))


def told(plane, model, version=""):
    """Give what a plane tells of a model, but for what it counts."""
    return replace(plane.info(model, version), requests_served=0)


def test_bytes_are_kept_once(copies, tmp_path):
    copies.keep(b"abc")
    name = hashlib.sha256(b"abc").hexdigest()
    kept = tmp_path / "copies" / name
    before = kept.stat().st_mtime_ns
    copies.keep(memoryview(b"abc"))
    assert kept.stat().st_mtime_ns == before
    assert [file.name for file in (tmp_path / "copies").iterdir()] == [name]
    copies.keep(b"other")
    copies.keep_only({name})
    assert [file.name for file in (tmp_path / "copies").iterdir()] == [name]


def test_a_file_goes_over_with_its_past(put, copies):
    file = put(1)
    plane = plane_of(file, copies)
    put(2)
    reload(plane)
    put("broken")
    with pytest.raises(ServingError):
        plane.prepare(ReloadRequest())
    file.unlink()
    other = resumed(plane, file, copies)
    assert told(other, "") == told(plane, "")
    assert other.info("", "").path == "iris.pb"
    assert other.info("", "").last_reload.kind == "malformed"
    assert other.readiness() == plane.readiness()
    request = Request(features=np.array([5.1, 3.5, 1.4, 0.2]), methods=("predict_proba",))
    answers = [each.predict(request).outputs[0].values.tobytes() for each in (plane, other)]
    assert answers[0] == answers[1]
    assert reload(other, rollback=True).version == "1"


def test_a_folder_goes_over(put, root, copies):
    for name in ("iris/1/model.pb", "iris/2/model.pb", "other.pb", "gone.pb"):
        put(1, name)
    put("broken", "iris/3/model.pb")
    plane = plane_of(root, copies)
    reload(plane, model="iris", version="1")
    plane.unload("gone")
    other = resumed(plane, root, copies)
    assert other.index() == plane.index()
    assert other.models() == plane.models() == ["iris", "other"]
    for version in ("", "1", "2"):
        assert told(other, "iris", version) == told(plane, "iris", version)
    assert snapshot.fingerprint(snapshot.dump(other.states())) == snapshot.fingerprint(snapshot.dump(plane.states()))
    assert snapshot.used(snapshot.dump(plane.states())) == {plane.info("iris", "1").sha256}


def test_other_bytes_are_another_fingerprint(put, copies):
    file = put(1)
    plane = plane_of(file, copies)
    before = snapshot.fingerprint(snapshot.dump(plane.states()))
    put(2)
    reload(plane)
    assert snapshot.fingerprint(snapshot.dump(plane.states())) != before
