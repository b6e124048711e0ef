"""Letting other threads run while one works long in Python."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Python lets a waiting thread run after 5 ms; an event loop waits so long each time that it comes back from the system.
_INTERVAL = 0.0005

_LOCK = threading.Lock()
_usual: list[float] = []


@contextmanager
def short() -> Iterator[None]:
    """Within, in any thread, Python changes threads ten times as often as it does else."""
    with _LOCK:
        _usual.append(sys.getswitchinterval() if not _usual else _usual[0])
        sys.setswitchinterval(min(_usual[0], _INTERVAL))
    try:
        yield
    finally:
        with _LOCK:
            usual = _usual.pop()
            if not _usual:
                sys.setswitchinterval(usual)
