"""One file: what a reload brings, what it refuses, and what it says."""

from __future__ import annotations

import gzip
import hashlib
import os
import threading
import time

import pytest
from core_models import BROKEN, ask, change, refused, start, write

import modelx
from modelx.serving.requests import ReloadRequest
from modelx.serving.status import ServingError


def test_a_server_of_a_file(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1", name="inside")
    before = int(time.time())
    plane, heard = start(file)
    info = plane.info("", "")
    assert (info.name, info.version, info.path, info.type, info.class_name) == (
        "inside",
        "1",
        "a.pb",
        "linear_regression",
        "LinearRegression",
    )
    assert info.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert before <= info.loaded_timestamp <= int(time.time())
    assert info.evidence_rows > 0
    assert info.evidence_methods == ["predict"]
    assert (info.last_reload, info.rollback_version, info.ready_versions, info.requests_served) == (None, "", ["1"], 0)
    assert info.metadata.created_timestamp == 1
    assert heard.loaded == [("inside", "1")]
    assert plane.readiness().ready
    assert [(each.name, each.version, each.ready) for each in plane.readiness().models] == [("inside", "1", True)]
    assert [(each.name, each.version, each.ready) for each in plane.index()] == [("inside", "1", True)]
    assert plane.model_ready("inside", "")
    assert plane.model_ready("inside", "1")
    assert not plane.model_ready("inside", "2")
    assert not plane.model_ready("a", "")
    assert plane.models() == ["inside"]


@pytest.mark.parametrize("suffix", [".pb", ".json", ".onnx", ".pb.gz", ".json.zst"])
def test_every_suffix(tmp_path, suffix):
    plane, _ = start(write(tmp_path / f"a.b{suffix}", 2.0, name=""))
    assert plane.info("", "").name == "a.b"
    assert ask(plane) == (plane.info("", "").sha256[:12], 2.0)


def test_the_operators_name_goes_before_the_files(tmp_path):
    plane, _ = start(write(tmp_path / "a.pb", 2.0, name="inside"), model_name="given")
    assert plane.info("given", "").name == "given"
    change(plane, ReloadRequest())
    assert plane.info("", "").name == "given"


def test_the_name_stays_when_the_file_has_another(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, name="one")
    plane, _ = start(file)
    write(file, 2.0, name="two")
    assert change(plane, ReloadRequest()).model == "one"
    assert ask(plane, "one")[1] == 2.0


@pytest.mark.parametrize(
    ("content", "error"),
    [(BROKEN, modelx.ModelxError), (b"", modelx.ModelxError), (None, FileNotFoundError)],
)
def test_a_bad_file_at_the_start_is_the_readers_own_error(tmp_path, content, error):
    if content is not None:
        (tmp_path / "a.pb").write_bytes(content)
    with pytest.raises(error) as caught:
        start(tmp_path / "a.pb")
    assert not isinstance(caught.value, ServingError)


def test_what_is_no_file_at_the_start(tmp_path):
    os.mkfifo(tmp_path / "pipe.pb")
    with pytest.raises(OSError, match="regular file"):
        start(tmp_path / "pipe.pb")
    write(tmp_path / "a.pb", 1.0).rename(tmp_path / "a.bin")
    with pytest.raises(modelx.ModelxError, match="suffix"):
        start(tmp_path / "a.bin")
    write(tmp_path / "a.pb", 1.0)
    with pytest.raises(OSError, match="no folder"):
        start(tmp_path / "a.pb", model_root=str(tmp_path / "nowhere"))


def test_a_reload_of_the_own_file(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, heard = start(file)
    write(file, 2.0, version="2")
    report = change(plane, ReloadRequest(trigger="signal"))
    assert (report.model, report.version, report.previous_version, report.changed) == ("m", "2", "1", True)
    assert report.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert 0 < report.load_seconds < 60
    assert ask(plane) == ("2", 2.0)
    assert refused(ask, plane, "m", "1") == (
        "unknown_version",
        'model "m" has no version "1" in service; expected one of "2"',
    )
    assert heard.reloaded == [("m", "2", "1", "signal")]
    assert (heard.loaded, heard.dropped) == ([("m", "1"), ("m", "2")], [("m", "1")])
    last = plane.info("", "").last_reload
    assert (last.ok, last.trigger, last.path, last.version, last.error) == (True, "signal", "a.pb", "2", "")
    assert plane.readiness().models[0].last_reload == last
    assert not change(plane, ReloadRequest()).changed


def test_another_file_and_back(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    write(tmp_path / "deep" / "er" / "b.json", 2.0, version="2", name="other")
    plane, _ = start(file)
    for path in ("deep/er/b.json", "./deep/../deep/er/b.json", str(tmp_path / "deep" / "er" / "b.json")):
        report = change(plane, ReloadRequest(path=path))
        assert (report.model, report.version) == ("m", "2")
        info = plane.info("", "")
        assert (info.path, info.last_reload.path) == ("deep/er/b.json", path)
        assert ask(plane) == ("2", 2.0)
    # An empty request means the file of the command line.
    assert change(plane, ReloadRequest()).version == "1"
    assert plane.info("", "").path == "a.pb"


def test_the_version_that_a_file_must_have(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    write(tmp_path / "b.pb", 2.0, version="2")
    plane, heard = start(file)
    assert refused(change, plane, ReloadRequest(path="b.pb", version="3")) == (
        "version_mismatch",
        'file "b.pb" has version "2"; expected "3"; version "1" goes on serving',
    )
    assert refused(change, plane, ReloadRequest(version="3"))[1] == (
        'file "a.pb" has version "1"; expected "3"; version "1" goes on serving'
    )
    assert [told["kind"] for told in heard.refused] == ["version_mismatch"] * 2
    assert change(plane, ReloadRequest(path="b.pb", version="2")).version == "2"


def test_rollback_and_its_undoing(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, heard = start(file)
    nothing = ("no_rollback", 'model "m" has no earlier version to bring back')
    assert refused(change, plane, ReloadRequest(rollback=True)) == nothing
    # Reading the same again is no change.
    change(plane, ReloadRequest())
    assert refused(change, plane, ReloadRequest(rollback=True)) == nothing
    write(file, 2.0, version="2")
    change(plane, ReloadRequest())
    assert plane.info("", "").rollback_version == "1"
    change(plane, ReloadRequest())
    assert plane.info("", "").rollback_version == "1"
    file.unlink()
    for version, other in [("1", "2"), ("2", "1"), ("1", "2")]:
        report = change(plane, ReloadRequest(rollback=True))
        assert (report.version, report.previous_version, report.changed) == (version, other, True)
        assert ask(plane) == (version, float(version))
        assert plane.info("", "").rollback_version == other
        assert plane.info("", "").ready_versions == [version]
    assert heard.reloaded[-1] == ("m", "1", "2", "rpc")
    for request in (ReloadRequest(rollback=True, path="a.pb"), ReloadRequest(rollback=True, version="1")):
        assert refused(change, plane, request) == ("bad_request", "rollback excludes path and version")
    long = ReloadRequest(path="a/" * 2048 + "é")
    assert refused(change, plane, long) == ("bad_request", "path has 4098 bytes; expected at most 4096")


def tampered(path):
    """Write a file whose answers are not the recorded ones."""
    proto = modelx.read(path).proto
    proto.linear_regression.intercept += 1.0
    return proto.SerializeToString()


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("unknown_format", lambda _: BROKEN),
        ("unknown_format", lambda _: b""),
        ("malformed", lambda path: path.read_bytes()[:-3]),
        ("evidence_mismatch", tampered),
        ("too_large", lambda path: path.read_bytes() + b"\x00" * 5000),
        ("malformed", lambda _: b'{"model_spec": '),
        ("malformed", lambda _: b"\x1f\x8b\x08\x00 no gzip"),
    ],
)
def test_a_bad_file_leaves_the_model_of_before_serving(tmp_path, kind, make):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, heard = start(file, max_file_bytes=4096)
    (tmp_path / "bad.pb").write_bytes(make(file))
    text = f'file "bad.pb" is refused ({kind}); version "1" goes on serving'
    with pytest.raises(ServingError) as caught:
        plane.prepare(ReloadRequest(path="bad.pb", trigger="http"))
    assert (caught.value.kind, str(caught.value)) == (kind, text)
    assert caught.value.status.name == "FAILED_PRECONDITION"
    assert caught.value.status.http == 409
    assert caught.value.detail
    assert ask(plane) == ("1", 1.0)
    last = plane.info("", "").last_reload
    assert (last.ok, last.trigger, last.path, last.version) == (False, "http", "bad.pb", "1")
    assert (last.kind, last.error, last.detail) == (kind, text, caught.value.detail)
    assert plane.readiness().models[0].last_reload == last
    assert plane.readiness().models[0].ready
    (told,) = heard.refused
    assert told == {
        "model": "m",
        "path": "bad.pb",
        "version": "1",
        "trigger": "http",
        "kind": kind,
        "error": text,
        "detail": last.detail,
    }
    assert change(plane, ReloadRequest()).version == "1"


def test_a_bomb_is_stopped(tmp_path):
    plane, _ = start(write(tmp_path / "a.pb", 1.0, version="1"), max_file_bytes=100_000)
    (tmp_path / "bomb.pb.gz").write_bytes(gzip.compress(b"\x0a" * 10_000_000))
    assert refused(change, plane, ReloadRequest(path="bomb.pb.gz"))[0] == "too_large"


def test_a_suffix_that_is_not_read(tmp_path):
    plane, _ = start(write(tmp_path / "a.pb", 1.0, version="1"))
    write(tmp_path / "b.pb", 2.0).rename(tmp_path / "b.txt")
    assert refused(change, plane, ReloadRequest(path="b.txt")) == (
        "unknown_format",
        'file "b.txt" is refused (unknown_format); version "1" goes on serving',
    )


def test_a_file_that_cannot_be_read(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, _ = start(file)
    file.unlink()
    # A regular file, of which the system reads nothing.
    file.symlink_to("/proc/self/mem")
    assert refused(change, plane, ReloadRequest()) == (
        "io",
        'file "a.pb" is refused (io); version "1" goes on serving',
    )


def test_an_error_of_modelx_itself_is_internal(tmp_path, monkeypatch):
    plane, heard = start(write(tmp_path / "a.pb", 1.0, version="1"))

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("modelx.conversion.check", fail)
    assert refused(change, plane, ReloadRequest()) == ("internal", "an internal error; the server's log tells more")
    (failure,) = heard.failures
    assert failure["model"] == "m"
    assert isinstance(failure["error"], ZeroDivisionError)
    assert ask(plane) == ("1", 1.0)
    monkeypatch.undo()
    change(plane, ReloadRequest())


def outside(tmp_path):
    """Make a root with every way out of it, and a file beside it."""
    write(tmp_path / "out" / "secret.pb", 9.0, version="9")
    root = tmp_path / "root"
    own = write(root / "a.pb", 1.0, version="1")
    (root / "link.pb").symlink_to(tmp_path / "out" / "secret.pb")
    (root / "relative.pb").symlink_to("../out/secret.pb")
    (root / "folder").symlink_to(tmp_path / "out")
    (root / "chain").symlink_to("folder")
    (root / "loop").symlink_to("loop")
    (root / "sub").mkdir()
    (tmp_path / "rooted.pb").write_bytes(own.read_bytes())
    os.mkfifo(root / "pipe")
    return own


@pytest.mark.parametrize(
    "path",
    [
        "../out/secret.pb",
        "sub/../../out/secret.pb",
        "missing/../../out/secret.pb",
        "{tmp}/out/secret.pb",
        "/etc/passwd",
        "/nonexistent/x.pb",
        "..",
        "../rooted.pb",
        "{tmp}/rooted.pb",
        "link.pb",
        "relative.pb",
        "folder/secret.pb",
        "folder/missing.pb",
        "chain/secret.pb",
        "folder/../rooted.pb",
        "loop/../../out/secret.pb",
    ],
)
def test_no_way_out_of_the_root(tmp_path, path):
    plane, _ = start(outside(tmp_path))
    path = path.format(tmp=tmp_path)
    assert refused(change, plane, ReloadRequest(path=path)) == (
        "outside_root",
        f'path "{path[:64]}{"..." if len(path) > 64 else ""}" leads outside the model root',
    )
    assert plane.info("", "").last_reload.kind == "outside_root"
    assert ask(plane) == ("1", 1.0)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("missing.pb", 'no file "missing.pb" under the model root'),
        ("sub/missing.pb", 'no file "sub/missing.pb" under the model root'),
        ("a.pb/x.pb", 'no file "a.pb/x.pb" under the model root'),
        ("loop", 'no file "loop" under the model root'),
        ("a\0b", 'no file "a\\u0000b" under the model root'),
        ("a" * 300, f'no file "{"a" * 64}..." under the model root'),
        ("sub", '"sub" is not a regular file'),
        (".", '"." is not a regular file'),
        ("pipe", '"pipe" is not a regular file'),
    ],
)
def test_what_is_no_file_under_the_root(tmp_path, path, text):
    plane, heard = start(outside(tmp_path))
    assert refused(change, plane, ReloadRequest(path=path)) == ("no_file", text)
    assert heard.refused[0]["path"] == path


def test_links_within_the_root_are_followed(tmp_path):
    own = write(tmp_path / "a.pb", 1.0, version="1")
    write(tmp_path / "v2" / "model.pb", 2.0, version="2")
    write(tmp_path / "v3" / "model.pb", 3.0, version="3")
    (tmp_path / "current").symlink_to("v2")
    plane, _ = start(own)
    assert change(plane, ReloadRequest(path="current/model.pb")).version == "2"
    assert plane.info("", "").path == "current/model.pb"
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("v3")
    assert change(plane, ReloadRequest(path="current/model.pb")).version == "3"


def test_another_root_and_a_root_that_is_a_link(tmp_path):
    own = write(tmp_path / "own" / "a.pb", 1.0, version="1")
    write(tmp_path / "store" / "b.pb", 2.0, version="2")
    (tmp_path / "alias").symlink_to("store")
    plane, _ = start(own, model_root=str(tmp_path / "alias"))
    assert plane.info("", "").path == str(own)
    assert change(plane, ReloadRequest(path="b.pb")).version == "2"
    assert plane.info("", "").path == "b.pb"
    assert change(plane, ReloadRequest(path=str(tmp_path / "store" / "b.pb"))).version == "2"
    assert plane.info("", "").path == "b.pb"
    assert refused(change, plane, ReloadRequest(path=str(own)))[0] == "outside_root"
    # The operator's own file may lie anywhere.
    assert change(plane, ReloadRequest()).version == "1"


def test_the_operators_file_may_be_a_link(tmp_path):
    write(tmp_path / "store" / "1.pb", 1.0, version="1")
    write(tmp_path / "store" / "2.pb", 2.0, version="2")
    link = tmp_path / "here" / "model.pb"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "store" / "1.pb")
    plane, _ = start(link)
    assert plane.info("", "").path == "model.pb"
    link.unlink()
    link.symlink_to(tmp_path / "store" / "2.pb")
    assert change(plane, ReloadRequest()).version == "2"


def test_a_file_that_vanished(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, _ = start(file)
    file.unlink()
    assert refused(change, plane, ReloadRequest()) == ("no_file", 'no file "a.pb" under the model root')
    assert ask(plane) == ("1", 1.0)


def test_load_and_unload(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, heard = start(file)
    write(file, 2.0, version="2")
    plane.load("m", "signal")
    assert ask(plane) == ("2", 2.0)
    assert heard.reloaded == [("m", "2", "1", "signal")]
    plane.unload("m")
    assert heard.dropped[-1] == ("m", "2")
    none = ("unknown_model", 'no model "m"; none is loaded')
    for call in (plane.find, plane.info):
        assert refused(call, "m", "") == none
    assert refused(change, plane, ReloadRequest(model="m")) == none
    assert refused(change, plane, ReloadRequest()) == ("unknown_model", 'no model ""; none is loaded')
    assert refused(plane.unload, "m") == none
    assert plane.readiness().ready
    assert plane.readiness().models == []
    assert [(each.name, each.version, each.ready, each.reason) for each in plane.index()] == [
        ("m", "", False, "unloaded")
    ]
    assert plane.models() == []
    plane.load("m")
    assert ask(plane, "m") == ("2", 2.0)
    assert refused(plane.load, "x") == ("unknown_model", 'no model "x"; expected one of "m"')


def test_a_load_of_a_bad_file(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, _ = start(file)
    file.write_bytes(BROKEN)
    text = 'file "a.pb" is refused (unknown_format); version "1" goes on serving'
    assert refused(plane.load, "m") == ("unknown_format", text)
    assert plane.info("", "").last_reload.error == text
    plane.unload("m")
    assert refused(plane.load, "m")[1] == 'file "a.pb" is refused (unknown_format); no version is in service'
    assert not plane.model_ready("m", "")


def test_shutting_down(tmp_path):
    plane, _ = start(write(tmp_path / "a.pb", 1.0, version="1"))
    plane.begin_shutdown()
    told = ("shutting_down", "the server is shutting down")
    assert refused(plane.prepare, ReloadRequest()) == told
    assert refused(plane.prepare_load, "m") == told
    assert refused(plane.unload, "m") == told
    assert not plane.readiness().ready
    assert ask(plane) == ("1", 1.0)


def test_two_phases(tmp_path):
    file = write(tmp_path / "a.pb", 1.0, version="1")
    plane, heard = start(file)
    write(file, 2.0, version="2")
    prepared = plane.prepare(ReloadRequest())
    assert (prepared.model, prepared.version) == ("m", "2")
    assert prepared.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert ask(plane) == ("1", 1.0)
    # Another change waits for this one.
    done = []
    other = threading.Thread(target=lambda: done.append(change(plane, ReloadRequest(rollback=True))))
    other.start()
    other.join(0.1)
    assert not done
    plane.commit(prepared)
    other.join(30)
    assert done[0].version == "1"
    assert [told[1] for told in heard.reloaded] == ["2", "1"]
    for again in (plane.commit, plane.abandon):
        with pytest.raises(RuntimeError):
            again(prepared)


def test_another_worker_refuses(tmp_path):
    plane, heard = start(write(tmp_path / "a.pb", 1.0, version="1"))
    error = ServingError("malformed", "its words", detail="more", refused=True)
    plane.abandon(plane.prepare(ReloadRequest(path="a.pb", trigger="http")), error)
    last = plane.info("", "").last_reload
    assert (last.ok, last.error, last.kind, last.detail, last.trigger) == (
        False,
        "its words",
        "malformed",
        "more",
        "http",
    )
    assert len(heard.refused) == 1
    plane.abandon(plane.prepare(ReloadRequest()))
    assert plane.info("", "").last_reload == last
    change(plane, ReloadRequest())
    assert plane.info("", "").last_reload.ok
