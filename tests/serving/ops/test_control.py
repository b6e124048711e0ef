"""The channel between the supervisor and its workers, the gate of changes, and errors that cross the channel."""

from __future__ import annotations

import asyncio
import socket

import pytest

from modelx.errors import MalformedError, MissingDependencyError, ModelFileError
from modelx.serving import control, start_errors
from modelx.serving.control import GoneError, Peer, error_from, error_to
from modelx.serving.gate import Gate
from modelx.serving.settings import SettingsError
from modelx.serving.status import FAILED_PRECONDITION, NOT_FOUND, ServingError
from modelx.serving.worker_models import SupervisorError, WorkerCoordinator


def run(work):
    """Run a test's coroutine, which may not wait for ever."""
    return asyncio.run(asyncio.wait_for(work, 30))


async def pair(ours, theirs):
    """Give two connected ends that answer calls, and their tasks."""
    sockets = socket.socketpair()
    peers = Peer(ours), Peer(theirs)
    for peer, sock in zip(peers, sockets, strict=True):
        await peer.connect(sock)
    return peers, [asyncio.create_task(peer.run()) for peer in peers]


async def close(peers, tasks):
    for peer in peers:
        peer.close()
    await asyncio.gather(*tasks)


def test_calls_go_both_ways_and_side_by_side():
    async def work():
        order = []

        async def slow(value):
            await asyncio.sleep(0)
            (_, second), _ = ends
            order.append(await second.call("double", value=value))
            return [value, "ü" * 100_000]

        async def double(value):
            return 2 * value

        ends = await pair({"double": double}, {"slow": slow})
        (first, _), _ = ends
        answers = await asyncio.gather(*(first.call("slow", value=value) for value in range(20)))
        await close(*ends)
        return [value for value, _ in answers], sorted(order)

    assert run(work()) == (list(range(20)), [2 * value for value in range(20)])


def test_a_message_that_is_too_large_is_told_to_its_sender_and_the_channel_stays(monkeypatch):
    monkeypatch.setattr(control, "LONGEST", 1000)

    async def work():
        async def repeat(text, times):
            return text * times

        ends = await pair({}, {"repeat": repeat})
        first = ends[0][0]
        with pytest.raises(ValueError, match="expected at most 1000"):
            await first.call("repeat", text="x" * 1000, times=0)
        with pytest.raises(ServingError) as found:
            await first.call("repeat", text="x", times=1000)
        assert "expected at most 1000" in found.value.detail
        assert await first.call("repeat", text="x", times=3) == "xxx"
        await close(*ends)

    run(work())


def test_a_defect_of_the_supervisor_is_the_logs_and_no_clients():
    async def work():
        async def unload(model):
            raise KeyError(model)

        ends = await pair({}, {"unload": unload})
        with pytest.raises(SupervisorError, match=r"(?s)Traceback.*KeyError: 'a'"):
            await WorkerCoordinator(None, ends[0][0]).unload("a")
        await close(*ends)

    run(work())


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ServingError("no_file", 'no file "x"', detail="d"), NOT_FOUND),
        (ServingError("malformed", "refused", refused=True), FAILED_PRECONDITION),
        # A kind of requests and of files too.
        (ServingError("too_large", "refused", refused=True), FAILED_PRECONDITION),
    ],
)
def test_errors_cross(error, status):
    async def work():
        async def refuse():
            raise error

        ends = await pair({}, {"refuse": refuse})
        with pytest.raises(ServingError) as found:
            await ends[0][0].call("refuse")
        await close(*ends)
        return found.value

    found = run(work())
    assert (found.kind, found.message, found.detail, found.status) == (error.kind, error.message, error.detail, status)


def test_a_defect_is_internal():
    async def work():
        async def fail():
            raise KeyError("x")

        ends = await pair({}, {"fail": fail})
        for name in ("fail", "unknown"):
            with pytest.raises(ServingError) as found:
                await ends[0][0].call(name)
            assert found.value.kind == "internal"
        await close(*ends)
        return found.value.detail

    detail = run(work())
    assert detail.startswith("Traceback")
    assert detail.endswith("KeyError: 'unknown'\n")


def test_who_waits_learns_of_the_end():
    async def work():
        begun = asyncio.Event()

        async def never():
            begun.set()
            await asyncio.Event().wait()

        ends = await pair({}, {"never": never})
        (first, second), tasks = ends
        waiting = asyncio.create_task(first.call("never"))
        await begun.wait()
        second.close()
        with pytest.raises(GoneError):
            await waiting
        await asyncio.gather(*tasks)
        with pytest.raises(GoneError):
            await first.call("never")

    run(work())


@pytest.mark.parametrize("sent", [b"\x00\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x05{}"])
def test_what_is_no_frame_ends_the_channel(sent):
    async def work():
        ours, theirs = socket.socketpair()
        peer = Peer({})
        await peer.connect(ours)
        theirs.sendall(sent)
        theirs.shutdown(socket.SHUT_WR)
        await peer.run()
        theirs.close()
        with pytest.raises(GoneError):
            await peer.call("x")

    run(work())


def test_serving_errors_read_back():
    error = ServingError("unknown_model", 'no model "x"; none is loaded', detail="more")
    found = error_from(error_to(error))
    assert (found.kind, found.message, found.detail, found.status) == (error.kind, error.message, "more", error.status)


def test_the_gate_is_shared_by_many_and_had_by_one():
    async def work():
        gate, order = Gate(), []
        await gate.enter()
        await gate.enter()

        async def change():
            async with gate.alone():
                order.append("change")

        async def join():
            await gate.enter()
            order.append("join")
            await gate.leave()

        changing = asyncio.create_task(change())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        # Who comes after a change that waits, waits for it.
        joining = asyncio.create_task(join())
        await asyncio.sleep(0)
        await gate.leave()
        assert order == []
        await gate.leave()
        await asyncio.gather(changing, joining)
        return order

    assert run(work()) == ["change", "join"]


def test_a_change_that_fails_or_is_given_up_frees_the_gate():
    async def work():
        gate = Gate()
        with pytest.raises(ValueError, match="x"):
            async with gate.alone():
                raise ValueError("x")
        await gate.enter()

        async def change():
            async with gate.alone():
                pass

        changing = asyncio.create_task(change())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)
        await gate.enter()
        await gate.leave()
        await gate.leave()
        await change()

    run(work())


@pytest.mark.parametrize(
    ("error", "cls", "kind"),
    [
        (MalformedError("cut short", path="pipeline"), ModelFileError, "malformed"),
        (SettingsError("no token"), SettingsError, "settings"),
        (MissingDependencyError("no sdk"), MissingDependencyError, "missing_dependency"),
        (ValueError("odd"), start_errors.WorkerError, "internal"),
    ],
)
def test_errors_of_the_start_read_back(error, cls, kind):
    found = start_errors.from_values(start_errors.to_values(error))
    assert isinstance(found, cls)
    assert found.kind == kind
    assert found.path == getattr(error, "path", "")
    assert str(error) in str(found)


def test_the_systems_errors_read_back():
    found = start_errors.from_values(start_errors.to_values(FileNotFoundError(2, "No such file", "x.pb")))
    assert isinstance(found, FileNotFoundError)
    assert (found.strerror, found.filename) == ("No such file", "x.pb")
