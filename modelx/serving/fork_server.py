"""The process that worker processes are forked from: it has imported all that they need, which takes seconds.

It never serves, so that a fork of it is whole. What comes over its control socket is one byte with the descriptor of
a worker's channel; what goes back are records of `RECORD`: that a process has started, or how one ended. When the other
end of the socket is closed, it ends; workers have channels of their own.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import struct
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

# The kind, the process's id, and how it ended: its status, or the number of a signal below 0.
RECORD = struct.Struct("=Bii")
STARTED, ENDED = 0, 1

if TYPE_CHECKING:
    from collections.abc import Callable


def main(control: int) -> NoReturn:
    """Fork workers until the supervisor is gone.

    Parameters
    ----------
    control : int
        The descriptor of a socket whose other end the supervisor has.
    """
    # The supervisor says what the terminal's signals mean.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # Imported here, so that whoever asks for RECORD does not pay for it.
    from modelx import conversion  # noqa: F401 - scikit-learn, and every family
    from modelx.serving import worker

    # What is there now lives as long as the process: no worker's collector need touch, and so copy, it.
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=control) as server:
        _serve(server, worker.main)
    os._exit(0)


def _serve(server: socket.socket, work: Callable[[int], object]) -> None:
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with suppress(ConnectionError):
        while True:
            ready, _, _ = select.select([server.fileno(), woken], [], [])
            if woken in ready:
                os.read(woken, 4096)
                _tell_ends(server)
            if server.fileno() in ready:
                asked, channels, _, _ = socket.recv_fds(server, 1, 1)
                if not asked:
                    return
                pid = os.fork()
                if pid == 0:
                    for each in (woken, waking):
                        os.close(each)
                    server.close()
                    _become(work, channels[0])
                os.close(channels[0])
                server.sendall(RECORD.pack(STARTED, pid, 0))


def _tell_ends(server: socket.socket) -> None:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            server.sendall(RECORD.pack(ENDED, pid, os.waitstatus_to_exitcode(status)))


def _become(work: Callable[[int], object], channel: int) -> NoReturn:
    """Be a worker, in a process group of its own, with the signals that a new process has."""
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        work(channel)
    except BaseException:  # noqa: BLE001 - a fork must not go on where its parent stood
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
