"""The supervisor itself: workers that die, hang or leave while models change."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import ExitStack, asynccontextmanager

import pytest
from serve_running import PATIENCE_SECONDS, wait_until

from modelx.serving import settings as serving_settings
from modelx.serving import worker_process
from modelx.serving.logs import Log
from modelx.serving.ports import reserve
from modelx.serving.requests import ReloadRequest
from modelx.serving.workers import Supervisor


@pytest.fixture
def log(tmp_path):
    """A log and its file."""
    file = tmp_path / "log"
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    yield Log(file=descriptor), file
    os.close(descriptor)


@pytest.fixture
def running(put, tmp_path, log):
    """Start a supervisor of two workers in the test's own process."""

    @asynccontextmanager
    async def start():
        folder = tmp_path / "supervisor"
        folder.mkdir()
        flags = {"grpc_port": "0", "http_port": "0", "workers": "2", "shutdown_grace": "5s"}
        with ExitStack() as held:
            settings = reserve(serving_settings.load(str(put(1)), flags, {}, None), held)
            supervisor = Supervisor(settings, log[0], folder)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await supervisor.start()
                    yield supervisor
            finally:
                await supervisor.stop()

    return start


async def until(condition, what):
    await asyncio.to_thread(wait_until, condition, what)


def worker(supervisor, number=0):
    return supervisor._workers.get(number)


def told(log, text):
    return text in log[1].read_text()


def test_a_worker_that_dies_twice_during_a_change_holds_no_other_up(running, put):
    put(2, "second.pb")

    async def run():
        async with running() as supervisor:
            async with supervisor._gate.alone():
                first = worker(supervisor)
                os.kill(first.pid, signal.SIGKILL)
                await until(lambda: worker(supervisor) not in {None, first}, "another worker")
                second = worker(supervisor)
                # It has asked what to serve, and waits for the end of the change.
                await until(lambda: second._peer._tasks, "the question")
                os.kill(second.pid, signal.SIGKILL)
                await until(lambda: worker(supervisor) is not second, "its end")
            await until(lambda: len(supervisor._ready()) == 2, "another worker")
            report = await supervisor.reload(ReloadRequest(path="second.pb"))
            assert report.version == "2"

    asyncio.run(run())


def test_a_worker_that_hangs_is_ended_and_holds_no_change_up(running, put, log, monkeypatch):
    monkeypatch.setattr(worker_process, "SILENT_SECONDS", 3.0)
    monkeypatch.setattr(worker_process, "PULSE_SECONDS", 0.1)
    put(2, "second.pb")

    async def run():
        async with running() as supervisor:
            os.kill(worker(supervisor).pid, signal.SIGSTOP)
            report = await supervisor.reload(ReloadRequest(path="second.pb"))
            assert report.version == "2"
            await until(lambda: told(log, "the worker has said nothing for 3 seconds"), "the log")
            await until(lambda: len(supervisor._ready()) == 2, "another worker")

    asyncio.run(run())


def test_a_worker_that_is_told_to_end_has_no_part_in_changes(running, put, log):
    put(2, "second.pb")

    async def run():
        async with running() as supervisor:
            leaving = worker(supervisor)
            host, port = supervisor.addresses[1].rsplit(":", 1)
            # Requests that are not complete keep the worker for its grace, whichever it is that has them.
            open_ends = [await asyncio.open_connection(host, int(port)) for _ in range(16)]
            for _, writer in open_ends:
                writer.write(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
                await writer.drain()
            os.kill(leaving.pid, signal.SIGTERM)
            for version, path in [("2", "second.pb"), ("1", "iris.pb")]:
                assert (await supervisor.reload(ReloadRequest(path=path))).version == version
            for _, writer in open_ends:
                writer.close()
            await until(lambda: told(log, '"msg": "worker ended"'), "its end")
            assert told(log, '"end": "status 0"')

    asyncio.run(run())


def test_a_refusal_is_known_to_workers_that_come_later_and_its_bytes_are_forgotten(running, put, tmp_path):
    put("broken", "broken.pb")

    async def run():
        async with running() as supervisor:
            with pytest.raises(Exception, match="is refused"):
                await supervisor.reload(ReloadRequest(path="broken.pb"))
            (state,) = supervisor._state
            assert state["last_reload"]["kind"] == "malformed"
            served = {file["sha256"] for file in state["versions"]}
            assert {file.name for file in (tmp_path / "supervisor" / "copies").iterdir()} == served

    asyncio.run(run())
