"""A folder of models."""

from __future__ import annotations

import os
import shutil

import pytest
from core_models import BROKEN, Heard, ask, change, refused, start, write

from modelx.serving.plane import Plane
from modelx.serving.requests import ReloadRequest
from modelx.serving.settings import Settings


@pytest.fixture
def root(tmp_path):
    """Give a folder of one model of three versions, one of a single file, and one that is broken."""
    root = tmp_path / "models"
    for version, value in (("1.0.0", 100.0), ("1.10.0", 110.0), ("1.9.0", 190.0)):
        write(root / "a" / version / "model.pb", value, version="another", name="another")
    write(root / "b.json", 7.0, version="7")
    (root / "broken" / "1").mkdir(parents=True)
    (root / "broken" / "1" / "model.pb").write_bytes(BROKEN)
    return root


def entries(plane):
    return [(each.name, each.version, each.reason) for each in plane.index()]


REFUSED = 'file "broken/1/model.pb" is refused (unknown_format)'


def test_the_highest_version_answers_and_the_others_by_name(root):
    plane, heard = start(root)
    assert ask(plane, "a") == ("1.10.0", 110.0)
    assert ask(plane, "a", "1.9.0") == ("1.9.0", 190.0)
    assert ask(plane, "b") == ("7", 7.0)
    assert plane.ready_versions("a") == ["1.0.0", "1.9.0", "1.10.0"]
    assert plane.info("a", "1.0.0").path == "a/1.0.0/model.pb"
    assert plane.info("a", "").ready_versions == ["1.0.0", "1.9.0", "1.10.0"]
    assert sorted(heard.loaded) == [("a", "1.0.0"), ("a", "1.10.0"), ("a", "1.9.0"), ("b", "7")]
    assert plane.models() == ["a", "b", "broken"]


def test_what_is_refused_at_the_start_is_told_and_the_others_serve(root):
    plane, heard = start(root)
    assert entries(plane) == [
        ("a", "1.0.0", ""),
        ("a", "1.9.0", ""),
        ("a", "1.10.0", ""),
        ("b", "7", ""),
        ("broken", "1", REFUSED),
    ]
    (told,) = heard.refused
    assert (told["model"], told["path"], told["trigger"], told["kind"]) == (
        "broken",
        "broken/1/model.pb",
        "",
        "unknown_format",
    )
    assert told["error"] == f"{REFUSED}; no version is in service"
    assert [(each.name, each.version, each.ready) for each in plane.readiness().models] == [
        ("a", "1.10.0", True),
        ("b", "7", True),
        ("broken", "", False),
    ]
    assert plane.readiness().ready
    assert plane.readiness().models[2].last_reload is None


def test_which_model_is_meant(root):
    plane, _ = start(root)
    assert refused(plane.find, "", "") == ("bad_request", 'model_name is empty; expected one of "a", "b"')
    assert refused(plane.find, "x", "") == ("unknown_model", 'no model "x"; expected one of "a", "b"')
    assert refused(plane.find, "broken", "") == ("unknown_model", 'no model "broken"; expected one of "a", "b"')
    assert refused(plane.find, "a", "2") == (
        "unknown_version",
        'model "a" has no version "2" in service; expected one of "1.0.0", "1.9.0", "1.10.0"',
    )
    # What may be reloaded is more than what serves.
    assert refused(change, plane, ReloadRequest()) == (
        "bad_request",
        'model_name is empty; expected one of "a", "b", "broken"',
    )
    assert refused(change, plane, ReloadRequest(model="x")) == (
        "unknown_model",
        'no model "x"; expected one of "a", "b", "broken"',
    )


def test_long_lists_are_cut(tmp_path):
    for i in range(12):
        write(tmp_path / f"m{i:02}.pb", float(i), version="1")
    plane, _ = start(tmp_path)
    names = ", ".join(f'"m{i:02}"' for i in range(10))
    assert refused(plane.find, "x", "")[1] == f'no model "x"; expected one of {names}, ...'


@pytest.mark.parametrize(
    ("policy", "ready"), [("all", ["1.0.0", "1.9.0", "1.10.0", "7"]), ("latest", ["1.10.0", "7"]), ("none", [])]
)
def test_what_is_loaded_at_the_start(root, policy, ready):
    plane, heard = start(root, load=policy)
    index = plane.index()
    assert [each.version for each in index if each.ready] == ready
    reasons = {each.reason for each in index if not each.ready}
    assert reasons <= {"not loaded", REFUSED}
    assert plane.readiness().ready
    assert len(heard.refused) == (policy != "none")
    if policy == "none":
        assert refused(plane.find, "a", "") == ("unknown_model", 'no model "a"; none is loaded')
        # none counts as all when a model is loaded by its name.
        plane.load("a")
        assert plane.ready_versions("a") == ["1.0.0", "1.9.0", "1.10.0"]
        assert ask(plane, "", "1.9.0") == ("1.9.0", 190.0)
        assert change(plane, ReloadRequest(model="b")).version == "7"


def test_a_version_by_name_becomes_the_default_until_a_newer_one_arrives(root):
    plane, heard = start(root)
    report = change(plane, ReloadRequest(model="a", version="1.9.0"))
    assert (report.version, report.previous_version, report.changed) == ("1.9.0", "1.10.0", True)
    assert ask(plane, "a") == ("1.9.0", 190.0)
    # An empty request reads the default's own file.
    write(root / "a" / "1.9.0" / "model.pb", 191.0)
    assert change(plane, ReloadRequest(model="a")).version == "1.9.0"
    assert ask(plane, "a") == ("1.9.0", 191.0)
    # An older one that arrives leaves the default alone, a newer one does not.
    write(root / "a" / "1.5.0" / "model.pb", 150.0)
    plane.load("a")
    assert ask(plane, "a")[0] == "1.9.0"
    assert ask(plane, "a", "1.5.0") == ("1.5.0", 150.0)
    write(root / "a" / "1.11.0" / "model.pb", 111.0)
    plane.load("a")
    assert ask(plane, "a") == ("1.11.0", 111.0)
    assert change(plane, ReloadRequest(model="a", rollback=True)).version == "1.9.0"
    assert ask(plane, "a", "1.11.0") == ("1.11.0", 111.0)
    # Every load of a version but the last was told to be out of service.
    for version in plane.ready_versions("a"):
        assert heard.loaded.count(("a", version)) == heard.dropped.count(("a", version)) + 1


def test_a_version_that_is_not_there(root):
    plane, _ = start(root)
    assert refused(change, plane, ReloadRequest(model="a", version="9")) == (
        "no_file",
        'no version "9" of model "a" in the repository',
    )
    assert plane.info("a", "").last_reload.kind == "no_file"


def test_a_path_brings_its_folders_version_or_its_own(root):
    write(root / "a" / "2.0.0" / "model.pb", 200.0, version="inside")
    write(root / "new.pb", 300.0, version="3.0.0")
    plane, _ = start(root, load="latest")
    assert change(plane, ReloadRequest(model="a", path="a/1.0.0/model.pb")).version == "1.0.0"
    assert change(plane, ReloadRequest(model="a", path="new.pb")).version == "3.0.0"
    # Another model's folder gives no version.
    assert change(plane, ReloadRequest(model="b", path="a/2.0.0/model.pb")).version == "inside"
    assert plane.ready_versions("a") == ["1.0.0", "2.0.0", "3.0.0"]
    assert ask(plane, "a") == ("3.0.0", 300.0)
    assert refused(change, plane, ReloadRequest(model="a", path="a/2.0.0/model.pb", version="2")) == (
        "version_mismatch",
        'file "a/2.0.0/model.pb" has version "2.0.0"; expected "2"; version "3.0.0" goes on serving',
    )


def test_a_single_file_with_another_version_takes_the_place_of_its_own(root):
    plane, heard = start(root)
    write(root / "b.json", 8.0, version="6")
    report = change(plane, ReloadRequest(model="b"))
    assert (report.version, report.previous_version) == ("6", "7")
    assert plane.ready_versions("b") == ["6"]
    assert heard.dropped == [("b", "7")]
    change(plane, ReloadRequest(model="b", rollback=True))
    assert plane.ready_versions("b") == ["7"]


def test_a_model_that_is_broken_can_be_mended(root):
    plane, _ = start(root)
    assert refused(change, plane, ReloadRequest(model="broken")) == (
        "unknown_format",
        f"{REFUSED}; no version is in service",
    )
    write(root / "broken" / "1" / "model.pb", 5.0)
    report = change(plane, ReloadRequest(model="broken"))
    assert (report.version, report.previous_version, report.changed) == ("1", "", True)
    assert ask(plane, "broken") == ("1", 5.0)
    assert ("broken", "1", "") in entries(plane)
    # A file that goes bad is not what the index tells of a version that serves.
    (root / "broken" / "1" / "model.pb").write_bytes(BROKEN)
    assert refused(change, plane, ReloadRequest(model="broken"))[1] == f'{REFUSED}; version "1" goes on serving'
    assert ("broken", "1", "") in entries(plane)
    assert ask(plane, "broken") == ("1", 5.0)


def test_load_serves_what_it_can_and_answers_with_the_lowest_refusal(root):
    plane, heard = start(root)
    for version in ("0.1.0", "0.2.0"):
        (root / "a" / version).mkdir()
        (root / "a" / version / "model.pb").write_bytes(BROKEN)
    write(root / "a" / "2.0.0" / "model.pb", 200.0)
    before = len(heard.refused)
    text = 'file "a/0.1.0/model.pb" is refused (unknown_format); version "2.0.0" goes on serving'
    assert refused(plane.load, "a") == ("unknown_format", text)
    assert ask(plane, "a") == ("2.0.0", 200.0)
    last = plane.info("a", "").last_reload
    assert (last.ok, last.error, last.path, last.version) == (False, text, "a/0.1.0/model.pb", "2.0.0")
    assert [told["path"] for told in heard.refused[before:]] == ["a/0.1.0/model.pb", "a/0.2.0/model.pb"]
    assert ("a", "0.2.0", 'file "a/0.2.0/model.pb" is refused (unknown_format)') in entries(plane)


def test_what_vanishes_goes_on_serving_until_it_is_unloaded(root):
    plane, _ = start(root)
    shutil.rmtree(root / "a")
    plane.load("a")
    assert ask(plane, "a") == ("1.10.0", 110.0)
    assert refused(change, plane, ReloadRequest(model="a"))[0] == "no_file"
    shutil.rmtree(root)
    assert ("a", "1.9.0", "") in entries(plane)
    plane.unload("a")
    assert refused(plane.load, "a")[0] == "unknown_model"
    assert entries(plane) == [("b", "7", "")]
    assert ask(plane, "b") == ("7", 7.0)


def test_unload(root):
    plane, _ = start(root)
    plane.unload("a")
    assert refused(plane.find, "a", "") == ("unknown_model", 'no model "a"; expected one of "b"')
    assert refused(change, plane, ReloadRequest(model="a"))[0] == "unknown_model"
    assert [entry for entry in entries(plane) if entry[0] == "a"] == [
        ("a", version, "unloaded") for version in ("1.0.0", "1.9.0", "1.10.0")
    ]
    assert plane.models() == ["b", "broken"]
    assert [each.name for each in plane.readiness().models] == ["b", "broken"]
    plane.load("a", "http")
    assert ask(plane, "a") == ("1.10.0", 110.0)
    assert plane.info("a", "").last_reload.trigger == "http"
    # Unloaded, it has nothing to go back to.
    assert refused(change, plane, ReloadRequest(model="a", rollback=True))[0] == "no_rollback"


def test_odd_folders(root, tmp_path):
    def touch(*parts):
        root.joinpath(*parts[:-1]).mkdir(parents=True, exist_ok=True)
        root.joinpath(*parts).write_bytes(BROKEN)

    touch("a", "2", "model.pb")
    touch("a", "2", "weights.json.gz")
    touch("a", "3", "notes.txt")
    touch("a", "3", ".model.pb")
    touch("a", ".4", "model.pb")
    touch("a", "loose.pb")
    touch(".hidden", "1", "model.pb")
    touch(".hidden.pb")
    touch("README.md")
    (root / "empty").mkdir()
    os.mkfifo(root / "a" / "1.0.0" / "pipe")
    (root / "a" / "5").mkdir()
    os.mkfifo(root / "a" / "5" / "model.pb")
    write(tmp_path / "out" / "1" / "model.pb", 9.0)
    (root / "a" / "6").symlink_to(tmp_path / "out" / "1")
    (root / "a" / "7").mkdir()
    (root / "a" / "7" / "model.pb").symlink_to(tmp_path / "out" / "1" / "model.pb")
    (root / "away").symlink_to(tmp_path / "out")
    (root / "away.pb").symlink_to(tmp_path / "out" / "1" / "model.pb")
    (root / "gone.pb").symlink_to("nowhere")
    (root / "a" / "latest").symlink_to("1.9.0")
    plane, _ = start(root)
    listed = entries(plane)
    assert [(version, reason) for name, version, reason in listed if name == "a" and reason] == [
        ("2", '2 model files in "a/2"; expected one'),
        ("3", 'no model file in "a/3"'),
        ("5", '"a/5/model.pb" is not a regular file'),
        ("6", 'path "a/6" leads outside the model root'),
        ("7", 'path "a/7/model.pb" leads outside the model root'),
    ]
    assert [entry for entry in listed if entry[0] not in ("a", "b", "broken")] == [
        ("away", "", 'path "away.pb" leads outside the model root')
    ]
    # A link within the folder is a version like any other.
    assert ask(plane, "a") == ("latest", 190.0)
    assert refused(change, plane, ReloadRequest(model="a", version="2")) == (
        "no_file",
        '2 model files in "a/2"; expected one',
    )
    assert refused(change, plane, ReloadRequest(model="a", version="7"))[0] == "outside_root"


def test_a_version_that_is_there_twice(tmp_path):
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    write(tmp_path / "a.pb", 2.0, version="1")
    write(tmp_path / "a.json", 3.0, version="0")
    plane, _ = start(tmp_path)
    assert entries(plane) == [("a", "", 'version "1" is in "a/1/model.pb" already'), ("a", "0", ""), ("a", "1", "")]
    assert ask(plane, "a") == ("1", 1.0)
    assert ask(plane, "a", "0") == ("0", 3.0)


def test_a_folder_that_cannot_be_read(tmp_path):
    plane = Plane(Settings(model=str(tmp_path)), events=Heard())
    tmp_path.rmdir()
    with pytest.raises(OSError, match=tmp_path.name):
        plane.start()


def test_an_empty_folder(tmp_path):
    plane, _ = start(tmp_path)
    assert plane.readiness().ready
    assert (plane.index(), plane.models()) == ([], [])
    assert refused(plane.find, "", "") == ("unknown_model", 'no model ""; none is loaded')
    write(tmp_path / "a" / "1" / "model.pb", 1.0)
    plane.load("a")
    assert ask(plane) == ("1", 1.0)


def test_a_root_elsewhere(root, tmp_path):
    write(tmp_path / "store" / "x.pb", 5.0, version="5")
    plane, _ = start(root, model_root=str(tmp_path / "store"))
    assert plane.info("b", "").path == str(root / "b.json")
    assert change(plane, ReloadRequest(model="b", path="x.pb")).version == "5"
    assert refused(change, plane, ReloadRequest(model="b", path=str(root / "b.json")))[0] == "outside_root"
    # What the operator gave is read again all the same.
    assert change(plane, ReloadRequest(model="a")).version == "1.10.0"


def test_a_plane_that_resumes_serves_the_same(root):
    plane, _ = start(root)
    change(plane, ReloadRequest(model="a", version="1.9.0"))
    heard = Heard()
    other = Plane(Settings(model=str(root)), events=heard)
    other.resume(lambda _loader: plane.states())
    assert ask(other, "a") == ("1.9.0", 190.0)
    assert entries(other) == entries(plane)
    assert other.readiness() == plane.readiness()
    assert heard.loaded == []
